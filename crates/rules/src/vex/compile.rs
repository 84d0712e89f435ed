//! VEX statements as rules.

use std::collections::HashMap;

use plimsoll_core::Purl;

use super::cyclonedx::as_criteria;
use super::instant::seconds;
use super::{Justification, VexDocument, VexProduct, VexStatement, VexStatus};
use crate::import::{Draft, literal, literal_purl};
use crate::{Category, Import, Rule};

/// Makes rules of what documents say is not affected or fixed. Of statements about one vulnerability in one product
/// the latest counts; `affected` and `under_investigation` make no rule, but a later one takes an earlier
/// `not_affected` back.
///
/// A statement about a package becomes a rule on its package URL; one about an image (`pkg:oci/…`) a rule on the
/// image's digest, repository and tag, and on the package if it names one; one about a package on a product that is
/// an operating system by its CPE name a rule on both. What can't be said so is in [`Import::lost`].
pub fn vex_rules(documents: &[VexDocument]) -> Import {
    let mut latest: HashMap<Key<'_>, Said<'_>> = HashMap::new();
    for (place, (document, statement)) in
        documents.iter().flat_map(|doc| doc.statements.iter().map(move |s| (doc, s))).enumerate()
    {
        let said =
            Said { when: statement.timestamp.as_deref().and_then(seconds), place, document, statement };
        let known = latest.entry(key(statement)).or_insert(said);
        // A statement without a date is older than any with one; of two at once the later in the documents counts.
        if (said.when, said.place) > (known.when, known.place) {
            *known = said;
        }
    }
    let mut latest: Vec<_> = latest.into_values().collect();
    latest.sort_by_key(|said| said.place);
    let mut draft = Draft::new("");
    for Said { document, statement, .. } in latest {
        if !matches!(statement.status, VexStatus::NotAffected | VexStatus::Fixed) {
            continue;
        }
        draft.file.clone_from(&document.file);
        let id = &statement.vulnerability;
        match rule(document, statement) {
            Ok(rule) => draft.add(0, id, rule),
            Err(why) => draft.lose(0, &format!("{id} in {}", statement.product.id), &why),
        }
    }
    let mut import = draft.finish();
    import.lost.splice(0..0, documents.iter().flat_map(|document| document.lost.iter().cloned()));
    import
}

/// Vulnerability, product, part, versions.
type Key<'a> = (String, &'a str, Option<&'a str>, &'a [String]);

fn key(statement: &VexStatement) -> Key<'_> {
    let part = statement.subcomponent.as_ref().map(|part| part.id.as_str());
    (statement.vulnerability.to_ascii_uppercase(), &statement.product.id, part, &statement.versions)
}

#[derive(Clone, Copy)]
struct Said<'a> {
    when: Option<i64>,
    place: usize,
    document: &'a VexDocument,
    statement: &'a VexStatement,
}

fn rule(document: &VexDocument, statement: &VexStatement) -> Result<Rule, String> {
    if statement.vulnerability.is_empty() {
        return Err("it names no vulnerability".to_owned());
    }
    let ids = [&statement.vulnerability].into_iter().chain(&statement.aliases);
    let mut rule = Rule {
        cve: ids.map(|id| literal(id)).collect::<Result<_, _>>()?,
        version: as_criteria(&statement.versions)?,
        owner: document.author.clone(),
        created: statement.timestamp.as_deref().and_then(|text| text.parse().ok()),
        vex: Some(statement.status),
        justification: statement
            .justification
            .as_deref()
            .filter(|_| statement.status == VexStatus::NotAffected)
            .and_then(Justification::read),
        reason: reason(statement),
        ..Rule::default()
    };
    match &statement.subcomponent {
        None => whole(&statement.product, &mut rule)?,
        Some(part) => {
            container(&statement.product, &mut rule)?;
            packages(part, &mut rule)?;
        }
    }
    Ok(rule)
}

fn reason(statement: &VexStatement) -> String {
    let said = [statement.justification.as_deref(), statement.impact.as_deref()];
    let said: Vec<_> = said.into_iter().flatten().filter(|text| !text.trim().is_empty()).collect();
    let status = if statement.status == VexStatus::Fixed { "fixed" } else { "not affected" };
    if said.is_empty() { status.to_owned() } else { format!("{status}: {}", said.join(": ")) }
}

/// A product that the vulnerability is in as a whole: a package, or an image.
fn whole(product: &VexProduct, rule: &mut Rule) -> Result<(), String> {
    let purls = purls(product)?;
    if purls.iter().any(|purl| purl.starts_with("pkg:oci/") || purl.starts_with("pkg:docker/")) {
        return container(product, rule);
    }
    packages(product, rule)
}

/// The packages of a product's package URLs. A source package stands for all that is built from it.
fn packages(product: &VexProduct, rule: &mut Rule) -> Result<(), String> {
    let purls = purls(product)?;
    let parsed: Vec<Purl> = purls.iter().filter_map(|purl| purl.parse().ok()).collect();
    let is_source = |purl: &Purl| {
        matches!(purl.qualifiers.get("arch").map(String::as_str), Some("src" | "source" | "nosrc"))
    };
    if parsed.iter().any(is_source) {
        if !parsed.iter().all(|purl| is_source(purl) && purl.version.is_none()) {
            return Err(format!(
                "{:?} is one version of a source package, which rules can't name",
                product.id
            ));
        }
        rule.source_package = parsed.iter().map(|purl| literal(&purl.name)).collect::<Result<_, _>>()?;
        rule.ecosystem = parsed.into_iter().map(|purl| purl.kind).collect();
        return Ok(());
    }
    rule.purl = purls;
    Ok(())
}

fn purls(product: &VexProduct) -> Result<Vec<String>, String> {
    if product.purls.is_empty() {
        return Err(format!(
            "nothing but the name {:?} tells what the package is; it has no package URL",
            product.id
        ));
    }
    product.purls.iter().map(|purl| literal_purl(purl)).collect()
}

/// A product that contains what the vulnerability is in: an image, or an operating system.
fn container(product: &VexProduct, rule: &mut Rule) -> Result<(), String> {
    let purl = product.purls.iter().find_map(|purl| purl.parse::<Purl>().ok());
    match purl {
        Some(purl) if matches!(purl.kind.as_str(), "oci" | "docker") => image(&purl, rule),
        Some(purl) => {
            Err(format!("it holds for {purl} in another package, and an image does not tell what uses what"))
        }
        None => {
            let os = product.cpe.as_deref().and_then(operating_system);
            rule.os.push(os.ok_or_else(|| format!("nothing tells what image {:?} is", product.id))?);
            rule.category.push(Category::Os);
            Ok(())
        }
    }
}

/// `pkg:oci/name@sha256:…?repository_url=registry/path&tag=…`.
fn image(purl: &Purl, rule: &mut Rule) -> Result<(), String> {
    let qualifier = |key: &str| purl.qualifiers.get(key).map(|value| literal(value)).transpose();
    if let Some(digest) = &purl.version {
        // Docker's packages have the tag there.
        let digest = literal(digest)?;
        if digest.contains(':') { rule.digest.push(digest) } else { rule.tag.push(digest) }
    }
    match qualifier("repository_url")? {
        Some(url) => {
            // What has no host's name before its first slash is a repository of no certain registry.
            let is_host = |name: &str| name == "localhost" || name.contains(['.', ':']);
            let (registry, repository) = match url.split_once('/') {
                Some((host, rest)) if is_host(host) => (Some(host), rest),
                None if is_host(&url) => (Some(url.as_str()), ""),
                _ => (None, url.as_str()),
            };
            rule.registry.extend(registry.map(str::to_owned));
            if !repository.is_empty() {
                rule.repository.push(repository.to_owned());
            }
        }
        // The digest alone says which image; without it the name is all there is.
        None if rule.digest.is_empty() => {
            let name = literal(&purl.name)?;
            rule.repository = vec![format!("*/{name}"), name];
            if let Some(namespace) = &purl.namespace {
                rule.repository = vec![format!("{}/{}", literal(namespace)?, literal(&purl.name)?)];
            }
        }
        None => {}
    }
    rule.tag.extend(qualifier("tag")?);
    Ok(())
}

/// The operating system that a CPE name stands for, as a rule names it.
fn operating_system(cpe: &str) -> Option<String> {
    let rest = cpe.strip_prefix("cpe:/o:").or_else(|| cpe.strip_prefix("cpe:2.3:o:"))?;
    let mut parts = rest.split(':');
    let (vendor, product, version) = (parts.next()?, parts.next()?, parts.next()?);
    let id = match (vendor, product) {
        ("redhat", "enterprise_linux") => "rhel",
        ("oracle", "linux") => "ol",
        ("suse", "sles") => "sles",
        ("opensuse", "leap") => "opensuse-leap",
        ("debian", "debian_linux") => "debian",
        ("canonical", "ubuntu_linux") => "ubuntu",
        ("alpinelinux", "alpine_linux") => "alpine",
        ("almalinux", "almalinux") => "almalinux",
        ("rocky", "rocky") => "rocky",
        _ => return None,
    };
    let plain = !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    plain.then(|| format!("{id}:{version}"))
}

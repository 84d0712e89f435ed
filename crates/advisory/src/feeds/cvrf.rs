//! CVRF 1.1 advisories of SUSE and openEuler (ICASI CVRF 1.1): what an erratum fixes, before CSAF took its place.

use std::collections::BTreeSet;

use plimsoll_core::{Advisory, Affected, Ecosystem, FixState, NameKind, Rating, Reference};

use super::csaf::{nevr, suse_product};
use super::facts::{fixed_in, not_affected, unclear, unfixed, vector, word};
use super::xml::Element;
use super::{About, Document, Emit, Feed, Form, Parsed, Shape, skipped};
use crate::Error;

/// Errata of SUSE and openEuler in CVRF.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cvrf;

/// Whose document it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Publisher {
    Suse,
    OpenEuler,
}

impl Feed for Cvrf {
    fn about(&self) -> &'static About {
        &About {
            id: "cvrf",
            title: "CVRF advisories of SUSE and openEuler",
            address: "https://ftp.suse.com/pub/projects/security/cvrf/",
            licence: "SUSE's terms; openEuler: Mulan PSL v2",
            decides: "which version of a package an erratum brings, by product",
        }
    }

    fn recognises(&self, document: &Document<'_>, shape: &Shape<'_>) -> bool {
        shape.form == Form::Xml
            && shape.names.first().is_some_and(|root| root == "cvrfdoc")
            && publisher(document).is_some()
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let Some(publisher) = publisher(&document) else { return Ok(()) };
        let mut advisory = Advisory::default();
        let mut ratings: Vec<Rating> = Vec::new();
        let wanted =
            ["DocumentTitle", "DocumentTracking", "DocumentReferences", "ProductTree", "Vulnerability"];
        super::elements(self, &document, &wanted, &mut |element| {
            match element.name.as_str() {
                "DocumentTitle" => advisory.summary = element.text.trim().to_owned(),
                "DocumentTracking" => track(&mut advisory, &element),
                "DocumentReferences" => advisory.references = references(&element),
                "ProductTree" if publisher == Publisher::OpenEuler => {
                    advisory.affected = open_euler(&element);
                }
                "Vulnerability" => {
                    add(&mut advisory, &mut ratings, &element, publisher);
                }
                _ => {}
            }
            Ok(())
        })?;
        if advisory.id.is_empty() {
            return emit(skipped(&document, "the document", "it has no id"));
        }
        advisory.feed = if publisher == Publisher::Suse { "suse-cvrf" } else { "openeuler-cvrf" }.to_owned();
        advisory.ratings = ratings;
        advisory.kind = super::osv::kind(&advisory.id);
        emit(Parsed::Advisory(Box::new(advisory)))
    }
}

fn publisher(document: &Document<'_>) -> Option<Publisher> {
    let head = document.bytes.get(..8192).unwrap_or(document.bytes);
    let has = |text: &[u8]| head.windows(text.len()).any(|window| window == text);
    if has(b"openeuler") {
        return Some(Publisher::OpenEuler);
    }
    (has(b"SUSE") || has(b"suse.de")).then_some(Publisher::Suse)
}

fn track(advisory: &mut Advisory, element: &Element) {
    let day = |name: &str| {
        let date = element.text_of(name)?;
        Some(if date.len() == 10 { format!("{date}T00:00:00Z") } else { date.to_owned() })
    };
    let id = element.child("Identification").and_then(|identification| identification.text_of("ID"));
    let id = id.unwrap_or_default();
    // SUSE's documents of a CVE are called `SUSE CVE-2022-37452`.
    advisory.id = id.strip_prefix("SUSE ").unwrap_or(id).to_owned();
    advisory.published = day("InitialReleaseDate");
    advisory.modified = day("CurrentReleaseDate");
}

fn references(element: &Element) -> Vec<Reference> {
    let urls = element.children("Reference").filter_map(|reference| reference.text_of("URL"));
    urls.map(|url| Reference { kind: "WEB".to_owned(), url: url.to_owned() }).collect()
}

fn add(advisory: &mut Advisory, ratings: &mut Vec<Rating>, element: &Element, publisher: Publisher) {
    let source = if publisher == Publisher::Suse { "SUSE" } else { "openEuler" };
    if let Some(cve) = element.text_of("CVE")
        && !advisory.upstream.iter().any(|known| known == cve)
    {
        advisory.upstream.push(cve.to_owned());
    }
    let threats = element.children("Threats").flat_map(|threats| threats.children("Threat"));
    let impacts = threats.filter(|threat| threat.attribute("Type") == Some("Impact"));
    let words = impacts.filter_map(|threat| threat.text_of("Description")).map(|text| word(source, text));
    let sets = element.children("CVSSScoreSets").flat_map(|sets| &sets.children);
    let vectors = sets.filter_map(|set| {
        let text = set.text_of("Vector").or_else(|| set.text_of("VectorV3"))?;
        // openEuler leaves the version of CVSS out; `PR:` is of version 3 alone.
        Some(match text.contains("/PR:") && !text.starts_with("CVSS:") {
            true => vector(source, &format!("CVSS:3.1/{text}")),
            false => vector(source, text),
        })
    });
    for rating in words.chain(vectors) {
        if !ratings.contains(&rating) {
            ratings.push(rating);
        }
    }
    if publisher == Publisher::Suse {
        let statuses = element.children("ProductStatuses").flat_map(|statuses| statuses.children("Status"));
        for status in statuses {
            let kind = status.attribute("Type").unwrap_or_default();
            for product in status.children("ProductID") {
                if let Some(affected) = suse(product.text.trim(), kind)
                    && !advisory.affected.contains(&affected)
                {
                    advisory.affected.push(affected);
                }
            }
        }
    }
}

/// `SUSE Linux Enterprise Desktop 12 SP3:libopenssl0_9_8-0.9.8j-106.12.1`, and its state (ICASI CVRF 1.1, "Status
/// Type"). What is fixed has a version.
fn suse(product: &str, status: &str) -> Option<Affected> {
    let (whole, part) = product.rsplit_once(':')?;
    // An epoch has a colon of its own.
    let (whole, part) = match whole.rsplit_once('-') {
        Some((name, epoch))
            if !epoch.is_empty() && epoch.bytes().all(|b| b.is_ascii_digit()) && name.contains(':') =>
        {
            product.split_once(':')?
        }
        _ => (whole, part),
    };
    let (name, version) = nevr(part);
    let mut affected = Affected::new(suse_product(whole)?, name, NameKind::Binary);
    affected.ranges = match status {
        "Fixed" | "First Fixed" | "Recommended" => fixed_in(version?),
        "Known Affected" | "First Affected" | "Last Affected" => {
            affected.fix = Some(FixState::NotAvailable);
            unfixed()
        }
        "Known Not Affected" => not_affected(),
        "Under Investigation" => unclear("under investigation"),
        _ => return None,
    };
    Some(affected)
}

/// openEuler lists the files of each release under their architectures; the CPE says of which release each is.
fn open_euler(tree: &Element) -> Vec<Affected> {
    let mut out: Vec<Affected> = Vec::new();
    let mut seen = BTreeSet::new();
    let branches = tree.children("Branch").filter(|branch| branch.attribute("Type") == Some("Package Arch"));
    for file in branches.flat_map(|branch| branch.children("FullProductName")) {
        let release = file.attribute("CPE").and_then(|cpe| cpe.rsplit(':').next());
        let stem = file.text.trim().strip_suffix(".rpm").and_then(|file| file.rsplit_once('.'));
        let (Some(release), Some((nevra, arch))) = (release, stem) else { continue };
        let (name, Some(version)) = nevr(nevra) else { continue };
        let kind = if arch == "src" { NameKind::Source } else { NameKind::Binary };
        if seen.insert((release.to_owned(), name.to_owned(), version.clone(), arch == "src")) {
            let mut affected = Affected::new(Ecosystem::with_release("openEuler", release), name, kind);
            affected.ranges = fixed_in(version);
            out.push(affected);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{FixState, not_affected, suse};

    #[test]
    fn products_hold_the_fixed_version() {
        let affected =
            suse("SUSE Linux Enterprise Desktop 12 SP3:libopenssl0_9_8-0.9.8j-106.12.1", "Recommended")
                .unwrap();
        assert_eq!(affected.name, "libopenssl0_9_8");
        assert_eq!(affected.ecosystem.as_str(), "SUSE:Linux Enterprise Desktop 12 SP3");
        assert!(suse("SUSE Linux Enterprise Desktop 12 SP3", "Fixed").is_none());
        let open = suse("SUSE Linux Enterprise Server 12:exim", "Known Affected").unwrap();
        assert_eq!((open.name.as_str(), open.fix), ("exim", Some(FixState::NotAvailable)));
        assert!(suse("SUSE Linux Enterprise Server 12:exim", "Fixed").is_none());
        assert_eq!(
            suse("SUSE Linux Enterprise Server 12:exim", "Known Not Affected").unwrap().ranges,
            not_affected()
        );
        let epoch = suse("openSUSE Leap 42.1:a-1:2-3", "Fixed").unwrap();
        assert_eq!((epoch.name.as_str(), epoch.ecosystem.as_str()), ("a", "openSUSE:Leap 42.1"));
    }
}

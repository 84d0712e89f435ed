//! CSAF 2.0 documents of distributors: VEX (one document a CVE, with the state of every package) and security
//! advisories (one document an erratum, with what it fixes).

mod document;
mod microsoft;
mod product;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use plimsoll_core::{Advisory, Affected, Diagnostic, DiagnosticKind, FixState, NameKind, Rating, Reference};

use document::{Csaf, Link, Vulnerability};
pub(super) use product::suse as suse_product;
use product::{Package, Products};

use super::facts::{fixed_in, not_affected, unclear, unfixed, vector, word};
use super::{About, Document, Emit, Feed, Parsed, Shape, skipped};
use crate::Error;

/// CSAF documents of Red Hat, SUSE, openEuler and Microsoft.
#[derive(Clone, Copy, Debug, Default)]
pub struct Csaf2;

impl Feed for Csaf2 {
    fn about(&self) -> &'static About {
        &About {
            id: "csaf",
            title: "CSAF advisories and VEX of Red Hat, SUSE, openEuler and Microsoft",
            address: "https://security.access.redhat.com/data/csaf/v2/",
            licence: "Red Hat, SUSE: CC-BY-4.0; openEuler: Mulan PSL v2; Microsoft's terms",
            decides: "the state of every rpm of a product: fixed, affected, not affected, will not fix, put off, under investigation; with modules and extended update streams",
        }
    }

    fn recognises(&self, _: &Document<'_>, shape: &Shape<'_>) -> bool {
        // The names of the inner members are those of `document`, where it comes first, as publishers write it.
        shape.has(&["document"])
            && shape.inner.iter().any(|name| name == "csaf_version" || name == "category")
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let csaf: Csaf<'_> = match serde_json::from_slice(document.bytes) {
            Ok(csaf) => csaf,
            Err(e) => return emit(skipped(&document, "the document", e)),
        };
        let vex = match csaf.document.category.as_deref() {
            Some("csaf_vex") => true,
            Some("csaf_security_advisory") => false,
            other => {
                let why = format!(
                    "its category is {:?}, not csaf_vex or csaf_security_advisory",
                    other.unwrap_or_default()
                );
                return emit(skipped(&document, &csaf.document.tracking.id, why));
            }
        };
        let publisher = csaf
            .document
            .publisher
            .as_ref()
            .and_then(|publisher| publisher.name.as_deref())
            .unwrap_or_default();
        let Some(source) = source(publisher) else {
            return emit(skipped(
                &document,
                &csaf.document.tracking.id,
                format!("its publisher {publisher:?} is none that is known"),
            ));
        };
        let products = Products::of(csaf.product_tree.as_ref());
        for (product, module) in products.streamless() {
            let why = format!("{product}: its module {module:?} names no stream; the product is left out");
            emit(Parsed::Note(Diagnostic::new(DiagnosticKind::Malformed, why).at(document.name)))?;
        }
        // openEuler's errata call themselves VEX; a VEX document is about the vulnerability that it is named after.
        let vex =
            vex && csaf.document.tracking.id.to_ascii_uppercase().contains("CVE-") || source == "Microsoft";
        if vex {
            for vulnerability in &csaf.vulnerabilities {
                emit(Parsed::Advisory(Box::new(statement(&csaf, vulnerability, &products, source))))?;
            }
            return Ok(());
        }
        emit(Parsed::Advisory(Box::new(erratum(&csaf, &products, source))))
    }
}

/// Publishers whose products are known, as ratings and feeds name them.
fn source(publisher: &str) -> Option<&'static str> {
    match publisher {
        name if name.starts_with("Red Hat") => Some("Red Hat"),
        name if name.starts_with("SUSE") => Some("SUSE"),
        name if name.eq_ignore_ascii_case("openEuler") => Some("openEuler"),
        name if name.starts_with("Microsoft") => Some("Microsoft"),
        _ => None,
    }
}

/// What a VEX document says of one vulnerability.
fn statement(
    csaf: &Csaf<'_>,
    vulnerability: &Vulnerability<'_>,
    products: &Products<'_>,
    source: &str,
) -> Advisory {
    let id = vulnerability.cve.as_deref().unwrap_or(&csaf.document.tracking.id).to_owned();
    let mut advisory = head(csaf, id, &format!("{}-vex", slug(source)));
    advisory.summary =
        vulnerability.title.clone().or_else(|| csaf.document.title.clone()).unwrap_or_default();
    advisory.ratings = ratings(csaf, [vulnerability], source);
    advisory.cwes = vulnerability.cwe.iter().filter_map(|cwe| cwe.id.as_deref().map(str::to_owned)).collect();
    advisory.affected = affected([vulnerability], products);
    advisory.references.extend(references(&vulnerability.references));
    // The errata that fix it.
    let errata = vulnerability.remediations.iter().filter_map(|remediation| {
        let id = remediation.url.as_deref()?.rsplit('/').next()?;
        (remediation.category.as_deref() == Some("vendor_fix") && id.contains(':')).then(|| id.to_owned())
    });
    advisory.related = errata.collect::<BTreeSet<_>>().into_iter().collect();
    advisory
}

/// What a security advisory fixes.
fn erratum(csaf: &Csaf<'_>, products: &Products<'_>, source: &str) -> Advisory {
    let mut advisory = head(csaf, csaf.document.tracking.id.to_string(), &format!("{}-csaf", slug(source)));
    advisory.summary = csaf.document.title.clone().unwrap_or_default();
    let cves = csaf.vulnerabilities.iter().filter_map(|vulnerability| vulnerability.cve.as_deref());
    advisory.upstream = cves.map(str::to_owned).collect();
    advisory.ratings = ratings(csaf, &csaf.vulnerabilities, source);
    let cwes =
        csaf.vulnerabilities.iter().filter_map(|vulnerability| vulnerability.cwe.as_ref()?.id.as_deref());
    advisory.cwes = cwes.map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect();
    advisory.affected = affected(&csaf.vulnerabilities, products);
    advisory
}

fn slug(source: &str) -> &'static str {
    match source {
        "SUSE" => "suse",
        "openEuler" => "openeuler",
        "Microsoft" => "msrc",
        _ => "redhat",
    }
}

fn head(csaf: &Csaf<'_>, id: String, feed: &str) -> Advisory {
    Advisory {
        id,
        feed: feed.to_owned(),
        published: csaf.document.tracking.initial_release_date.clone(),
        modified: csaf.document.tracking.current_release_date.clone(),
        references: references(&csaf.document.references).collect(),
        ..Advisory::default()
    }
}

fn references(links: &[Link]) -> impl Iterator<Item = Reference> {
    links.iter().filter_map(|link| {
        let kind = if link.category.as_deref() == Some("self") { "ADVISORY" } else { "WEB" };
        Some(Reference { kind: kind.to_owned(), url: link.url.clone().filter(|url| !url.is_empty())? })
    })
}

fn ratings<'a>(
    csaf: &Csaf<'_>,
    vulnerabilities: impl IntoIterator<Item = &'a Vulnerability<'a>>,
    source: &str,
) -> Vec<Rating> {
    let mut ratings = Vec::new();
    let mut add = |rating: Rating| {
        if !ratings.contains(&rating) {
            ratings.push(rating);
        }
    };
    if let Some(text) =
        csaf.document.aggregate_severity.as_ref().and_then(|severity| severity.text.as_deref())
    {
        add(word(source, text));
    }
    for vulnerability in vulnerabilities {
        let impact =
            vulnerability.threats.iter().filter(|threat| threat.category.as_deref() == Some("impact"));
        impact.filter_map(|threat| threat.details.as_deref()).for_each(|details| add(word(source, details)));
        for score in &vulnerability.scores {
            let all = [&score.cvss_v4, &score.cvss_v3, &score.cvss_v2];
            let vectors = all.into_iter().flatten().filter_map(|cvss| cvss.vector.as_deref());
            vectors.for_each(|text| add(vector(source, text)));
        }
    }
    ratings
}

/// `name-[epoch:]version-release`, the version only where it looks like one.
pub(super) fn nevr(text: &str) -> (&str, Option<String>) {
    let (name, version) = product::nevr_parts(text);
    (name, version.map(Cow::into_owned))
}

/// How a status of CSAF's bears on a package, in the order in which one outweighs another for the same package.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    Fixed,
    Affected,
    UnderInvestigation,
    NotAffected,
}

fn status(name: &str) -> Option<Status> {
    Some(match name {
        // SUSE says `recommended` of what others call fixed.
        "fixed" | "first_fixed" | "recommended" => Status::Fixed,
        "known_affected" | "first_affected" | "last_affected" => Status::Affected,
        "under_investigation" => Status::UnderInvestigation,
        "known_not_affected" => Status::NotAffected,
        _ => return None,
    })
}

fn affected<'a>(
    vulnerabilities: impl IntoIterator<Item = &'a Vulnerability<'a>>,
    products: &Products<'_>,
) -> Vec<Affected> {
    // Each package once, however many architectures and repositories list it.
    let mut entries: BTreeMap<(String, String, u8, Option<String>, String), Affected> = BTreeMap::new();
    for vulnerability in vulnerabilities {
        let mut fixes: HashMap<&str, FixState> = HashMap::new();
        for remediation in &vulnerability.remediations {
            if let Some(state) = fix(remediation.category.as_deref(), remediation.details.as_deref()) {
                fixes.extend(remediation.product_ids.iter().map(|id| (id.as_ref(), state)));
            }
        }
        let listed: Vec<(Status, &Cow<'_, str>, Package)> = vulnerability
            .product_status
            .iter()
            .filter_map(|(name, ids)| Some((status(name)?, ids)))
            .flat_map(|(status, ids)| {
                ids.iter().filter_map(move |id| Some((status, id, products.package(id)?)))
            })
            .collect();
        // Documents of the older layout name the source package alone where they name no version; those of the
        // newer one list every binary package, and the source as `.src`.
        let detailed: BTreeSet<&str> = listed
            .iter()
            .filter(|(_, _, package)| package.kind == NameKind::Source && package.version.is_none())
            .map(|(_, _, package)| package.ecosystem.as_str())
            .collect();
        for (status, id, package) in &listed {
            let mut kinds = vec![package.kind];
            if package.version.is_none()
                && package.kind == NameKind::Binary
                && !detailed.contains(package.ecosystem.as_str())
            {
                kinds.push(NameKind::Source);
            }
            for kind in kinds {
                let Some(affected) = affected_entry(*status, package, kind, fixes.get(id.as_ref()).copied())
                else {
                    continue;
                };
                let key = (
                    package.ecosystem.as_str().to_owned(),
                    package.name.clone(),
                    u8::from(kind == NameKind::Source),
                    package.module.clone(),
                    format!("{:?}", affected.ranges),
                );
                entries.entry(key).or_insert(affected);
            }
        }
    }
    entries.into_values().collect()
}

fn affected_entry(
    status: Status,
    package: &Package,
    kind: NameKind,
    fix: Option<FixState>,
) -> Option<Affected> {
    let mut affected = Affected::new(package.ecosystem.clone(), package.name.as_str(), kind);
    affected.module.clone_from(&package.module);
    affected.ranges = match status {
        Status::Fixed => fixed_in(package.version.clone()?),
        Status::Affected if package.before => fixed_in(package.version.clone()?),
        Status::Affected => unfixed(),
        Status::UnderInvestigation => unclear("under investigation"),
        Status::NotAffected => not_affected(),
    };
    if status == Status::Affected && !package.before {
        affected.fix = Some(fix.unwrap_or(FixState::NotAvailable));
    }
    Some(affected)
}

/// Red Hat's finer states of what is not fixed stand in the details of its remediations.
fn fix(category: Option<&str>, details: Option<&str>) -> Option<FixState> {
    let details = details.unwrap_or_default();
    match category? {
        "no_fix_planned" if details.contains("Out of support scope") => Some(FixState::EndOfLife),
        "no_fix_planned" => Some(FixState::WontFix),
        "none_available" if details.contains("Fix deferred") => Some(FixState::Deferred),
        "none_available" => Some(FixState::NotAvailable),
        _ => None,
    }
}

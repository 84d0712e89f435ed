//! Red Hat's security data API: one document a CVE, with what each product ships and what it has fixed.

use plimsoll_core::{Advisory, Affected, Ecosystem, FixState, NameKind, Reference};
use serde::Deserialize;

use super::csaf::nevr;
use super::facts::{fixed_in, not_affected, unclear, unfixed, vector, word};
use super::{About, Document, Emit, Feed, Parsed, Shape, skipped};
use crate::Error;

/// `cve/CVE-….json`. Its packages are source packages.
#[derive(Clone, Copy, Debug, Default)]
pub struct RedHatData;

#[derive(Deserialize)]
struct Record {
    name: String,
    threat_severity: Option<String>,
    public_date: Option<String>,
    bugzilla: Option<Bug>,
    cvss3: Option<Cvss3>,
    cvss: Option<Cvss2>,
    cwe: Option<String>,
    #[serde(default)]
    affected_release: OneOrMany<Release>,
    #[serde(default)]
    package_state: OneOrMany<State>,
    #[serde(default)]
    references: Vec<String>,
}

/// The API writes a list of one as the one.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    Many(Vec<T>),
    One(T),
}

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl<T> OneOrMany<T> {
    fn into_vec(self) -> Vec<T> {
        match self {
            Self::Many(many) => many,
            Self::One(one) => vec![one],
        }
    }
}

#[derive(Deserialize)]
struct Bug {
    description: Option<String>,
}

#[derive(Deserialize)]
struct Cvss3 {
    cvss3_scoring_vector: Option<String>,
}

#[derive(Deserialize)]
struct Cvss2 {
    cvss_scoring_vector: Option<String>,
}

/// What an erratum fixes in a product.
#[derive(Deserialize)]
pub(super) struct Release {
    pub(super) advisory: Option<String>,
    pub(super) cpe: Option<String>,
    /// `name-epoch:version-release`.
    pub(super) package: Option<String>,
}

/// What is to become of a package that no erratum fixes.
#[derive(Deserialize)]
pub(super) struct State {
    pub(super) fix_state: String,
    pub(super) package_name: String,
    pub(super) cpe: Option<String>,
}

impl Feed for RedHatData {
    fn about(&self) -> &'static About {
        &About {
            id: "redhat-data",
            title: "Red Hat Security Data API",
            address: "https://access.redhat.com/hydra/rest/securitydata/cve/",
            licence: "CC-BY-4.0",
            decides: "the state of every source rpm of a product: fixed, affected, not affected, will not fix, put off, out of support",
        }
    }

    fn recognises(&self, _: &Document<'_>, shape: &Shape<'_>) -> bool {
        shape.has(&["bugzilla", "name"])
            && ["threat_severity", "package_state", "affected_release", "public_date"]
                .iter()
                .any(|name| shape.has(&[name]))
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        match super::json::<Record>(self, &document) {
            Ok(record) => emit(Parsed::Advisory(Box::new(advisory(record)))),
            Err(e) => emit(skipped(&document, "the document", e)),
        }
    }
}

fn advisory(record: Record) -> Advisory {
    let (mut affected, errata) = releases(record.affected_release.into_vec());
    affected.extend(states(record.package_state.into_vec()));
    let mut ratings: Vec<_> = record.threat_severity.iter().map(|text| word("Red Hat", text)).collect();
    let vectors = [
        record.cvss3.and_then(|cvss| cvss.cvss3_scoring_vector),
        record.cvss.and_then(|cvss| cvss.cvss_scoring_vector),
    ];
    ratings.extend(vectors.into_iter().flatten().map(|text| vector("Red Hat", &text)));
    let urls = record.references.iter().flat_map(|text| text.split_whitespace());
    Advisory {
        id: record.name,
        feed: "redhat-data".to_owned(),
        related: errata,
        summary: record.bugzilla.and_then(|bug| bug.description).unwrap_or_default().trim().to_owned(),
        published: record.public_date,
        ratings,
        cwes: cwes(record.cwe.as_deref().unwrap_or_default()),
        affected,
        references: urls.map(|url| Reference { kind: "WEB".to_owned(), url: url.to_owned() }).collect(),
        ..Advisory::default()
    }
}

/// What errata fix, and their ids.
pub(super) fn releases(releases: Vec<Release>) -> (Vec<Affected>, Vec<String>) {
    let mut affected = Vec::new();
    let mut errata = Vec::new();
    for release in releases {
        errata.extend(release.advisory);
        // A release of a module or a container names no package.
        let Some((ecosystem, package)) = ecosystem(release.cpe.as_deref()).zip(release.package) else {
            continue;
        };
        if package.contains('/') {
            continue;
        }
        let (name, Some(version)) = nevr(&package) else { continue };
        let mut fixed = Affected::new(ecosystem, name, NameKind::Source);
        fixed.ranges = fixed_in(version);
        affected.push(fixed);
    }
    errata.sort_unstable();
    errata.dedup();
    (affected, errata)
}

/// What is known of packages that no erratum fixes.
pub(super) fn states(states: impl IntoIterator<Item = State>) -> impl Iterator<Item = Affected> {
    states.into_iter().filter_map(|state| stated(ecosystem(state.cpe.as_deref())?, &state))
}

fn stated(ecosystem: Ecosystem, state: &State) -> Option<Affected> {
    let (module, name) = match state.package_name.split_once('/') {
        None => (None, state.package_name.as_str()),
        // `nodejs:18/nodejs` is of a module; what has no stream is a container image.
        Some((module, name)) => (module.contains(':').then(|| module.to_owned())?.into(), name),
    };
    let mut affected = Affected::new(ecosystem, name, NameKind::Source);
    affected.module = module;
    match state.fix_state.as_str() {
        "Not affected" => affected.ranges = not_affected(),
        "New" | "Under investigation" => affected.ranges = unclear("under investigation"),
        text => {
            affected.ranges = unfixed();
            affected.fix = Some(fix_state(text)?);
        }
    }
    Some(affected)
}

/// What Red Hat says is to become of a package that it has not fixed.
pub(super) fn fix_state(text: &str) -> Option<FixState> {
    Some(match text {
        "Affected" => FixState::NotAvailable,
        "Will not fix" => FixState::WontFix,
        "Fix deferred" => FixState::Deferred,
        "Out of support scope" => FixState::EndOfLife,
        "New" | "Under investigation" => FixState::Unknown,
        _ => return None,
    })
}

/// `cpe:/o:redhat:enterprise_linux:8`; OSV's Red Hat ecosystems are what follows the vendor.
fn ecosystem(cpe: Option<&str>) -> Option<Ecosystem> {
    let (_, tail) = cpe?.split_once(":redhat:")?;
    Some(Ecosystem::with_release("Red Hat", tail))
}

/// `CWE-119`, `(CWE-120|CWE-125)`, `CWE-20->CWE-77`.
pub(super) fn cwes(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let mut cwes: Vec<String> = parts
        .map(|part| part.trim_matches('-'))
        .filter(|part| part.strip_prefix("CWE-").is_some_and(|number| number.parse::<u32>().is_ok()))
        .map(str::to_owned)
        .collect();
    cwes.sort_unstable();
    cwes.dedup();
    cwes
}

#[cfg(test)]
mod tests {
    use super::cwes;

    #[test]
    fn weaknesses_stand_in_chains_and_choices() {
        assert_eq!(cwes("(CWE-120|CWE-125)"), ["CWE-120", "CWE-125"]);
        assert_eq!(cwes("CWE-20->CWE-77"), ["CWE-20", "CWE-77"]);
        assert_eq!(cwes(""), Vec::<String>::new());
    }
}

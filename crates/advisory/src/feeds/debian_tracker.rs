//! The Debian Security Tracker: source packages, their CVEs, and the state of each in each release.

use std::collections::BTreeMap;

use plimsoll_core::{Advisory, Affected, Ecosystem, FixState, NameKind, codename};
use serde::Deserialize;

use super::facts::{fixed_in, unclear, unfixed, word};
use super::{About, Document, Emit, Feed, Parsed, Shape, skipped};
use crate::Error;

/// The tracker's `data/json`.
#[derive(Clone, Copy, Debug, Default)]
pub struct DebianTracker;

type Packages = BTreeMap<String, BTreeMap<String, serde_json::Value>>;

#[derive(Deserialize)]
struct Issue {
    description: Option<String>,
    #[serde(default)]
    releases: BTreeMap<String, Release>,
}

#[derive(Deserialize)]
struct Release {
    status: String,
    fixed_version: Option<String>,
    urgency: Option<String>,
    nodsa: Option<String>,
    nodsa_reason: Option<String>,
}

impl Feed for DebianTracker {
    fn about(&self) -> &'static About {
        &About {
            id: "debian-tracker",
            title: "Debian Security Tracker",
            address: "https://security-tracker.debian.org/tracker/data/json",
            licence: "none stated; facts of the Debian security team",
            decides: "which Debian source packages are affected, fixed or not affected, and what is put off or ignored",
        }
    }

    fn recognises(&self, document: &Document<'_>, shape: &Shape<'_>) -> bool {
        let issue = |name: &str| name.starts_with("CVE-") || name.starts_with("TEMP-");
        let head = document.bytes.get(..64 << 10).unwrap_or(document.bytes);
        let releases = head.windows(10).any(|window| window == b"\"releases\"");
        releases
            && shape.inner.first().is_some_and(|name| issue(name))
            && shape.inner.iter().all(|name| issue(name))
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let packages: Packages = super::json(self, &document)?;
        let mut records: BTreeMap<String, Advisory> = BTreeMap::new();
        for (package, issues) in packages {
            for (id, issue) in issues {
                match Issue::deserialize(issue) {
                    Ok(issue) => add(&mut records, &package, id, issue),
                    Err(e) => emit(skipped(&document, &format!("{id} of {package}"), e))?,
                }
            }
        }
        for advisory in records.into_values() {
            emit(Parsed::Advisory(Box::new(advisory)))?;
        }
        emit(Parsed::Complete(self.about().id.to_owned()))
    }
}

/// Adds what is said of one package to the record of the issue.
fn add(records: &mut BTreeMap<String, Advisory>, package: &str, id: String, issue: Issue) {
    let record = records.entry(id).or_insert_with_key(|id| Advisory {
        id: id.clone(),
        feed: "debian-tracker".to_owned(),
        summary: issue.description.unwrap_or_default(),
        ..Advisory::default()
    });
    for (codename, release) in issue.releases {
        if let Some(ecosystem) = ecosystem(&codename) {
            record.affected.extend(affected(package, ecosystem, release));
        }
    }
}

fn affected(package: &str, ecosystem: Ecosystem, release: Release) -> Option<Affected> {
    let mut entry = Affected::new(ecosystem, package, NameKind::Source);
    entry.ranges = match (release.status.as_str(), release.fixed_version) {
        // A fix in version `0`: not affected.
        ("resolved", Some(version)) => fixed_in(version),
        ("open", _) => unfixed(),
        ("undetermined", _) => unclear("undetermined"),
        _ => return None,
    };
    // Asterisks mark what nobody has confirmed.
    let urgency = release.urgency.unwrap_or_default();
    let urgency = urgency.trim_end_matches('*');
    if release.status == "open" {
        entry.fix = match release.nodsa_reason.as_deref() {
            _ if urgency == "end-of-life" => Some(FixState::EndOfLife),
            Some("ignored") => Some(FixState::WontFix),
            Some("postponed") => Some(FixState::Deferred),
            // No advisory of its own: it may come with a point release.
            _ if release.nodsa.is_some() => Some(FixState::Deferred),
            _ => Some(FixState::NotAvailable),
        };
    }
    if !matches!(urgency, "" | "not yet assigned" | "end-of-life") {
        entry.ratings.push(word("Debian", urgency));
    }
    Some(entry)
}

/// The ecosystem of a release's codename.
pub(super) fn ecosystem(codename: &str) -> Option<Ecosystem> {
    codename::debian(codename).map(|release| Ecosystem::with_release("Debian", release))
}

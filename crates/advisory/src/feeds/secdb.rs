//! Alpine's secdb and those who publish the same form: source packages, and the ids that each version fixes.

use std::collections::BTreeMap;

use plimsoll_core::{Advisory, Affected, Ecosystem, NameKind};
use serde::Deserialize;

use super::facts::{fixed_in, unfixed};
use super::{About, Document, Emit, Feed, Parsed, Shape, skipped};
use crate::Error;

/// secdb of Alpine, Wolfi, Chainguard, MinimOS and SecureOS.
#[derive(Clone, Copy, Debug, Default)]
pub struct Secdb;

#[derive(Deserialize)]
struct Database {
    urlprefix: Option<String>,
    distroversion: Option<String>,
    reponame: Option<String>,
    #[serde(default)]
    packages: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Outer {
    pkg: Package,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    /// `null` where a package has none.
    secfixes: Option<BTreeMap<String, Option<Vec<String>>>>,
}

impl Feed for Secdb {
    fn about(&self) -> &'static About {
        &About {
            id: "secdb",
            title: "secdb of Alpine, Wolfi, Chainguard, MinimOS and SecureOS",
            address: "https://secdb.alpinelinux.org/",
            licence: "Alpine: none stated; Wolfi and Chainguard: CC-BY-NC-ND-4.0 and their terms",
            decides: "which version of an apk source package fixes what, and what never affected it",
        }
    }

    fn recognises(&self, _: &Document<'_>, shape: &Shape<'_>) -> bool {
        shape.has(&["packages"])
            && ["urlprefix", "apkurl", "distroversion"].iter().any(|name| shape.has(&[name]))
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let database: Database = super::json(self, &document)?;
        let prefix = database.urlprefix.unwrap_or_default();
        let Some(ecosystem) = ecosystem(&prefix, database.distroversion.as_deref()) else {
            return Err(Error::Document {
                feed: self.about().id,
                path: document.name.to_owned(),
                why: format!("{prefix:?} is no distribution's address that is known"),
            });
        };
        let repository = database.reponame.unwrap_or_default();
        let feed = format!("secdb/{ecosystem}/{repository}");
        let mut records: BTreeMap<String, Advisory> = BTreeMap::new();
        for package in database.packages {
            match Outer::deserialize(package) {
                Ok(Outer { pkg }) => add(&mut records, &feed, &ecosystem, pkg),
                Err(e) => emit(skipped(&document, "a package", e))?,
            }
        }
        for advisory in records.into_values() {
            emit(Parsed::Advisory(Box::new(advisory)))?;
        }
        emit(Parsed::Complete(feed))
    }
}

/// A release of the rolling ones is `edge` or none.
fn ecosystem(prefix: &str, release: Option<&str>) -> Option<Ecosystem> {
    let host = prefix.split("://").last()?.split('/').next()?;
    Some(match host {
        "packages.wolfi.dev" => Ecosystem::new("Wolfi"),
        "packages.cgr.dev" => Ecosystem::new("Chainguard"),
        "packages.mini.dev" => Ecosystem::new("MinimOS"),
        "apk.cve0.io" => Ecosystem::new("SecureOS"),
        _ if host.ends_with("alpinelinux.org") => Ecosystem::with_release("Alpine", release?),
        // A mirror's address, or none: the others have no releases.
        _ => {
            let version =
                release?.strip_prefix('v').is_some_and(|v| v.starts_with(|c: char| c.is_ascii_digit()));
            (version || release == Some("edge"))
                .then(|| Ecosystem::with_release("Alpine", release.unwrap_or_default()))?
        }
    })
}

fn add(records: &mut BTreeMap<String, Advisory>, feed: &str, ecosystem: &Ecosystem, package: Package) {
    for (version, texts) in package.secfixes.unwrap_or_default() {
        for text in texts.unwrap_or_default() {
            for (id, aliases) in ids(&text) {
                let record = records.entry(id).or_insert_with_key(|id| Advisory {
                    id: id.clone(),
                    feed: feed.to_owned(),
                    ..Advisory::default()
                });
                record.aliases.extend(aliases);
                record.aliases.sort_unstable();
                record.aliases.dedup();
                let mut affected = Affected::new(ecosystem.clone(), package.name.as_str(), NameKind::Source);
                // SecureOS writes `None` where there is no fix yet.
                affected.ranges = if version == "None" { unfixed() } else { fixed_in(version.as_str()) };
                if !record.affected.contains(&affected) {
                    record.affected.push(affected);
                }
            }
        }
    }
}

/// The ids of one text, each with its aliases: `CVE-2017-2615 XSA-208` is one flaw by two names. Where several CVEs
/// stand in one text they are several flaws.
fn ids(text: &str) -> Vec<(String, Vec<String>)> {
    let all: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    let (cves, others): (Vec<String>, Vec<String>) = all.into_iter().partition(|id| id.starts_with("CVE-"));
    match cves.len() {
        0 => others.into_iter().map(|id| (id, Vec::new())).collect(),
        1 => cves.into_iter().map(|id| (id, others.clone())).collect(),
        _ => cves.into_iter().chain(others).map(|id| (id, Vec::new())).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::ids;

    #[test]
    fn one_text_may_hold_several_ids() {
        assert_eq!(ids("CVE-1"), [("CVE-1".to_owned(), vec![])]);
        assert_eq!(ids("CVE-1 XSA-2"), [("CVE-1".to_owned(), vec!["XSA-2".to_owned()])]);
        assert_eq!(ids("CVE-1 CVE-2").len(), 2);
        assert_eq!(ids("  "), []);
    }
}

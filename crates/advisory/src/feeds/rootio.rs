//! Root.io's feed: packages of distributions that it has patched without a new upstream version.

use std::collections::BTreeMap;

use plimsoll_core::{Advisory, Affected, Ecosystem, NameKind};
use plimsoll_version::Scheme;
use plimsoll_version::expression::Syntax;
use serde::Deserialize;
use serde_json::Value;

use super::facts::word;
use super::ranges::Ranges;
use super::{About, Document, Emit, Feed, Form, Parsed, Shape, skipped};
use crate::Error;

/// `cve_feed.json`, in the ecosystems that OSV calls `Root:Debian:12`. It speaks of packages whose version is Root's.
#[derive(Clone, Copy, Debug, Default)]
pub struct Root;

#[derive(Deserialize)]
struct Release {
    distroversion: String,
    #[serde(default)]
    packages: Vec<Value>,
}

#[derive(Deserialize)]
struct Outer {
    pkg: Package,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    #[serde(default)]
    cves: BTreeMap<String, Issue>,
}

#[derive(Deserialize)]
struct Issue {
    #[serde(default)]
    vulnerable_ranges: Vec<String>,
    severity: Option<String>,
}

impl Feed for Root {
    fn about(&self) -> &'static About {
        &About {
            id: "root",
            title: "Root.io patch feed",
            address: "https://api.root.io/external/patch_feed",
            licence: "Root.io's terms",
            decides: "which of the versions that Root.io has built are affected",
        }
    }

    fn recognises(&self, document: &Document<'_>, shape: &Shape<'_>) -> bool {
        let head = document.bytes.get(..64 << 10).unwrap_or(document.bytes);
        let has = |text: &[u8]| head.windows(text.len()).any(|window| window == text);
        shape.form == Form::Object
            && shape.names.iter().all(|name| ecosystem(name).is_some())
            && has(b"\"distroversion\"")
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let distributions: BTreeMap<String, Vec<Release>> = super::json(self, &document)?;
        let mut records: BTreeMap<String, Advisory> = BTreeMap::new();
        for (distribution, releases) in distributions {
            let Some((base, scheme)) = ecosystem(&distribution) else { continue };
            for release in releases {
                let ecosystem = Ecosystem::with_release("Root", &format!("{base}:{}", release.distroversion));
                for package in release.packages {
                    let read = Outer::deserialize(package).map_err(|e| e.to_string());
                    let added = read.and_then(|outer| add(&mut records, &ecosystem, scheme, outer.pkg));
                    if let Err(why) = added {
                        emit(skipped(&document, &format!("a package of {ecosystem}"), why))?;
                    }
                }
            }
        }
        records.into_values().try_for_each(|advisory| emit(Parsed::Advisory(Box::new(advisory))))?;
        emit(Parsed::Complete("root".to_owned()))
    }
}

fn add(
    records: &mut BTreeMap<String, Advisory>,
    ecosystem: &Ecosystem,
    scheme: Scheme,
    package: Package,
) -> Result<(), String> {
    for (id, issue) in package.cves {
        let mut affected = Affected::new(ecosystem.clone(), package.name.as_str(), NameKind::Source);
        for text in &issue.vulnerable_ranges {
            let ranges = Ranges::read(Syntax::Comparators(scheme), text)
                .map_err(|e| format!("{id} of {}: {text:?}: {e}", package.name))?;
            affected.ranges.extend(ranges.ranges);
            affected.versions.extend(ranges.versions);
        }
        affected.ratings = issue.severity.iter().map(|text| word("Root", text)).collect();
        let record = records.entry(id).or_insert_with_key(|id| Advisory {
            id: id.clone(),
            feed: "root".to_owned(),
            ..Advisory::default()
        });
        record.affected.push(affected);
    }
    Ok(())
}

fn ecosystem(distribution: &str) -> Option<(&'static str, Scheme)> {
    Some(match distribution {
        "alpine" => ("Alpine", Scheme::Apk),
        "debian" => ("Debian", Scheme::Dpkg),
        "ubuntu" => ("Ubuntu", Scheme::Dpkg),
        _ => return None,
    })
}

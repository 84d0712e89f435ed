use std::collections::BTreeMap;

use plimsoll_core::{Advisory, NameKind, calendar};
use serde::Deserialize;
use serde_json::Value;

use super::{ecosystem, fixed};
use crate::Error;
use crate::feeds::{About, Document, Emit, Feed, Form, Parsed, Shape, skipped};

/// The database of Ubuntu's security notices: every notice by its number, with the versions of each release.
#[derive(Clone, Copy, Debug, Default)]
pub struct UsnDatabase;

#[derive(Deserialize)]
struct Notice {
    title: Option<String>,
    timestamp: Option<f64>,
    #[serde(default)]
    cves: Vec<String>,
    #[serde(default)]
    releases: BTreeMap<String, Release>,
}

#[derive(Deserialize)]
struct Release {
    #[serde(default)]
    sources: BTreeMap<String, Package>,
    #[serde(default)]
    binaries: BTreeMap<String, Package>,
}

#[derive(Deserialize)]
struct Package {
    version: Option<String>,
}

impl Feed for UsnDatabase {
    fn about(&self) -> &'static About {
        &About {
            id: "usn",
            title: "Ubuntu Security Notices, database",
            address: "https://usn.ubuntu.com/usn-db/database-all.json.bz2",
            licence: "CC-BY-SA-4.0",
            decides: "which version of an Ubuntu source package a notice brings, by release",
        }
    }

    fn recognises(&self, _: &Document<'_>, shape: &Shape<'_>) -> bool {
        let number = |name: &str| {
            let (number, revision) = name.trim_start_matches("USN-").split_once('-')?;
            (number.parse::<u32>().is_ok() && revision.parse::<u32>().is_ok()).then_some(())
        };
        shape.form == Form::Object
            && shape.names.first().is_some_and(|name| number(name).is_some())
            && shape
                .inner
                .iter()
                .any(|name| matches!(name.as_ref(), "releases" | "cves" | "description" | "title"))
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let notices: BTreeMap<String, Value> = crate::feeds::json(self, &document)?;
        for (number, notice) in notices {
            let id = format!("USN-{}", number.trim_start_matches("USN-"));
            match Notice::deserialize(notice) {
                Ok(notice) => emit(Parsed::Advisory(Box::new(advisory(id, notice))))?,
                Err(e) => emit(skipped(&document, &id, e))?,
            }
        }
        Ok(())
    }
}

fn advisory(id: String, notice: Notice) -> Advisory {
    let mut affected = Vec::new();
    for (codename, release) in notice.releases {
        let Some(ecosystem) = ecosystem(&codename) else { continue };
        let named = |packages: BTreeMap<String, Package>, kind: NameKind| {
            let versions = packages.into_iter().filter_map(|(name, package)| Some((name, package.version?)));
            let versions = versions.filter(|(_, version)| !version.is_empty());
            versions
                .map(|(name, version)| fixed(ecosystem.clone(), &name, kind, &version))
                .collect::<Vec<_>>()
        };
        let sources = named(release.sources, NameKind::Source);
        // The first notices name binary packages alone.
        affected.extend(if sources.is_empty() { named(release.binaries, NameKind::Binary) } else { sources });
    }
    let mut upstream = notice.cves;
    upstream.retain(|id| id.starts_with("CVE-"));
    Advisory {
        id,
        feed: "usn".to_owned(),
        upstream,
        summary: notice.title.unwrap_or_default(),
        modified: notice.timestamp.and_then(rfc3339),
        affected,
        ..Advisory::default()
    }
}

/// Seconds since 1970 as RFC 3339.
fn rfc3339(seconds: f64) -> Option<String> {
    if !(0.0..1e11).contains(&seconds) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is between 0 and 10^11")]
    Some(calendar::rfc3339(seconds as i64))
}

#[cfg(test)]
mod tests {
    use super::rfc3339;

    #[test]
    fn seconds_become_dates() {
        // `date -u -d @1559847180 +%FT%TZ`
        assert_eq!(rfc3339(1_559_847_180.5).as_deref(), Some("2019-06-06T18:53:00Z"));
        assert_eq!(rfc3339(951_782_400.0).as_deref(), Some("2000-02-29T00:00:00Z"));
        assert_eq!(rfc3339(f64::NAN), None);
        assert_eq!(rfc3339(-1.0), None);
    }
}

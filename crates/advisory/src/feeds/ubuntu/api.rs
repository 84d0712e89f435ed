use plimsoll_core::{Advisory, Affected, NameKind, Reference};
use serde::Deserialize;
use serde_json::Value;

use super::{ecosystem, fixed, stated};
use crate::Error;
use crate::feeds::facts::{vector, word};
use crate::feeds::{About, Document, Emit, Feed, Parsed, Shape, skipped};

/// Ubuntu's security API: pages of `cves.json` and `notices.json`, and their single records.
#[derive(Clone, Copy, Debug, Default)]
pub struct UbuntuApi;

#[derive(Deserialize)]
struct Notice {
    id: String,
    title: Option<String>,
    published: Option<String>,
    #[serde(default)]
    cves_ids: Vec<String>,
    #[serde(default)]
    release_packages: std::collections::BTreeMap<String, Vec<Package>>,
    #[serde(default)]
    references: Vec<String>,
    #[serde(default)]
    is_hidden: bool,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: Option<String>,
    #[serde(default)]
    is_source: bool,
}

#[derive(Deserialize)]
struct Cve {
    id: String,
    description: Option<String>,
    priority: Option<String>,
    published: Option<String>,
    updated_at: Option<String>,
    status: Option<String>,
    impact: Option<Value>,
    #[serde(default)]
    packages: Vec<Statuses>,
    #[serde(default)]
    references: Vec<String>,
}

#[derive(Deserialize)]
struct Statuses {
    name: String,
    #[serde(default)]
    statuses: Vec<Status>,
}

#[derive(Deserialize)]
struct Status {
    release_codename: String,
    status: String,
    description: Option<String>,
}

/// A CVE of the tracker as others keep it after reading its text.
#[derive(Deserialize)]
struct Normal {
    name: String,
    priority: Option<String>,
    description: Option<String>,
    #[serde(default)]
    patches: Vec<Patch>,
    #[serde(default)]
    ignored_patches: Vec<Patch>,
    #[serde(default)]
    references: Vec<String>,
}

#[derive(Deserialize)]
struct Patch {
    distro: String,
    status: String,
    version: Option<String>,
    package: String,
}

impl Feed for UbuntuApi {
    fn about(&self) -> &'static About {
        &About {
            id: "ubuntu-api",
            title: "Ubuntu security API",
            address: "https://ubuntu.com/security/cves.json",
            licence: "CC-BY-SA-4.0",
            decides: "the state of every Ubuntu source package: fixed, needed, put off, ignored, not affected; and what a notice brings",
        }
    }

    fn recognises(&self, document: &Document<'_>, shape: &Shape<'_>) -> bool {
        let head = document.bytes.get(..64 << 10).unwrap_or(document.bytes);
        let has = |text: &[u8]| head.windows(text.len()).any(|window| window == text);
        shape.has(&["notices"]) && has(b"\"release_packages\"")
            || shape.has(&["cves", "total_results"])
            || shape.has(&["release_packages", "id"])
            || shape.has(&["packages", "id"]) && has(b"\"release_codename\"")
            || shape.has(&["name", "patches", "ignored_patches"])
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let value: Value = crate::feeds::json(self, &document)?;
        let records = |value: Value, name: &str| match value {
            Value::Object(mut page) => match page.remove(name) {
                Some(Value::Array(records)) => Some(records),
                _ => None,
            },
            _ => None,
        };
        let has = |name: &str| value.get(name).is_some_and(Value::is_array);
        let all = if has("notices") && !has("packages") {
            records(value, "notices")
        } else if has("cves") && value.get("release_packages").is_none() {
            records(value, "cves")
        } else {
            Some(vec![value])
        };
        for (index, record) in all.unwrap_or_default().into_iter().enumerate() {
            let id = record.get("id").or_else(|| record.get("name")).and_then(Value::as_str);
            let id = id.map_or_else(|| format!("record {index}"), str::to_owned);
            match read(record) {
                Ok(Some(advisory)) => emit(Parsed::Advisory(Box::new(advisory)))?,
                Ok(None) => {}
                Err(e) => emit(skipped(&document, &id, e))?,
            }
        }
        Ok(())
    }
}

fn read(record: Value) -> Result<Option<Advisory>, serde_json::Error> {
    if record.get("release_packages").is_some() {
        return Notice::deserialize(record).map(|notice| (!notice.is_hidden).then(|| of_notice(notice)));
    }
    if record.get("patches").is_some_and(Value::is_array) {
        return Normal::deserialize(record).map(|normal| Some(of_normal(normal)));
    }
    Cve::deserialize(record).map(|cve| Some(of_cve(cve)))
}

fn links(urls: Vec<String>) -> Vec<Reference> {
    urls.into_iter().map(|url| Reference { kind: "WEB".to_owned(), url }).collect()
}

/// The API leaves the zone of its times out, which is UTC.
fn utc(time: String) -> String {
    if time.ends_with('Z') || time.get(10..).is_some_and(|rest| rest.contains(['+', '-'])) {
        time
    } else {
        time + "Z"
    }
}

fn of_notice(notice: Notice) -> Advisory {
    let mut affected: Vec<Affected> = Vec::new();
    for (codename, packages) in notice.release_packages {
        let Some(ecosystem) = ecosystem(&codename) else { continue };
        let named = |source: bool| {
            let kind = if source { NameKind::Source } else { NameKind::Binary };
            let versions = packages.iter().filter(move |package| package.is_source == source);
            let versions = versions.filter_map(|package| Some((package, package.version.as_deref()?)));
            let versions = versions.filter(|(_, version)| !version.is_empty());
            versions
                .map(|(package, version)| fixed(ecosystem.clone(), &package.name, kind, version))
                .collect::<Vec<_>>()
        };
        let sources = named(true);
        for entry in if sources.is_empty() { named(false) } else { sources } {
            if !affected.contains(&entry) {
                affected.push(entry);
            }
        }
    }
    Advisory {
        id: notice.id,
        feed: "usn".to_owned(),
        upstream: notice.cves_ids.into_iter().filter(|id| id.starts_with("CVE-")).collect(),
        summary: notice.title.unwrap_or_default(),
        published: notice.published.clone().map(utc),
        modified: notice.published.map(utc),
        affected,
        references: links(notice.references),
        ..Advisory::default()
    }
}

fn of_cve(cve: Cve) -> Advisory {
    let mut affected = Vec::new();
    for package in &cve.packages {
        for status in &package.statuses {
            let Some(ecosystem) = ecosystem(&status.release_codename) else { continue };
            let note = status.description.as_deref().unwrap_or_default();
            affected.extend(stated(ecosystem, &package.name, &status.status, note));
        }
    }
    let rejected = cve.status.as_deref() == Some("rejected");
    let vectors = cve.impact.as_ref().and_then(|impact| impact.pointer("/baseMetricV3/cvssV3/vectorString"));
    let vectors = vectors.and_then(Value::as_str).map(|text| vector("Ubuntu", text));
    Advisory {
        id: cve.id,
        feed: "ubuntu-cve".to_owned(),
        summary: opening(cve.description.as_deref().unwrap_or_default()),
        withdrawn: cve.updated_at.clone().filter(|_| rejected).map(utc),
        published: cve.published.map(utc),
        modified: cve.updated_at.map(utc),
        ratings: cve.priority.iter().map(|text| word("Ubuntu", text)).chain(vectors).collect(),
        affected,
        references: links(cve.references),
        ..Advisory::default()
    }
}

fn of_normal(normal: Normal) -> Advisory {
    let patches = normal.patches.iter().chain(&normal.ignored_patches);
    let affected = patches.filter_map(|patch| {
        let note = patch.version.as_deref().unwrap_or_default();
        stated(ecosystem(&patch.distro)?, &patch.package, &patch.status, note)
    });
    Advisory {
        affected: affected.collect(),
        id: normal.name,
        feed: "ubuntu-cve".to_owned(),
        summary: opening(normal.description.as_deref().unwrap_or_default()),
        ratings: normal.priority.iter().map(|text| word("Ubuntu", text)).collect(),
        references: links(normal.references),
        ..Advisory::default()
    }
}

/// The first line of a description.
fn opening(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

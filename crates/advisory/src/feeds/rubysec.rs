//! RubySec's advisory database: one YAML document a gem and vulnerability, with the versions that are *not* affected.

use plimsoll_core::{Advisory, Affected, Ecosystem, NameKind, Reference};
use plimsoll_version::expression::Syntax;
use serde::Deserialize;
use serde_json::Value;

use super::facts::rating;
use super::ranges::all_but;
use super::{About, Document, Emit, Feed, Parsed, Shape, skipped};
use crate::Error;

/// Gems of the database; what it says of Ruby itself has no package that it could be matched with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rubysec;

#[derive(Deserialize)]
struct Record {
    gem: Option<String>,
    engine: Option<String>,
    library: Option<String>,
    cve: Option<Value>,
    ghsa: Option<String>,
    osvdb: Option<Value>,
    url: Option<String>,
    title: Option<String>,
    date: Option<String>,
    cvss_v2: Option<Value>,
    cvss_v3: Option<Value>,
    cvss_v4: Option<Value>,
    #[serde(default)]
    patched_versions: Vec<String>,
    #[serde(default)]
    unaffected_versions: Vec<String>,
    related: Option<Related>,
}

#[derive(Deserialize)]
struct Related {
    #[serde(default)]
    cve: Vec<Value>,
    #[serde(default)]
    url: Vec<String>,
}

impl Feed for Rubysec {
    fn about(&self) -> &'static About {
        &About {
            id: "rubysec",
            title: "RubySec advisory database",
            address: "https://github.com/rubysec/ruby-advisory-db",
            licence: "public domain, OSVDB's entries excepted",
            decides: "which versions of a gem are affected",
        }
    }

    fn recognises(&self, _: &Document<'_>, shape: &Shape<'_>) -> bool {
        ["gem", "engine", "library"].iter().any(|name| shape.has(&[name]))
            && ["patched_versions", "unaffected_versions", "cve", "osvdb"]
                .iter()
                .any(|name| shape.has(&[name]))
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let read = super::json::<Record>(self, &document).map_err(|e| e.to_string());
        match read.and_then(|record| advisory(record, document.name)) {
            Ok(advisory) => emit(Parsed::Advisory(Box::new(advisory))),
            Err(why) => emit(skipped(&document, "the advisory", why)),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn advisory(record: Record, file: &str) -> Result<Advisory, String> {
    let cves = record.cve.iter().map(|cve| format!("CVE-{}", text(cve)));
    let others = record.ghsa.iter().map(|id| format!("GHSA-{id}"));
    let osvdb = record.osvdb.iter().map(|id| format!("OSVDB-{}", text(id)));
    let mut ids = cves.chain(others).chain(osvdb);
    let stem = || file.rsplit(['/', ' ']).next().and_then(|file| file.split('.').next()).map(str::to_owned);
    let id = ids.next().or_else(stem).filter(|id| !id.is_empty()).ok_or("it has no id")?;
    let name = record.gem.as_deref().or(record.engine.as_deref()).or(record.library.as_deref());
    let name = name.ok_or("it names no gem")?.to_owned();
    let mut affected = Vec::new();
    if record.gem.is_some() {
        let safe = [record.unaffected_versions, record.patched_versions].concat();
        let ranges = all_but(Syntax::RubyGems, &safe)?;
        let mut entry = Affected::new(Ecosystem::new("RubyGems"), name.as_str(), NameKind::Binary);
        entry.ranges = ranges.ranges;
        entry.versions = ranges.versions;
        affected.push(entry);
    }
    let scores = [("CVSS_V4", record.cvss_v4), ("CVSS_V3", record.cvss_v3), ("CVSS_V2", record.cvss_v2)];
    let related = record.related.unwrap_or(Related { cve: Vec::new(), url: Vec::new() });
    let links = record.url.into_iter().chain(related.url);
    Ok(Advisory {
        feed: format!("rubysec/{name}"),
        aliases: ids.collect(),
        id,
        related: related.cve.iter().map(|cve| format!("CVE-{}", text(cve))).collect(),
        summary: record.title.unwrap_or_default(),
        published: record.date.map(|day| format!("{day}T00:00:00Z")),
        ratings: scores
            .into_iter()
            .filter_map(|(scheme, score)| Some(rating("RubySec", scheme, &text(&score?))))
            .collect(),
        affected,
        references: links.map(|url| Reference { kind: "WEB".to_owned(), url }).collect(),
        ..Advisory::default()
    })
}

//! RustSec's advisories as its database keeps them: Markdown behind a block of TOML. (It also publishes OSV.)

use plimsoll_core::{Advisory, AdvisoryKind, Affected, Ecosystem, Event, NameKind, Reference};
use plimsoll_version::expression::Syntax;
use serde::Deserialize;

use super::facts::vector;
use super::ranges::all_but;
use super::{About, Document, Emit, Feed, Form, Parsed, Shape, skipped};
use crate::Error;

/// `crates/…/RUSTSEC-….md`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rustsec;

#[derive(Deserialize)]
struct Front {
    advisory: Head,
    #[serde(default)]
    affected: Platforms,
    #[serde(default)]
    versions: Versions,
}

#[derive(Deserialize)]
struct Head {
    id: String,
    package: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    related: Vec<String>,
    cvss: Option<String>,
    date: Option<String>,
    withdrawn: Option<String>,
    informational: Option<String>,
    url: Option<String>,
    #[serde(default)]
    references: Vec<String>,
}

#[derive(Default, Deserialize)]
struct Platforms {
    #[serde(default)]
    arch: Vec<String>,
    #[serde(default)]
    os: Vec<String>,
}

#[derive(Default, Deserialize)]
struct Versions {
    #[serde(default)]
    patched: Vec<String>,
    #[serde(default)]
    unaffected: Vec<String>,
}

impl Feed for Rustsec {
    fn about(&self) -> &'static About {
        &About {
            id: "rustsec",
            title: "RustSec advisory database",
            address: "https://github.com/rustsec/advisory-db",
            licence: "CC0-1.0",
            decides: "which versions of a crate are affected, and on which systems",
        }
    }

    fn recognises(&self, document: &Document<'_>, shape: &Shape<'_>) -> bool {
        let head = document.bytes.get(..4096).unwrap_or(document.bytes);
        shape.form == Form::Text
            && shape.names.first().is_some_and(|line| line.trim_end() == "```toml")
            && head.windows(10).any(|window| window == b"[advisory]")
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        match advisory(document.bytes) {
            Ok(advisory) => emit(Parsed::Advisory(Box::new(advisory))),
            Err(why) => emit(skipped(&document, "the advisory", why)),
        }
    }
}

fn advisory(bytes: &[u8]) -> Result<Advisory, String> {
    let text = std::str::from_utf8(bytes).map_err(|e| e.to_string())?;
    let (_, rest) = text.split_once("```toml").ok_or("it has no block of TOML")?;
    let (front, body) = rest.split_once("\n```").ok_or("its block of TOML has no end")?;
    let front: Front = toml::from_str(front).map_err(|e| e.message().to_owned())?;
    let head = front.advisory;
    let safe = [front.versions.unaffected, front.versions.patched].concat();
    let ranges = all_but(Syntax::Cargo, &safe)?;
    let mut affected = Affected::new(Ecosystem::new("crates.io"), head.package, NameKind::Binary);
    affected.ranges = ranges.ranges;
    affected.versions = ranges.versions;
    // As its OSV form does: pre-releases of the first version are affected as well.
    for event in affected.ranges.iter_mut().flat_map(|range| &mut range.events) {
        if matches!(event, Event::Introduced(version) if version == "0") {
            *event = Event::Introduced("0.0.0-0".to_owned());
        }
    }
    affected.os = front.affected.os;
    affected.arch = front.affected.arch;
    let title = body.lines().find_map(|line| line.strip_prefix("# "));
    let day = |date: String| if date.len() == 10 { format!("{date}T00:00:00Z") } else { date };
    let links = head.url.into_iter().chain(head.references);
    Ok(Advisory {
        id: head.id,
        feed: "rustsec".to_owned(),
        aliases: head.aliases,
        related: head.related,
        summary: title.unwrap_or_default().trim().to_owned(),
        published: head.date.map(day),
        withdrawn: head.withdrawn.map(day),
        kind: match head.informational {
            Some(_) => AdvisoryKind::Informational,
            None => AdvisoryKind::Vulnerability,
        },
        ratings: head.cvss.iter().map(|text| vector("RustSec", text)).collect(),
        affected: vec![affected],
        references: links.map(|url| Reference { kind: "WEB".to_owned(), url }).collect(),
        ..Advisory::default()
    })
}

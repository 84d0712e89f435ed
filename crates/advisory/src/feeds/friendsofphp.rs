//! FriendsOfPHP's security advisories: one YAML document a Composer package and vulnerability.

use std::collections::BTreeMap;

use plimsoll_core::{Advisory, Affected, Ecosystem, NameKind, Reference};
use plimsoll_version::Scheme;
use plimsoll_version::expression::Syntax;
use serde::Deserialize;

use super::ranges::Ranges;
use super::{About, Document, Emit, Feed, Parsed, Shape, skipped};
use crate::Error;

/// The database that Composer's own audit began with.
#[derive(Clone, Copy, Debug, Default)]
pub struct FriendsOfPhp;

#[derive(Deserialize)]
struct Record {
    title: Option<String>,
    link: Option<String>,
    cve: Option<String>,
    branches: BTreeMap<String, Branch>,
    reference: String,
}

#[derive(Deserialize)]
struct Branch {
    time: Option<String>,
    /// Comparisons that must all hold.
    #[serde(default)]
    versions: Vec<String>,
}

impl Feed for FriendsOfPhp {
    fn about(&self) -> &'static About {
        &About {
            id: "friendsofphp",
            title: "PHP Security Advisories Database",
            address: "https://github.com/FriendsOfPHP/security-advisories",
            licence: "Unlicense",
            decides: "which versions of a Composer package are affected",
        }
    }

    fn recognises(&self, _: &Document<'_>, shape: &Shape<'_>) -> bool {
        shape.has(&["branches", "reference"])
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let read = super::json::<Record>(self, &document).map_err(|e| e.to_string());
        match read.and_then(|record| advisory(record, document.name)) {
            Ok(advisory) => emit(Parsed::Advisory(Box::new(advisory))),
            Err(why) => emit(skipped(&document, "the advisory", why)),
        }
    }
}

fn advisory(record: Record, file: &str) -> Result<Advisory, String> {
    let package =
        record.reference.strip_prefix("composer://").ok_or("its reference is no composer:// package")?;
    // Without a CVE it is known by its file alone: `2014-05-20.yaml`.
    let stem =
        || file.rsplit(['/', ' ']).next()?.rsplit_once('.').map(|(stem, _)| format!("{package}/{stem}"));
    let id = record.cve.filter(|cve| cve.starts_with("CVE-")).or_else(stem).ok_or("it has no id")?;
    let mut affected = Affected::new(Ecosystem::new("Packagist"), package, NameKind::Binary);
    for (branch, Branch { versions, .. }) in &record.branches {
        let text = versions.join(", ");
        let ranges = Ranges::read(Syntax::Comparators(Scheme::Packagist), &text)
            .map_err(|e| format!("its branch {branch}: {e}"))?;
        affected.ranges.extend(ranges.ranges);
        affected.versions.extend(ranges.versions);
    }
    let times = record.branches.values().filter_map(|branch| branch.time.as_deref());
    let first =
        times.min().map(|time| time.replacen(' ', "T", 1) + if time.len() > 10 { "Z" } else { "T00:00:00Z" });
    Ok(Advisory {
        id,
        feed: format!("friendsofphp/{package}"),
        summary: record.title.unwrap_or_default(),
        published: first,
        affected: vec![affected],
        references: record
            .link
            .into_iter()
            .map(|url| Reference { kind: "ADVISORY".to_owned(), url })
            .collect(),
        ..Advisory::default()
    })
}

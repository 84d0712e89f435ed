//! Alpine's security tracker: also what has no fix yet, which secdb leaves out.

use std::collections::BTreeMap;

use plimsoll_core::{Advisory, Affected, Ecosystem, FixState, NameKind, Reference};
use serde::Deserialize;

use super::facts::{fixed_in, unfixed, vector};
use super::{About, Document, Emit, Feed, Parsed, Shape, skipped};
use crate::Error;

/// A vulnerability of security.alpinelinux.org, as JSON.
#[derive(Clone, Copy, Debug, Default)]
pub struct AlpineTracker;

#[derive(Deserialize)]
struct Record {
    id: String,
    cvss3: Option<Cvss>,
    #[serde(default, alias = "ref")]
    references: Vec<Link>,
    #[serde(default)]
    state: Vec<State>,
}

#[derive(Deserialize)]
struct Cvss {
    vector: Option<String>,
}

#[derive(Deserialize)]
struct Link {
    rel: Option<String>,
}

/// Whether a version of a package has the vulnerability.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct State {
    fixed: bool,
    repo: String,
    package_name: String,
    package_version: String,
}

impl Feed for AlpineTracker {
    fn about(&self) -> &'static About {
        &About {
            id: "alpine-tracker",
            title: "Alpine Security Tracker",
            address: "https://security.alpinelinux.org/",
            licence: "MIT",
            decides: "which Alpine source packages are affected, without a fix as well as with one",
        }
    }

    fn recognises(&self, _: &Document<'_>, shape: &Shape<'_>) -> bool {
        shape.has(&["id", "state", "cpeMatch"])
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        match super::json::<Record>(self, &document) {
            Ok(record) => emit(Parsed::Advisory(Box::new(advisory(record)))),
            Err(e) => emit(skipped(&document, "the document", e)),
        }
    }
}

fn advisory(record: Record) -> Advisory {
    // By release and package, whichever of the versions is fixed: nothing where none is.
    let mut states: BTreeMap<(Ecosystem, String), Option<String>> = BTreeMap::new();
    for state in record.state {
        let Some(ecosystem) = ecosystem(&state.repo) else { continue };
        let known = states.entry((ecosystem, state.package_name)).or_default();
        if state.fixed {
            *known = Some(state.package_version);
        }
    }
    let affected = states.into_iter().map(|((ecosystem, name), fixed)| {
        let mut affected = Affected::new(ecosystem, name, NameKind::Source);
        match fixed {
            Some(version) => affected.ranges = fixed_in(version),
            None => {
                affected.ranges = unfixed();
                affected.fix = Some(FixState::NotAvailable);
            }
        }
        affected
    });
    let urls = record.references.into_iter().filter_map(|link| link.rel);
    Advisory {
        // The tracker writes addresses, `https://security.alpinelinux.org/vuln/CVE-2019-1003051`.
        id: record.id.rsplit('/').next().unwrap_or_default().to_owned(),
        feed: "alpine-tracker".to_owned(),
        ratings: record
            .cvss3
            .and_then(|cvss| cvss.vector)
            .iter()
            .map(|text| vector("Alpine", text))
            .collect(),
        affected: affected.collect(),
        references: urls.map(|url| Reference { kind: "WEB".to_owned(), url }).collect(),
        ..Advisory::default()
    }
}

/// `3.13-community`, `edge-main`.
fn ecosystem(repository: &str) -> Option<Ecosystem> {
    let release = repository.split('-').next()?;
    Some(match release {
        "edge" => Ecosystem::with_release("Alpine", "edge"),
        _ if release.starts_with(|c: char| c.is_ascii_digit()) => {
            Ecosystem::with_release("Alpine", &format!("v{release}"))
        }
        _ => return None,
    })
}

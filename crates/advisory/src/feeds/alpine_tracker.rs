//! Alpine's security tracker: also what has no fix yet, which secdb leaves out.

use std::collections::BTreeMap;

use plimsoll_core::{Advisory, Affected, Ecosystem, FixState, NameKind, Reference};
use serde::Deserialize;
use serde_json::Value;

use super::facts::{fixed_in, unfixed, vector};
use super::{About, Document, Emit, Feed, Parsed, Shape, skipped};
use crate::Error;

/// A vulnerability of security.alpinelinux.org, as JSON; or a list of those of a branch.
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

/// `branch/edge-community`, `vuln-orphaned/edge-community`.
#[derive(Deserialize)]
struct Collection {
    id: String,
    items: Vec<Value>,
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
    /// In lists it is that of all.
    repo: Option<String>,
    package_name: Option<String>,
    /// In lists the address of the package's version, `…/srcpkg/freeimage/3.18.0-r2`.
    package_version: String,
}

impl State {
    /// The package and its version.
    fn package(&self) -> Option<(&str, &str)> {
        match &self.package_name {
            Some(name) => Some((name, &self.package_version)),
            None => self.package_version.split_once("/srcpkg/")?.1.split_once('/'),
        }
    }
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
            || shape.has(&["id", "items"]) && shape.names.iter().any(|name| name == "@context")
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        if Shape::of(document.bytes).has(&["items"]) {
            let collection: Collection = super::json(self, &document)?;
            let repository = collection.id.rsplit('/').next().unwrap_or_default();
            for (index, item) in collection.items.into_iter().enumerate() {
                match Record::deserialize(item) {
                    Ok(record) => emit(Parsed::Advisory(Box::new(advisory(record, repository))))?,
                    Err(e) => emit(skipped(&document, &format!("item {index}"), e))?,
                }
            }
            return Ok(());
        }
        match super::json::<Record>(self, &document) {
            Ok(record) => emit(Parsed::Advisory(Box::new(advisory(record, "")))),
            Err(e) => emit(skipped(&document, "the document", e)),
        }
    }
}

/// A vulnerability; `repository` is that of the list that it stands in.
fn advisory(record: Record, repository: &str) -> Advisory {
    // By release and package, whichever of the versions is fixed: nothing where none is.
    let mut states: BTreeMap<(Ecosystem, String), Option<String>> = BTreeMap::new();
    for state in &record.state {
        let ecosystem = ecosystem(state.repo.as_deref().unwrap_or(repository));
        let Some((ecosystem, (name, version))) = ecosystem.zip(state.package()) else { continue };
        let known = states.entry((ecosystem, name.to_owned())).or_default();
        if state.fixed {
            *known = Some(version.to_owned());
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
        // What a list says is said of its branch alone.
        feed: if repository.is_empty() {
            "alpine-tracker".to_owned()
        } else {
            format!("alpine-tracker/{repository}")
        },
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_a_branch_are_read() {
        let text = br#"{"@context":"https://security.alpinelinux.org/static/context.jsonld","id":"https://security.alpinelinux.org/branch/edge-community","items":[
            {"id":"https://security.alpinelinux.org/vuln/CVE-2019-12212","cpeMatch":[],"ref":[{"rel":"https://a.example"}],"state":[
                {"fixed":false,"packageVersion":"https://security.alpinelinux.org/srcpkg/freeimage/3.18.0-r2"}]},
            {"id":7}],"type":"Collection"}"#;
        let document = Document { name: "edge-community.json", bytes: text };
        let (mut advisories, mut skipped) = (Vec::new(), 0);
        AlpineTracker
            .parse(document, &mut |parsed| {
                match parsed {
                    Parsed::Advisory(advisory) => advisories.push(advisory),
                    Parsed::Skipped(_) => skipped += 1,
                    _ => {}
                }
                Ok(())
            })
            .unwrap();
        assert!(AlpineTracker.recognises(&document, &Shape::of(text)));
        assert_eq!((advisories.len(), skipped), (1, 1));
        let entry = &advisories[0].affected[0];
        assert_eq!((advisories[0].id.as_str(), entry.name.as_str()), ("CVE-2019-12212", "freeimage"));
        assert_eq!((entry.ecosystem.as_str(), entry.fix), ("Alpine:edge", Some(FixState::NotAvailable)));
    }
}

//! The Arch Linux security tracker: groups of packages and of issues that are fixed together.

use plimsoll_core::{Advisory, Affected, Ecosystem, FixState, NameKind};
use serde::Deserialize;

use super::facts::{fixed_in, not_affected, unclear, unfixed, word};
use super::{About, Document, Emit, Feed, Form, Parsed, Shape, skipped};
use crate::Error;

/// The tracker's `all.json`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Arch;

#[derive(Deserialize)]
struct Group {
    name: String,
    packages: Vec<String>,
    status: String,
    severity: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    fixed: Option<String>,
    #[serde(default)]
    issues: Vec<String>,
    #[serde(default)]
    advisories: Vec<String>,
}

impl Feed for Arch {
    fn about(&self) -> &'static About {
        &About {
            id: "arch",
            title: "Arch Linux Security Tracker",
            address: "https://security.archlinux.org/all.json",
            licence: "none stated",
            decides: "which Arch Linux packages are affected, fixed or not affected",
        }
    }

    fn recognises(&self, _: &Document<'_>, shape: &Shape<'_>) -> bool {
        shape.form == Form::Array && shape.has(&["name", "packages", "status", "issues"])
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let groups: Vec<serde_json::Value> = super::json(self, &document)?;
        for (index, group) in groups.into_iter().enumerate() {
            match Group::deserialize(group) {
                Ok(group) => emit(Parsed::Advisory(Box::new(advisory(group))))?,
                Err(e) => emit(skipped(&document, &format!("group {index}"), e))?,
            }
        }
        emit(Parsed::Complete(self.about().id.to_owned()))
    }
}

fn advisory(group: Group) -> Advisory {
    let (ranges, fix) = match (group.status.as_str(), group.fixed) {
        ("Not affected", _) => (not_affected(), None),
        ("Unknown", _) => (unclear("unknown"), None),
        // `Testing`: the fix is published in the testing repository alone.
        (_, Some(fixed)) => (fixed_in(fixed), None),
        _ => (unfixed(), Some(FixState::NotAvailable)),
    };
    let affected = group
        .packages
        .into_iter()
        .map(|package| {
            let mut entry = Affected::new(Ecosystem::new("Arch Linux"), package, NameKind::Binary);
            entry.ranges.clone_from(&ranges);
            entry.fix = fix;
            entry
        })
        .collect();
    let known = |severity: &String| !severity.eq_ignore_ascii_case("unknown");
    Advisory {
        id: group.name,
        feed: "arch".to_owned(),
        upstream: group.issues,
        related: group.advisories,
        summary: group.kind.unwrap_or_default(),
        ratings: group
            .severity
            .filter(known)
            .map(|severity| word("Arch Linux", &severity))
            .into_iter()
            .collect(),
        affected,
        ..Advisory::default()
    }
}

//! Echo's advisories: for each package of its rebuilt distribution, the version that fixes a CVE.

use std::collections::BTreeMap;

use plimsoll_core::{Advisory, Affected, Ecosystem, FixState, NameKind};
use serde::Deserialize;

use super::facts::{fixed_in, unfixed};
use super::{About, Document, Emit, Feed, Form, Parsed, Shape, skipped};
use crate::Error;

/// Echo's `data.json`: a fix in `0` is not affected, no fix at all is not fixed yet.
#[derive(Clone, Copy, Debug, Default)]
pub struct Echo;

#[derive(Deserialize)]
struct Issue {
    fixed_version: Option<String>,
}

impl Feed for Echo {
    fn about(&self) -> &'static About {
        &About {
            id: "echo",
            title: "Echo advisories",
            address: "https://advisory.echohq.com/data.json",
            licence: "none stated",
            decides: "from which version on a package of Echo's images is not affected",
        }
    }

    fn recognises(&self, document: &Document<'_>, shape: &Shape<'_>) -> bool {
        let head = document.bytes.get(..64 << 10).unwrap_or(document.bytes);
        let has = |text: &[u8]| head.windows(text.len()).any(|window| window == text);
        let issue = |name: &str| ["CVE-", "TEMP-", "GHSA-"].iter().any(|prefix| name.starts_with(prefix));
        // The first packages may have no issue.
        shape.form == Form::Object
            && !shape.names.is_empty()
            && shape.inner.iter().all(|name| issue(name))
            && has(b"\"CVE-")
            && has(b"\"fixed_version\"")
            && !has(b"\"releases\"")
            && !shape.has(&["id"])
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let packages: BTreeMap<String, BTreeMap<String, serde_json::Value>> = super::json(self, &document)?;
        let mut records: BTreeMap<String, Advisory> = BTreeMap::new();
        for (package, issues) in packages {
            for (id, issue) in issues {
                let issue = match Issue::deserialize(issue) {
                    Ok(issue) => issue,
                    Err(e) => {
                        emit(skipped(&document, &format!("{id} of {package}"), e))?;
                        continue;
                    }
                };
                let mut affected = Affected::new(Ecosystem::new("Echo"), package.as_str(), NameKind::Source);
                match issue.fixed_version {
                    Some(version) => affected.ranges = fixed_in(version),
                    None => {
                        affected.ranges = unfixed();
                        affected.fix = Some(FixState::NotAvailable);
                    }
                }
                let record = records.entry(id).or_insert_with_key(|id| Advisory {
                    id: id.clone(),
                    feed: "echo".to_owned(),
                    ..Advisory::default()
                });
                record.affected.push(affected);
            }
        }
        records.into_values().try_for_each(|advisory| emit(Parsed::Advisory(Box::new(advisory))))?;
        emit(Parsed::Complete("echo".to_owned()))
    }
}

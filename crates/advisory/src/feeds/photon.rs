//! Photon OS: for each release, the version of a package that resolves a CVE.

use std::collections::BTreeMap;

use plimsoll_core::{Advisory, Affected, Ecosystem, NameKind};
use serde::Deserialize;

use super::facts::{fixed_in, not_affected, rating, unfixed};
use super::{About, Document, Emit, Feed, Form, Parsed, Shape, skipped};
use crate::Error;

/// The `cve_data_photon…json` files.
#[derive(Clone, Copy, Debug, Default)]
pub struct Photon;

#[derive(Deserialize)]
struct Item {
    cve_id: String,
    pkg: String,
    cve_score: Option<serde_json::Number>,
    res_ver: Option<String>,
    status: Option<String>,
}

impl Feed for Photon {
    fn about(&self) -> &'static About {
        &About {
            id: "photon",
            title: "Photon OS CVE metadata",
            address: "https://packages.vmware.com/photon/photon_cve_metadata/",
            licence: "none stated",
            decides: "which version of a Photon OS package resolves a CVE",
        }
    }

    fn recognises(&self, _: &Document<'_>, shape: &Shape<'_>) -> bool {
        shape.form == Form::Array && shape.has(&["cve_id", "pkg", "res_ver"])
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let items: Vec<serde_json::Value> = super::json(self, &document)?;
        let release = release(document.name);
        let feed = format!("photon/{}", release.as_deref().unwrap_or("all"));
        let mut records: BTreeMap<String, Advisory> = BTreeMap::new();
        for (index, item) in items.into_iter().enumerate() {
            let item = match Item::deserialize(item) {
                Ok(item) => item,
                Err(e) => {
                    emit(skipped(&document, &format!("item {index}"), e))?;
                    continue;
                }
            };
            // The file says nothing of its release, but the versions do: `2.31.1-3.ph3`.
            let Some(release) = release.clone().or_else(|| item.res_ver.as_deref().and_then(of_version))
            else {
                let why = "its release stands neither in the file's name (cve_data_photon5.0.json) nor in the version";
                emit(skipped(&document, &item.cve_id, why))?;
                continue;
            };
            add(&mut records, &feed, &release, item);
        }
        for advisory in records.into_values() {
            emit(Parsed::Advisory(Box::new(advisory)))?;
        }
        emit(Parsed::Complete(feed))
    }
}

fn add(records: &mut BTreeMap<String, Advisory>, feed: &str, release: &str, item: Item) {
    let record = records.entry(item.cve_id).or_insert_with_key(|id| Advisory {
        id: id.clone(),
        feed: feed.to_owned(),
        ..Advisory::default()
    });
    let mut affected =
        Affected::new(Ecosystem::with_release("Photon OS", release), item.pkg, NameKind::Source);
    let resolved = item.res_ver.filter(|version| !version.is_empty() && version != "NA");
    affected.ranges = match (resolved, item.status.as_deref()) {
        (Some(version), _) => fixed_in(version),
        // `NA` without a status is what the older files write for packages that are not affected.
        (None, Some("Not Affected") | None) => not_affected(),
        (None, Some(_)) => unfixed(),
    };
    if let Some(score) = item.cve_score {
        affected.ratings.push(rating("Photon OS", "CVSS_V3", &score.to_string()));
    }
    if !record.affected.contains(&affected) {
        record.affected.push(affected);
    }
}

/// `cve_data_photon5.0.json`.
fn release(name: &str) -> Option<String> {
    let rest = name.rsplit("cve_data_photon").next().filter(|rest| rest.len() < name.len())?;
    let release = rest.strip_suffix(".json").unwrap_or(rest);
    release.starts_with(|c: char| c.is_ascii_digit()).then(|| release.to_owned())
}

/// `2.31.1-3.ph3` was built for 3.0.
fn of_version(version: &str) -> Option<String> {
    let (_, release) = version.rsplit_once(".ph")?;
    release.chars().all(|c| c.is_ascii_digit()).then(|| format!("{release}.0"))
}

//! GitHub dependency snapshot (REST API, "Create a snapshot of dependencies for a repository").

use std::collections::BTreeMap;
use std::io::{self, Write};

use plimsoll_core::Package;
use serde_json::{Map, Value, json};

use crate::time::Instant;
use crate::{Options, Report, escape};

pub(crate) fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let image = &report.image;
    // A manifest for each file that names packages: GitHub shows them by it.
    let mut manifests: BTreeMap<String, Vec<&Package>> = BTreeMap::new();
    for assessed in &report.packages {
        let package = &assessed.package;
        let path = package.locations.first().map(|at| at.path.to_text()).unwrap_or_default();
        manifests.entry(format!("{}:{path}", image.name)).or_default().push(package);
    }
    let manifests: Map<String, Value> = manifests
        .into_iter()
        .map(|(name, packages)| {
            let path = name.strip_prefix(&image.name).unwrap_or_default().trim_start_matches([':', '/']);
            let mut resolved = Map::new();
            for package in packages {
                let purl = package.purl.to_string();
                resolved.insert(
                    purl.clone(),
                    json!({"package_url": purl, "relationship": "direct", "scope": "runtime"}),
                );
            }
            let file = json!({"source_location": if path.is_empty() { &image.name } else { path }});
            (name.clone(), json!({"name": name, "file": file, "resolved": resolved}))
        })
        .collect();
    let commit = &options.commit;
    let document = json!({
        "version": 0,
        "sha": commit.sha,
        "ref": commit.reference,
        "job": {"id": commit.run, "correlator": format!("{}_{}", commit.job, image.name)},
        "detector": {
            "name": report.tool.name,
            "version": report.tool.version,
            "url": "https://github.com/plimsoll-rs/plimsoll",
        },
        "scanned": Instant::of(report, options).to_string(),
        "metadata": {"image": image.name, "digest": image.digest.as_ref().map(ToString::to_string)},
        "manifests": manifests,
    });
    escape::document(document, out)
}

//! GitHub dependency snapshot (REST API, "Create a snapshot of dependencies for a repository").

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use plimsoll_core::Role;
use serde_json::{Map, Value, json};

use crate::time::Instant;
use crate::{Assessed, Options, Report, escape, graph};

pub(crate) fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let image = &report.image;
    let (needs, direct) = (graph::dependencies(report), graph::direct(report));
    // A manifest for each file that names packages: GitHub shows them by it.
    let mut manifests: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, assessed) in report.packages.iter().enumerate() {
        let package = &assessed.package;
        let path = package.locations.first().map(|at| at.path.to_text()).unwrap_or_default();
        manifests.entry(format!("{}:{path}", image.name)).or_default().push(at);
    }
    let manifests: Map<String, Value> = manifests
        .into_iter()
        .map(|(name, packages)| {
            let path = name.strip_prefix(&image.name).unwrap_or_default().trim_start_matches([':', '/']);
            let mut resolved = Map::new();
            for at in &packages {
                let Some(Assessed { package, .. }) = report.packages.get(*at) else { continue };
                let purl = package.purl.to_string();
                // What is needed is among what the same file names.
                let needed =
                    needs.get(*at).into_iter().flatten().filter(|at| packages.binary_search(at).is_ok());
                let needed: BTreeSet<String> = needed
                    .filter_map(|at| Some(report.packages.get(*at)?.package.purl.to_string()))
                    .collect();
                let is_direct = direct.get(*at) != Some(&false);
                let entry = json!({
                    "package_url": purl,
                    "relationship": if is_direct { "direct" } else { "indirect" },
                    "scope": if package.role == Role::Development { "development" } else { "runtime" },
                    "dependencies": needed,
                });
                resolved.insert(purl, entry);
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

//! Rocky Linux's errata API: errata with every package file of every architecture.

use std::collections::BTreeSet;

use plimsoll_core::{Advisory, AdvisoryKind, Affected, Ecosystem, NameKind, Reference};
use serde::Deserialize;

use super::facts::{fixed_in, vector, word};
use super::{About, Document, Emit, Feed, Parsed, Shape, skipped};
use crate::Error;

/// Pages of errata, and single ones.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rocky;

#[derive(Deserialize)]
struct Page {
    advisories: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Erratum {
    name: String,
    synopsis: Option<String>,
    kind: Option<String>,
    severity: Option<String>,
    published_at: Option<String>,
    updated_at: Option<String>,
    #[serde(default)]
    cves: Vec<Cve>,
    #[serde(default)]
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Cve {
    cve: String,
    cvss3_scoring_vector: Option<String>,
    cwe: Option<String>,
}

#[derive(Deserialize)]
struct Package {
    nevra: String,
    module_name: Option<String>,
    module_stream: Option<String>,
    product_name: Option<String>,
}

impl Feed for Rocky {
    fn about(&self) -> &'static About {
        &About {
            id: "rocky-errata",
            title: "Rocky Linux errata",
            address: "https://apollo.build.resf.org/api/v3/advisories/",
            licence: "BSD-3-Clause",
            decides: "which version of a Rocky Linux package an erratum brings, with its module",
        }
    }

    fn recognises(&self, _: &Document<'_>, shape: &Shape<'_>) -> bool {
        shape.has(&["advisories", "total"]) || shape.has(&["synopsis", "affected_products"])
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let errata = match serde_json::from_slice::<Page>(document.bytes) {
            Ok(page) => page.advisories,
            Err(_) => vec![super::json(self, &document)?],
        };
        for (index, erratum) in errata.into_iter().enumerate() {
            match Erratum::deserialize(erratum) {
                Ok(erratum) => emit(Parsed::Advisory(Box::new(advisory(erratum))))?,
                Err(e) => emit(skipped(&document, &format!("erratum {index}"), e))?,
            }
        }
        Ok(())
    }
}

fn advisory(erratum: Erratum) -> Advisory {
    let mut affected: Vec<Affected> = Vec::new();
    let mut seen = BTreeSet::new();
    for package in &erratum.packages {
        let release = package.product_name.as_deref().and_then(|name| name.strip_prefix("Rocky Linux "));
        let Some(release) = release.and_then(|rest| rest.split(' ').next()) else { continue };
        // Every architecture brings the same version; a source package is not installed.
        let Some((name, version, arch)) = nevra(&package.nevra) else { continue };
        let module = package.module_name.as_ref().zip(package.module_stream.as_ref());
        let module = module.map(|(name, stream)| format!("{name}:{stream}"));
        if arch == "src"
            || !seen.insert((release.to_owned(), name.to_owned(), version.clone(), module.clone()))
        {
            continue;
        }
        let mut entry =
            Affected::new(Ecosystem::with_release("Rocky Linux", release), name, NameKind::Binary);
        entry.ranges = fixed_in(version);
        entry.module = module;
        affected.push(entry);
    }
    let security = erratum.kind.as_deref() == Some("Security");
    let severity = erratum.severity.filter(|severity| security && severity != "None");
    let mut ratings: Vec<_> = severity.map(|severity| word("Rocky Linux", &severity)).into_iter().collect();
    let vectors = erratum.cves.iter().filter_map(|cve| cve.cvss3_scoring_vector.as_deref());
    ratings.extend(vectors.filter(|text| text.starts_with("CVSS:")).map(|text| vector("Rocky Linux", text)));
    ratings.dedup();
    // Several weaknesses of one CVE stand in one text: `CWE-20->CWE-400`, `CWE-122|CWE-787`.
    let cwes = erratum
        .cves
        .iter()
        .filter_map(|cve| cve.cwe.as_deref())
        .flat_map(|text| text.split(['|', '>', '(', ')']));
    let cwes: BTreeSet<&str> =
        cwes.map(|cwe| cwe.trim_end_matches('-')).filter(|cwe| cwe.starts_with("CWE-")).collect();
    Advisory {
        references: vec![Reference {
            kind: "ADVISORY".to_owned(),
            url: format!("https://errata.rockylinux.org/{}", erratum.name),
        }],
        id: erratum.name,
        feed: "rocky-errata".to_owned(),
        upstream: erratum.cves.iter().map(|cve| cve.cve.clone()).collect(),
        summary: erratum.synopsis.unwrap_or_default(),
        published: erratum.published_at,
        modified: erratum.updated_at,
        kind: if security { AdvisoryKind::Vulnerability } else { AdvisoryKind::Informational },
        ratings,
        cwes: cwes.into_iter().map(str::to_owned).collect(),
        affected,
        ..Advisory::default()
    }
}

/// `delve-0:1.25.2-1.el10_1.aarch64.rpm` as name, version with its epoch where it is not 0, and architecture.
fn nevra(text: &str) -> Option<(&str, String, &str)> {
    let text = text.strip_suffix(".rpm").unwrap_or(text);
    let (nevr, arch) = text.rsplit_once('.')?;
    let mut parts = nevr.rsplitn(3, '-');
    let (release, version, name) = (parts.next()?, parts.next()?, parts.next()?);
    let version = version.strip_prefix("0:").unwrap_or(version);
    Some((name, format!("{version}-{release}"), arch))
}

#[cfg(test)]
mod tests {
    use super::nevra;

    #[test]
    fn files_are_packages() {
        let some = |name, version: &str, arch| Some((name, version.to_owned(), arch));
        assert_eq!(nevra("delve-0:1.25.2-1.el10_1.aarch64.rpm"), some("delve", "1.25.2-1.el10_1", "aarch64"));
        assert_eq!(nevra("bind-libs-32:9.11-1.el8.x86_64"), some("bind-libs", "32:9.11-1.el8", "x86_64"));
        assert_eq!(nevra("x"), None);
    }
}

//! Packages that are named by their package URLs: in arguments, in lists, in SBOMs.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use plimsoll::stages::core::PackageType;
use plimsoll::{Limits, Package, Purl};
use serde_json::Value;

use crate::output::Failure;

/// Components within components of an SBOM.
const DEEP: usize = 64;

/// A package, or why what should name one does not.
pub(crate) struct Named {
    /// What names it, as it was written.
    pub(crate) text: String,
    /// Where that stands; nothing for an argument.
    at: Option<String>,
    pub(crate) package: Result<Package, String>,
}

impl Named {
    /// The package; or a failure that says where to look.
    pub(crate) fn package(self) -> Result<Package, Failure> {
        let at = self.at.map_or_else(String::new, |at| format!("{at}: "));
        self.package.map_err(|why| Failure::Said(format!("{at}{why}")))
    }
}

/// Shows every package that the arguments name, in their order.
pub(crate) fn each(
    arguments: &[String],
    distro: Option<&str>,
    show: &mut dyn FnMut(Named) -> Result<(), Failure>,
) -> Result<(), Failure> {
    for argument in arguments {
        let mut named = |text: &str, at: Option<String>, own: Option<&str>| {
            let package = package(text, distro.or(own));
            show(Named { text: text.to_owned(), at, package })
        };
        if argument == "-" {
            let failed = |e: io::Error| Failure::Said(format!("standard input: {e}"));
            list(&mut io::stdin().lock(), "standard input", &failed, &mut named)?;
        } else if argument.starts_with("pkg:") || !Path::new(argument).exists() {
            named(argument, None, None)?;
        } else {
            let failed = |error| Failure::File { path: argument.into(), error };
            let mut file = BufReader::new(File::open(argument).map_err(failed)?);
            list(&mut file, argument, &failed, &mut named)?;
        }
    }
    Ok(())
}

/// Takes what names a package, where that stands, and the distribution of packages that name none.
type Show<'a> = dyn FnMut(&str, Option<String>, Option<&str>) -> Result<(), Failure> + 'a;

/// Lines of package URLs, or an SBOM.
fn list(
    from: &mut dyn BufRead,
    name: &str,
    failed: &dyn Fn(io::Error) -> Failure,
    show: &mut Show<'_>,
) -> Result<(), Failure> {
    let first = loop {
        let Some(&first) = from.fill_buf().map_err(failed)?.first() else { return Ok(()) };
        // A byte-order mark and blanks say nothing.
        if !(first.is_ascii_whitespace() || matches!(first, 0xef | 0xbb | 0xbf)) {
            break first;
        }
        from.consume(1);
    };
    if first == b'{' {
        return sbom(from, name, failed, show);
    }
    let limit = Limits::default().manifest;
    let mut line = Vec::new();
    for number in 1u64.. {
        line.clear();
        // A line that never ends is not held whole.
        let read = from.take(limit).read_until(b'\n', &mut line).map_err(failed)?;
        if read == 0 {
            break;
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if !(text.is_empty() || text.starts_with('#')) {
            show(text, Some(format!("{name}, line {number}")), None)?;
        }
    }
    Ok(())
}

fn sbom(
    from: &mut dyn BufRead,
    name: &str,
    failed: &dyn Fn(io::Error) -> Failure,
    show: &mut Show<'_>,
) -> Result<(), Failure> {
    let limit = Limits::default().advisory;
    let mut bytes = Vec::new();
    from.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
        return Err(Failure::Said(format!("{name}: larger than the limit of {limit} bytes")));
    }
    let refused = |why: &str| Failure::Said(format!("{name}: {why}"));
    let sbom: Value = serde_json::from_slice(&bytes).map_err(|e| refused(&format!("not an SBOM: {e}")))?;
    let mut purls = Vec::new();
    let mut system = None;
    if let Some(packages) = sbom["packages"].as_array() {
        // SPDX 2, "Package information", "External reference".
        let references = packages.iter().filter_map(|package| package["externalRefs"].as_array()).flatten();
        let of = references.filter(|reference| reference["referenceType"] == "purl");
        purls.extend(of.filter_map(|reference| reference["referenceLocator"].as_str()));
    } else if let Some(graph) = sbom["@graph"].as_array() {
        // SPDX 3, "software:Package".
        purls.extend(graph.iter().filter_map(|element| element["software_packageUrl"].as_str()));
    } else if sbom["bomFormat"] == "CycloneDX" {
        components(&sbom, 0, &mut purls);
        system = operating_system(&sbom);
    } else {
        return Err(refused("neither CycloneDX nor SPDX, nor a list of package URLs"));
    }
    for purl in purls {
        show(purl, Some(name.to_owned()), system.as_deref())?;
    }
    Ok(())
}

/// The operating system that a component is, as package URLs write it: `debian-12`.
fn operating_system(sbom: &Value) -> Option<String> {
    let components =
        sbom["components"].as_array().into_iter().flatten().chain([&sbom["metadata"]["component"]]);
    let system = components.into_iter().find(|component| component["type"] == "operating-system")?;
    let name = system["name"].as_str()?;
    Some(match system["version"].as_str().filter(|version| !version.is_empty()) {
        Some(version) => format!("{name}-{version}"),
        None => name.to_owned(),
    })
}

fn components<'a>(of: &'a Value, depth: usize, purls: &mut Vec<&'a str>) {
    if depth > DEEP {
        return;
    }
    for component in of["components"].as_array().into_iter().flatten() {
        purls.extend(component["purl"].as_str());
        components(component, depth + 1, purls);
    }
}

fn package(text: &str, distro: Option<&str>) -> Result<Package, String> {
    let mut purl: Purl = text.parse().map_err(|error: plimsoll::PurlError| error.to_string())?;
    let is_os = PackageType::from_purl_type(&purl.kind).is_some_and(PackageType::is_os);
    if let Some(distro) = distro.filter(|_| is_os && !purl.qualifiers.contains_key("distro")) {
        purl.qualifiers.insert("distro".to_owned(), distro.to_owned());
    }
    Package::from_purl(purl).map_err(|error| error.to_string())
}

//! NVD's applicability statements: which versions of which products a CVE is about.

use std::collections::BTreeMap;

use plimsoll_core::{Affected, Ecosystem, Event, NameKind, Range, RangeKind};
use serde::Deserialize;

use plimsoll_version::Scheme;

use crate::feeds::ranges::next;

#[derive(Deserialize)]
pub(super) struct Configuration {
    #[serde(default)]
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    #[serde(default)]
    cpe_match: Vec<Match>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Match {
    vulnerable: bool,
    criteria: String,
    version_start_including: Option<String>,
    version_start_excluding: Option<String>,
    version_end_including: Option<String>,
    version_end_excluding: Option<String>,
}

/// The products that a CVE is about, each with all its ranges: in the ecosystem `CPE`, by the name `vendor:product`.
///
/// Rows that are not vulnerable are the platforms that the others need; they limit a configuration to systems.
pub(super) fn affected(configurations: Vec<Configuration>) -> Vec<Affected> {
    let mut entries: BTreeMap<(String, Vec<String>), Affected> = BTreeMap::new();
    for configuration in configurations {
        let rows = || configuration.nodes.iter().flat_map(|node| &node.cpe_match);
        let mut systems: Vec<String> = rows()
            .filter(|row| !row.vulnerable)
            .filter_map(|row| system(&row.criteria))
            .map(str::to_owned)
            .collect();
        systems.sort_unstable();
        systems.dedup();
        for row in rows().filter(|row| row.vulnerable) {
            let Some(cpe) = Cpe::read(&row.criteria) else { continue };
            let name = format!("{}:{}", cpe.vendor, cpe.product);
            let key = (name.clone(), systems.clone());
            let affected = entries.entry(key).or_insert_with(|| {
                let mut affected = Affected::new(Ecosystem::new("CPE"), name, NameKind::Binary);
                affected.os.clone_from(&systems);
                affected
            });
            match range(row, &cpe) {
                Some(events) => affected.ranges.push(Range { kind: RangeKind::Ecosystem, events }),
                // One version by its name.
                None => affected.versions.push(cpe.version),
            }
        }
    }
    entries.into_values().collect()
}

/// The events of a row; nothing where it names one version.
fn range(row: &Match, cpe: &Cpe) -> Option<Vec<Event>> {
    let bounded = row.version_start_including.is_some()
        || row.version_start_excluding.is_some()
        || row.version_end_including.is_some()
        || row.version_end_excluding.is_some();
    if !bounded && !matches!(cpe.version.as_str(), "*" | "-") {
        return None;
    }
    let after = || row.version_start_excluding.as_ref().map(|version| next(Scheme::Generic, version));
    let from = row.version_start_including.clone().or_else(after).unwrap_or_else(|| "0".to_owned());
    let mut events = vec![Event::Introduced(from)];
    events.extend(row.version_end_including.clone().map(Event::LastAffected));
    events.extend(row.version_end_excluding.clone().map(Event::Fixed));
    Some(events)
}

/// The parts of a CPE 2.3 name that are looked at (NIST IR 7695, section 6.2).
struct Cpe {
    vendor: String,
    product: String,
    version: String,
}

impl Cpe {
    fn read(text: &str) -> Option<Self> {
        let mut parts = parts(text.strip_prefix("cpe:2.3:")?).into_iter();
        let (_, vendor, product, version) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let update = parts.next().filter(|update| !matches!(update.as_str(), "*" | "-" | ""));
        let version = match update {
            // `1.0` and its update `rc1` are the version `1.0-rc1`.
            Some(update) if !matches!(version.as_str(), "*" | "-") => format!("{version}-{update}"),
            _ => version,
        };
        Some(Self { vendor, product, version })
    }
}

/// Splits at the colons that are not quoted by a backslash, and takes the backslashes away.
fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '\\' if !quoted => {
                quoted = true;
                continue;
            }
            ':' if !quoted => parts.push(String::new()),
            _ => {
                if let Some(part) = parts.last_mut() {
                    part.push(c);
                }
            }
        }
        quoted = false;
    }
    parts
}

/// The system that a platform's name means, as Go and Rust call it.
fn system(criteria: &str) -> Option<&'static str> {
    let name = criteria.strip_prefix("cpe:2.3:o:")?;
    match name.split(':').nth(1)? {
        product if product.starts_with("windows") => Some("windows"),
        "mac_os_x" | "macos" => Some("darwin"),
        "linux_kernel" => Some("linux"),
        "android" => Some("android"),
        "iphone_os" | "ipados" => Some("ios"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        let cpe = Cpe::read(r"cpe:2.3:a:cmu:c\+\+\:x:1.0:rc1:*:*:*:*:*:*").unwrap();
        assert_eq!(
            (cpe.vendor.as_str(), cpe.product.as_str(), cpe.version.as_str()),
            ("cmu", "c++:x", "1.0-rc1")
        );
        assert!(Cpe::read("cpe:/a:b:c").is_none());
    }

    #[test]
    fn rows_are_ranges_and_platforms_are_systems() {
        let json = r#"[{"nodes":[{"cpeMatch":[
            {"vulnerable":true,"criteria":"cpe:2.3:a:v:p:*:*:*:*:*:*:*:*","versionEndExcluding":"2.0"},
            {"vulnerable":true,"criteria":"cpe:2.3:a:v:p:2.1:*:*:*:*:*:*:*"}]},
            {"cpeMatch":[{"vulnerable":false,"criteria":"cpe:2.3:o:microsoft:windows:-:*:*:*:*:*:*:*"}]}]}]"#;
        let affected = affected(serde_json::from_str(json).unwrap());
        assert_eq!(affected.len(), 1);
        assert_eq!(
            (affected[0].name.as_str(), affected[0].os.as_slice()),
            ("v:p", &["windows".to_owned()][..])
        );
        assert_eq!(affected[0].ranges[0].events, [Event::Introduced("0".into()), Event::Fixed("2.0".into())]);
        assert_eq!(affected[0].versions, ["2.1"]);
    }
}

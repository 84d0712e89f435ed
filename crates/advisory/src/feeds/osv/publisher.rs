//! What the publisher of a record means by what the OSV schema leaves to it.

use plimsoll_core::{AdvisoryKind, NameKind};

/// Who rates in a record of this id: a database by its id's prefix, else the ecosystem's own.
pub(super) fn rating_source(id: &str, ecosystem: Option<&str>) -> String {
    let known = match id.split('-').next().unwrap_or_default() {
        "GHSA" => "GHSA",
        "PYSEC" => "PyPA",
        "GO" => "Go",
        "RUSTSEC" => "RustSec",
        "BIT" => "Bitnami",
        "MAL" => "OpenSSF",
        "OSV" => "OSS-Fuzz",
        "RHSA" | "RHBA" | "RHEA" => "Red Hat",
        "ALSA" | "ALBA" | "ALEA" => "AlmaLinux",
        "RLSA" | "RLBA" | "RLEA" | "RXSA" => "Rocky Linux",
        "DSA" | "DLA" | "DTSA" | "DEBIAN" => "Debian",
        "ALPINE" => "Alpine",
        "USN" | "UBUNTU" => "Ubuntu",
        "CGA" => "Chainguard",
        "MGASA" | "MGAA" => "Mageia",
        "OESA" => "openEuler",
        "BELL" => "BellSoft",
        "CLEANSTART" => "CleanStart",
        "MINI" => "MinimOS",
        "DHI" => "Docker",
        _ => ecosystem.map_or("OSV", |ecosystem| ecosystem.split(':').next().unwrap_or(ecosystem)),
    };
    known.to_owned()
}

/// Which of a package's names the ecosystem's records use. The distributions that publish by source package are
/// the exception; `Red Hat` and `AlmaLinux` name binary packages, `Rocky Linux` and `openSUSE` source packages.
pub(super) fn name_kind(ecosystem: &str) -> NameKind {
    let (name, rest) = ecosystem.split_once(':').unwrap_or((ecosystem, ""));
    match name {
        // Rebuilt packages of other ecosystems are named as theirs.
        "Root" => name_kind(rest),
        "Echo" if !rest.is_empty() => name_kind(rest),
        "Debian"
        | "Ubuntu"
        | "Alpine"
        | "Wolfi"
        | "Chainguard"
        | "MinimOS"
        | "CleanStart"
        | "Docker Hardened Images"
        | "Alpaquita"
        | "Echo"
        | "BellSoft Hardened Containers"
        | "Rocky Linux"
        | "SUSE"
        | "openSUSE"
        | "Mageia"
        | "openEuler"
        | "Photon OS"
        | "Azure Linux" => NameKind::Source,
        _ => NameKind::Binary,
    }
}

/// Errata that only mend or add: Red Hat's `…BA` and `…EA`, and those of the rebuilds that follow it; SUSE's
/// recommended, feature and optional updates; Mageia's `MGAA`.
pub(in crate::feeds) fn kind(id: &str) -> AdvisoryKind {
    let prefix = id.split('-').next().unwrap_or_default();
    let informational =
        matches!(prefix, "RHBA" | "RHEA" | "ALBA" | "ALEA" | "RLBA" | "RLEA" | "ELBA" | "ELEA" | "MGAA")
            || ["SUSE-RU-", "SUSE-FU-", "SUSE-OU-", "openSUSE-RU-", "openSUSE-FU-", "openSUSE-OU-"]
                .iter()
                .any(|errata| id.starts_with(errata));
    match prefix {
        "MAL" => AdvisoryKind::Malware,
        _ if informational => AdvisoryKind::Informational,
        _ => AdvisoryKind::Vulnerability,
    }
}

/// Whether the publisher's records name the vulnerabilities that they mend in `related`, which elsewhere holds
/// ids that are something else.
pub(super) fn related_is_upstream(id: &str) -> bool {
    let prefix = id.split('-').next().unwrap_or_default();
    matches!(
        prefix,
        "ALSA"
            | "ALBA"
            | "ALEA"
            | "RLSA"
            | "RLBA"
            | "RLEA"
            | "RXSA"
            | "MGASA"
            | "MGAA"
            | "RHSA"
            | "RHBA"
            | "RHEA"
    ) || id.starts_with("SUSE-")
        || id.starts_with("openSUSE-")
}

/// The severity's word in front of an erratum's summary: `Important: kernel security update` (AlmaLinux, Rocky
/// Linux).
pub(super) fn word_of_summary<'a>(id: &str, summary: &'a str) -> Option<&'a str> {
    if !matches!(id.split('-').next(), Some("ALSA" | "RLSA" | "RXSA")) {
        return None;
    }
    let (word, _) = summary.split_once(':')?;
    matches!(word, "Low" | "Moderate" | "Important" | "Critical").then_some(word)
}

/// The module and stream in an erratum's summary: `nodejs:12` of `Important: nodejs:12 security update`.
pub(super) fn module_of_summary(summary: &str) -> Option<&str> {
    let at = [" security", " bug fix", " enhancement", " update"]
        .iter()
        .filter_map(|end| summary.find(end))
        .min()?;
    let module = summary.get(..at)?.rsplit(' ').next()?;
    let (name, stream) = module.split_once(':')?;
    (!name.is_empty() && !stream.is_empty() && !stream.contains(':')).then_some(module)
}

/// Whether an rpm version was built in a module: `.module_el8` (AlmaLinux), `.module+el8` (Red Hat, Rocky Linux).
pub(super) fn is_modular(version: &str) -> bool {
    version.contains(".module_") || version.contains(".module+")
}

/// Whether a DSA or DLA says no more than that a package gets no updates any longer.
pub(super) fn is_end_of_life(id: &str, summary: &str) -> bool {
    (id.starts_with("DSA-") || id.starts_with("DLA-"))
        && ["end of life", "end-of-life", "end of support", "end-of-support"]
            .iter()
            .any(|s| summary.contains(s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_stand_in_summaries() {
        let module = module_of_summary;
        assert_eq!(module("Important: nodejs:12 security update"), Some("nodejs:12"));
        assert_eq!(module("rhn-tools:1.0 bug fix update"), Some("rhn-tools:1.0"));
        assert_eq!(module("virt:rhel bug fix and enhancement update"), Some("virt:rhel"));
        assert_eq!(module("Red Hat Security Advisory: python39:3.9 security update"), Some("python39:3.9"));
        assert_eq!(module("container-tools bug fix update"), None);
        assert_eq!(module("Important: firefox security update"), None);
        assert_eq!(module("new module: php:7.3"), None);
    }

    #[test]
    fn summaries_begin_with_a_word() {
        assert_eq!(word_of_summary("ALSA-2019:2722", "Low: libwmf security update"), Some("Low"));
        assert_eq!(word_of_summary("ALBA-2019:1970", "authd bug fix update"), None);
        assert_eq!(word_of_summary("GO-2024-1", "Low: x"), None);
    }
}

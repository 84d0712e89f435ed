//! The distribution that a package URL says that its package is of.

use crate::{Distro, Ecosystem, Purl};

/// OSV's ecosystems of operating systems (OSV schema, "Defined Ecosystems"), and those of the distributions that it
/// does not define.
const ECOSYSTEMS: &[&str] = &[
    "ALT Linux",
    "AlmaLinux",
    "Alpaquita",
    "Alpine",
    "Amazon Linux",
    "Anolis OS",
    "Arch Linux",
    "Azure Linux",
    "BellSoft Hardened Containers",
    "Bottlerocket",
    "Chainguard",
    "CleanStart",
    "Debian",
    "Docker Hardened Images",
    "EPEL",
    "Echo",
    "Fedora",
    "Mageia",
    "MinimOS",
    "Oracle Linux",
    "Photon OS",
    "Red Hat",
    "Rocky Linux",
    "Root",
    "SUSE",
    "Seal",
    "SecureOS",
    "TuxCare",
    "Ubuntu",
    "Wolfi",
    "openEuler",
    "openSUSE",
];

/// The ecosystem of an operating-system package.
pub(crate) fn os_ecosystem(purl: &Purl) -> Option<Ecosystem> {
    let text = purl.qualifiers.get("distro").map(String::as_str);
    let namespace = purl.namespace.as_deref().unwrap_or_default();
    if namespace == "dhi" {
        return docker_hardened(purl);
    }
    if let Some(stated) = text.and_then(|text| stated(namespace, text)) {
        return Some(stated);
    }
    distro(namespace, text).ecosystem()
}

/// A release in the words of its publisher: OSV's, or the product's name in full.
fn stated(namespace: &str, text: &str) -> Option<Ecosystem> {
    let name = text.split(':').next().unwrap_or(text);
    if ECOSYSTEMS.contains(&name) {
        return Some(Ecosystem::from(text.to_owned()));
    }
    for vendor in ["SUSE", "openSUSE"] {
        if let Some(product) = text.strip_prefix(vendor).and_then(|rest| rest.strip_prefix(' ')) {
            return Some(Ecosystem::with_release(vendor, product));
        }
        // `Package Hub 12` of `suse`.
        if namespace.eq_ignore_ascii_case(vendor) && text.contains(' ') {
            return Some(Ecosystem::with_release(vendor, text));
        }
    }
    None
}

/// Docker Hardened Images name what their packages are built after: `os_distro=alpine&os_version=3.24`, or
/// `distro=dhi-3.24` and the type of the package.
fn docker_hardened(purl: &Purl) -> Option<Ecosystem> {
    let qualifier = |key: &str| purl.qualifiers.get(key).map(String::as_str);
    let lineage = match (qualifier("os_distro"), purl.kind.as_str()) {
        (Some("alpine"), _) | (None, "apk") => "Alpine",
        (Some("debian"), _) | (None, "deb") => "Debian",
        _ => return None,
    };
    let release = qualifier("os_version").or_else(|| qualifier("distro")?.strip_prefix("dhi-"))?;
    Some(Ecosystem::with_release("Docker Hardened Images", &format!("{lineage}:{release}")))
}

fn distro(namespace: &str, text: Option<&str>) -> Distro {
    // Rolling distributions have no release to name.
    let Some(text) = text else { return Distro::named(namespace, "") };
    // Alpine calls its branches `v3.19`.
    let text =
        text.strip_prefix('v').filter(|text| text.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(text);
    // `opensuse-leap-15.5`, `openEuler-22.03-LTS-SP3`: the version begins at the first number. Some write `debian:12`.
    let cut = text.match_indices(['-', ':']).find_map(|(at, _)| {
        let (id, version) = (text.get(..at)?, text.get(at + 1..)?);
        version.starts_with(|c: char| c.is_ascii_digit()).then_some((id, version))
    });
    match cut {
        Some((id, version)) => {
            // Some producers write their own spelling of the ID here (`el-8`): only one that is known is taken.
            let named = Distro::named(id, version);
            if named.ecosystem().is_some() { named } else { Distro::named(namespace, version) }
        }
        _ if text.starts_with(|c: char| c.is_ascii_digit()) => Distro::named(namespace, text),
        _ => {
            // A rolling distribution by its ID, or a branch or a release by its name: `alpine-edge`, `bookworm`.
            let named = Distro::named(text, "");
            if named.ecosystem().is_some() {
                return named;
            }
            let (id, name) = match text.rsplit_once('-') {
                Some((id, branch @ ("edge" | "stream"))) => (id, branch),
                _ => (namespace, text),
            };
            let version = if name == "edge" { name } else { "" };
            Distro { codename: Some(name.to_owned()), ..Distro::named(id, version) }
        }
    }
}

impl Distro {
    /// A distribution by the name that a tool gives it, which need not be its `ID`.
    pub fn named(name: &str, version: &str) -> Distro {
        let lower = name.to_ascii_lowercase();
        let id = match lower.as_str() {
            "redhat" | "red hat enterprise linux" => "rhel",
            "alma" => "almalinux",
            "rockylinux" | "rocky-linux" | "rocky linux" => "rocky",
            "amazon" | "amazonlinux" | "amazon linux" => "amzn",
            "azure-linux" | "azure linux" => "azurelinux",
            "oracle" | "oraclelinux" | "oracle linux" => "ol",
            "cbl-mariner" => "mariner",
            "archlinux" => "arch",
            "suse" | "suse linux enterprise server" => "sles",
            "opensuse.leap" => "opensuse-leap",
            "opensuse.tumbleweed" => "opensuse-tumbleweed",
            // Tumbleweed's releases are dates.
            "opensuse" if version.contains('.') => "opensuse-leap",
            "opensuse" if version.len() == 8 => "opensuse-tumbleweed",
            "openeuler" => "openEuler",
            other => other,
        };
        Distro { id: id.to_owned(), version: version.to_owned(), ..Distro::default() }
    }
}

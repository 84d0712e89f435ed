//! What an affected entry is limited to: systems, architectures, modules.

use plimsoll_core::{Affected, Event, Package, PackageType};

/// Why the entry cannot mean the package's platform, if it cannot. Images are Linux; an architecture that is not
/// known excludes nothing.
pub(crate) fn other_platform(package: &Package, entry: &Affected) -> Option<String> {
    let linux = |os: &String| matches!(os.to_ascii_lowercase().as_str(), "linux" | "unix");
    if !entry.os.is_empty() && !entry.os.iter().any(linux) {
        return Some(format!("only on {}", entry.os.join(", ")));
    }
    let arch =
        architecture(package.arch.as_deref().filter(|arch| !matches!(*arch, "all" | "noarch" | "any"))?);
    if !entry.arch.is_empty() && !entry.arch.iter().any(|other| architecture(other) == arch) {
        return Some(format!("only on {}", entry.arch.join(", ")));
    }
    None
}

/// One name for each architecture, of those that Debian, rpm, Go and Rust give it.
fn architecture(name: &str) -> &str {
    match name {
        "amd64" | "x86_64" | "x64" => "amd64",
        "arm64" | "aarch64" => "arm64",
        "386" | "x86" | "i386" | "i486" | "i586" | "i686" => "386",
        "arm" | "armv6l" | "armv7" | "armv7l" | "armv7hl" | "armhf" | "armel" => "arm",
        "ppc64le" | "ppc64el" | "powerpc64le" => "ppc64le",
        "riscv64" | "riscv64gc" => "riscv64",
        "loong64" | "loongarch64" => "loong64",
        other => other,
    }
}

/// What an entry and a package say of the rpm module that they belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Module {
    /// Nothing stands against the two meaning the same.
    Same,
    /// Both are modular, and the record does not say which stream it means.
    Unnamed,
    /// The entry is about another stream, or one of the two is modular and the other is not.
    Other,
}

pub(crate) fn module(package: &Package, entry: &Affected) -> Module {
    if package.kind != PackageType::Rpm {
        return Module::Same;
    }
    if is_another_flavour(package, entry) {
        return Module::Other;
    }
    let installed = package.module.as_deref().filter(|module| !module.is_empty());
    let package_is_modular = installed.is_some() || is_modular(&package.version);
    if let Some(meant) = &entry.module {
        let mut parts = meant.split(':');
        let meant = (parts.next(), parts.next());
        return match installed {
            Some(label) => {
                let mut parts = label.split(':');
                if (parts.next(), parts.next()) == meant { Module::Same } else { Module::Other }
            }
            None if package_is_modular => Module::Unnamed,
            None => Module::Other,
        };
    }
    let entry_is_modular = entry.ranges.iter().flat_map(|range| &range.events).any(|event| match event {
        Event::Fixed(v) | Event::LastAffected(v) => is_modular(v),
        _ => false,
    });
    let has_bound = entry
        .ranges
        .iter()
        .flat_map(|range| &range.events)
        .any(|event| matches!(event, Event::Fixed(_) | Event::LastAffected(_)));
    match (package_is_modular, entry_is_modular) {
        (true, true) => Module::Unnamed,
        (false, false) => Module::Same,
        // A record without a fix has no version to tell by.
        (true, false) if !has_bound => Module::Unnamed,
        _ => Module::Other,
    }
}

/// Whether an entry is about builds of another flavour: Oracle Linux has some patched while they run
/// (`.ksplice1.`) and some certified (`_fips`), under the same names. Their versions do not compare with the plain ones.
fn is_another_flavour(package: &Package, entry: &Affected) -> bool {
    let flavour = |version: &str| (version.contains(".ksplice"), version.contains("_fips"));
    let mut bounds = entry.ranges.iter().flat_map(|range| &range.events).filter_map(|event| match event {
        Event::Fixed(version) | Event::LastAffected(version) => Some(version.as_str()),
        _ => None,
    });
    entry.ecosystem.name() == "Oracle Linux"
        && bounds.next().is_some_and(|bound| flavour(bound) != flavour(&package.version))
}

/// Whether an rpm version was built in a module: `.module_el8` (AlmaLinux), `.module+el8` (Red Hat, Rocky Linux).
fn is_modular(version: &str) -> bool {
    version.contains(".module_") || version.contains(".module+")
}

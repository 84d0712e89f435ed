use std::borrow::Cow;

use plimsoll_core::{Ecosystem, NameKind, Package, PackageType};

/// A package's name as it is compared in its ecosystem.
///
/// PyPI: PEP 503 (lower case; runs of `-`, `_` and `.` are one `-`). NuGet, Packagist, Hex, Pub, GitHub Actions and
/// VSCode: lower case. crates.io: `-` and `_` are one, as the registry allows only one of each such pair. Everything else,
/// npm, Go and Maven included, is compared as it is written.
///
/// ```
/// # use plimsoll_matcher::normal_name;
/// assert_eq!(normal_name("PyPI", "Jinja.2__x"), "jinja-2-x");
/// assert_eq!(normal_name("npm", "JSONStream"), "JSONStream");
/// ```
pub fn normal_name<'a>(ecosystem: &str, name: &'a str) -> Cow<'a, str> {
    let (ecosystem, rest) = ecosystem.split_once(':').unwrap_or((ecosystem, ""));
    match ecosystem {
        // Who builds others' packages anew keeps the rules of their names; Root.io puts its own before some.
        "Root" => normal_name(rest, roots(name).unwrap_or(name)),
        "Seal" | "Echo" | "TuxCare" | "Docker Hardened Images" if !rest.is_empty() => normal_name(rest, name),
        "PyPI" => pep503(name),
        "NuGet" | "Packagist" | "Hex" | "Pub" | "GitHub Actions" | "VSCode"
            if name.chars().any(char::is_uppercase) =>
        {
            Cow::Owned(name.to_lowercase())
        }
        "crates.io" if name.contains('_') => Cow::Owned(name.replace('_', "-")),
        "SwiftURL" => swift_url(name),
        _ => Cow::Borrowed(name),
    }
}

/// The name of a package that Root.io has built under one of its own: `rootio-util-linux`, `root-curl`,
/// `@root/express`, `@rootio/express`.
pub(crate) fn roots(name: &str) -> Option<&str> {
    ["rootio-", "root-", "@rootio/", "@root/"].iter().find_map(|head| name.strip_prefix(head))
}

fn pep503(name: &str) -> Cow<'_, str> {
    let separator = |c: char| matches!(c, '-' | '_' | '.');
    let mut last = false;
    let normal = name.chars().all(|c| {
        let here = separator(c);
        let fine = !(c.is_uppercase() || matches!(c, '_' | '.') || here && last);
        last = here;
        fine
    });
    if normal {
        return Cow::Borrowed(name);
    }
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if separator(c) {
            if !out.ends_with('-') {
                out.push('-');
            }
        } else {
            out.extend(c.to_lowercase());
        }
    }
    Cow::Owned(out)
}

/// Advisories name a Swift package by its repository, with or without scheme and `.git`.
fn swift_url(name: &str) -> Cow<'_, str> {
    let name = name.strip_prefix("https://").or_else(|| name.strip_prefix("http://")).unwrap_or(name);
    let name = name.trim_end_matches('/');
    let name = name.strip_suffix(".git").unwrap_or(name);
    if name.chars().any(char::is_uppercase) { Cow::Owned(name.to_lowercase()) } else { Cow::Borrowed(name) }
}

/// The name of a package that an entry of the kind may mean, if it has one.
pub(crate) fn name_of<'a>(
    package: &'a Package,
    ecosystem: &Ecosystem,
    kind: NameKind,
) -> Option<Cow<'a, str>> {
    let name = match kind {
        NameKind::Binary => &package.name,
        NameKind::Source if package.kind.is_os() => package.source_name(),
        NameKind::Source => package.source.as_ref().map(|source| source.name.as_str())?,
    };
    Some(normal_name(ecosystem.as_str(), name))
}

/// The version of a package that compares with those of entries of the kind: the source package's where the entry
/// names source packages.
pub(crate) fn version_of(package: &Package, kind: NameKind) -> Cow<'_, str> {
    let Some(source) = package.source.as_ref().filter(|_| kind == NameKind::Source) else {
        return Cow::Borrowed(&package.version);
    };
    if source.version.is_empty() {
        return Cow::Borrowed(&package.version);
    }
    // rpm names a source package by its file, which has no epoch; the binary's is the source's.
    if package.kind == PackageType::Rpm
        && !source.version.contains(':')
        && let Some((epoch, rest)) = package.version.split_once(':')
    {
        return if rest == source.version {
            Cow::Borrowed(&package.version)
        } else {
            Cow::Owned(format!("{epoch}:{}", source.version))
        };
    }
    Cow::Borrowed(&source.version)
}

#[cfg(test)]
mod tests {
    use plimsoll_core::{Purl, Source};

    use super::*;

    fn package(kind: PackageType, version: &str, source: Option<(&str, &str)>) -> Package {
        let purl = Purl::new(kind.purl_type(), None, "p", Some(version));
        let source = source.map(|(name, version)| Source { name: name.into(), version: version.into() });
        Package { source, ..Package::new(kind, "p", version, purl) }
    }

    #[test]
    fn pep_503_runs_become_one_hyphen() {
        for (name, normal) in [("a-b", "a-b"), ("A", "a"), ("a.b", "a-b"), ("a-_.b", "a-b"), ("a--b", "a-b")]
        {
            assert_eq!(normal_name("PyPI", name), normal);
        }
    }

    #[test]
    fn other_names_keep_their_case() {
        for ecosystem in ["npm", "Go", "Maven", "Debian:12", "RubyGems", "Alpine:v3.19"] {
            assert_eq!(normal_name(ecosystem, "Ab_c.d"), "Ab_c.d");
        }
        assert_eq!(normal_name("NuGet", "Newtonsoft.Json"), "newtonsoft.json");
        assert_eq!(normal_name("VSCode", "MS-Python.python"), "ms-python.python");
        assert_eq!(normal_name("Root:Alpine:3.18", "rootio-util-linux"), "util-linux");
        assert_eq!(normal_name("Root:PyPI", "root-Jinja2"), "jinja2");
        assert_eq!(
            normal_name("SwiftURL", "https://github.com/Apple/swift-nio.git"),
            "github.com/apple/swift-nio"
        );
    }

    #[test]
    fn a_source_version_takes_the_epoch_of_its_binary() {
        let version = |binary, source| {
            let package = package(PackageType::Rpm, binary, Some(("s", source)));
            version_of(&package, NameKind::Source).into_owned()
        };
        assert_eq!(version("1:1.1.1k-4.el8", "1.1.1k-4.el8"), "1:1.1.1k-4.el8");
        assert_eq!(version("1:2.0-4.el8", "1.1-4.el8"), "1:1.1-4.el8");
        assert_eq!(version("2.0-4.el8", "1.1-4.el8"), "1.1-4.el8");
        assert_eq!(version("1:2.0-4.el8", "3:1.1-4.el8"), "3:1.1-4.el8");
    }

    #[test]
    fn only_os_packages_without_a_source_are_their_own() {
        let e = Ecosystem::new("Debian");
        assert_eq!(
            name_of(&package(PackageType::Deb, "1", None), &e, NameKind::Source).as_deref(),
            Some("p")
        );
        assert_eq!(name_of(&package(PackageType::Npm, "1", None), &e, NameKind::Source), None);
    }
}

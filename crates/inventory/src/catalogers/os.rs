//! What the packages of all operating systems have in common.

use plimsoll_core::{Diagnostic, DiagnosticKind, Package, PackageType, Purl, Role, Source};

/// Bytes that a name or a version may have. File systems store names of 255.
const WORD: usize = 512;

/// A name or a version: not empty, not absurdly long, without blanks or control characters.
pub(crate) fn word(bytes: &[u8]) -> Option<String> {
    let good = !bytes.is_empty()
        && bytes.len() <= WORD
        && bytes.iter().all(|b| !b.is_ascii_whitespace() && !b.is_ascii_control());
    good.then(|| String::from_utf8_lossy(bytes).into_owned())
}

/// Free text of one line, cut to what a person reads.
pub(crate) fn text(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.trim_ascii();
    let bytes = bytes.get(..WORD).unwrap_or(bytes);
    (!bytes.is_empty()).then(|| String::from_utf8_lossy(bytes).into_owned())
}

/// A package of an operating system, whose distribution the merge adds.
///
/// The package URL names the source as other tools write it, `upstream=NAME` or `upstream=NAME@VERSION`, where it
/// differs from the binary.
pub(crate) fn package(
    kind: PackageType,
    name: String,
    version: String,
    arch: Option<String>,
    source: Option<Source>,
) -> Package {
    let source = source.filter(|source| source.name != name || source.version != version);
    let upstream = source.as_ref().map_or_else(String::new, |source| {
        if source.version == version {
            source.name.clone()
        } else {
            format!("{}@{}", source.name, source.version)
        }
    });
    let purl = Purl::new(kind.purl_type(), None, &name, Some(&version))
        .with("arch", arch.as_deref().unwrap_or_default())
        .with("upstream", &upstream);
    let role = role(&name);
    Package { arch, source, role, ..Package::new(kind, name, version, purl) }
}

/// What part a package plays, by the distributions' naming of packages that hold nothing that runs.
pub(crate) fn role(name: &str) -> Role {
    const HEADERS: &[&str] = &[
        "linux-libc-dev",
        "kernel-headers",
        "linux-headers",
        "linux-api-headers",
        "linux-glibc-devel",
        "glibc-kernheaders",
        "linux-libc-headers",
    ];
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| name.ends_with(suffix));
    let headers = |prefix: &str| {
        name.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '+']))
    };
    if HEADERS.iter().any(|prefix| headers(prefix)) {
        Role::Headers
    } else if ends(&["-dbg", "-dbgsym", "-debuginfo", "-debugsource", "-debug-symbols"]) {
        Role::Debug
    } else if ends(&["-doc", "-docs", "-manpages", "-javadoc"]) || name == "man-pages" {
        Role::Documentation
    } else {
        Role::Normal
    }
}

/// A record that does not follow its format, and is lost.
pub(crate) fn malformed(message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(DiagnosticKind::Malformed, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_by_name() {
        for (name, expected) in [
            ("linux-libc-dev", Role::Headers),
            ("linux-headers-6.1.0-18-amd64", Role::Headers),
            ("kernel-headers", Role::Headers),
            ("libc6-dev", Role::Normal),
            ("bash-doc", Role::Documentation),
            ("httpd-docs", Role::Documentation),
            ("docker", Role::Normal),
            ("libc6-dbg", Role::Debug),
            ("glibc-debuginfo", Role::Debug),
        ] {
            assert_eq!(role(name), expected, "{name}");
        }
    }
}

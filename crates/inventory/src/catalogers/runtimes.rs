//! Runtimes and toolchains that say in a file of their own which they are.

use plimsoll_core::{Confidence, Diagnostic, Identity, PackageType, Role};

use super::document::{Document, Text as File, WHOLE};
use super::identity;
use crate::{Interest, Pattern, Sink};

/// `release` of a Java runtime (JEP 223 and 319), by the implementor it names.
pub(crate) const JAVA: Document = Document {
    id: "java-runtime",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("release"), take: WHOLE }],
    role: Role::Normal,
    read: read_java,
};

/// `VERSION` of a Go toolchain.
pub(crate) const GO: Document = Document {
    id: "go-toolchain",
    revision: 1,
    interests: &[Interest { pattern: Pattern::In("go", "VERSION"), take: WHOLE }],
    role: Role::Normal,
    read: read_go,
};

/// `OTP_VERSION` of Erlang/OTP.
pub(crate) const ERLANG: Document = Document {
    id: "erlang-otp",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("OTP_VERSION"), take: WHOLE }],
    role: Role::Normal,
    read: read_erlang,
};

fn read_java(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let text = file.lossy();
    let value = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?;
        Some(line.trim().trim_matches('"')).filter(|value| !value.is_empty())
    };
    // Other software has files of this name.
    let Some(version) = value("JAVA_VERSION") else { return Ok(()) };
    let full = value("JAVA_RUNTIME_VERSION").and_then(|full| full.split("-LTS").next()).unwrap_or(version);
    let name = match value("IMPLEMENTOR") {
        _ if value("GRAALVM_VERSION").is_some() => "graalvm",
        Some("Oracle Corporation") if value("BUILD_TYPE") == Some("commercial") => "jdk",
        Some("IBM Corporation") => "semeru",
        _ => "openjdk",
    };
    add(name, full.split_once("-Debian").map_or(full, |(front, _)| front), out);
    Ok(())
}

fn read_go(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let text = file.lossy();
    let version = text.lines().next().and_then(|line| line.trim().strip_prefix("go"));
    if let Some(version) = version.filter(|version| version.starts_with(|c: char| c.is_ascii_digit())) {
        add("go", version, out);
    }
    Ok(())
}

fn read_erlang(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let text = file.lossy();
    let version = text.trim();
    if version.starts_with(|c: char| c.is_ascii_digit()) && !version.contains(char::is_whitespace) {
        add("erlang", version, out);
    }
    Ok(())
}

fn add(name: &str, version: &str, out: &mut Sink) {
    let mut package = identity::plain(PackageType::Generic, name, version);
    package.identity =
        Some(Identity { confidence: Confidence::High, evidence: "file of the runtime".to_owned() });
    out.packages.push(package);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(document: &Document, text: &str) -> Vec<(String, String)> {
        let mut out = Sink::default();
        (document.read)(&File { path: b"release", bytes: text.as_bytes() }, &mut out).unwrap();
        out.packages.into_iter().map(|package| (package.name, package.version)).collect()
    }

    #[test]
    fn java_runtimes_are_told_apart() {
        let debian = "IMPLEMENTOR=\"Debian\"\nJAVA_RUNTIME_VERSION=\"17.0.15+6-Debian-1deb12u1\"\nJAVA_VERSION=\"17.0.15\"\n";
        assert_eq!(read(&JAVA, debian), [("openjdk".into(), "17.0.15+6".into())]);
        let temurin = "IMPLEMENTOR=\"Eclipse Adoptium\"\nJAVA_RUNTIME_VERSION=\"21.0.1+12-LTS\"\nJAVA_VERSION=\"21.0.1\"\n";
        assert_eq!(read(&JAVA, temurin), [("openjdk".into(), "21.0.1+12".into())]);
        assert_eq!(read(&JAVA, "JAVA_VERSION=\"1.8.0_292\"\n"), [("openjdk".into(), "1.8.0_292".into())]);
        assert!(read(&JAVA, "PRETTY_NAME=\"x\"\n").is_empty());
    }

    #[test]
    fn toolchains_say_which_they_are() {
        assert_eq!(read(&GO, "go1.21.3\ntime 2023-10-09T17:04:35Z\n"), [("go".into(), "1.21.3".into())]);
        assert_eq!(read(&ERLANG, "25.2.3\n"), [("erlang".into(), "25.2.3".into())]);
        assert!(read(&GO, "1.0\n").is_empty());
    }
}

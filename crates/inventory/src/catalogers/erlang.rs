//! Erlang and Elixir: what Mix and Rebar select, and the applications that are installed.

use plimsoll_core::{Content, Diagnostic, DiagnosticKind, Names, Package, PackageType, Role, Take};

use super::document::{Document, Text as File, WHOLE};
use super::identity;
use crate::{Cataloger, Interest, Pattern, Sink};

/// Lock files of Mix.
pub(crate) const MIX_LOCK: Document = Document {
    id: "elixir-mix-lock",
    revision: 2,
    interests: &[Interest { pattern: Pattern::Name("mix.lock"), take: WHOLE }],
    role: Role::Declared,
    read: read_mix,
};

/// Lock files of Rebar.
pub(crate) const REBAR_LOCK: Document = Document {
    id: "erlang-rebar-lock",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("rebar.lock"), take: WHOLE }],
    role: Role::Declared,
    read: read_rebar,
};

/// `"plug": {:hex, :plug, "1.11.1", …}`, one on a line.
fn read_mix(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let text = file.lossy();
    if !text.trim().is_empty() && !text.contains("%{") {
        return Err(Diagnostic::new(DiagnosticKind::Malformed, "Mix's lock file is no map"));
    }
    for line in text.lines() {
        if let Some((key, git)) = line.split_once("{:git,") {
            // A commit of a repository is no version.
            let name = key.split('"').nth(1).unwrap_or("");
            if !name.is_empty() && !git.is_empty() {
                out.packages.push(identity::plain(PackageType::Hex, name, ""));
            }
        }
        let Some((_, entry)) = line.split_once("{:hex,") else { continue };
        let mut fields = entry.split(',').map(str::trim);
        let name = fields.next().and_then(|name| name.strip_prefix(':')).map(|name| name.trim_matches('"'));
        let version = fields.next().and_then(|version| version.strip_prefix('"')?.strip_suffix('"'));
        if let (Some(name), Some(version)) = (name, version) {
            let mut package = identity::plain(PackageType::Hex, name, version);
            package.requires = mix_needs(entry);
            out.packages.push(package);
        }
    }
    Ok(())
}

/// `[{:mime, "~> 1.0", [hex: :mime, repo: "hexpm", optional: false]}, …]`, which follows the names of build tools.
fn mix_needs(entry: &str) -> Names {
    let needs = entry.split("[hex: :").skip(1).filter_map(|need| {
        let (name, rest) = need.split_once([',', ']'])?;
        let options = rest.split(']').next().unwrap_or_default();
        (!options.contains("optional: true")).then(|| name.trim().trim_matches('"'))
    });
    needs.collect()
}

/// `{<<"name">>,{pkg,<<"name">>,<<"1.0">>},0}`, and repositories with the commit that was taken.
fn read_rebar(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let text = file.lossy();
    let mut names = 0;
    for part in text.split("{<<\"").skip(1) {
        names += 1;
        let Some((name, rest)) = part.split_once("\">>") else { continue };
        let rest = rest.trim_start_matches(',').trim_start();
        let version = if let Some(package) = rest.strip_prefix("{pkg,") {
            package.split("<<\"").nth(2).and_then(|version| version.split("\">>").next())
        } else if let Some(git) = rest.strip_prefix("{git,") {
            git.split_once("{ref,\"").and_then(|(_, commit)| commit.split('"').next())
        } else {
            // A checksum further on.
            continue;
        };
        if let Some(version) = version {
            out.packages.push(identity::plain(PackageType::Hex, name, version));
        }
    }
    if names == 0 && !text.trim().is_empty() && !text.trim_start().starts_with('[') {
        return Err(Diagnostic::new(DiagnosticKind::Malformed, "Rebar's lock file names no package"));
    }
    Ok(())
}

/// Application resource files (Erlang/OTP, `app(4)`): each installed application has one among its compiled modules.
pub(crate) struct Applications;

impl Cataloger for Applications {
    fn id(&self) -> &'static str {
        "erlang-application"
    }

    fn revision(&self) -> u32 {
        1
    }

    fn interests(&self) -> &'static [Interest] {
        &[Interest { pattern: Pattern::InSuffix("ebin", ".app"), take: Take::Whole { max: 1 << 20 } }]
    }

    fn parse(&self, file: crate::File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        let text = String::from_utf8_lossy(bytes);
        match application(&text) {
            Some((name, version)) => {
                let package: Package = identity::plain(PackageType::Otp, name, version);
                out.packages.push(package);
            }
            None => out.diagnostics.push(Diagnostic::new(
                DiagnosticKind::Malformed,
                "Erlang application without a name or a version that can be read",
            )),
        }
    }
}

/// `{application, 'rabbit', [ … {vsn, "3.12.10"} … ]}`
fn application(text: &str) -> Option<(&str, &str)> {
    let (_, rest) = text.split_once("{application")?;
    let name = rest.trim_start().strip_prefix(',')?.trim_start();
    let name = match name.strip_prefix('\'') {
        Some(quoted) => quoted.split('\'').next()?,
        None => name.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '@'))).next()?,
    };
    let (_, rest) = rest.split_once("{vsn")?;
    let version = rest.trim_start().strip_prefix(',')?.trim_start().strip_prefix('"')?.split('"').next()?;
    let valid = !name.is_empty() && !version.is_empty() && !version.contains(char::is_control);
    valid.then_some((name, version))
}

#[cfg(test)]
mod tests {
    use super::super::document::needs;
    use super::*;

    #[test]
    fn mix_says_who_needs_whom() {
        let mix = "%{\n  \"mime\": {:hex, :mime, \"2.0.5\", \"0\", [:mix], [], \"hexpm\", \"0\"},\n  \
            \"plug\": {:hex, :plug, \"1.15.0\", \"0\", [:mix], [{:mime, \"~> 1.0 or ~> 2.0\", [hex: :mime, repo: \"hexpm\", optional: false]}, \
            {:telemetry, \"~> 0.4\", [hex: :telemetry, repo: \"hexpm\", optional: true]}], \"hexpm\", \"0\"},\n}\n";
        assert_eq!(needs(&MIX_LOCK, "mix.lock", mix), ["mime@2.0.5:", "plug@1.15.0: mime"]);
    }
}

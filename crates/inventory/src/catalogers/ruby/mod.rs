//! Ruby: gems as RubyGems installs them, and as Bundler selects them.

mod gemspec;

use plimsoll_core::{Diagnostic, DiagnosticKind, PackageType, Role};

pub(crate) use self::gemspec::Installed;
use super::document::{Document, Text as File, WHOLE};
use super::identity;
use crate::{Interest, Pattern, Sink};

/// Lock files of Bundler.
pub(crate) const GEMFILE_LOCK: Document = Document {
    id: "ruby-gemfile-lock",
    revision: 1,
    interests: &[
        Interest { pattern: Pattern::Name("Gemfile.lock"), take: WHOLE },
        Interest { pattern: Pattern::Name("gems.locked"), take: WHOLE },
    ],
    role: Role::Declared,
    read,
};

fn read(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let text = file.lossy();
    let (mut sections, mut in_specs) = (0, false);
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        match indent {
            0 => {
                sections += usize::from(line.starts_with(|c: char| c.is_ascii_uppercase()));
                in_specs = false;
            }
            2 => in_specs = line.trim() == "specs:",
            4 if in_specs => {
                let Some((name, version)) = line.trim().split_once(" (") else { continue };
                let version = version.trim_end_matches(['!', ')']);
                add(name, version, out);
            }
            // What a gem depends on stands deeper.
            _ => {}
        }
    }
    if sections == 0 && !text.trim().is_empty() {
        return Err(Diagnostic::new(DiagnosticKind::Malformed, "Bundler's lock file has no section"));
    }
    Ok(())
}

/// Adds a gem; a version may have the platform that the gem is built for behind it: `1.13.6-x86_64-linux`.
fn add(name: &str, version: &str, out: &mut Sink) {
    let (version, platform) = version.split_once('-').unwrap_or((version, ""));
    let mut package = identity::plain(PackageType::Gem, name, version);
    package.purl = package.purl.with("platform", platform);
    out.packages.push(package);
}

//! Ruby: gems as RubyGems installs them, and as Bundler selects them.

mod gemspec;
mod version;

use std::collections::HashMap;

use plimsoll_core::{Diagnostic, DiagnosticKind, Package, PackageType, Role};

pub(crate) use self::gemspec::Installed;
use super::document::{Document, Text as File, WHOLE};
use super::identity;
use super::selection::Selection;
use crate::{Interest, Pattern, Sink};

/// Lock files of Bundler.
pub(crate) const GEMFILE_LOCK: Document = Document {
    id: "ruby-gemfile-lock",
    revision: 2,
    interests: &[
        Interest { pattern: Pattern::Name("Gemfile.lock"), take: WHOLE },
        Interest { pattern: Pattern::Name("gems.locked"), take: WHOLE },
    ],
    role: Role::Declared,
    read,
};

/// Platforms of one gem that are looked through.
const PLATFORMS: usize = 32;

fn read(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let text = file.lossy();
    let (mut sections, mut in_specs, mut asked) = (0, false, false);
    let mut selection = Selection::default();
    let mut known: HashMap<&str, Vec<usize>> = HashMap::new();
    let (mut needs, mut direct): (Vec<(usize, &str)>, Vec<&str>) = (Vec::new(), Vec::new());
    let mut last = None;
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let line = line.trim();
        let name = || line.split([' ', '!']).next().unwrap_or_default();
        match indent {
            0 => {
                sections += usize::from(line.starts_with(|c: char| c.is_ascii_uppercase()));
                (in_specs, asked) = (false, line == "DEPENDENCIES");
            }
            2 if asked => direct.push(name()),
            2 => in_specs = line == "specs:",
            4 if in_specs => {
                let Some((name, version)) = line.split_once(" (") else { continue };
                let at = selection.add(gem(name, version.trim_end_matches(['!', ')'])));
                known.entry(name).or_default().push(at);
                last = Some(at);
            }
            6 if in_specs => needs.extend(last.map(|at| (at, name()))),
            _ => {}
        }
    }
    if sections == 0 && !text.trim().is_empty() {
        return Err(Diagnostic::new(DiagnosticKind::Malformed, "Bundler's lock file has no section"));
    }
    // Of a gem that is built for several platforms there are several; one of them is what another needs.
    let all = |name: &str| known.get(name).map_or(&[][..], Vec::as_slice).iter().take(PLATFORMS);
    selection.says_direct();
    for (at, name) in needs {
        all(name).for_each(|other| selection.needs(at, *other));
    }
    for name in direct {
        all(name).for_each(|other| selection.direct(*other));
    }
    selection.finish(out);
    Ok(())
}

/// A gem; a version may have the platform that the gem is built for behind it: `1.13.6-x86_64-linux`.
fn gem(name: &str, version: &str) -> Package {
    let (version, platform) = version.split_once('-').unwrap_or((version, ""));
    let mut package = identity::plain(PackageType::Gem, name, version);
    package.purl = package.purl.with("platform", platform);
    package
}

#[cfg(test)]
mod tests {
    use super::super::document::needs;
    use super::*;

    #[test]
    fn gems_need_those_below_them() {
        let text = "GEM\n  remote: https://rubygems.org/\n  specs:\n    nokogiri (1.13.6)\n      racc (~> 1.4)\n    \
            nokogiri (1.13.6-x86_64-linux)\n      racc (~> 1.4)\n    racc (1.6.0)\n    rails-dom (2.0)\n      nokogiri\n\n\
            PLATFORMS\n  ruby\n\nDEPENDENCIES\n  rails-dom!\n  racc (>= 1)\n\nBUNDLED WITH\n   2.3.3\n";
        assert_eq!(
            needs(&GEMFILE_LOCK, "Gemfile.lock", text),
            [
                "nokogiri@1.13.6 indirect: racc@1.6.0",
                "nokogiri@1.13.6 indirect: racc@1.6.0",
                "racc@1.6.0 direct:",
                "rails-dom@2.0 direct: nokogiri@1.13.6",
            ]
        );
    }
}

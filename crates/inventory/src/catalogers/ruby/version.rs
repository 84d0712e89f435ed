//! Versions of gems that stand in a file beside the specification, as Bundler's template of a gem has it
//! (`bundle gem`): `require_relative "lib/NAME/version"`, and there `VERSION = "1.0.0"`.

use plimsoll_core::ImagePath;

use super::gemspec::literal;
use crate::Definitions;
use crate::catalogers::document::beside;

/// The name of such files.
pub(super) const FILE: &str = "version.rb";
/// The most lines that a call stands on.
const LINES: usize = 10;

/// The constants of a file that are plain texts and look like versions.
pub(super) fn constants(text: &str) -> Option<Definitions> {
    let mut found = Definitions::default();
    for line in text.lines() {
        let Some((name, value)) = line.split_once('=') else { continue };
        let name = name.trim();
        let is_constant = name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let version =
            literal(value.trim_start()).filter(|version| version.starts_with(|c: char| c.is_ascii_digit()));
        if let (true, Some(version)) = (is_constant, version) {
            found.values.entry(name.to_owned()).or_insert(version);
        }
    }
    (!found.values.is_empty()).then_some(found)
}

/// The constant that the specification takes its version from, and the file that it requires for it.
pub(super) fn elsewhere(text: &str, path: &[u8]) -> Option<(String, ImagePath)> {
    let constant = text.lines().find_map(|line| {
        let (_, value) = line.trim_start().split_once(".version")?;
        let value = value.trim_start().strip_prefix('=')?.trim();
        let value = value.split([' ', '#', '.']).next()?;
        let name = value.rsplit("::").next()?;
        let plain = name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        plain.then(|| name.to_owned())
    })?;
    let folder =
        path.iter().rposition(|&b| b == b'/').and_then(|slash| path.get(..slash)).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let file = (0..lines.len()).find_map(|at| required(lines.get(at..)?, folder))?;
    Some((constant, file))
}

/// The file of versions that a call at the beginning of the lines loads. Paths are put together of the texts in
/// it: `require_relative "lib/a/version"`, `require File.join(__dir__, "lib", "a", "version")`,
/// `load File.expand_path("../lib/a/version.rb", __FILE__)`.
fn required(lines: &[&str], folder: &[u8]) -> Option<ImagePath> {
    let first = lines.first()?.trim_start();
    let rest = ["require_relative", "require", "load"].iter().find_map(|call| first.strip_prefix(call))?;
    if !rest.starts_with([' ', '(', '\t']) {
        return None;
    }
    let mut call = rest.to_owned();
    for line in lines.iter().take(LINES).skip(1) {
        if call.matches('(').count() <= call.matches(')').count() {
            break;
        }
        call.push_str(line);
    }
    let mut parts: Vec<&str> = Vec::new();
    let mut left = call.as_str();
    while let Some(open) = left.find(['"', '\'']) {
        let quote = left.get(open..)?.chars().next()?;
        let inner = left.get(open + 1..)?;
        let close = inner.find(quote)?;
        parts.push(inner.get(..close)?);
        left = inner.get(close + 1..)?;
    }
    let mut written = parts.join("/");
    if written.contains("#{") {
        return None;
    }
    // Against the file itself one step up is its folder; steps too many are taken for that.
    if let Some(within) = written.strip_prefix("../").filter(|_| call.contains("__FILE__")) {
        written = within.to_owned();
    }
    let end = if written.ends_with(".rb") { "" } else { ".rb" };
    let file = format!("{written}{end}");
    (file == FILE || file.ends_with("/version.rb")).then(|| beside(folder, &file))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Catalogers;
    use crate::fake::{Image, file};

    #[test]
    fn the_file_beside_the_specification_has_the_version() {
        for (call, found) in [
            ("require_relative 'lib/a/version'", true),
            ("require_relative \"lib/a/version\" if defined?(A)", true),
            ("require_relative File.join(\n  'lib',\n  'a',\n  'version'\n)", true),
            ("require File.join(__dir__, 'lib', 'a', 'version')", true),
            ("require File.expand_path('../lib/a/version', __FILE__)", true),
            ("require File.expand_path(File.join('lib', 'a', 'version.rb'), __dir__)", true),
            ("require File.dirname(__FILE__) + '/lib/a/version'", true),
            ("require_relative 'lib/b/version'", false),
            ("require_relative '../../../lib/a/version'", false),
            ("require_relative \"lib/#{name}/version\"", false),
            ("required 'lib/a/version'", false),
            ("", false),
        ] {
            let spec = format!(
                "{call}\nGem::Specification.new do |s|\n  s.name = 'a'\n  s.version = A::VERSION.dup\nend\n"
            );
            let image = Image::default().layer([
                ("src/a.gemspec", file(spec)),
                ("src/lib/a/version.rb", file("module A\n  MAJOR = 1\n  VERSION = '1.2.3'.freeze\nend\n")),
            ]);
            let inventory = image.inventory(&Catalogers::all());
            let versions: Vec<&str> = inventory.packages.iter().map(|package| &package.version[..]).collect();
            assert_eq!(versions, if found { vec!["1.2.3"] } else { vec![] }, "{call}");
            for package in inventory.packages {
                assert_eq!(package.purl.to_string(), "pkg:gem/a@1.2.3");
                assert_eq!(package.locations.len(), 1);
                assert_eq!(package.locations[0].path.to_text(), "/src/a.gemspec");
            }
        }
    }

    #[test]
    fn a_constant_that_is_worked_out_is_no_version() {
        for text in [
            "VERSION = [1, 2].join('.')\n",
            "VERSION = File.read('VERSION')\n",
            "version = '1.0'\n",
            "VERSION = 'x'\n",
            "VERSION == '1'\n",
            "def self.version = '1'\n",
        ] {
            assert_eq!(constants(text), None, "{text}");
        }
        assert_eq!(constants("  Version = \"4.0.0\"\n").unwrap().values["Version"], "4.0.0");
    }
}

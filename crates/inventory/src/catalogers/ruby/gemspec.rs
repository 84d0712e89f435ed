use plimsoll_core::{Content, Diagnostic, DiagnosticKind, Names, Package, PackageType, Role, Take};

use super::version;
use crate::catalogers::{identity, stated};
use crate::{Cataloger, File, Interest, Pattern, Sink, Undecided};

/// Specifications of gems (RubyGems, "Specification Reference"). RubyGems writes one for each gem it installs, into
/// a folder of its own; those that gems bring with their sources are programs that make one.
pub(crate) struct Installed;

impl Cataloger for Installed {
    fn id(&self) -> &'static str {
        "ruby-gemspec"
    }

    fn revision(&self) -> u32 {
        3
    }

    fn interests(&self) -> &'static [Interest] {
        const TAKE: Take = Take::Whole { max: 1 << 20 };
        &[
            Interest { pattern: Pattern::Suffix(".gemspec"), take: TAKE },
            Interest { pattern: Pattern::Name(version::FILE), take: TAKE },
        ]
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        let text = String::from_utf8_lossy(bytes);
        if file.path.ends_with(version::FILE.as_bytes()) {
            out.definitions = version::constants(&text);
            return;
        }
        match (assigned(&text, "name"), assigned(&text, "version")) {
            (Some(name), Some(version)) => {
                let mut package = super::gem(&name, &version);
                self.complete(&text, file.path, &mut package);
                out.packages.push(package);
            }
            (Some(name), None) if !is_installed(file.path) => {
                let Some((constant, version_file)) = version::elsewhere(&text, file.path) else { return };
                let mut package = identity::plain(PackageType::Gem, &name, "");
                self.complete(&text, file.path, &mut package);
                let version = format!("${{{constant}}}");
                out.undecided.push(Undecided { package, version, file: version_file });
            }
            _ if is_installed(file.path) => out.diagnostics.push(Diagnostic::new(
                DiagnosticKind::Malformed,
                "specification of a gem without a name or a version that can be read",
            )),
            _ => {}
        }
    }

    fn place(&self, path: &[u8], package: &mut Package) {
        package.role = if is_installed(path) { Role::Normal } else { Role::Fixture };
    }
}

impl Installed {
    /// What else the specification says of the gem.
    fn complete(&self, text: &str, path: &[u8], package: &mut Package) {
        let platform = assigned(text, "platform").filter(|platform| platform != "ruby");
        package.licences = licences(text);
        package.requires = requires(text);
        package.purl = package.purl.clone().with("platform", platform.as_deref().unwrap_or(""));
        self.place(path, package);
    }
}

/// Whether the file is in `specifications` or in `specifications/default`.
fn is_installed(path: &[u8]) -> bool {
    let mut up = path.rsplit(|&b| b == b'/').skip(1);
    match up.next() {
        Some(b"specifications") => true,
        Some(b"default") => up.next() == Some(b"specifications"),
        _ => false,
    }
}

/// The text that is assigned to an attribute of the specification: `s.name = "rake".freeze`. A constant is looked up
/// in the same file.
fn assigned(text: &str, attribute: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let line = line.trim_start();
        let (object, rest) = line.split_once('.')?;
        let rest = rest.strip_prefix(attribute)?.trim_start();
        let value = rest.strip_prefix('=').filter(|value| !value.starts_with('='))?.trim_start();
        let is_name = object.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        (is_name && !object.is_empty()).then(|| literal(value).or_else(|| constant(text, value)))?
    })
}

/// `s.licenses = ["MIT".freeze, "Ruby".freeze]`, `s.license = "MIT"`.
fn licences(text: &str) -> Vec<String> {
    let list = text.lines().find_map(|line| {
        let (_, rest) = line.trim_start().split_once(".licenses")?;
        rest.trim_start().strip_prefix('=')?.trim_start().strip_prefix('[')?.split(']').next()
    });
    let several = list.into_iter().flat_map(|list| list.split(',')).filter_map(|item| literal(item.trim()));
    let all: Vec<String> = several.filter_map(|text| stated::licence(&text)).collect();
    if all.is_empty() {
        assigned(text, "license").and_then(|text| stated::licence(&text)).into_iter().collect()
    } else {
        all
    }
}

/// `s.add_runtime_dependency(%q<rake>.freeze, [">= 0"])`, `s.add_dependency "rake"`.
fn requires(text: &str) -> Names {
    let needed = text.lines().filter_map(|line| {
        let (_, call) =
            line.split_once(".add_runtime_dependency").or_else(|| line.split_once(".add_dependency"))?;
        literal(call.trim_start_matches(['(', ' ']))
    });
    needed.collect()
}

/// A string literal without anything that Ruby would evaluate.
pub(super) fn literal(value: &str) -> Option<String> {
    let (open, rest) = match value.strip_prefix("%q").or_else(|| value.strip_prefix("%Q")) {
        Some(rest) => (rest.chars().next()?, rest),
        None => (value.chars().next().filter(|c| matches!(c, '"' | '\''))?, value),
    };
    let close = match open {
        '{' => '}',
        '(' => ')',
        '[' => ']',
        '<' => '>',
        other => other,
    };
    let rest = rest.get(open.len_utf8()..)?;
    let inner = rest.get(..rest.find(close)?)?;
    let plain = !inner.is_empty() && !inner.contains("#{") && !inner.contains('\\');
    plain.then(|| inner.trim().to_owned())
}

/// The text that the constant holds: `VERSION = '3.0.0'`.
fn constant(text: &str, value: &str) -> Option<String> {
    let name = value.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':'))).next()?;
    let name = name.rsplit("::").next().filter(|name| name.starts_with(|c: char| c.is_ascii_uppercase()))?;
    text.lines().find_map(|line| {
        let value = line.trim_start().strip_prefix(name)?.trim_start().strip_prefix('=')?;
        literal(value.trim_start())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, text: &str) -> Sink {
        let mut out = Sink::default();
        let size = u64::try_from(text.len()).unwrap();
        Installed
            .parse(File { path: path.as_bytes(), size, content: Content::Whole(text.as_bytes()) }, &mut out);
        out
    }

    #[test]
    fn licences_and_needs_are_read() {
        let text = "Gem::Specification.new do |s|\n  s.name = \"a\".freeze\n  s.version = \"1\"\n  s.licenses = [\"MIT\".freeze, \"Ruby\".freeze]\n\
            s.add_runtime_dependency(%q<racc>.freeze, [\"~> 1.4\"])\n  s.add_dependency \"rake\", \"1\"\n  s.add_development_dependency(%q<x>.freeze)\n";
        let package = read("gems/specifications/a-1.gemspec", text).packages.remove(0);
        assert_eq!(package.licences, ["MIT", "Ruby"]);
        assert_eq!(package.requires.iter().collect::<Vec<_>>(), ["racc", "rake"]);
        assert_eq!(licences("s.license = 'GPL-2.0'\n"), ["GPL-2.0"]);
    }

    #[test]
    fn only_what_rubygems_wrote_is_installed() {
        let text = "# stub: nokogiri 1.13.6 ruby lib\nGem::Specification.new do |s|\n  s.name = \"nokogiri\".freeze\n  \
            s.version = \"1.13.6\"\n  s.platform = \"x86_64-linux\".freeze\n";
        for (path, role) in [
            ("usr/lib/ruby/gems/3.0.0/specifications/nokogiri-1.13.6-x86_64-linux.gemspec", Role::Normal),
            ("usr/lib/ruby/gems/3.0.0/specifications/default/nokogiri.gemspec", Role::Normal),
            ("usr/lib/ruby/gems/3.0.0/gems/nokogiri/nokogiri.gemspec", Role::Fixture),
            ("etc/default/nokogiri.gemspec", Role::Fixture),
        ] {
            let out = read(path, text);
            assert_eq!(out.packages[0].role, role, "{path}");
            assert_eq!(out.packages[0].purl.to_string(), "pkg:gem/nokogiri@1.13.6?platform=x86_64-linux");
        }
    }

    #[test]
    fn what_ruby_would_evaluate_is_not_guessed() {
        for text in [
            "s.name = \"a#{b}\"\ns.version = \"1\"\n",
            "s.name = 'a'\ns.version = File.read('VERSION')\n",
            "s.name = 'a'\ns.version = A::VERSION\n",
            "s.name == 'a'\ns.version = '1'\n",
            "s.name = 'a\ns.version = %q\n",
        ] {
            assert!(read("a.gemspec", text).packages.is_empty(), "{text}");
            assert_eq!(read("specifications/a.gemspec", text).diagnostics.len(), 1);
        }
        let text = "VERSION = '3.0.0'.freeze\nspec.name = %q{a}\nspec.version = Example::VERSION\n";
        assert_eq!(read("a.gemspec", text).packages[0].version, "3.0.0");
    }
}

use std::collections::HashMap;

use plimsoll_core::{Diagnostic, Package, PackageType, Role};
use serde::Deserialize;

use super::super::document::{Document, Text as File, WHOLE, malformed};
use super::super::identity;
use super::super::json::{self, Elements, Entries, Text};
use super::super::selection::Selection;
use super::stated;
use crate::{Interest, Pattern, Sink};

/// Lock files in TOML that list packages one by one: of poetry, pdm and uv, and the common form `pylock.toml`
/// (PyPA, "pylock.toml specification").
pub(crate) const TOML: Document = Document {
    id: "python-lock",
    revision: 2,
    interests: &[
        Interest { pattern: Pattern::Name("poetry.lock"), take: WHOLE },
        Interest { pattern: Pattern::Name("pdm.lock"), take: WHOLE },
        Interest { pattern: Pattern::Name("uv.lock"), take: WHOLE },
        Interest { pattern: Pattern::Name("pylock.toml"), take: WHOLE },
    ],
    role: Role::Declared,
    read: read_toml,
};

/// Lock files of pipenv.
pub(crate) const PIPFILE: Document = Document {
    id: "python-pipfile-lock",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("Pipfile.lock"), take: WHOLE }],
    role: Role::Declared,
    read: read_pipfile,
};

/// Versions of one name that are looked through.
const MOST: usize = 64;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Lock {
    package: Elements<Locked>,
    packages: Elements<Locked>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Locked {
    name: Text,
    version: Text,
    /// Of older poetry.
    category: Text,
    /// Of newer poetry, and of pdm.
    groups: Elements<Text>,
    source: Source,
    dependencies: Needs,
    /// Of uv: what extras and groups of development ask for.
    #[serde(rename = "optional-dependencies")]
    optional: Entries<Needs>,
    #[serde(rename = "dev-dependencies")]
    development: Entries<Needs>,
}

/// Where uv takes a package from.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Source {
    r#virtual: Text,
    editable: Text,
}

/// Names, and versions where there are several of a name.
#[derive(Default)]
struct Needs(Vec<(String, Option<String>)>);

impl<'de> Deserialize<'de> for Needs {
    /// `{name = "^1"}` of poetry, `["name>=1; marker"]` of pdm, `[{name = "name", version = "1"}]` of uv and the common
    /// form.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let text = |value: &serde_json::Value, key: &str| Some(value.get(key)?.as_str()?.to_owned());
        let listed = value.as_array().into_iter().flatten().filter_map(|item| match item.as_str() {
            Some(requirement) => Some((stated::name(requirement).to_owned(), None)),
            None => Some((text(item, "name")?, text(item, "version"))),
        });
        // Optional is what only an extra asks for.
        let asked =
            |wanted: &serde_json::Value| wanted.get("optional") != Some(&serde_json::Value::Bool(true));
        let keyed = value.as_object().into_iter().flatten().filter(|(_, wanted)| asked(wanted));
        let keyed = keyed.map(|(name, _)| (name.clone(), None));
        Ok(Self(listed.chain(keyed).collect()))
    }
}

fn read_toml(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let lock: Lock = toml::from_str(&file.lossy()).map_err(|error| malformed("Python's lock file", error))?;
    let mut selection = Selection::default();
    let mut known: HashMap<String, Vec<(&str, usize)>> = HashMap::new();
    let mut places = Vec::new();
    for locked in lock.package.0.iter().chain(&lock.packages.0) {
        let Some(name) = locked.name.some() else { continue };
        let version = locked.version.some().unwrap_or("");
        let groups: Vec<&str> = locked.groups.0.iter().filter_map(Text::some).collect();
        let dev = locked.category.some() == Some("dev")
            || !groups.is_empty() && !groups.iter().any(|group| matches!(*group, "main" | "default"));
        // The project itself is listed by uv, in the folder that the lock file stands in; its parts in others.
        let folder = locked.source.r#virtual.some().or(locked.source.editable.some());
        let at = match package(name, version, dev).filter(|_| folder != Some(".")) {
            Some(package) => selection.add(package),
            None => selection.project(),
        };
        if folder.is_some() {
            selection.own(at);
        }
        known.entry(normal(name)).or_default().push((version, at));
        places.push((at, folder.is_some(), locked));
    }
    selection.says_direct();
    selection.trace_development();
    let find = |(name, version): &(String, Option<String>)| {
        let all = known.get(&normal(name))?;
        let is_it = |(other, _): &&(&str, usize)| version.as_deref().is_none_or(|version| version == *other);
        all.iter().take(MOST).find(is_it).map(|(_, at)| *at)
    };
    for (at, own, locked) in places {
        let optional = locked.optional.0.iter().flat_map(|(_, needs)| &needs.0);
        for other in locked.dependencies.0.iter().chain(optional).filter_map(find) {
            selection.needs(at, other);
            if own {
                selection.direct(other);
            }
        }
        let development = locked.development.0.iter().flat_map(|(_, needs)| &needs.0);
        development.filter_map(find).filter(|_| own).for_each(|other| selection.direct_development(other));
    }
    selection.finish(out);
    Ok(())
}

/// The name as it is compared (PyPA, "Names and normalization").
fn normal(name: &str) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Pipfile {
    default: Entries<Pinned>,
    develop: Entries<Pinned>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Pinned {
    version: Text,
}

fn read_pipfile(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let lock: Pipfile = json::read(file.bytes).map_err(|error| malformed("pipenv's lock file", error))?;
    for (entries, dev) in [(&lock.default, false), (&lock.develop, true)] {
        for (name, pinned) in &entries.0 {
            // What comes from a repository or a folder has no version here.
            if let Some(version) = pinned.version.some() {
                add(name, version.trim_start_matches('='), dev, out);
            }
        }
    }
    Ok(())
}

pub(super) fn add(name: &str, version: &str, dev: bool, out: &mut Sink) {
    out.packages.extend(package(name, version, dev));
}

fn package(name: &str, version: &str, dev: bool) -> Option<Package> {
    if name.is_empty() {
        return None;
    }
    let mut package = identity::plain(PackageType::PyPi, name, version);
    if dev {
        package.role = Role::Development;
    }
    Some(package)
}

#[cfg(test)]
mod tests {
    use super::super::super::document::needs;
    use super::*;

    #[test]
    fn each_tool_has_a_list_of_its_own() {
        let expected = ["Flask@3.0: Jinja2@3.1", "Jinja2@3.1: markupsafe@2.0", "markupsafe@2.0:"];
        let package = |name: &str, version: &str, needs: &str| {
            format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n{needs}\n")
        };
        for (file, flask, jinja) in [
            (
                "poetry.lock",
                "[package.dependencies]\njinja2 = \">=3\"\nasgiref = {version = \"1\", optional = true}",
                "[package.dependencies]\nMarkupSafe = {version = \">=2\"}",
            ),
            (
                "pdm.lock",
                "dependencies = [\"Jinja2>=3; python_version > '3'\"]",
                "dependencies = [\"MarkupSafe>=2\"]",
            ),
            (
                "uv.lock",
                "dependencies = [{ name = \"jinja2\" }]",
                "dependencies = [{ name = \"markupsafe\", version = \"2.0\" }]",
            ),
        ] {
            let text = package("Flask", "3.0", flask)
                + &package("Jinja2", "3.1", jinja)
                + &package("markupsafe", "2.0", "");
            assert_eq!(needs(&TOML, file, &text), expected, "{file}");
        }
        let text = "[[packages]]\nname = \"a\"\nversion = \"1\"\ndependencies = [{name = \"b\"}]\n[[packages]]\nname = \"b\"\nversion = \"2\"\n";
        assert_eq!(needs(&TOML, "pylock.toml", text), ["a@1: b@2", "b@2:"]);
    }

    #[test]
    fn uv_lists_the_project() {
        let text = "[[package]]\nname = \"app\"\nversion = \"0\"\nsource = { virtual = \".\" }\ndependencies = [{ name = \"a\" }]\n\
            [package.dev-dependencies]\ndev = [{ name = \"t\" }]\n\
            [[package]]\nname = \"a\"\nversion = \"1\"\ndependencies = [{ name = \"b\", version = \"2\" }]\n\
            [[package]]\nname = \"b\"\nversion = \"1\"\n[[package]]\nname = \"b\"\nversion = \"2\"\n\
            [[package]]\nname = \"t\"\nversion = \"1\"\ndependencies = [{ name = \"b\", version = \"1\" }]\n";
        assert_eq!(
            needs(&TOML, "uv.lock", text),
            ["a@1 direct: b@2", "b@1 indirect development:", "b@2 indirect:", "t@1 direct development: b@1"]
        );
    }
}

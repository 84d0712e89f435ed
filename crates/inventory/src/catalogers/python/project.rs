use plimsoll_core::{Diagnostic, PackageType, Role};

use super::super::asked::{Wanted, ask, wanted};
use super::super::document::{Document, Text as File, WHOLE, malformed};
use super::super::identity;
use super::requirements;
use crate::{Interest, Pattern, Sink};

/// What projects ask for (PyPA, "pyproject.toml specification", "Dependency Groups"), and the tables of Poetry, PDM and
/// uv.
pub(crate) const PYPROJECT: Document = Document {
    id: "python-project",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("pyproject.toml"), take: WHOLE }],
    role: Role::Declared,
    read: read_project,
};

/// What pipenv is asked for.
pub(crate) const PIPFILE_PROJECT: Document = Document {
    id: "python-pipfile",
    revision: 1,
    interests: &[Interest { pattern: Pattern::Name("Pipfile"), take: WHOLE }],
    role: Role::Declared,
    read: read_pipfile,
};

fn read_project(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let text = file.lossy();
    let document: toml::Table = toml::from_str(&text).map_err(|error| malformed("pyproject.toml", error))?;
    let at = |path: &[&str]| {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(document.get(*first)?, |value, key| value.get(*key))
    };
    list(at(&["project", "dependencies"]), false, out);
    lists(at(&["project", "optional-dependencies"]), false, out);
    lists(at(&["dependency-groups"]), true, out);
    lists(at(&["tool", "pdm", "dev-dependencies"]), true, out);
    list(at(&["tool", "uv", "dev-dependencies"]), true, out);
    table(at(&["tool", "poetry", "dependencies"]), false, out);
    table(at(&["tool", "poetry", "dev-dependencies"]), true, out);
    let groups = at(&["tool", "poetry", "group"]).and_then(|groups| groups.as_table());
    for (name, group) in groups.into_iter().flatten() {
        table(group.get("dependencies"), name != "main", out);
    }
    Ok(())
}

fn read_pipfile(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let text = file.lossy();
    let document: toml::Table = toml::from_str(&text).map_err(|error| malformed("Pipfile", error))?;
    table(document.get("packages"), false, out);
    table(document.get("dev-packages"), true, out);
    Ok(())
}

fn lists(groups: Option<&toml::Value>, dev: bool, out: &mut Sink) {
    for (_, group) in groups.and_then(|groups| groups.as_table()).into_iter().flatten() {
        list(Some(group), dev, out);
    }
}

fn list(requirements: Option<&toml::Value>, dev: bool, out: &mut Sink) {
    let requirements = requirements.and_then(|list| list.as_array()).into_iter().flatten();
    for requirement in requirements.filter_map(|requirement| requirement.as_str()) {
        if let Some((name, specifier)) = requirements::split(requirement) {
            asked(name, requirements::meaning(specifier), specifier, dev, out);
        }
    }
}

/// `name = "^1.0"`, `name = { version = "1.0", extras = […] }`. What comes from elsewhere has no version here.
fn table(dependencies: Option<&toml::Value>, dev: bool, out: &mut Sink) {
    for (name, dependency) in dependencies.and_then(|table| table.as_table()).into_iter().flatten() {
        let requirement = dependency.as_str().or_else(|| dependency.get("version")?.as_str());
        if let Some(requirement) = requirement.filter(|_| name != "python") {
            let meant = wanted(requirement, |version| Wanted::Exactly(version));
            asked(name, meant, requirement, dev, out);
        }
    }
}

fn asked(name: &str, wanted: Wanted<'_>, requirement: &str, dev: bool, out: &mut Sink) {
    let package = |version: &str| identity::plain(PackageType::PyPi, name, version);
    ask(wanted, requirement, dev, package, out);
}

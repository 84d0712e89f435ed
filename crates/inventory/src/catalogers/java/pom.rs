use std::collections::HashMap;

use plimsoll_core::{Diagnostic, ImagePath, Names, Role};

use super::super::document::{Document, Text as File, WHOLE, malformed};
use super::super::stated;
use super::super::xml::{self, Element};
use super::lock::add;
use crate::catalogers::document::beside;
use crate::{Definitions, Interest, Pattern, Sink, Undecided};

/// Project files of Maven (Maven, "POM Reference"): the dependencies that the file itself names, with versions and
/// properties of parents that stand in the same image. What imported lists and repositories add is not there.
pub(crate) const POM: Document = Document {
    id: "java-pom",
    revision: 2,
    interests: &[Interest { pattern: Pattern::Name("pom.xml"), take: WHOLE }],
    role: Role::Declared,
    read,
};

/// Properties that stand for properties, and the longest text that they may make.
const MAX_DEPTH: usize = 16;
const MAX_TEXT: usize = 1024;

fn read(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let project = xml::read(&file.lossy()).map_err(|error| malformed("pom.xml", error))?;
    if project.name != "project" {
        return Err(malformed("pom.xml", "its first element is not a project"));
    }
    let model = Model::new(&project);
    let profiles = project.child("profiles").into_iter().flat_map(|profiles| profiles.children("profile"));
    let base = base(&project, file.path);
    for part in std::iter::once(&project).chain(profiles) {
        for dependency in dependencies(part) {
            model.dependency(dependency, base.is_some().then_some(file.path), out);
        }
    }
    // Only what is packaged as a project file can be a parent.
    if base.is_some() || project.text_of("packaging") == Some("pom") {
        out.definitions = Some(model.definitions(base));
    }
    Ok(())
}

/// What the project file in an archive says of what it was made from (Maven, "Introduction to the Dependency
/// Mechanism").
#[derive(Debug, Default)]
pub(super) struct Project {
    /// `group:artifact` of what it needs to run.
    pub(super) requires: Names,
    /// The names of its licences; those that only a parent states are not in the file.
    pub(super) licences: Vec<String>,
}

impl Project {
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let project =
            xml::read(&String::from_utf8_lossy(bytes)).ok().filter(|root| root.name == "project")?;
        let model = Model::new(&project);
        let needed = dependencies(&project).filter(|dependency| {
            let scope = dependency.text_of("scope").unwrap_or("compile");
            matches!(scope, "compile" | "runtime") && dependency.text_of("optional") != Some("true")
        });
        let requires = needed.filter_map(|dependency| model.key(dependency));
        let licences = project.child("licenses").into_iter().flat_map(|list| list.children("license"));
        let named = licences.filter_map(|licence| licence.text_of("name").or(licence.text_of("url")));
        Some(Self {
            requires: requires.map(|(group, artifact)| format!("{group}:{artifact}")).collect(),
            licences: named.filter_map(stated::licence).collect(),
        })
    }
}

/// Where the parent stands, and its coordinates (Maven, "POM Reference", "Inheritance"): beside the folder, unless
/// the file says where else or that it is in a repository.
fn base(project: &Element, path: &[u8]) -> Option<(ImagePath, String)> {
    let parent = project.child("parent")?;
    let relative = match parent.child("relativePath") {
        Some(path) => path.text.trim(),
        None => "../pom.xml",
    };
    if relative.is_empty() || relative.starts_with('/') || relative.contains("${") {
        return None;
    }
    let folder =
        path.iter().rposition(|&b| b == b'/').and_then(|slash| path.get(..slash)).unwrap_or_default();
    let file = if relative.ends_with(".xml") { "" } else { "/pom.xml" };
    let place = beside(folder, &format!("{relative}{file}"))?;
    Some((place, format!("{}:{}", parent.text_of("groupId")?, parent.text_of("artifactId")?)))
}

fn dependencies(part: &Element) -> impl Iterator<Item = &Element> {
    part.child("dependencies").into_iter().flat_map(|list| list.children("dependency"))
}

struct Model<'a> {
    properties: HashMap<&'a str, &'a str>,
    /// Versions that the file keeps for dependencies that state none.
    managed: HashMap<(String, String), &'a str>,
}

impl<'a> Model<'a> {
    fn new(project: &'a Element) -> Self {
        let mut properties = HashMap::new();
        let parent = project.child("parent");
        for (name, short) in [("groupId", "groupId"), ("artifactId", "artifactId"), ("version", "version")] {
            let inherited = parent.and_then(|parent| parent.text_of(name));
            if let Some(own) = project.text_of(name).or(inherited) {
                let keys = match short {
                    "groupId" => ["project.groupId", "pom.groupId", "groupId"],
                    "artifactId" => ["project.artifactId", "pom.artifactId", "artifactId"],
                    _ => ["project.version", "pom.version", "version"],
                };
                properties.extend(keys.map(|key| (key, own)));
            }
            if let Some(inherited) = inherited {
                let keys = match short {
                    "groupId" => ["project.parent.groupId", "parent.groupId"],
                    "artifactId" => ["project.parent.artifactId", "parent.artifactId"],
                    _ => ["project.parent.version", "parent.version"],
                };
                properties.extend(keys.map(|key| (key, inherited)));
            }
        }
        for property in project.child("properties").into_iter().flat_map(|list| &list.children) {
            properties.insert(property.name.as_str(), property.text.trim());
        }
        let mut model = Self { properties, managed: HashMap::new() };
        for dependency in project.child("dependencyManagement").into_iter().flat_map(dependencies) {
            if let (Some(key), Some(version)) = (model.key(dependency), dependency.text_of("version")) {
                model.managed.entry(key).or_insert(version);
            }
        }
        model
    }

    fn key(&self, dependency: &Element) -> Option<(String, String)> {
        Some((
            self.resolve(dependency.text_of("groupId")?)?,
            self.resolve(dependency.text_of("artifactId")?)?,
        ))
    }

    /// Adds a dependency. `inheriting` is the file's path where it has a parent that may stand beside it.
    fn dependency(&self, dependency: &Element, inheriting: Option<&[u8]>, out: &mut Sink) {
        let Some((group, artifact)) = self.key(dependency) else { return };
        let managed = || self.managed.get(&(group.clone(), artifact.clone())).copied();
        let written = dependency.text_of("version").or_else(managed);
        let version = written.and_then(|version| self.resolve(version));
        // Neither is part of what the project becomes.
        let dev = matches!(dependency.text_of("scope"), Some("test" | "provided"));
        let before = out.packages.len();
        add(&group, &artifact, exact(version.as_deref().unwrap_or("")), dev, out);
        let here = inheriting.filter(|_| version.is_none()).and_then(|path| ImagePath::new(path).ok());
        if let Some(file) = here {
            let text = written.map_or_else(|| format!("${{{group}:{artifact}}}"), str::to_owned);
            let undecided = out.packages.drain(before..);
            out.undecided.extend(undecided.map(|package| Undecided {
                package,
                version: text.clone(),
                file: file.clone(),
            }));
        }
    }

    /// What projects that build on this one find here: properties and kept versions, as written, because a property
    /// may be another one there.
    fn definitions(&self, base: Option<(ImagePath, String)>) -> Definitions {
        let properties = self.properties.iter().map(|(&name, &value)| (name.to_owned(), value.to_owned()));
        let managed = self
            .managed
            .iter()
            .map(|((group, artifact), &version)| (format!("{group}:{artifact}"), version.to_owned()));
        let id = |key| self.properties.get(key).copied().unwrap_or_default();
        Definitions {
            identity: format!("{}:{}", id("project.groupId"), id("project.artifactId")),
            base,
            values: properties.chain(managed).collect(),
        }
    }

    /// The text with properties put in; nothing where one is not known here.
    fn resolve(&self, text: &str) -> Option<String> {
        let mut text = text.trim().to_owned();
        for _ in 0..MAX_DEPTH {
            let Some(start) = text.find("${") else { return Some(text) };
            let end = start + text.get(start..)?.find('}')?;
            let value = self.properties.get(text.get(start + 2..end)?)?;
            text.replace_range(start..=end, value);
            if text.len() > MAX_TEXT {
                return None;
            }
        }
        None
    }
}

/// A version, not a range of versions: `[1.0]` allows one.
fn exact(version: &str) -> &str {
    match version.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(only) if !only.contains(',') => only.trim(),
        _ if version.starts_with(['[', '(']) => "",
        _ => version,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_that_stand_for_themselves_end() {
        let pom = "<project><properties><a>${b}${b}</a><b>${a}</b></properties><dependencies><dependency>\
            <groupId>g</groupId><artifactId>x</artifactId><version>${a}</version></dependency></dependencies></project>";
        let mut out = Sink::default();
        read(&File { path: b"pom.xml", bytes: pom.as_bytes() }, &mut out).unwrap();
        assert_eq!((out.packages[0].name.as_str(), out.packages[0].version.as_str()), ("g:x", ""));
    }

    fn project(coordinates: &str, rest: &str) -> crate::fake::Node {
        let mut text = String::from("<project>");
        for (name, value) in ["groupId", "artifactId", "version"].iter().zip(coordinates.split(':')) {
            if !value.is_empty() {
                text += &format!("<{name}>{value}</{name}>");
            }
        }
        crate::fake::file(format!("{text}{rest}</project>"))
    }

    fn parent(coordinates: &str, relative: &str) -> String {
        let mut parts = coordinates.split(':');
        let mut next = || parts.next().unwrap_or_default();
        format!(
            "<parent><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version>{relative}</parent>",
            next(),
            next(),
            next()
        )
    }

    fn dependency(artifact: &str, version: &str) -> String {
        format!("<dependency><groupId>g</groupId><artifactId>{artifact}</artifactId>{version}</dependency>")
    }

    /// Maven, "Introduction to the POM", "Project Inheritance" and "Dependency Management".
    #[test]
    fn parents_beside_the_file_decide_versions() {
        let managed = format!(
            "<packaging>pom</packaging><properties><b.v>2.0</b.v><c.v>[3.0]</c.v></properties>\
             <dependencyManagement><dependencies>{}{}</dependencies></dependencyManagement>",
            dependency("a", "<version>${a.v}</version>"),
            dependency("range", "<version>[1,2)</version>"),
        );
        let wanted = format!(
            "<properties><a.v>1.1</a.v></properties><dependencies>{}{}{}{}{}</dependencies>",
            dependency("a", ""),
            dependency("b", "<version>${b.v}</version>"),
            dependency("c", "<version>${c.v}</version>"),
            dependency("range", ""),
            dependency("unknown", ""),
        );
        let versions = |inherits: &str| {
            let middle = parent("o:top:1", "<relativePath>../top</relativePath>");
            let image = crate::fake::Image::default().layer([
                ("src/top/pom.xml", project("o:top:1", &managed)),
                (
                    "src/pom.xml",
                    project(
                        ":middle:",
                        &format!("{}<packaging>pom</packaging>", middle.replace("../top", "top")),
                    ),
                ),
                ("src/app/pom.xml", project(":app:", &format!("{inherits}{wanted}"))),
            ]);
            let found = image.inventory(&crate::Catalogers::all());
            found.packages.iter().map(|it| it.purl.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(
            versions(&parent("o:middle:1", "")),
            [
                "pkg:maven/g/a@1.1",
                "pkg:maven/g/b@2.0",
                "pkg:maven/g/c@3.0",
                "pkg:maven/g/range",
                "pkg:maven/g/unknown"
            ]
        );
        // What stands there is another project; it is in a repository.
        for inherits in [parent("o:other:1", ""), parent("o:middle:1", "<relativePath/>")] {
            assert_eq!(versions(&inherits)[0], "pkg:maven/g/a");
        }
    }

    #[test]
    fn an_archive_needs_what_runs_with_it() {
        let dependency = |artifact: &str, more: &str| {
            format!(
                "<dependency><groupId>${{project.groupId}}</groupId><artifactId>{artifact}</artifactId>{more}</dependency>"
            )
        };
        let pom = format!(
            "<project><parent><groupId>org.example</groupId></parent><licenses><license><name>Apache-2.0</name><url>u</url>\
             </license><license><url>https://opensource.org/licenses/MIT</url></license></licenses><dependencies>{}{}{}{}{}\
             <dependency><groupId>${{unknown}}</groupId><artifactId>x</artifactId></dependency></dependencies></project>",
            dependency("a", ""),
            dependency("b", "<scope>runtime</scope>"),
            dependency("c", "<scope>test</scope>"),
            dependency("d", "<scope>provided</scope>"),
            dependency("e", "<optional>true</optional>"),
        );
        let project = Project::read(pom.as_bytes()).unwrap();
        assert_eq!(project.requires.iter().collect::<Vec<_>>(), ["org.example:a", "org.example:b"]);
        assert_eq!(project.licences, ["Apache-2.0", "https://opensource.org/licenses/MIT"]);
        assert!(Project::read(b"<other/>").is_none() && Project::read(b"<project>").is_none());
    }

    #[test]
    fn a_range_is_no_version() {
        for (version, expected) in [("1.0", "1.0"), ("[1.0]", "1.0"), ("(,1.0]", ""), ("[1.0,2.0)", "")] {
            assert_eq!(exact(version), expected);
        }
    }
}

use std::collections::HashMap;

use plimsoll_core::{Diagnostic, ImagePath, Location};

use super::super::embedded_sbom;
use super::super::zip::{Visitor, Want};
use super::identify::{self, Pom};
use super::manifest::Manifest;
use super::pom::Project;
use super::properties;
use crate::{Sink, Unnamed};

/// Suffixes of archives of classes, and of archives of those.
const SUFFIXES: &[&str] =
    &[".jar", ".war", ".ear", ".par", ".sar", ".rar", ".nar", ".kar", ".jpi", ".hpi", ".lpkg"];

/// Suffixes that only Java uses: what is no archive there is broken.
const CERTAIN: &[&str] = &[".jar", ".war", ".ear", ".jpi", ".hpi"];

/// `pom.properties` have four short lines; manifests with a digest for every class are long.
const MAX_PROPERTIES: usize = 64 << 10;
/// Project files that speak of more than a few dependencies and plugins are some tens of kibibytes.
const MAX_PROJECT: usize = 1 << 20;
const PROJECTS: usize = 1000;
const MAX_MANIFEST: usize = 8 << 20;

/// Archives that nothing names, of one file.
const UNNAMED: usize = 1000;

pub(super) fn is_certain(path: &[u8]) -> bool {
    has_suffix(path, CERTAIN)
}

/// Spring Boot and others put a bill of materials there ("Spring Boot Reference", "Build", "SBOM").
fn is_sbom(name: &[u8]) -> bool {
    name.starts_with(b"META-INF/sbom/") && has_suffix(name, &[".json", ".xml", ".spdx"])
}

fn has_suffix(path: &[u8], suffixes: &[&str]) -> bool {
    suffixes.iter().any(|suffix| {
        path.len()
            .checked_sub(suffix.len())
            .and_then(|at| path.get(at..))
            .is_some_and(|end| end.eq_ignore_ascii_case(suffix.as_bytes()))
    })
}

/// What was seen of one archive.
#[derive(Debug, Default)]
pub(super) struct Jar {
    /// The name of its file.
    pub(super) file: String,
    /// Every `pom.properties` that names an artifact.
    pub(super) poms: Vec<Pom>,
    /// Group and artifact of directories that Maven and GraalVM name after them.
    pub(super) directories: Vec<(String, String)>,
    pub(super) manifest: Option<Manifest>,
    /// What each `pom.xml` says, by the directory that it is in.
    pub(super) projects: HashMap<Vec<u8>, Project>,
    sha1: Option<[u8; 20]>,
}

/// Collects what is seen of an archive and those within it, and says what each is when it has been seen whole.
pub(super) struct Jars<'s> {
    out: &'s mut Sink,
    /// The archive, and the archives within it that are being read, outermost first.
    open: Vec<Jar>,
    /// The path of the innermost within the outermost, parts separated by colons.
    within: Vec<u8>,
    lengths: Vec<usize>,
}

impl<'s> Jars<'s> {
    pub(super) fn new(path: &[u8], out: &'s mut Sink) -> Self {
        Self { out, open: vec![Jar::new(path)], within: Vec::new(), lengths: Vec::new() }
    }

    /// Says what the outermost archive is.
    pub(super) fn finish(mut self) {
        while !self.open.is_empty() {
            self.identify();
        }
    }

    /// Reads a bill of materials within the archive.
    fn listed(&mut self, name: &[u8], bytes: &[u8]) {
        let mut found = Sink::default();
        embedded_sbom::read(bytes, &mut found);
        let separator: &[u8] = if self.within.is_empty() { b"" } else { b":" };
        let path = ImagePath::new(&[&self.within, separator, name].concat()).ok();
        for mut said in found.hearsay {
            said.package.locations.extend(path.clone().map(|path| Location { path, layer: None }));
            self.out.hearsay.push(said);
        }
        let at = path.map(|path| path.to_text().trim_start_matches('/').to_owned()).unwrap_or_default();
        self.out
            .diagnostics
            .extend(found.diagnostics.into_iter().map(|diagnostic| diagnostic.at(at.clone())));
    }

    fn identify(&mut self) {
        let Some(jar) = self.open.pop() else { return };
        let sha1 = jar.sha1.map(hex);
        let mut named = false;
        for (mut package, inside) in identify::packages(jar) {
            let mut path = self.within.clone();
            // What is only part of it has not its digest.
            if inside.is_none() {
                named = true;
                package.sha1.extend(sha1.clone());
            }
            if let Some(inside) = inside {
                if !path.is_empty() {
                    path.push(b':');
                }
                path.extend_from_slice(&inside);
            }
            if !path.is_empty()
                && let Ok(path) = ImagePath::new(&path)
            {
                package.locations.push(Location { path, layer: None });
            }
            self.out.packages.push(package);
        }
        if !named
            && self.out.unnamed.len() < UNNAMED
            && let (Some(sha1), Ok(path)) = (sha1, ImagePath::new(&self.within))
        {
            self.out.unnamed.push(Unnamed { path, sha1 });
        }
    }
}

impl Jar {
    fn new(path: &[u8]) -> Self {
        let file = path.rsplit(|&b| b == b'/').next().unwrap_or_default();
        Self { file: String::from_utf8_lossy(file).into_owned(), ..Self::default() }
    }

    /// Remembers `META-INF/maven/GROUP/ARTIFACT/` and `META-INF/native-image/GROUP/ARTIFACT/`.
    fn directory(&mut self, name: &[u8]) {
        let Some(rest) = name.strip_prefix(b"META-INF/") else { return };
        let Some(rest) = rest.strip_prefix(b"maven/").or_else(|| rest.strip_prefix(b"native-image/")) else {
            return;
        };
        let mut parts = rest.split(|&b| b == b'/').map(std::str::from_utf8);
        if let (Some(Ok(group)), Some(Ok(artifact)), Some(_)) = (parts.next(), parts.next(), parts.next())
            && !group.is_empty()
            && !artifact.is_empty()
            && self.directories.len() < 1000
            && self
                .directories
                .last()
                .is_none_or(|last| (last.0.as_str(), last.1.as_str()) != (group, artifact))
        {
            self.directories.push((group.to_owned(), artifact.to_owned()));
        }
    }
}

impl Visitor for Jars<'_> {
    fn entry(&mut self, name: &[u8]) -> Want {
        let Some(jar) = self.open.last_mut() else { return Want::Nothing };
        if name.ends_with(b".class") || name.ends_with(b"/") {
            return Want::Nothing;
        }
        jar.directory(name);
        let file = name.rsplit(|&b| b == b'/').next().unwrap_or_default();
        if file == b"pom.properties" {
            Want::Bytes(MAX_PROPERTIES)
        } else if file == b"pom.xml" && name.starts_with(b"META-INF/maven/") && jar.projects.len() < PROJECTS
        {
            Want::Bytes(MAX_PROJECT)
        } else if name.eq_ignore_ascii_case(b"META-INF/MANIFEST.MF") {
            Want::Bytes(MAX_MANIFEST)
        } else if is_sbom(name) {
            Want::Bytes(embedded_sbom::MAX)
        } else if has_suffix(file, SUFFIXES) {
            Want::Archive
        } else {
            Want::Nothing
        }
    }

    fn bytes(&mut self, name: &[u8], bytes: &[u8]) {
        let Some(jar) = self.open.last_mut() else { return };
        if name.ends_with(b"pom.properties") {
            let pom = Pom::new(&properties::parse(bytes), name);
            jar.poms.extend(pom.filter(|pom| !jar.poms.iter().any(|other| other.same(pom))));
        } else if let Some(directory) = name.strip_suffix(b"pom.xml") {
            jar.projects.extend(Project::read(bytes).map(|project| (directory.to_owned(), project)));
        } else if is_sbom(name) {
            self.listed(name, bytes);
        } else if jar.manifest.is_none() {
            jar.manifest = Some(Manifest::parse(bytes));
        }
    }

    fn enter(&mut self, name: &[u8]) {
        self.open.push(Jar::new(name));
        self.lengths.push(self.within.len());
        if !self.within.is_empty() {
            self.within.push(b':');
        }
        self.within.extend_from_slice(name);
    }

    fn leave(&mut self) {
        self.identify();
        self.within.truncate(self.lengths.pop().unwrap_or(0));
    }

    fn wants_digests(&self) -> bool {
        true
    }

    fn digest(&mut self, sha1: [u8; 20]) {
        if let Some(jar) = self.open.last_mut() {
            jar.sha1 = Some(sha1);
        }
    }

    fn trouble(&mut self, diagnostic: Diagnostic) {
        let within = String::from_utf8_lossy(&self.within).into_owned();
        self.out.diagnostics.push(if within.is_empty() { diagnostic } else { diagnostic.at(within) });
    }
}

fn hex(bytes: [u8; 20]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

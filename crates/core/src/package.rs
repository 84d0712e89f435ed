use serde::{Deserialize, Serialize};

use crate::{Ecosystem, ImagePath, LayerRef, Names, PackageType, Purl};

/// An installed package, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Package {
    /// How it is packaged.
    #[serde(rename = "type")]
    pub kind: PackageType,
    /// The name as the ecosystem's advisories write it: `@scope/name`, `group:artifact`, a Go module path.
    pub name: String,
    /// The version as the ecosystem writes it, with the epoch where it is not 0; empty where none is stated.
    pub version: String,
    /// The architecture as the package manager writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arch: Option<String>,
    /// The source package it was built from, where that differs in what advisories say of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The package URL.
    pub purl: Purl,
    /// The ecosystem whose advisories speak of it; none where no feed can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ecosystem: Option<Ecosystem>,
    /// Where it was found. Never empty for a package of an image.
    #[serde(default)]
    pub locations: Vec<Location>,
    /// The operating-system package that owns the files it was found in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owned_by: Option<String>,
    /// Who built it, as the package manager records (rpm's `Vendor`, dpkg's `Maintainer`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// rpm's modularity label (`name:stream:version:context:arch`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// What part it plays.
    #[serde(default, skip_serializing_if = "Role::is_normal")]
    pub role: Role,
    /// The id of the key that signed it, in hexadecimal, where the package manager records the signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<String>,
    /// The layer that first brought a package of this name to the place, where a later one, the location's, changed
    /// its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introduced_in: Option<LayerRef>,
    /// The layer that removed it, of a package that is not in the image any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed_in: Option<LayerRef>,
    /// How its name and version were told, where no package manager's own record names them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// Where it was installed from, where that is not the registry of its ecosystem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// What says that the operating system's package is not the distribution's, as a person reads it; absent where
    /// nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub third_party: Option<String>,
    /// The SHA-1 of each archive that it was found as, in hexadecimal and sorted: what repositories of artifacts are
    /// asked by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sha1: Vec<String>,
    /// Its licences, as its own metadata states them: an SPDX expression, or names in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub licences: Vec<String>,
    /// The names of what it needs, as its package manager looks them up: packages, and what packages provide. Of
    /// alternatives each. They are without versions, except where it is known which one is meant: `name@version` of
    /// what a lock file selects and a compiler links.
    #[serde(default, skip_serializing_if = "Names::is_empty")]
    pub requires: Names,
    /// The other names under which packages may need it.
    #[serde(default, skip_serializing_if = "Names::is_empty")]
    pub provides: Names,
    /// Whether the project asks for it itself, where a lock file says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dependency: Option<Dependency>,
    /// The cataloger that found it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cataloger: String,
}

/// How a project comes to need a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dependency {
    /// The project asks for it.
    Direct,
    /// Only other packages ask for it.
    Indirect,
}

/// Where a package was installed from: a repository of sources, an archive, a directory (PyPA, "Recording the Direct
/// URL Origin of installed distributions").
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// The address, without credentials: `git+https://example.org/a.git`, `file:///src/a`.
    pub url: String,
    /// The commit of a repository, or the digest of an archive as `algorithm:hex`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// Whether it is used where it stands, so that whoever changes the sources changes the package.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub editable: bool,
}

/// How a package was told to be what it is called: from a file's name, a manifest for people, a text in a binary.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// How sure it is.
    pub confidence: Confidence,
    /// What says so, for a person: `file name`, `MANIFEST.MF: Bundle-SymbolicName`.
    pub evidence: String,
}

/// How sure an [`Identity`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// A guess: part of the name or the version was put together.
    Low,
    /// What is said is meant for people or for other tools, and is most often right.
    Medium,
    /// What is said is written by the build, for the purpose of being found.
    High,
}

/// The source package of a binary package.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Its version, which a binary rebuild leaves as it is.
    pub version: String,
}

/// Where a package was found.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Location {
    /// The file that names the package: a database, a manifest, a binary.
    pub path: ImagePath,
    /// The layer that the package came with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<LayerRef>,
}

/// What part a package plays, as far as its findings mean something else for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Role {
    /// Nothing special.
    #[default]
    Normal,
    /// Header files only, such as `linux-libc-dev`: nothing of it runs.
    Headers,
    /// Documentation only.
    Documentation,
    /// Debug symbols only.
    Debug,
    /// Found as installed files that no package manager of its language would load: a test fixture, a stub.
    Fixture,
    /// Named by a lock file or a manifest: what a build would install, which need not be what is installed here.
    Declared,
    /// Named by a lock file or a manifest for development and tests alone.
    Development,
}

impl Role {
    fn is_normal(&self) -> bool {
        *self == Self::Normal
    }
}

impl Package {
    /// A package of a type and a name, with everything else absent.
    pub fn new(kind: PackageType, name: impl Into<String>, version: impl Into<String>, purl: Purl) -> Self {
        Self {
            kind,
            name: name.into(),
            version: version.into(),
            arch: None,
            source: None,
            purl,
            ecosystem: kind.osv_ecosystem().map(Ecosystem::new),
            locations: Vec::new(),
            owned_by: None,
            vendor: None,
            module: None,
            role: Role::Normal,
            signed_by: None,
            introduced_in: None,
            removed_in: None,
            identity: None,
            origin: None,
            third_party: None,
            sha1: Vec::new(),
            licences: Vec::new(),
            requires: Names::default(),
            provides: Names::default(),
            dependency: None,
            cataloger: String::new(),
        }
    }

    /// The name that its ecosystem's advisories know it by when they speak of source packages.
    pub fn source_name(&self) -> &str {
        self.source.as_ref().map_or(&self.name, |source| &source.name)
    }

    /// What a person upgrades to be rid of it: the type, the name and the installed version; of the source package
    /// for operating-system packages, whose binaries are built and fixed together.
    pub fn upgraded_as(&self) -> (PackageType, &str, &str) {
        match &self.source {
            Some(source) if self.kind.is_os() => (self.kind, &source.name, &source.version),
            _ => (self.kind, &self.name, &self.version),
        }
    }
}

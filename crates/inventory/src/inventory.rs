use std::collections::HashSet;

use plimsoll_core::{Confidence, Diagnostic, Distro, ImagePath, Package, PackageType, Role};
use serde::{Deserialize, Serialize};

use crate::Unnamed;

/// Everything that an image's layers together have installed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// The distribution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distro: Option<Distro>,
    /// The packages, by type, name and version; one that was found in several places has several locations.
    /// Everything is here, marked; see [`precise`](Self::precise).
    pub packages: Vec<Package>,
    /// What was wrong in the files that are visible in the image.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<Diagnostic>,
    /// What may be software and nothing identified.
    #[serde(default)]
    pub unidentified: Unidentified,
    /// The packages that a layer brought and a later one removed, each with [`Package::removed_in`]: the image does
    /// not have them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<Package>,
}

/// Executables and archives that no cataloger knew and no package owns: what an inventory does not cover.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unidentified {
    /// Executable programs and libraries; scripts are not counted, nor is what stands among the packages that a
    /// language's package manager installed.
    pub executables: usize,
    /// Archives of packaged software, such as jars.
    pub archives: usize,
    /// The first of them, in byte order of the paths; at most [`Self::LISTED`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<ImagePath>,
    /// Archives that nothing says the name of, also within archives, by their digests: at most [`Self::LISTED`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unnamed: Vec<Unnamed>,
}

impl Unidentified {
    /// How many paths are listed at most.
    pub const LISTED: usize = 100;
}

impl Inventory {
    /// The packages that are installed, each once: a language package that an operating-system package ships is that
    /// package, a test fixture is none, and what a lock file names is installed only where it is found as well.
    ///
    /// A package of a third party does not speak for what it ships: no distribution's advisories do.
    pub fn precise(&self) -> impl Iterator<Item = &Package> {
        let foreign = self.foreign();
        self.packages.iter().filter(move |package| is_installed(package, &foreign))
    }

    /// The same, and what lock files and manifests declare: for a folder of sources, which nothing is installed in
    /// yet.
    pub fn with_declared(&self) -> impl Iterator<Item = &Package> {
        let foreign = self.foreign();
        self.packages.iter().filter(move |package| is_installed(package, &foreign) || is_declared(package))
    }

    /// The names of operating-system packages that are a third party's.
    fn foreign(&self) -> HashSet<&str> {
        let third = self.packages.iter().filter(|package| package.third_party.is_some());
        third.map(|package| package.name.as_str()).collect()
    }
}

fn is_declared(package: &Package) -> bool {
    matches!(package.role, Role::Declared | Role::Development)
}

fn is_installed(package: &Package, foreign: &HashSet<&str>) -> bool {
    let owned = package.owned_by.as_deref().is_some_and(|owner| !foreign.contains(owner));
    !owned && package.role != Role::Fixture && !is_declared(package) && !is_guess(package)
}

/// Crates that a path in a panic message names: some of those that were compiled in, and perhaps not all of that.
fn is_guess(package: &Package) -> bool {
    let low = package.identity.as_ref().is_some_and(|identity| identity.confidence == Confidence::Low);
    low && package.kind == PackageType::Cargo
}

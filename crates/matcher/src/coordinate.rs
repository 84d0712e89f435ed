use std::hash::{Hash, Hasher};

use plimsoll_core::{Ecosystem, Package, PackageType, Source};

/// Everything of a package that a verdict depends on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Coordinate<'a> {
    kind: PackageType,
    ecosystem: Option<&'a Ecosystem>,
    name: &'a str,
    version: &'a str,
    source: Option<&'a Source>,
    arch: Option<&'a str>,
    module: Option<&'a str>,
}

impl<'a> Coordinate<'a> {
    pub(crate) fn of(package: &'a Package) -> Self {
        Self {
            kind: package.kind,
            ecosystem: package.ecosystem.as_ref(),
            name: &package.name,
            version: &package.version,
            source: package.source.as_ref(),
            arch: package.arch.as_deref(),
            module: package.module.as_deref(),
        }
    }
}

/// Name and version tell nearly all apart; the rest is left to comparing.
impl Hash for Coordinate<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
        self.version.hash(state);
    }
}

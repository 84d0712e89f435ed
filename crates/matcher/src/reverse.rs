use std::collections::HashMap;

use plimsoll_core::{
    Advisory, AdvisoryKind, Ecosystem, Evidence, NameKind, Package, PackageType, Source, Verdict,
};

use crate::coverage::is_third_party;
use crate::name::{name_of, normal_name};
use crate::stream;
use crate::verdict::{KINDS, judge};

/// The packages of many subjects (images, hosts), found by what advisories name: the reverse of matching. A new
/// advisory is judged against each distinct package once, and every subject that has it is known at once.
///
/// Subjects are numbers of the caller's.
#[derive(Clone, Debug, Default)]
pub struct Postings {
    packages: Vec<Package>,
    /// The subjects of each package, ascending as long as they are added so.
    subjects: Vec<Vec<u32>>,
    known: HashMap<Coordinate, usize>,
    names: HashMap<Name, Vec<usize>>,
}

/// Everything of a package that a verdict depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Coordinate {
    kind: PackageType,
    ecosystem: Ecosystem,
    name: String,
    version: String,
    source: Option<Source>,
    arch: Option<String>,
    module: Option<String>,
}

/// A name that an advisory may use, in an ecosystem of any release.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Name {
    ecosystem: String,
    kind: NameKind,
    name: String,
}

/// A package that an advisory affects, and where it is.
#[derive(Clone, Copy, Debug)]
pub struct Reached<'a> {
    /// The package. Its locations, and what else differs between subjects, are not kept.
    pub package: &'a Package,
    /// Why.
    pub evidence: &'a Evidence,
    /// The subjects that have it.
    pub subjects: &'a [u32],
}

impl Postings {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the packages of a subject.
    pub fn add(&mut self, subject: u32, packages: &[Package]) {
        for package in packages {
            let Some(index) = self.index(package) else { continue };
            let Some(subjects) = self.subjects.get_mut(index) else { continue };
            if subjects.last() != Some(&subject) {
                subjects.push(subject);
            }
        }
    }

    /// How many distinct packages there are.
    pub fn len(&self) -> usize {
        self.packages.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty()
    }

    /// Shows every package that the advisory affects, or may affect.
    pub fn reached(&self, advisory: &Advisory, show: &mut dyn FnMut(Reached<'_>)) {
        if advisory.kind == AdvisoryKind::Informational {
            return;
        }
        let mut asked: Vec<Name> = Vec::new();
        let mut seen: Vec<usize> = Vec::new();
        for entry in &advisory.affected {
            let name = Name {
                ecosystem: entry.ecosystem.name().to_owned(),
                kind: entry.name_kind,
                name: normal_name(entry.ecosystem.as_str(), &entry.name).into_owned(),
            };
            if asked.contains(&name) {
                continue;
            }
            seen.extend(self.names.get(&name).into_iter().flatten());
            asked.push(name);
        }
        seen.sort_unstable();
        seen.dedup();
        for index in seen {
            let (Some(package), Some(subjects)) = (self.packages.get(index), self.subjects.get(index)) else {
                continue;
            };
            let Some(judged) = judge(package, advisory, None) else { continue };
            if matches!(judged.evidence.verdict, Verdict::Affected | Verdict::Undetermined) {
                show(Reached { package, evidence: &judged.evidence, subjects });
            }
        }
    }

    /// The packages that have one of the names that a changed advisory speaks of, whether it affects them or not:
    /// what has to be matched anew, when an advisory no longer says what it said.
    pub fn named(
        &self,
        ecosystem: &Ecosystem,
        kind: NameKind,
        name: &str,
        show: &mut dyn FnMut(&Package, &[u32]),
    ) {
        let name = Name {
            ecosystem: ecosystem.name().to_owned(),
            kind,
            name: normal_name(ecosystem.as_str(), name).into_owned(),
        };
        for &index in self.names.get(&name).into_iter().flatten() {
            let (Some(package), Some(subjects)) = (self.packages.get(index), self.subjects.get(index)) else {
                continue;
            };
            let own = package.ecosystem.as_ref();
            let builders = own.map(|own| stream::builders(package, own)).unwrap_or_default();
            if own.into_iter().chain(&builders).any(|asked| stream::speaks(ecosystem, asked)) {
                show(package, subjects);
            }
        }
    }

    /// The index of a package, which is added where it is new; nothing where no advisory can speak of it.
    fn index(&mut self, package: &Package) -> Option<usize> {
        let ecosystem = package.ecosystem.clone()?;
        if is_third_party(package) {
            return None;
        }
        let coordinate = Coordinate {
            kind: package.kind,
            ecosystem,
            name: package.name.clone(),
            version: package.version.clone(),
            source: package.source.clone(),
            arch: package.arch.clone(),
            module: package.module.clone(),
        };
        if let Some(&known) = self.known.get(&coordinate) {
            return Some(known);
        }
        let index = self.packages.len();
        let mut asked = vec![coordinate.ecosystem.clone()];
        asked.extend(stream::builders(package, &coordinate.ecosystem));
        asked.dedup_by(|a, b| a.name() == b.name());
        for (ecosystem, kind) in asked.iter().flat_map(|asked| KINDS.map(|kind| (asked, kind))) {
            if let Some(name) = name_of(package, ecosystem, kind) {
                let ecosystem = ecosystem.name().to_owned();
                self.names.entry(Name { ecosystem, kind, name: name.into_owned() }).or_default().push(index);
            }
        }
        self.packages.push(Package { locations: Vec::new(), owned_by: None, ..package.clone() });
        self.subjects.push(Vec::new());
        self.known.insert(coordinate, index);
        Some(index)
    }
}

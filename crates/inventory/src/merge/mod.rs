//! From what each layer says to what the image has: only visible files count, each package gets the layer that
//! brought it, and a file that an operating-system package owns is known to be its.

mod definitions;
mod hearsay;
mod history;
mod origins;
pub(crate) mod os;
mod owners;
mod provenance;
mod removed;

use std::collections::{BTreeSet, HashMap, HashSet};

use plimsoll_core::{
    Dependency, Diagnostic, Distro, FileRef, ImagePath, LayerRef, Location, MergedView, Names, Package,
    PackageType,
};

use crate::facts::FileFacts;
use crate::merge::definitions::Defined;
use crate::merge::hearsay::Known;
use crate::merge::history::History;
use crate::merge::origins::Origins;
use crate::merge::owners::Owners;
use crate::{Catalogers, Hearsay, Inventory, LayerFacts, Unidentified, Unnamed, path_hash};

/// Facts that count, because their file is visible.
pub(crate) struct Visible<'a> {
    pub(crate) facts: &'a FileFacts,
    /// Where the content is.
    pub(crate) file: FileRef,
    /// The name under which it is visible.
    pub(crate) path: ImagePath,
    /// For each package, the layer that brought it as it is.
    pub(crate) changed: Vec<u32>,
    /// For each package, the layer that first brought it.
    pub(crate) introduced: Vec<u32>,
}

impl Catalogers {
    /// Puts the layers' facts together as the image shows them.
    ///
    /// `facts` are the layers', in order, lowest first; `reread` are those of layers that were read again for
    /// what [`missing`](Self::missing) named, with the layer's index; `layers` describe the layers.
    pub fn merge(
        &self,
        view: &dyn MergedView,
        facts: &[&LayerFacts],
        reread: &[(u32, LayerFacts)],
        layers: &[LayerRef],
    ) -> Inventory {
        let mut visible = self.visible(view, facts, reread);
        let history = History::new(facts, reread, &visible);
        for one in &mut visible {
            one.changed = history.changed(one);
            one.introduced = history.introduced(one);
        }
        let owners = Owners::new(&visible);
        let distro = self.distro(&visible);
        let packages = self.packages(view, &visible, &owners, distro.as_ref(), layers);
        let unidentified = unidentified(view, facts, &visible, &owners);
        let unidentified = Unidentified { unnamed: unnamed(view, &visible, &owners), ..unidentified };
        let removed = self.removed(facts, &visible, &history, distro.as_ref(), layers);
        Inventory { distro, packages, diagnostics: diagnostics(facts, &visible), unidentified, removed }
    }

    /// The facts whose files are visible, each once for every name that its cataloger would have read it under.
    fn visible<'a>(
        &self,
        view: &dyn MergedView,
        facts: &[&'a LayerFacts],
        reread: &'a [(u32, LayerFacts)],
    ) -> Vec<Visible<'a>> {
        let of = |file: FileRef| {
            let layer = usize::try_from(file.layer).ok().and_then(|layer| facts.get(layer).copied());
            let again = reread.iter().filter(move |(layer, _)| *layer == file.layer).map(|(_, facts)| facts);
            // What was read again was read for more.
            again.chain(layer).flat_map(move |facts| facts.of(file.ordinal))
        };
        let mut visible: Vec<Visible<'a>> = Vec::new();
        let mut taken: HashSet<(u32, u32, u16)> = HashSet::new();
        let mut shown_exact: HashSet<Vec<u8>> = HashSet::new();
        let mut hits = Vec::new();
        view.visit_files(&mut |path, file| {
            if self.dispatch.is_exact(path) {
                shown_exact.insert(path.to_vec());
            }
            let mut looked_up = false;
            let start = visible.len();
            for facts in of(file) {
                let own_name = facts.path.as_bytes() == path;
                if !own_name && !looked_up {
                    looked_up = true;
                    hits.clear();
                    self.dispatch.hits(path, &mut hits);
                }
                let fits = own_name
                    || facts.by_content && !taken.contains(&(file.layer, file.ordinal, facts.cataloger))
                    || hits.iter().any(|hit| hit.cataloger == facts.cataloger);
                // A layer that was read again for another cataloger gives the same facts a second time.
                let again = visible
                    .get(start..)
                    .is_some_and(|now| now.iter().any(|one| one.facts.cataloger == facts.cataloger));
                if fits && !again {
                    taken.insert((file.layer, file.ordinal, facts.cataloger));
                    visible.extend(Visible::new(facts, file, path));
                }
            }
        });
        for path in self.dispatch.exact_paths().into_iter().filter(|path| !shown_exact.contains(*path)) {
            let Some(file) = view.resolve(path) else { continue };
            hits.clear();
            self.dispatch.hits(path, &mut hits);
            for facts in of(file) {
                if hits.iter().any(|hit| hit.cataloger == facts.cataloger)
                    && taken.insert((file.layer, file.ordinal, facts.cataloger))
                {
                    visible.extend(Visible::new(facts, file, path));
                }
            }
        }
        visible
    }

    /// The distribution that the first-ranking of the visible files names.
    fn distro(&self, visible: &[Visible<'_>]) -> Option<Distro> {
        let mut hits = Vec::new();
        let mut rank = |one: &Visible<'_>| {
            hits.clear();
            self.dispatch.hits(one.path.as_bytes(), &mut hits);
            let hit = hits.iter().find(|hit| hit.cataloger == one.facts.cataloger);
            hit.map_or((u16::MAX, u16::MAX), |hit| (hit.cataloger, hit.rank))
        };
        let said = |one: &&Visible<'_>| one.facts.distro.as_ref().is_some_and(|distro| !distro.id.is_empty());
        let named = visible.iter().filter(said).min_by_key(|one| rank(one));
        let mut distro = named.and_then(|one| one.facts.distro.clone())?;
        for more in visible.iter().filter_map(|one| one.facts.distro.as_ref()) {
            distro.repositories.extend_from_slice(&more.repositories);
            distro.content_sets.extend_from_slice(&more.content_sets);
        }
        for list in [&mut distro.repositories, &mut distro.content_sets] {
            list.sort_unstable();
            list.dedup();
        }
        Some(distro)
    }

    fn packages(
        &self,
        view: &dyn MergedView,
        visible: &[Visible<'_>],
        owners: &Owners<'_>,
        distro: Option<&Distro>,
        layers: &[LayerRef],
    ) -> Vec<Package> {
        let mut merged = Merged::default();
        let origins = Origins::new(visible);
        let layer_of = |index: u32| usize::try_from(index).ok().and_then(|index| layers.get(index)).cloned();
        let cataloger =
            |one: &Visible<'_>| self.list.get(usize::from(one.facts.cataloger)).map(AsRef::as_ref);
        // What is told of a package by the place alone.
        let placed = |found: &Package, one: &Visible<'_>, since: u32| {
            let mut package = found.clone();
            if let Some(cataloger) = cataloger(one) {
                cataloger.place(one.path.as_bytes(), &mut package);
                package.cataloger = cataloger.id().to_owned();
            }
            if package.kind.is_os() {
                os::complete(&mut package, distro);
            } else if package.owned_by.is_none() {
                package.owned_by =
                    owners.owner(view, one.path.as_bytes(), one.file, since).map(str::to_owned);
            }
            package
        };
        for one in visible {
            for ((found, &changed), &introduced) in
                one.facts.packages.iter().zip(&one.changed).zip(&one.introduced)
            {
                let mut package = placed(found, one, changed);
                package.introduced_in = layer_of(introduced).filter(|_| introduced != changed);
                origins.apply(one.path.as_bytes(), &mut package);
                provenance::settle(&mut package, distro);
                merged.add(package, &one.path, layer_of(changed));
            }
        }
        if visible.iter().any(|one| !one.facts.undecided.is_empty()) {
            let defined = Defined::new(visible);
            for one in visible {
                for package in one.facts.undecided.iter().filter_map(|it| defined.decide(it)) {
                    let package = placed(&package, one, one.file.layer);
                    merged.add(package, &one.path, layer_of(one.file.layer));
                }
            }
        }
        if visible.iter().any(|one| !one.facts.hearsay.is_empty()) {
            let known = Known::new(merged.0.keys());
            let installed = installed(visible);
            for one in visible.iter().filter(|one| !one.facts.hearsay.is_empty()) {
                // An assembly that a dependency manifest lists is part of the package there; a go.sum beside a go.mod
                // that names all modules, and a project beside its manifest, add nothing.
                let listed = installed.contains(&path_hash(one.path.as_bytes()));
                let of_another = |said: &Hearsay| {
                    listed
                        && matches!(
                            said.package.kind,
                            PackageType::Nuget | PackageType::Golang | PackageType::Julia
                        )
                };
                let said = one.facts.hearsay.iter().filter(|said| known.lacks(said) && !of_another(said));
                for said in said {
                    merged.add(
                        placed(&said.package, one, one.file.layer),
                        &one.path,
                        layer_of(one.file.layer),
                    );
                }
            }
        }
        merged.finish()
    }
}

/// Packages, each once with all its places and the digests of what it was found as there.
#[derive(Default)]
struct Merged(HashMap<Package, Found>);

/// What may differ from place to place of one package.
#[derive(Default)]
struct Found {
    locations: Vec<Location>,
    sha1: Vec<String>,
    /// A part of another archive has no metadata of its own to state any.
    licences: Vec<String>,
    /// What it needs there: a lock file may select another version than the next one does.
    requires: BTreeSet<Names>,
    provides: BTreeSet<Names>,
    dependency: Option<Dependency>,
}

impl Merged {
    fn add(&mut self, mut package: Package, path: &ImagePath, layer: Option<LayerRef>) {
        let inner = std::mem::take(&mut package.locations);
        let sha1 = std::mem::take(&mut package.sha1);
        let licences = std::mem::take(&mut package.licences);
        let requires = std::mem::take(&mut package.requires);
        let provides = std::mem::take(&mut package.provides);
        let dependency = package.dependency.take();
        let found = self.0.entry(package).or_default();
        found.sha1.extend(sha1);
        if found.licences.is_empty() || !licences.is_empty() && licences < found.licences {
            found.licences = licences;
        }
        for (all, names) in [(&mut found.requires, requires), (&mut found.provides, provides)] {
            if !names.is_empty() {
                all.insert(names);
            }
        }
        // One project that asks for it is enough.
        found.dependency = found.dependency.into_iter().chain(dependency).min();
        let locations = &mut found.locations;
        if inner.is_empty() {
            locations.push(Location { path: path.clone(), layer });
        } else {
            locations.extend(
                inner
                    .into_iter()
                    .map(|inner| Location { path: within(path, &inner.path), layer: layer.clone() }),
            );
        }
    }

    fn finish(self) -> Vec<Package> {
        let mut packages: Vec<Package> = self
            .0
            .into_iter()
            .map(|(mut package, found)| {
                let Found { mut locations, mut sha1, licences, requires, provides, dependency } = found;
                (package.requires, package.provides) = (union(requires), union(provides));
                package.dependency = dependency;
                sha1.sort_unstable();
                sha1.dedup();
                (package.sha1, package.licences) = (sha1, licences);
                locations.sort_by(|a, b| (&a.path, index(a)).cmp(&(&b.path, index(b))));
                locations.dedup();
                package.locations = locations;
                package
            })
            .collect();
        packages.sort_by(|a, b| order(a).cmp(&order(b)));
        packages
    }
}

/// The names of all of the sets.
fn union(sets: BTreeSet<Names>) -> Names {
    if sets.len() < 2 {
        return sets.into_iter().next().unwrap_or_default();
    }
    sets.iter().flat_map(Names::iter).collect()
}

impl<'a> Visible<'a> {
    fn new(facts: &'a FileFacts, file: FileRef, path: &[u8]) -> Option<Self> {
        Some(Self {
            facts,
            file,
            path: ImagePath::new(path).ok()?,
            changed: Vec::new(),
            introduced: Vec::new(),
        })
    }
}

/// The path of a file within an archive, as `archive:entry`.
fn within(archive: &ImagePath, entry: &ImagePath) -> ImagePath {
    let joined = [archive.as_bytes(), b":", entry.as_bytes()].concat();
    ImagePath::new(&joined).unwrap_or_else(|_| archive.clone())
}

fn index(location: &Location) -> Option<u32> {
    location.layer.as_ref().map(|layer| layer.index)
}

/// What packages are sorted by; all that can tell two apart in one place.
pub(crate) fn order(package: &Package) -> impl Ord + '_ {
    (
        (package.kind, &package.name, &package.version, &package.arch, &package.purl),
        package.locations.first().map(|location| (&location.path, index(location))),
        package.source.as_ref().map(|source| (&source.name, &source.version)),
        (&package.owned_by, &package.module, &package.vendor, &package.cataloger),
        package.introduced_in.as_ref().map(|layer| layer.index),
    )
}

fn diagnostics(facts: &[&LayerFacts], visible: &[Visible<'_>]) -> Vec<Diagnostic> {
    let mut all: Vec<Diagnostic> = Vec::new();
    for (layer, index) in facts.iter().zip(0_u32..) {
        all.extend(layer.diagnostics.iter().cloned().map(|diagnostic| diagnostic.in_layer(index)));
    }
    for one in visible {
        all.extend(one.facts.diagnostics.iter().cloned().map(|diagnostic| {
            let path = diagnostic
                .path
                .as_ref()
                .map_or_else(|| one.path.to_text(), |inner| format!("{}:{inner}", one.path));
            diagnostic.at(path).in_layer(one.file.layer)
        }));
    }
    all.sort_by(|a, b| {
        (a.layer, &a.path, a.offset, &a.message).cmp(&(b.layer, &b.path, b.offset, &b.message))
    });
    all.dedup();
    all
}

/// The directory that a language's package manager installs into, of which the file is part. The native code in it
/// belongs to the packages that are found in it.
fn library(path: &[u8]) -> Option<&[u8]> {
    const NAMES: &[&[u8]] = &[b"node_modules", b"site-packages", b"dist-packages"];
    let mut end = path.len();
    while let Some(slash) = path.get(..end)?.iter().rposition(|&b| b == b'/') {
        let directory = path.get(..slash)?;
        if NAMES.contains(&directory.rsplit(|&b| b == b'/').next().unwrap_or_default()) {
            return Some(directory);
        }
        end = slash;
    }
    None
}

/// The archives that nothing names, with where they are.
fn unnamed(view: &dyn MergedView, visible: &[Visible<'_>], owners: &Owners<'_>) -> Vec<Unnamed> {
    let mut all: Vec<Unnamed> = Vec::new();
    for one in visible.iter().filter(|one| !one.facts.unnamed.is_empty()) {
        if owners.owner(view, one.path.as_bytes(), one.file, one.file.layer).is_some() {
            continue;
        }
        all.extend(one.facts.unnamed.iter().map(|unnamed| Unnamed {
            path: match unnamed.path.as_bytes() {
                b"" => one.path.clone(),
                _ => within(&one.path, &unnamed.path),
            },
            sha1: unnamed.sha1.clone(),
        }));
    }
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all.truncate(Unidentified::LISTED);
    all
}

/// The hashes of the paths that packages of a language say are theirs.
fn installed(visible: &[Visible<'_>]) -> HashSet<u64> {
    visible.iter().flat_map(|one| &one.facts.installed).copied().collect()
}

/// Counts the programs and archives that no package was found in and no package owns.
fn unidentified(
    view: &dyn MergedView,
    facts: &[&LayerFacts],
    visible: &[Visible<'_>],
    owners: &Owners<'_>,
) -> Unidentified {
    let mut known: HashSet<(u32, u32)> = visible
        .iter()
        .filter(|one| {
            !one.facts.packages.is_empty() || !one.facts.hearsay.is_empty() || !one.facts.undecided.is_empty()
        })
        .map(|one| (one.file.layer, one.file.ordinal))
        .collect();
    let libraries: HashSet<&[u8]> = visible
        .iter()
        .filter(|one| one.facts.packages.iter().any(|package| !package.kind.is_os()))
        .filter_map(|one| library(one.path.as_bytes()))
        .collect();
    let installed = installed(visible);
    let mut found = Unidentified::default();
    if facts.iter().all(|layer| layer.programs.is_empty() && layer.archives.is_empty()) {
        return found;
    }
    view.visit_files(&mut |path, file| {
        let Some(layer) = usize::try_from(file.layer).ok().and_then(|layer| facts.get(layer)) else { return };
        let program = layer.programs.binary_search(&file.ordinal).is_ok();
        let archive = layer.archives.binary_search(&file.ordinal).is_ok();
        if !(program || archive)
            || known.contains(&(file.layer, file.ordinal))
            || !installed.is_empty() && installed.contains(&path_hash(path))
            || library(path).is_some_and(|library| libraries.contains(library))
            || owners.owner(view, path, file, file.layer).is_some()
        {
            return;
        }
        known.insert((file.layer, file.ordinal));
        if archive {
            found.archives += 1;
        } else {
            found.executables += 1;
        }
        if found.paths.len() < Unidentified::LISTED {
            found.paths.extend(ImagePath::new(path));
        }
    });
    found
}

#[cfg(test)]
mod tests;

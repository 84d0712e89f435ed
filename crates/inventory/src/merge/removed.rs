//! What layers brought and later layers took away: nothing of the image, but part of its history.

use std::collections::{HashMap, HashSet};

use plimsoll_core::{Distro, ImagePath, LayerRef, Location, Package, Role};

use super::history::{History, prefixes};
use super::{Visible, order, os};
use crate::{Catalogers, LayerFacts};

/// Removed packages that are listed.
const LISTED: usize = 10_000;

/// A package of a file, at any version: the file, the cataloger, the name and the architecture.
type Key<'a> = (&'a [u8], u16, &'a str, Option<&'a str>);

impl Catalogers {
    /// The packages that a lower layer has and the image has not, each as it was last, with the layer that removed
    /// it. A package that another version replaced in the same file was changed, not removed.
    pub(super) fn removed(
        &self,
        facts: &[&LayerFacts],
        visible: &[Visible<'_>],
        history: &History<'_>,
        distro: Option<&Distro>,
        layers: &[LayerRef],
    ) -> Vec<Package> {
        let mut here: HashSet<Key<'_>> = HashSet::new();
        let mut entries: HashSet<(u32, u32)> = HashSet::new();
        for one in visible {
            entries.insert((one.file.layer, one.file.ordinal));
            for package in &one.facts.packages {
                here.insert(key(one.facts.path.as_bytes(), one.facts.cataloger, package));
                here.insert(key(one.path.as_bytes(), one.facts.cataloger, package));
            }
        }
        let mut last: HashMap<Key<'_>, (u32, &Package)> = HashMap::new();
        let mut written: HashMap<(&[u8], u16), Vec<u32>> = HashMap::new();
        for (layer, index) in facts.iter().zip(0_u32..) {
            for file in layer.files.iter().filter(|file| !file.packages.is_empty()) {
                let path = file.path.as_bytes();
                written.entry((path, file.cataloger)).or_default().push(index);
                if entries.contains(&(index, file.ordinal)) {
                    continue;
                }
                for package in file.packages.iter().filter(|package| package.role == Role::Normal) {
                    let key = key(path, file.cataloger, package);
                    if !here.contains(&key) && (last.len() < LISTED || last.contains_key(&key)) {
                        last.insert(key, (index, package));
                    }
                }
            }
        }
        let mut removed: Vec<Package> = last
            .into_iter()
            .filter_map(|((path, cataloger, ..), (since, package))| {
                let again = written.get(&(path, cataloger)).into_iter().flatten();
                let again = again.copied().filter(|&layer| layer > since).min();
                let gone = history.first_removal(since, &prefixes(path));
                let removed_in = again.into_iter().chain(gone).min()?;
                self.gone(package, path, cataloger, (since, removed_in), distro, layers)
            })
            .collect();
        removed.sort_by(|a, b| order(a).cmp(&order(b)));
        removed
    }

    /// The package, with where it was and what removed it; nothing of what was no installed package.
    fn gone(
        &self,
        package: &Package,
        path: &[u8],
        cataloger: u16,
        (since, removed_in): (u32, u32),
        distro: Option<&Distro>,
        layers: &[LayerRef],
    ) -> Option<Package> {
        let layer = |index: u32| usize::try_from(index).ok().and_then(|index| layers.get(index)).cloned();
        let mut package = package.clone();
        let cataloger = self.list.get(usize::from(cataloger))?;
        cataloger.place(path, &mut package);
        if package.role != Role::Normal {
            return None;
        }
        cataloger.id().clone_into(&mut package.cataloger);
        if package.kind.is_os() {
            os::complete(&mut package, distro);
        }
        package.locations = vec![Location { path: ImagePath::new(path).ok()?, layer: layer(since) }];
        package.removed_in = Some(layer(removed_in)?);
        Some(package)
    }
}

fn key<'a>(path: &'a [u8], cataloger: u16, package: &'a Package) -> Key<'a> {
    (path, cataloger, &package.name, package.arch.as_deref())
}

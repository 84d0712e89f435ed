//! Which layer brought a package: the versions of its database, or of its own file, that the layers hold are
//! compared from the visible one downwards. A layer that only writes the database anew brought nothing.

use std::collections::{HashMap, HashSet};

use plimsoll_core::Package;

use super::Visible;
use crate::facts::FileFacts;
use crate::{LayerFacts, path_hash};

pub(crate) struct History<'a> {
    layers: &'a [&'a LayerFacts],
    /// The versions of each visible file that has several, lowest layer first.
    versions: Versions<'a>,
}

/// By path and cataloger: the layers that hold the file, and what it says there.
type Versions<'a> = HashMap<(&'a [u8], u16), Vec<(u32, &'a FileFacts)>>;

/// What makes a package of two layers the same: at one version, or at any.
type Identity<'a> = (&'a str, Option<&'a str>, Option<&'a str>);

fn at_its_version(package: &Package) -> Identity<'_> {
    (&package.name, Some(&package.version), package.arch.as_deref())
}

fn at_any_version(package: &Package) -> Identity<'_> {
    (&package.name, None, package.arch.as_deref())
}

impl<'a> History<'a> {
    pub(crate) fn new(
        layers: &'a [&'a LayerFacts],
        reread: &'a [(u32, LayerFacts)],
        visible: &[Visible<'_>],
    ) -> Self {
        let paths: HashSet<(&[u8], u16)> = visible
            .iter()
            .filter(|one| !one.facts.packages.is_empty())
            .map(|one| (one.path.as_bytes(), one.facts.cataloger))
            .collect();
        let mut versions: Versions<'a> = HashMap::new();
        let all = (0_u32..).zip(layers.iter().copied()).chain(reread.iter().map(|(index, it)| (*index, it)));
        for (index, layer) in all {
            for file in &layer.files {
                let key = (file.path.as_bytes(), file.cataloger);
                if paths.contains(&key) && !file.packages.is_empty() {
                    versions.entry(key).or_default().push((index, file));
                }
            }
        }
        versions.retain(|_, versions| versions.len() > 1);
        // Within a layer a later entry of the same name replaces an earlier one, and the sort is stable.
        versions.values_mut().for_each(|versions| versions.sort_by_key(|(index, _)| *index));
        Self { layers, versions }
    }

    /// For each package of a visible file, the index of the layer since which the file has named it as it is.
    pub(crate) fn changed(&self, visible: &Visible<'_>) -> Vec<u32> {
        self.since(visible, at_its_version)
    }

    /// For each package of a visible file, the index of the layer since which the file has named it in any version.
    pub(crate) fn introduced(&self, visible: &Visible<'_>) -> Vec<u32> {
        self.since(visible, at_any_version)
    }

    fn since(&self, visible: &Visible<'_>, identity: fn(&Package) -> Identity<'_>) -> Vec<u32> {
        let packages = &visible.facts.packages;
        let mut introduced = vec![visible.file.layer; packages.len()];
        let path = visible.path.as_bytes();
        let Some(versions) = self.versions.get(&(path, visible.facts.cataloger)) else { return introduced };
        let ancestors = prefixes(path);
        let mut unchanged: Vec<usize> = (0..packages.len()).collect();
        let mut above = visible.file.layer;
        for (layer, facts) in versions.iter().rev().skip_while(|(layer, _)| *layer >= visible.file.layer) {
            if *layer == above {
                continue;
            }
            if self.removed_between(*layer, above, &ancestors) {
                break;
            }
            above = *layer;
            let there: HashSet<Identity<'_>> = facts.packages.iter().map(identity).collect();
            unchanged.retain(|&at| packages.get(at).is_some_and(|it| there.contains(&identity(it))));
            for &at in &unchanged {
                if let Some(slot) = introduced.get_mut(at) {
                    *slot = *layer;
                }
            }
            if unchanged.is_empty() {
                break;
            }
        }
        introduced
    }

    /// The first layer above `low` that removed the file or a directory it is in.
    pub(super) fn first_removal(&self, low: u32, ancestors: &[u64]) -> Option<u32> {
        let next = low.checked_add(1)?;
        let above = self.layers.iter().zip(0_u32..).skip(usize::try_from(next).ok()?);
        let mut removing = above.filter(|(layer, _)| removes(layer, ancestors));
        removing.next().map(|(_, index)| index)
    }

    /// Whether a layer above `low`, up to `high`, removed the file or a directory it is in.
    pub(super) fn removed_between(&self, low: u32, high: u32, ancestors: &[u64]) -> bool {
        let range = usize::try_from(low).unwrap_or(usize::MAX).saturating_add(1)
            ..=usize::try_from(high).unwrap_or(usize::MAX);
        let layers = self.layers.get(range).unwrap_or_default();
        layers.iter().any(|layer| removes(layer, ancestors))
    }
}

fn removes(layer: &LayerFacts, ancestors: &[u64]) -> bool {
    ancestors
        .iter()
        .any(|hash| layer.whiteouts.binary_search(hash).is_ok() || layer.opaques.binary_search(hash).is_ok())
}

/// The hashes of a path and of all directories it is in, the root included.
pub(super) fn prefixes(path: &[u8]) -> Vec<u64> {
    let ends = path.iter().enumerate().filter(|(_, b)| **b == b'/').map(|(at, _)| at);
    let directories = ends.filter_map(|end| path.get(..end)).map(path_hash);
    directories.chain([path_hash(path), path_hash(b"")]).collect()
}

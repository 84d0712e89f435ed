//! Which operating-system package a file belongs to.

use std::collections::{HashMap, HashSet};

use plimsoll_core::{FileRef, MergedView};

use super::Visible;
use crate::path_hash;

/// Directories that distributions have merged: one name is a symbolic link to the other, and package databases
/// write either.
const MERGED: &[(&[u8], &[u8])] = &[
    (b"usr/lib/", b"lib/"),
    (b"usr/bin/", b"bin/"),
    (b"usr/sbin/", b"sbin/"),
    (b"usr/lib64/", b"lib64/"),
    (b"usr/lib32/", b"lib32/"),
    (b"usr/libx32/", b"libx32/"),
    (b"usr/bin/", b"usr/sbin/"),
    (b"usr/bin/", b"sbin/"),
    (b"usr/lib/", b"usr/lib64/"),
    (b"usr/lib/", b"lib64/"),
];

pub(crate) struct Owners<'a> {
    /// Path hashes and places in `packages`, sorted.
    paths: Vec<(u64, u32)>,
    /// The packages' names, and the layers in which their lists of files were last written.
    packages: Vec<(&'a str, u32)>,
}

impl<'a> Owners<'a> {
    pub(crate) fn new(visible: &[Visible<'a>]) -> Self {
        let mut installed: HashSet<&str> = HashSet::new();
        for one in visible {
            let os = one.facts.packages.iter().filter(|package| package.kind.is_os());
            installed.extend(os.map(|package| package.name.as_str()));
        }
        let mut this = Self { paths: Vec::new(), packages: Vec::new() };
        for one in visible.iter().filter(|one| !one.facts.owned.is_empty()) {
            // One database for all packages is written anew for each of them; a package's own entry is as old as
            // the package. A list of its own is as old as its file.
            let mut entries: HashMap<&str, u32> = HashMap::new();
            for (package, &layer) in one.facts.packages.iter().zip(&one.changed) {
                let newest = entries.entry(&package.name).or_insert(layer);
                *newest = layer.max(*newest);
            }
            for owned in &one.facts.owned {
                let name = owned.package.as_str();
                if !installed.contains(name) {
                    continue;
                }
                let Ok(at) = u32::try_from(this.packages.len()) else { break };
                this.packages.push((name, entries.get(name).copied().unwrap_or(one.file.layer)));
                this.paths.extend(owned.paths.iter().map(|&hash| (hash, at)));
            }
        }
        this.paths.sort_unstable();
        this
    }

    /// The package that owns the file at `path`, unless what is in the file came with a later layer, `since`, than
    /// the package: then it is no longer the package's. A layer that writes a file again as it was, to change its
    /// owner for one, brings nothing.
    pub(crate) fn owner(
        &self,
        view: &dyn MergedView,
        path: &[u8],
        file: FileRef,
        since: u32,
    ) -> Option<&'a str> {
        if self.paths.is_empty() {
            return None;
        }
        if let Some(name) = self.named(path, since) {
            return Some(name);
        }
        MERGED.iter().flat_map(|&(a, b)| [(a, b), (b, a)]).find_map(|(from, to)| {
            let other = [to, path.strip_prefix(from)?].concat();
            let name = self.named(&other, since)?;
            let same = view.resolve(&other)?;
            ((same.layer, same.ordinal) == (file.layer, file.ordinal)).then_some(name)
        })
    }

    fn named(&self, path: &[u8], since: u32) -> Option<&'a str> {
        let hash = path_hash(path);
        let start = self.paths.partition_point(|(other, _)| *other < hash);
        let same = self.paths.get(start..).unwrap_or_default().iter().take_while(|(other, _)| *other == hash);
        let owners = same.filter_map(|(_, at)| self.packages.get(usize::try_from(*at).ok()?));
        owners.filter(|(_, layer)| since <= *layer).map(|(name, _)| *name).min()
    }
}

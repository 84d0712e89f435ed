use std::collections::HashSet;

use plimsoll_core::{Diagnostic, DiagnosticKind, Entry, EntryKind, FileRef, Limits};

use super::Tree;
use super::nodes::{Full, Kind, NONE, Nodes, ROOT, split};
use crate::layer::LayerEntries;

/// Why an entry could not be put.
enum Refusal {
    Full,
    /// Too many symbolic links on the way.
    Loop,
}

impl From<Full> for Refusal {
    fn from(_: Full) -> Self {
        Self::Full
    }
}

impl Tree {
    /// Puts the layers on top of each other, the lowest first. A layer that is an earlier one over again
    /// ([`Layer::same_as`](crate::Layer::same_as)) takes that one's entries at its own place.
    ///
    /// What a container engine would refuse, such as a hard link to nothing, is left out and reported.
    pub fn merge(layers: &[&LayerEntries], limits: &Limits) -> (Self, Vec<Diagnostic>) {
        let expected = layers.iter().map(|layer| layer.len()).sum();
        let mut merge = Merge {
            nodes: Nodes::new(limits.entries, expected),
            limits,
            layer: 0,
            folder_path: Vec::new(),
            folder: Some(ROOT),
            cleaned: HashSet::new(),
            diagnostics: Vec::new(),
            dropped: 0,
        };
        for (index, entries) in layers.iter().enumerate() {
            // A node keeps its layer in sixteen bits.
            let Some(layer) = u16::try_from(index).ok().filter(|&index| index < u16::MAX) else {
                merge.report(
                    DiagnosticKind::LimitPassed,
                    "more layers than can be merged; the rest is left out",
                    &[],
                );
                break;
            };
            merge.layer = layer;
            merge.cleaned.clear();
            let mut cursor = entries.cursor();
            let mut full = false;
            while let Some(entry) = cursor.next().filter(|_| !full) {
                full = merge.entry(&entry);
            }
            if full {
                let message = format!(
                    "the image has more than {} names (Limits::entries); the rest is left out",
                    limits.entries
                );
                merge.report(DiagnosticKind::LimitPassed, message, &[]);
                break;
            }
        }
        let Merge { nodes, mut diagnostics, dropped, .. } = merge;
        if dropped > 0 {
            let message = format!("{dropped} further diagnostics are left out (Limits::diagnostics)");
            diagnostics.push(Diagnostic::new(DiagnosticKind::LimitPassed, message));
        }
        (Self { nodes, symlinks: limits.symlinks }, diagnostics)
    }
}

struct Merge<'a> {
    nodes: Nodes,
    limits: &'a Limits,
    layer: u16,
    /// The folder of the last entry and its node, as long as nothing on the way to it has changed: most entries
    /// stand beside the one before.
    folder_path: Vec<u8>,
    folder: Option<u32>,
    /// Folders from which this layer has already removed what is below it.
    cleaned: HashSet<u32>,
    diagnostics: Vec<Diagnostic>,
    dropped: usize,
}

impl Merge<'_> {
    fn report(&mut self, kind: DiagnosticKind, message: impl Into<String>, path: &[u8]) {
        if self.diagnostics.len() >= self.limits.diagnostics {
            self.dropped += 1;
            return;
        }
        let mut diagnostic = Diagnostic::new(kind, message).in_layer(u32::from(self.layer));
        if !path.is_empty() {
            let shown = String::from_utf8_lossy(path.get(..300).unwrap_or(path));
            diagnostic = diagnostic.at(format!("/{shown}"));
        }
        self.diagnostics.push(diagnostic);
    }

    /// The mark of what this layer put: its index, counted from 1.
    fn mark(&self) -> u16 {
        self.layer.saturating_add(1)
    }

    /// Puts one entry; says whether the tree is full.
    fn entry(&mut self, entry: &Entry<'_>) -> bool {
        let result = match entry.kind {
            EntryKind::Whiteout => self.whiteout(entry.path, false),
            EntryKind::Opaque => self.whiteout(entry.path, true),
            _ => self.put(entry),
        };
        match result {
            Ok(()) => false,
            Err(Refusal::Full) => true,
            Err(Refusal::Loop) => {
                let message =
                    "the symbolic links on the way go round in a circle or are too many (Limits::symlinks)";
                self.report(DiagnosticKind::BadPath, message, entry.path);
                false
            }
        }
    }

    fn put(&mut self, entry: &Entry<'_>) -> Result<(), Refusal> {
        let (folder_path, name) = parent(entry.path);
        if name.is_empty() {
            self.nodes.touch(ROOT, self.mark());
            return Ok(());
        }
        let (kind, payload) = match entry.kind {
            EntryKind::File => (
                Kind::File,
                self.nodes.add_inode(FileRef {
                    layer: u32::from(self.layer),
                    ordinal: entry.ordinal,
                    size: entry.size,
                    mode: entry.mode,
                })?,
            ),
            EntryKind::Directory => (Kind::Directory, NONE),
            EntryKind::Symlink(target) => (Kind::Symlink, self.nodes.add_target(target)?),
            EntryKind::Hardlink(target) => match self.link_target(target)? {
                Some(shared) => shared,
                None => {
                    let message = "a hard link to a file that is not there, or to a folder; it is left out";
                    self.report(DiagnosticKind::BadPath, message, entry.path);
                    return Ok(());
                }
            },
            _ => (Kind::Other, NONE),
        };
        let folder = self.folder(folder_path, entry.path)?;
        let node = match self.nodes.child(folder, name) {
            None => {
                if kind == Kind::Symlink {
                    self.folder = None;
                }
                self.nodes.add(folder, name, kind, payload)?
            }
            Some(node) => {
                let old = self.nodes.kind(node);
                if old != Kind::Directory || kind != Kind::Directory {
                    if [old, kind].iter().any(|kind| matches!(kind, Kind::Directory | Kind::Symlink)) {
                        self.folder = None;
                    }
                    self.nodes.become_kind(node, kind, payload);
                }
                node
            }
        };
        self.nodes.touch(node, self.mark());
        Ok(())
    }

    /// What a hard link shares with its target. Links in the target's folders are followed, a link that is the
    /// target is itself shared.
    fn link_target(&mut self, target: &[u8]) -> Result<Option<(Kind, u32)>, Refusal> {
        let (folder_path, name) = parent(target);
        let Some(folder) = self.walk(folder_path, false, target)? else { return Ok(None) };
        Ok(self.nodes.child(folder, name).and_then(|node| match self.nodes.kind(node) {
            kind @ (Kind::File | Kind::Symlink | Kind::Other) => Some((kind, self.nodes.payload(node))),
            Kind::Directory | Kind::Dead => None,
        }))
    }

    /// The folder at `path`, made where it is missing.
    fn folder(&mut self, path: &[u8], shown: &[u8]) -> Result<u32, Refusal> {
        if let Some(folder) = self.folder.filter(|_| self.folder_path == path) {
            return Ok(folder);
        }
        let folder = self.walk(path, true, shown)?.unwrap_or(ROOT);
        self.folder_path.clear();
        self.folder_path.extend_from_slice(path);
        self.folder = Some(folder);
        Ok(folder)
    }

    /// Goes to the folder at `path`, symbolic links followed inside the root. What is missing is made, if asked;
    /// but not what a `..` behind it takes back.
    fn walk(&mut self, path: &[u8], make: bool, shown: &[u8]) -> Result<Option<u32>, Refusal> {
        let mut todo = vec![path.to_vec()];
        let mut node = ROOT;
        let mut missing: Vec<Vec<u8>> = Vec::new();
        let mut followed = 0;
        while let Some(path) = todo.pop() {
            let (name, rest) = split(&path);
            if !rest.is_empty() {
                todo.push(rest.to_vec());
            }
            match name {
                b"" | b"." => continue,
                b".." => {
                    if missing.pop().is_none() {
                        node = self.nodes.parent(node);
                    }
                    continue;
                }
                _ => {}
            }
            let child = if missing.is_empty() { self.nodes.child(node, name) } else { None };
            match child.map(|child| (child, self.nodes.kind(child))) {
                Some((child, Kind::Directory)) => node = child,
                Some((child, Kind::Symlink)) => {
                    followed += 1;
                    if followed > self.limits.symlinks {
                        return if make { Err(Refusal::Loop) } else { Ok(None) };
                    }
                    let target = self.nodes.target(child).to_vec();
                    if target.starts_with(b"/") {
                        node = ROOT;
                    }
                    todo.push(target);
                }
                _ => missing.push(name.to_vec()),
            }
        }
        if !make && !missing.is_empty() {
            return Ok(None);
        }
        for name in missing {
            node = self.make(node, &name, shown)?;
        }
        Ok(Some(node))
    }

    fn make(&mut self, folder: u32, name: &[u8], shown: &[u8]) -> Result<u32, Refusal> {
        let Some(child) = self.nodes.child(folder, name) else {
            return Ok(self.nodes.add(folder, name, Kind::Directory, NONE)?);
        };
        if self.nodes.kind(child) != Kind::Directory {
            let message = "a file stands where a folder is needed; it is replaced";
            self.report(DiagnosticKind::Note, message, shown);
            self.folder = None;
            self.nodes.become_kind(child, Kind::Directory, NONE);
        }
        Ok(child)
    }

    /// Removes what lower layers put at `path`, or only below it.
    fn whiteout(&mut self, path: &[u8], opaque: bool) -> Result<(), Refusal> {
        // The folder of an opaque whiteout may be reached through a link, a whiteout takes a link itself.
        let node = if opaque {
            self.walk(path, false, path)?
        } else {
            let (folder_path, name) = parent(path);
            self.walk(folder_path, false, path)?.and_then(|folder| self.nodes.child(folder, name))
        };
        let Some(node) = node else { return Ok(()) };
        if self.nodes.touched(node) != self.mark() && !opaque {
            self.folder = None;
            self.nodes.kill(node);
        } else {
            self.clean(node);
        }
        Ok(())
    }

    /// Removes from a folder what this layer did not put there. Once is enough: nothing of a lower layer comes
    /// back.
    fn clean(&mut self, folder: u32) {
        let mut above = folder;
        loop {
            if self.cleaned.contains(&above) {
                return;
            }
            if above == ROOT {
                break;
            }
            above = self.nodes.parent(above);
        }
        self.folder = None;
        let mark = self.mark();
        let mut stack = vec![folder];
        while let Some(folder) = stack.pop() {
            if !self.cleaned.insert(folder) {
                continue;
            }
            let mut child = self.nodes.first_child(folder);
            while child != NONE {
                match self.nodes.kind(child) {
                    Kind::Dead => {}
                    _ if self.nodes.touched(child) != mark => self.nodes.kill(child),
                    Kind::Directory => stack.push(child),
                    _ => {}
                }
                child = self.nodes.next_sibling(child);
            }
            self.nodes.sweep(folder);
        }
    }
}

/// The path without its last component, and that component.
fn parent(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|&byte| byte == b'/') {
        Some(slash) => (path.get(..slash).unwrap_or_default(), path.get(slash + 1..).unwrap_or_default()),
        None => (&[], path),
    }
}

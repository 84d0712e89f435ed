//! The nodes of a tree, packed: an image can have millions, so each takes twenty bytes and its name.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;
use plimsoll_core::FileRef;

/// No node.
pub(super) const NONE: u32 = u32::MAX;
/// The root.
pub(super) const ROOT: u32 = 0;
/// A size that does not fit is kept apart.
const LARGE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Directory,
    Symlink,
    Other,
    /// Gone; its place in the list of its siblings is not freed yet.
    Dead,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    parent: u32,
    next_sibling: u32,
    name_at: u32,
    /// A folder's first child, a file's inode, a symbolic link's target.
    payload: u32,
    /// The last layer, counted from 1, that put this or something below it.
    touched: u16,
    name_len: u8,
    kind: Kind,
}

/// A file's content, shared by all its names.
#[derive(Clone, Copy, Debug)]
struct Inode {
    ordinal: u32,
    size: u32,
    layer: u16,
    mode: u16,
}

#[derive(Debug)]
pub(super) struct Nodes {
    slots: Vec<Slot>,
    names: Vec<u8>,
    inodes: Vec<Inode>,
    large: HashMap<u32, u64>,
    targets: Vec<u8>,
    table: HashTable<u32>,
    hasher: RandomState,
    most: usize,
}

/// The tree has as many nodes as it may.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Full;

const EMPTY: Slot = Slot {
    parent: NONE,
    next_sibling: NONE,
    name_at: 0,
    payload: NONE,
    touched: 0,
    name_len: 0,
    kind: Kind::Dead,
};

impl Nodes {
    /// A tree of a root alone, for at most `most` nodes, of which `expected` are likely.
    pub(super) fn new(most: u64, expected: usize) -> Self {
        let most = usize::try_from(most.min(u64::from(u32::MAX - 1))).unwrap_or(usize::MAX);
        let expected = expected.min(most);
        let mut slots = Vec::with_capacity(expected.saturating_add(1));
        slots.push(Slot { parent: ROOT, kind: Kind::Directory, ..EMPTY });
        Self {
            slots,
            names: Vec::new(),
            inodes: Vec::with_capacity(expected),
            large: HashMap::new(),
            targets: Vec::new(),
            table: HashTable::with_capacity(expected),
            hasher: RandomState::new(),
            most,
        }
    }

    fn slot(&self, node: u32) -> &Slot {
        self.slots.get(node as usize).unwrap_or(&EMPTY)
    }

    fn with(&mut self, node: u32, change: impl FnOnce(&mut Slot)) {
        if let Some(slot) = self.slots.get_mut(node as usize) {
            change(slot);
        }
    }

    pub(super) fn kind(&self, node: u32) -> Kind {
        self.slot(node).kind
    }

    pub(super) fn parent(&self, node: u32) -> u32 {
        self.slot(node).parent
    }

    pub(super) fn name(&self, node: u32) -> &[u8] {
        name_of(&self.names, self.slot(node))
    }

    pub(super) fn touched(&self, node: u32) -> u16 {
        self.slot(node).touched
    }

    pub(super) fn next_sibling(&self, node: u32) -> u32 {
        self.slot(node).next_sibling
    }

    pub(super) fn first_child(&self, node: u32) -> u32 {
        let slot = self.slot(node);
        if slot.kind == Kind::Directory { slot.payload } else { NONE }
    }

    pub(super) fn target(&self, node: u32) -> &[u8] {
        let at = self.slot(node).payload as usize;
        let Some((length, rest)) = self.targets.get(at..).and_then(<[u8]>::split_first_chunk::<2>) else {
            return &[];
        };
        rest.get(..usize::from(u16::from_le_bytes(*length))).unwrap_or_default()
    }

    pub(super) fn file(&self, node: u32) -> Option<FileRef> {
        let at = self.slot(node).payload;
        let inode = self.inodes.get(at as usize)?;
        let size = match inode.size {
            LARGE => self.large.get(&at).copied().unwrap_or(u64::from(LARGE)),
            size => u64::from(size),
        };
        Some(FileRef {
            layer: u32::from(inode.layer),
            ordinal: inode.ordinal,
            size,
            mode: u32::from(inode.mode),
        })
    }

    pub(super) fn heap_size(&self) -> usize {
        self.slots.capacity() * size_of::<Slot>()
            + self.names.capacity()
            + self.inodes.capacity() * size_of::<Inode>()
            + self.targets.capacity()
            + self.table.capacity() * (size_of::<u32>() + 1) * 8 / 7
    }

    /// The child of that name.
    pub(super) fn child(&self, folder: u32, name: &[u8]) -> Option<u32> {
        let hash = self.hasher.hash_one((folder, name));
        self.table
            .find(hash, |&node| {
                let slot = self.slot(node);
                slot.parent == folder && name_of(&self.names, slot) == name
            })
            .copied()
    }

    /// Adds a child that is not there yet.
    pub(super) fn add(&mut self, folder: u32, name: &[u8], kind: Kind, payload: u32) -> Result<u32, Full> {
        let node = u32::try_from(self.slots.len()).map_err(|_| Full)?;
        let name_at = u32::try_from(self.names.len()).map_err(|_| Full)?;
        // Longer names are refused where layers are read.
        let name_len = u8::try_from(name.len()).map_err(|_| Full)?;
        if self.slots.len() > self.most {
            return Err(Full);
        }
        self.names.extend_from_slice(name);
        let next_sibling = self.first_child(folder);
        self.slots.push(Slot { parent: folder, next_sibling, name_at, payload, touched: 0, name_len, kind });
        self.with(folder, |slot| slot.payload = node);
        let hash = self.hasher.hash_one((folder, name));
        let (slots, names, hasher) = (&self.slots, &self.names, &self.hasher);
        self.table.insert_unique(hash, node, |&node| {
            let slot = slots.get(node as usize).unwrap_or(&EMPTY);
            hasher.hash_one((slot.parent, name_of(names, slot)))
        });
        Ok(node)
    }

    /// Keeps where a file's content is.
    pub(super) fn add_inode(&mut self, file: FileRef) -> Result<u32, Full> {
        let at = u32::try_from(self.inodes.len()).map_err(|_| Full)?;
        let size = u32::try_from(file.size).unwrap_or(LARGE);
        if size == LARGE {
            self.large.insert(at, file.size);
        }
        let layer = u16::try_from(file.layer).map_err(|_| Full)?;
        let mode = u16::try_from(file.mode & 0o7777).unwrap_or(0);
        self.inodes.push(Inode { ordinal: file.ordinal, size, layer, mode });
        Ok(at)
    }

    /// Keeps a symbolic link's target.
    pub(super) fn add_target(&mut self, target: &[u8]) -> Result<u32, Full> {
        let at = u32::try_from(self.targets.len()).map_err(|_| Full)?;
        let length = u16::try_from(target.len()).map_err(|_| Full)?;
        self.targets.extend_from_slice(&length.to_le_bytes());
        self.targets.extend_from_slice(target);
        Ok(at)
    }

    pub(super) fn payload(&self, node: u32) -> u32 {
        self.slot(node).payload
    }

    /// Makes a node something else; what was below it is gone.
    pub(super) fn become_kind(&mut self, node: u32, kind: Kind, payload: u32) {
        self.kill_below(node);
        self.with(node, |slot| (slot.kind, slot.payload) = (kind, payload));
    }

    /// Marks a node and its folders as put by a layer.
    pub(super) fn touch(&mut self, node: u32, layer: u16) {
        let mut node = node;
        while self.touched(node) != layer {
            self.with(node, |slot| slot.touched = layer);
            node = self.parent(node);
        }
    }

    /// Removes a node and everything below it.
    pub(super) fn kill(&mut self, node: u32) {
        self.kill_below(node);
        self.forget(node);
    }

    fn kill_below(&mut self, node: u32) {
        let mut stack = vec![self.first_child(node)];
        while let Some(mut child) = stack.pop() {
            while child != NONE {
                let below = self.first_child(child);
                if below != NONE {
                    stack.push(below);
                }
                self.forget(child);
                child = self.next_sibling(child);
            }
        }
        if self.kind(node) == Kind::Directory {
            self.with(node, |slot| slot.payload = NONE);
        }
    }

    /// Takes a node out of the table; it stays in the list of its siblings.
    fn forget(&mut self, node: u32) {
        if self.kind(node) == Kind::Dead {
            return;
        }
        let slot = *self.slot(node);
        let hash = self.hasher.hash_one((slot.parent, name_of(&self.names, &slot)));
        if let Ok(entry) = self.table.find_entry(hash, |&other| other == node) {
            entry.remove();
        }
        self.with(node, |slot| slot.kind = Kind::Dead);
    }

    /// Takes dead children out of a folder's list.
    pub(super) fn sweep(&mut self, folder: u32) {
        let mut last = NONE;
        let mut child = self.first_child(folder);
        while child != NONE {
            let next = self.next_sibling(child);
            if self.kind(child) != Kind::Dead {
                last = child;
            } else if last == NONE {
                self.with(folder, |slot| slot.payload = next);
            } else {
                self.with(last, |slot| slot.next_sibling = next);
            }
            child = next;
        }
    }

    /// The node at `path`, symbolic links on the way followed inside the root, and one at the end if asked.
    pub(super) fn find(&self, path: &[u8], symlinks: u32, follow_last: bool) -> Option<u32> {
        let mut todo = vec![path];
        let mut node = ROOT;
        let mut followed = 0;
        while let Some(path) = todo.pop() {
            let (name, rest) = split(path);
            let is_last = rest.is_empty() && todo.iter().all(|rest| rest.is_empty());
            if !rest.is_empty() {
                todo.push(rest);
            }
            match name {
                b"" | b"." => continue,
                b".." => {
                    node = self.parent(node);
                    continue;
                }
                _ => {}
            }
            let child = self.child(node, name)?;
            match self.kind(child) {
                Kind::Symlink if !is_last || follow_last => {
                    followed += 1;
                    if followed > symlinks {
                        return None;
                    }
                    let target = self.target(child);
                    if target.starts_with(b"/") {
                        node = ROOT;
                    }
                    todo.push(target);
                }
                Kind::Directory => node = child,
                _ if is_last => node = child,
                _ => return None,
            }
        }
        Some(node)
    }
}

/// The first component of a path, and what follows its slashes.
pub(super) fn split(path: &[u8]) -> (&[u8], &[u8]) {
    let end = path.iter().position(|&byte| byte == b'/').unwrap_or(path.len());
    let (name, rest) = path.split_at_checked(end).unwrap_or_default();
    let start = rest.iter().position(|&byte| byte != b'/').unwrap_or(rest.len());
    (name, rest.get(start..).unwrap_or_default())
}

fn name_of<'a>(names: &'a [u8], slot: &Slot) -> &'a [u8] {
    let start = slot.name_at as usize;
    names.get(start..start + usize::from(slot.name_len)).unwrap_or_default()
}

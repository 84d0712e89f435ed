use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use plimsoll_core::ImagePath;

use crate::ImageBuilder;
use crate::tar::{Entry, Kind};

/// The file system that an image's layers make together, by the simplest means there are: a map of paths, layer
/// after layer. It is what readers of images are compared with.
///
/// Names that a symbolic link leads to are followed inside the root, as `umoci unpack` does; entries whose names
/// have a `..` are left out.
#[derive(Clone, Debug, Default)]
pub struct MergedTree {
    nodes: BTreeMap<Vec<u8>, (usize, MergedNode)>,
}

/// What a path of a [`MergedTree`] is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MergedNode {
    /// A directory.
    Directory,
    /// A regular file; hard links share the content's `Arc`.
    File {
        /// The content.
        content: Arc<[u8]>,
        /// The permission bits.
        mode: u32,
    },
    /// A symbolic link and its target.
    Symlink(Vec<u8>),
    /// A pipe or a device.
    Other,
}

impl ImageBuilder {
    /// The file system that the layers make together. Layers that were given as bytes are left out.
    pub fn merged(&self) -> MergedTree {
        let mut tree = MergedTree::default();
        for (index, layer) in self.layer_builders().enumerate() {
            if let Some(tar) = layer.meaning() {
                for entry in tar.entries() {
                    tree.apply(index, entry, |range| tar.content(range));
                }
            }
        }
        tree
    }

    /// Writes the file system that the layers make together into the folder `dir`; pipes and devices are left out.
    /// Layers that were given as bytes are left out too. Nothing is written outside of `dir`.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write_root(&self, dir: &Path) -> io::Result<()> {
        self.merged().write(dir)
    }
}

impl MergedTree {
    /// Every path and what it is, in byte order.
    pub fn nodes(&self) -> impl Iterator<Item = (&[u8], &MergedNode)> {
        self.nodes.iter().map(|(path, (_, node))| (path.as_slice(), node))
    }

    /// What `path` is.
    pub fn get(&self, path: &[u8]) -> Option<&MergedNode> {
        self.nodes.get(path).map(|(_, node)| node)
    }

    /// Whether an extractor can do what the entry asks: no file stands where a directory must be, no link goes round
    /// in a circle on the way, and what a hard link names is there.
    pub(crate) fn allows(&self, entry: &Entry) -> bool {
        let Ok(path) = ImagePath::new(&entry.path) else { return false };
        let reachable = match self.walk(path.parent().as_bytes()) {
            Ok(_) => true,
            Err(Some(missing)) => self.get(&missing).is_none(),
            Err(None) => false,
        };
        reachable && !matches!(&entry.kind, Kind::Hardlink(target) if self.linked(target).is_none())
    }

    pub(crate) fn apply<'t>(
        &mut self,
        layer: usize,
        entry: &Entry,
        content: impl Fn(&std::ops::Range<usize>) -> &'t [u8],
    ) {
        let Ok(path) = ImagePath::new(&entry.path) else { return };
        let name = path.file_name();
        if let Some(hidden) = name.strip_prefix(b".wh.") {
            let Some(parent) = self.directory(path.parent().as_bytes()) else { return };
            match hidden {
                b".wh..opq" => self.remove_lower(&parent, false, layer),
                hidden => self.remove_lower(&join(&parent, hidden), true, layer),
            }
            return;
        }
        if name.is_empty() {
            return;
        }
        let node = match &entry.kind {
            Kind::Directory => MergedNode::Directory,
            Kind::Symlink(target) => MergedNode::Symlink(target.clone()),
            Kind::Other => MergedNode::Other,
            Kind::File(range) => MergedNode::File { content: content(range).into(), mode: entry.mode },
            Kind::Hardlink(target) => match self.linked(target) {
                Some(node) => node,
                None => return,
            },
        };
        let Some(parent) = self.make_directory(path.parent().as_bytes(), layer) else { return };
        let place = join(&parent, name);
        if node != MergedNode::Directory || self.get(&place) != Some(&MergedNode::Directory) {
            self.remove_all(&place);
        }
        self.nodes.insert(place, (layer, node));
    }

    /// What a hard link to `target` becomes. The last component is not followed.
    fn linked(&self, target: &[u8]) -> Option<MergedNode> {
        let target = ImagePath::new(target).ok()?;
        let parent = self.directory(target.parent().as_bytes())?;
        self.get(&join(&parent, target.file_name())).filter(|node| **node != MergedNode::Directory).cloned()
    }

    /// Where the directory `path` really is, links followed; nothing where it is missing.
    fn directory(&self, path: &[u8]) -> Option<Vec<u8>> {
        self.walk(path).ok()
    }

    /// The same, and what is missing is made.
    fn make_directory(&mut self, path: &[u8], layer: usize) -> Option<Vec<u8>> {
        loop {
            match self.walk(path) {
                Ok(real) => return Some(real),
                Err(Some(missing)) => {
                    self.remove_all(&missing);
                    self.nodes.insert(missing, (layer, MergedNode::Directory));
                }
                Err(None) => return None,
            }
        }
    }

    /// Follows `path`; fails with the first path that is no directory, or with nothing where links go in circles.
    fn walk(&self, path: &[u8]) -> Result<Vec<u8>, Option<Vec<u8>>> {
        let mut left: Vec<Vec<u8>> = path.split(|&b| b == b'/').rev().map(<[u8]>::to_vec).collect();
        let mut at = Vec::new();
        let mut links = 0;
        while let Some(part) = left.pop() {
            match part.as_slice() {
                b"" | b"." => continue,
                b".." => {
                    at.truncate(at.iter().rposition(|&b| b == b'/').unwrap_or(0));
                    continue;
                }
                _ => {}
            }
            let next = join(&at, &part);
            match self.get(&next) {
                Some(MergedNode::Directory) => at = next,
                Some(MergedNode::Symlink(target)) => {
                    links += 1;
                    if links > 40 {
                        return Err(None);
                    }
                    if target.starts_with(b"/") {
                        at.clear();
                    }
                    left.extend(target.split(|&b| b == b'/').rev().map(<[u8]>::to_vec));
                }
                _ => return Err(Some(next)),
            }
        }
        Ok(at)
    }

    /// Removes what layers below `layer` have under `path`, and with `itself` the path too. Directories in which the
    /// layer itself has something stay.
    fn remove_lower(&mut self, path: &[u8], itself: bool, layer: usize) {
        let mut gone = self.below(path);
        if itself {
            gone.push(path.to_vec());
        }
        gone.retain(|path| {
            let lower = self.nodes.get(path).is_some_and(|(of, _)| *of < layer);
            lower && !self.below(path).iter().any(|child| self.nodes[child].0 >= layer)
        });
        for path in gone {
            self.nodes.remove(&path);
        }
    }

    fn remove_all(&mut self, path: &[u8]) {
        for child in self.below(path) {
            self.nodes.remove(&child);
        }
        self.nodes.remove(path);
    }

    fn below(&self, path: &[u8]) -> Vec<Vec<u8>> {
        let prefix = if path.is_empty() { Vec::new() } else { join(path, b"") };
        let from = self.nodes.range(prefix.clone()..);
        from.take_while(|(known, _)| known.starts_with(&prefix)).map(|(known, _)| known.clone()).collect()
    }

    /// Writes the tree into the folder `dir`; pipes and devices are left out.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&self, dir: &Path) -> io::Result<()> {
        std::fs::create_dir_all(dir)?;
        let mut first: HashMap<*const u8, PathBuf> = HashMap::new();
        for (path, node) in self.nodes() {
            let place = dir.join(os_path(path));
            match node {
                MergedNode::Directory => std::fs::create_dir(place)?,
                MergedNode::File { content, mode } => match first.get(&content.as_ptr()) {
                    Some(known) if !content.is_empty() => std::fs::hard_link(known, place)?,
                    _ => {
                        std::fs::write(&place, content)?;
                        set_mode(&place, *mode)?;
                        first.insert(content.as_ptr(), place);
                    }
                },
                MergedNode::Symlink(target) => crate::tree::symlink(&os_path(target), &place)?,
                MergedNode::Other => {}
            }
        }
        Ok(())
    }
}

fn join(parent: &[u8], name: &[u8]) -> Vec<u8> {
    if parent.is_empty() { name.to_vec() } else { [parent, b"/", name].concat() }
}

#[cfg(unix)]
fn os_path(path: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(path).into()
}

#[cfg(not(unix))]
fn os_path(path: &[u8]) -> PathBuf {
    String::from_utf8_lossy(path).into_owned().into()
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

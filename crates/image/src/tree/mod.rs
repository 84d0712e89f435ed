//! The file system that layers make together.

mod merge;
mod nodes;

use plimsoll_core::{FileRef, MergedView};

use nodes::{Kind, NONE, Nodes, ROOT};

/// The file system that an image's layers make together: what `umoci unpack` would write to disk, without writing
/// it. Whiteouts act on lower layers only; the folders of a path are found through the symbolic links that are
/// there when the path's turn comes; a hard link shares the file, not the name.
#[derive(Debug)]
pub struct Tree {
    nodes: Nodes,
    symlinks: u32,
}

/// Something in a [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node<'a> {
    /// The normal path, relative to the root.
    pub path: &'a [u8],
    /// What it is.
    pub kind: NodeKind<'a>,
}

/// What a [`Node`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NodeKind<'a> {
    /// A regular file, with where its content is.
    File(FileRef),
    /// A directory.
    Directory,
    /// A symbolic link, with its target as written.
    Symlink(&'a [u8]),
    /// A device, FIFO or anything else without content.
    Other,
}

impl Tree {
    /// Shows everything but the root, in byte order of the paths.
    pub fn visit(&self, visit: &mut dyn FnMut(Node<'_>)) {
        let mut path = Vec::new();
        let mut stack = vec![(self.sorted(ROOT), 0)];
        while let Some((children, base)) = stack.last_mut() {
            path.truncate(*base);
            let Some(child) = children.pop() else {
                stack.pop();
                continue;
            };
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(self.nodes.name(child));
            visit(Node { path: &path, kind: self.kind(child) });
            if self.nodes.kind(child) == Kind::Directory {
                let base = path.len();
                stack.push((self.sorted(child), base));
            }
        }
    }

    /// What is at `path`, symbolic links in its folders followed inside the root, a link at its end not.
    pub fn lookup(&self, path: &[u8]) -> Option<NodeKind<'_>> {
        self.nodes.find(path, self.symlinks, false).map(|node| self.kind(node))
    }

    /// The bytes it takes in memory.
    pub fn heap_size(&self) -> usize {
        self.nodes.heap_size()
    }

    fn kind(&self, node: u32) -> NodeKind<'_> {
        match self.nodes.kind(node) {
            Kind::File => self.nodes.file(node).map_or(NodeKind::Other, NodeKind::File),
            Kind::Directory => NodeKind::Directory,
            Kind::Symlink => NodeKind::Symlink(self.nodes.target(node)),
            Kind::Other | Kind::Dead => NodeKind::Other,
        }
    }

    /// The children, the last in byte order of the paths below them first.
    fn sorted(&self, folder: u32) -> Vec<u32> {
        let mut children = Vec::new();
        let mut child = self.nodes.first_child(folder);
        while child != NONE {
            if self.nodes.kind(child) != Kind::Dead {
                children.push(child);
            }
            child = self.nodes.next_sibling(child);
        }
        // A folder's name goes on with a slash: `a.b` comes before `a/b`.
        let is_folder = |node| self.nodes.kind(node) == Kind::Directory;
        children.sort_unstable_by(|&a, &b| {
            let (name_a, name_b) = (self.nodes.name(a), self.nodes.name(b));
            let slash = |is: bool| is.then_some(&b'/');
            name_b.iter().chain(slash(is_folder(b))).cmp(name_a.iter().chain(slash(is_folder(a))))
        });
        children
    }
}

impl MergedView for Tree {
    fn visit_files(&self, visit: &mut dyn FnMut(&[u8], FileRef)) {
        self.visit(&mut |node| {
            if let NodeKind::File(file) = node.kind {
                visit(node.path, file);
            }
        });
    }

    fn resolve(&self, path: &[u8]) -> Option<FileRef> {
        let node = self.nodes.find(path, self.symlinks, true)?;
        if self.nodes.kind(node) == Kind::File { self.nodes.file(node) } else { None }
    }
}

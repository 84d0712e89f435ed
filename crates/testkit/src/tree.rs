use std::io;
use std::path::Path;

use crate::TarBuilder;

/// Files by path, in order: an OCI layout or a docker archive before it becomes a folder or a tar. Whatever an image
/// should be broken in can be changed here.
#[derive(Clone, Debug, Default)]
pub struct FileTree {
    files: Vec<(String, Node)>,
}

#[derive(Clone, Debug)]
enum Node {
    File(Vec<u8>),
    Symlink(String),
}

impl FileTree {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file behind the others, or replaces the one of this path where it stands.
    pub fn insert(&mut self, path: impl Into<String>, content: impl Into<Vec<u8>>) {
        self.put(path.into(), Node::File(content.into()));
    }

    /// Adds a symbolic link, or replaces what has this path.
    pub fn insert_symlink(&mut self, path: impl Into<String>, target: impl Into<String>) {
        self.put(path.into(), Node::Symlink(target.into()));
    }

    fn put(&mut self, path: String, node: Node) {
        match self.files.iter_mut().find(|(known, _)| *known == path) {
            Some(slot) => slot.1 = node,
            None => self.files.push((path, node)),
        }
    }

    /// The content of a file.
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.iter().find_map(|(known, node)| match node {
            Node::File(content) if known == path => Some(content.as_slice()),
            _ => None,
        })
    }

    /// The content of a file, to be changed.
    pub fn get_mut(&mut self, path: &str) -> Option<&mut Vec<u8>> {
        self.files.iter_mut().find_map(|(known, node)| match node {
            Node::File(content) if known == path => Some(content),
            _ => None,
        })
    }

    /// Takes a path away; says whether it was there.
    pub fn remove(&mut self, path: &str) -> bool {
        let before = self.files.len();
        self.files.retain(|(known, _)| known != path);
        before != self.files.len()
    }

    /// Puts a path before all others: archives hold their manifest first, last, or anywhere.
    pub fn move_to_front(&mut self, path: &str) {
        if let Some(at) = self.files.iter().position(|(known, _)| known == path) {
            let file = self.files.remove(at);
            self.files.insert(0, file);
        }
    }

    /// The paths, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|(path, _)| path.as_str())
    }

    /// The tree as a tar archive, with an entry for each directory before what is in it.
    pub fn to_tar(&self) -> Vec<u8> {
        let mut dirs = std::collections::BTreeSet::new();
        let mut tar = TarBuilder::new();
        for (path, node) in &self.files {
            for (slash, _) in path.match_indices('/') {
                if dirs.insert(&path[..slash]) {
                    tar = tar.dir(&path[..slash]);
                }
            }
            tar = match node {
                Node::File(content) => tar.file(path, content),
                Node::Symlink(target) => tar.symlink(path, target),
            };
        }
        tar.finish()
    }

    /// Writes the tree into the folder `dir`, which is made where it is missing.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&self, dir: &Path) -> io::Result<()> {
        std::fs::create_dir_all(dir)?;
        for (path, node) in &self.files {
            let path = dir.join(path);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            match node {
                Node::File(content) => std::fs::write(path, content)?,
                Node::Symlink(target) => symlink(target.as_ref(), &path)?,
            }
        }
        Ok(())
    }
}

#[cfg(unix)]
pub(crate) fn symlink(target: &Path, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
pub(crate) fn symlink(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

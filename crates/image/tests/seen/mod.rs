//! What the tests look at images with.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use plimsoll_core::{Content, Diagnostic, DiagnosticKind, Entry, LayerVisitor, Silent, Take};
use plimsoll_image::{Error, Image, LayerEntries, LayerRead, NodeKind, OpenOptions, Tree};
use plimsoll_testkit::{FileTree, MergedNode, MergedTree};

/// Takes every file whole, by the means that its test chooses.
pub(crate) struct Everything {
    pub(crate) take: Take,
    pub(crate) content: BTreeMap<u32, Vec<u8>>,
    pub(crate) names: Vec<String>,
}

impl Everything {
    pub(crate) fn by(take: Take) -> Self {
        Self { take, content: BTreeMap::new(), names: Vec::new() }
    }

    pub(crate) fn whole() -> Self {
        Self::by(Take::Whole { max: u64::MAX })
    }
}

impl LayerVisitor for Everything {
    fn entry(&mut self, entry: &Entry<'_>) -> Take {
        self.names.push(String::from_utf8_lossy(entry.path).into_owned());
        self.take
    }

    fn peeked(&mut self, entry: &Entry<'_>, head: &[u8]) -> Take {
        let Take::Peek(count) = self.take else { panic!("nobody asked to peek") };
        assert_eq!(head.len() as u64, entry.size.min(u64::from(count)), "of {entry:?}");
        if entry.ordinal.is_multiple_of(2) { Take::Stream } else { Take::Whole { max: u64::MAX } }
    }

    fn content(&mut self, entry: &Entry<'_>, content: Content<'_>) {
        let bytes = match content {
            Content::Whole(bytes) => bytes.to_vec(),
            Content::Stream(reader) => {
                let mut bytes = Vec::new();
                if reader.read_to_end(&mut bytes).is_err() {
                    return;
                }
                bytes
            }
        };
        assert!(self.content.insert(entry.ordinal, bytes).is_none(), "{entry:?} came twice");
    }
}

pub(crate) type Reads<V> = Vec<Option<LayerRead<V>>>;

/// Reads all layers of an image, and merges them.
pub(crate) fn scan(path: &Path, options: &OpenOptions) -> Result<Scanned, Error> {
    scan_by(path, options, Take::Whole { max: u64::MAX })
}

pub(crate) fn scan_by(path: &Path, options: &OpenOptions, take: Take) -> Result<Scanned, Error> {
    Scanned::of(Image::open(path, options)?, options, take)
}

pub(crate) struct Scanned {
    pub(crate) image: Image,
    pub(crate) reads: Reads<Everything>,
    pub(crate) tree: Tree,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Scanned {
    pub(crate) fn of(image: Image, options: &OpenOptions, take: Take) -> Result<Self, Error> {
        let reads = image.read(&|_| true, &|_| Everything::by(take), &Silent)?;
        let layers = &image.info().layers;
        let entries: Vec<&LayerEntries> = layers
            .iter()
            .map(|layer| {
                let read = reads[layer.same_as.unwrap_or(layer.index) as usize].as_ref();
                &read.expect("every layer was wanted").entries
            })
            .collect();
        let (tree, merging) = Tree::merge(&entries, &options.limits);
        let mut diagnostics = image.info().diagnostics.clone();
        diagnostics.extend(reads.iter().flatten().flat_map(|read| read.diagnostics.clone()));
        diagnostics.extend(merging);
        Ok(Self { image, reads, tree, diagnostics })
    }

    /// The content of a file, wherever it is.
    pub(crate) fn content(&self, file: plimsoll_core::FileRef) -> Option<&[u8]> {
        let layer = &self.image.info().layers[file.layer as usize];
        let read = self.reads[layer.same_as.unwrap_or(layer.index) as usize].as_ref()?;
        read.visitor.content.get(&file.ordinal).map(Vec::as_slice)
    }

    /// Everything there is, a line each.
    pub(crate) fn listing(&self) -> Vec<String> {
        let mut lines = Vec::new();
        self.tree.visit(&mut |node| {
            let path = String::from_utf8_lossy(node.path).into_owned();
            lines.push(match node.kind {
                NodeKind::Directory => format!("{path}/"),
                NodeKind::Symlink(target) => format!("{path} -> {}", String::from_utf8_lossy(target)),
                NodeKind::File(file) => match self.content(file) {
                    Some(content) => {
                        assert_eq!(content.len() as u64, file.size, "{path}");
                        format!("{path} {:o} {}", file.mode, shown(content))
                    }
                    None => format!("{path} {:o} ?", file.mode),
                },
                _ => format!("{path} other"),
            });
        });
        lines
    }

    pub(crate) fn kinds(&self) -> Vec<DiagnosticKind> {
        self.diagnostics.iter().map(|diagnostic| diagnostic.kind).collect()
    }

    pub(crate) fn is_partial(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.kind.is_partial())
    }

    pub(crate) fn said(&self) -> String {
        self.diagnostics.iter().map(|diagnostic| format!("{diagnostic}\n")).collect()
    }
}

fn shown(content: &[u8]) -> String {
    let sum = content.iter().fold(0_u64, |sum, &byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    format!("{} {sum:x}", content.len())
}

/// What the model says there is, in the same lines.
pub(crate) fn expected(model: &MergedTree) -> Vec<String> {
    let mut lines: Vec<(Vec<u8>, String)> = model
        .nodes()
        .map(|(path, node)| {
            let text = String::from_utf8_lossy(path);
            let mut key = path.to_vec();
            let line = match node {
                MergedNode::Directory => {
                    key.push(b'/');
                    format!("{text}/")
                }
                MergedNode::File { content, mode } => format!("{text} {mode:o} {}", shown(content)),
                MergedNode::Symlink(target) => format!("{text} -> {}", String::from_utf8_lossy(target)),
                MergedNode::Other => format!("{text} other"),
            };
            (key, line)
        })
        .collect();
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}

/// Writes bytes into a fresh folder.
pub(crate) fn write(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("image.tar");
    std::fs::write(&path, bytes).expect("a file");
    (folder, path)
}

/// Writes an image's files into a fresh folder.
pub(crate) fn lay_out(tree: &FileTree) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    tree.write(folder.path()).expect("the files");
    folder
}

/// The folder that the project's tests share, where it is there.
pub(crate) fn shared(below: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(below);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: ../shared is not here");
    None
}

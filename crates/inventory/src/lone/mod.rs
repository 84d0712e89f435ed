//! The inventory of one file by itself: a lock file, a program, a package database that someone names.

mod recognise;

use std::io::{self, Read, Seek, SeekFrom};

use plimsoll_core::{
    Content, ContentRead, Entry, EntryKind, FileRef, ImagePath, LayerRef, LayerVisitor, Limits, MergedView,
    Take,
};

use crate::{Catalogers, Inventory, LayerCatalog};

/// How much of a file is looked at to tell what it is.
const HEAD: u64 = 64 << 10;

impl Catalogers {
    /// Takes the inventory of one file. It is read by the catalogers that its path interests, or the longest end of
    /// its path that interests any; a file of another name is recognised by its content.
    ///
    /// `path` is where it stands, which the packages' locations show; `size` is how much `reader` gives.
    ///
    /// # Errors
    /// Those of `reader`.
    pub fn lone_file<R: Read + Seek>(
        &self,
        path: &ImagePath,
        size: u64,
        reader: &mut R,
        limits: &Limits,
    ) -> io::Result<Inventory> {
        let mut head = Vec::new();
        reader.take(HEAD).read_to_end(&mut head)?;
        let named = self.named_place(path.as_bytes());
        let recognised = recognise::place(path.file_name(), &head);
        let mut found = Inventory::default();
        // A name may be anybody's, and then the content decides.
        for place in named.into_iter().chain(recognised).chain(Some(path.as_bytes())) {
            let Ok(place) = ImagePath::new(place) else { continue };
            reader.seek(SeekFrom::Start(head.len() as u64))?;
            found = self.read_at(&place, path, size, &head, reader, limits)?;
            if !found.packages.is_empty() || found.distro.is_some() {
                break;
            }
        }
        Ok(found)
    }

    /// Whether a file of that path is read for its name.
    pub fn is_named(&self, path: &ImagePath) -> bool {
        self.named_place(path.as_bytes()).is_some()
    }

    /// The inventory of the file as if it stood at `shown`.
    fn read_at(
        &self,
        shown: &ImagePath,
        path: &ImagePath,
        size: u64,
        head: &[u8],
        reader: &mut dyn Read,
        limits: &Limits,
    ) -> io::Result<Inventory> {
        let entry = Entry { ordinal: 0, path: shown.as_bytes(), kind: EntryKind::File, size, mode: 0o644 };
        let mut visitor = self.visitor(limits);
        read(&mut visitor, &entry, head, &mut head.chain(reader))?;
        let facts = visitor.finish();
        let layer = LayerRef { index: 0, diff_id: None, created_by: None };
        let view = One { path: shown.as_bytes(), size };
        let mut inventory = self.merge(&view, &[&facts], &[], &[layer]);
        for package in &mut inventory.packages {
            for location in &mut package.locations {
                location.path = moved(&location.path, shown, path);
                location.layer = None;
            }
        }
        Ok(inventory)
    }

    /// The longest end of the path that interests a cataloger by its name.
    fn named_place<'p>(&self, path: &'p [u8]) -> Option<&'p [u8]> {
        let mut hits = Vec::new();
        let mut rest = path;
        loop {
            self.dispatch.hits(rest, &mut hits);
            if !hits.is_empty() {
                return Some(rest);
            }
            let slash = rest.iter().position(|&b| b == b'/')?;
            rest = rest.get(slash + 1..)?;
        }
    }
}

/// Shows the file as a layer reader would.
fn read(
    visitor: &mut LayerCatalog<'_>,
    entry: &Entry<'_>,
    head: &[u8],
    reader: &mut dyn Read,
) -> io::Result<()> {
    let mut take = visitor.entry(entry);
    if let Take::Peek(bytes) = take {
        take = visitor.peeked(entry, head.get(..usize::from(bytes)).unwrap_or(head));
    }
    match take {
        Take::Whole { max } if entry.size <= max => {
            let mut bytes = Vec::new();
            reader.take(max).read_to_end(&mut bytes)?;
            visitor.content(entry, Content::Whole(&bytes));
        }
        // What is too large to hold is said by whoever wanted to hold it.
        Take::Whole { .. } | Take::Stream => visitor.content(entry, Content::Stream(&mut Plain(reader))),
        Take::Skip | Take::Peek(_) => {}
    }
    Ok(())
}

/// A reader in which nothing is passed over without being read.
struct Plain<'a>(&'a mut dyn Read);

impl Read for Plain<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl ContentRead for Plain<'_> {}

/// A place in the file under the name that it really has.
fn moved(at: &ImagePath, shown: &ImagePath, real: &ImagePath) -> ImagePath {
    let rest = at.as_bytes().strip_prefix(shown.as_bytes()).unwrap_or_default();
    ImagePath::new(&[real.as_bytes(), rest].concat()).unwrap_or_else(|_| real.clone())
}

/// The view of an image that has one file.
struct One<'a> {
    path: &'a [u8],
    size: u64,
}

impl One<'_> {
    fn file(&self) -> FileRef {
        FileRef { layer: 0, ordinal: 0, size: self.size, mode: 0o644 }
    }
}

impl MergedView for One<'_> {
    fn visit_files(&self, visit: &mut dyn FnMut(&[u8], FileRef)) {
        visit(self.path, self.file());
    }

    fn resolve(&self, path: &[u8]) -> Option<FileRef> {
        (path == self.path).then(|| self.file())
    }
}

use std::io::{self, Read};

/// Looks at a layer, entry by entry, as the layer's archive is read: the only seam between reading images and
/// finding packages.
///
/// For each entry, in the order of the archive, [`entry`](Self::entry) says how much of its content is wanted.
/// Only that much is ever copied. Content reaches [`content`](Self::content) before the next entry is shown.
pub trait LayerVisitor {
    /// Said before the first entry where the layer is far away and each content is fetched by itself: what is asked
    /// for without need costs, and what is left out can be had later.
    fn random_access(&mut self) {}

    /// A new entry. Directories, links and whiteouts are shown too; what is returned for them is ignored.
    fn entry(&mut self, entry: &Entry<'_>) -> Take;

    /// The head of a file for which [`Take::Peek`] was asked: as many bytes, or fewer where the file is shorter.
    /// Another `Peek` counts as `Skip`.
    fn peeked(&mut self, entry: &Entry<'_>, head: &[u8]) -> Take {
        let _ = (entry, head);
        Take::Skip
    }

    /// The content that was asked for.
    fn content(&mut self, entry: &Entry<'_>, content: Content<'_>);
}

/// How much of a file's content a [`LayerVisitor`] wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// Nothing.
    Skip,
    /// The first bytes, at most 4096, to decide by.
    Peek(u16),
    /// Everything at once, as one slice. A file larger than `max` is not delivered; it is reported.
    Whole {
        /// The largest file to hold in memory, in bytes; [`Limits::file`](crate::Limits::file) bounds it too.
        max: u64,
    },
    /// Everything in order, through a reader, nothing held: for files too large to hold. There is no temporary
    /// file behind it, so there is no way back.
    Stream,
}

/// The content of a file.
pub enum Content<'a> {
    /// All of it.
    Whole(&'a [u8]),
    /// All of it, in order, from the first byte even where the head was peeked. What is left unread is skipped.
    Stream(&'a mut dyn ContentRead),
}

/// The content of a file in order, where what is of no interest can be passed over.
pub trait ContentRead: Read {
    /// Passes over the next `count` bytes and says how many there were. A reader of an uncompressed layer that is
    /// not verified does not read them at all.
    ///
    /// # Errors
    /// As for [`Read::read`].
    fn skip(&mut self, count: u64) -> io::Result<u64> {
        io::copy(&mut self.take(count), &mut io::sink())
    }
}

impl ContentRead for &[u8] {
    fn skip(&mut self, count: u64) -> io::Result<u64> {
        let step = usize::try_from(count).unwrap_or(usize::MAX).min(self.len());
        *self = self.get(step..).unwrap_or_default();
        Ok(step as u64)
    }
}

/// One entry of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The entry's place in its layer; the name by which the layer's results refer to it.
    pub ordinal: u32,
    /// The normal path, relative to the root, as in [`ImagePath`](crate::ImagePath).
    pub path: &'a [u8],
    /// What it is.
    pub kind: EntryKind<'a>,
    /// The content's size in bytes; 0 for all but files.
    pub size: u64,
    /// The permission bits.
    pub mode: u32,
}

/// What an [`Entry`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryKind<'a> {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link, with its target as written.
    Symlink(&'a [u8]),
    /// A hard link to another name, a normal path relative to the root.
    Hardlink(&'a [u8]),
    /// A whiteout: the path is the name that lower layers lose (OCI image specification, layer.md).
    Whiteout,
    /// An opaque whiteout: the path is the directory that loses what lower layers put in it.
    Opaque,
    /// A device, FIFO or anything else without content.
    Other,
}

impl Entry<'_> {
    /// The last component of the path.
    pub fn file_name(&self) -> &[u8] {
        self.path.rsplit(|&b| b == b'/').next().unwrap_or_default()
    }

    /// Whether it is a regular file that someone may execute.
    pub fn is_executable(&self) -> bool {
        self.kind == EntryKind::File && self.mode & 0o111 != 0
    }
}

/// The file system that an image's layers make together, with whiteouts and links applied: what a container would
/// see. The reader of images implements it, the inventory asks it.
pub trait MergedView {
    /// Shows every visible name of a regular file, in byte order of the paths, with where its content is. A file
    /// of several hard links is shown once for each of its names. Symbolic links are not followed: what they
    /// point at is shown under its own name.
    fn visit_files(&self, visit: &mut dyn FnMut(&[u8], FileRef));

    /// The regular file that `path` leads to, symbolic links followed inside the root; nothing where there is
    /// none or the links go round in a circle.
    fn resolve(&self, path: &[u8]) -> Option<FileRef>;
}

/// Where the content of a visible file is: the entry of the layer's archive that holds it. For a hard link that
/// is the entry of the name that the content was stored under, which may be gone by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileRef {
    /// The index of the layer that holds the content.
    pub layer: u32,
    /// [`Entry::ordinal`](crate::Entry::ordinal) in that layer.
    pub ordinal: u32,
    /// The content's size in bytes.
    pub size: u64,
    /// The permission bits.
    pub mode: u32,
}

use plimsoll_core::Limits;

use crate::Platform;

/// How to open an image.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// What the image may use up.
    pub limits: Limits,
    /// The platform to take of an image that has several. Default: none asked for, which takes Linux on the
    /// processor of this machine, or the only image there is.
    pub platform: Option<Platform>,
    /// Which image to take of an archive or layout that holds several: a repository tag (`debian:12`), an OCI
    /// reference name, or the digest of a manifest. Default: the first.
    pub reference: Option<String>,
    /// Whether every digest is checked: of manifests, of blobs as they are stored, and of layers as they unpack.
    /// Without it the reader passes over all content that nobody asks for. Default: true.
    pub verify: bool,
    /// Whether a layer with a table of contents (eStargz, zstd:chunked) is read by it where the storage gives parts of
    /// blobs: only the files that matter are fetched, and of those that matter only for being programs none that a
    /// package of the layer owns. The table and what is fetched are checked by the digests in the manifest and in the
    /// table; the layer's own digest is not, so nothing of it is kept in a layer cache. Default: true.
    pub tables: bool,
    /// What form the image has. Default: none, it is recognised.
    pub source: Option<SourceKind>,
    /// Whether trouble inside the image is an error instead of a diagnostic. Default: false.
    pub strict: bool,
    /// The threads that read layers. Default: as many as the machine can run at once.
    pub threads: usize,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            platform: None,
            reference: None,
            verify: true,
            tables: true,
            source: None,
            strict: false,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

/// The forms that an image can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SourceKind {
    /// What `docker save` writes: a tar archive with a `manifest.json`.
    DockerArchive,
    /// An OCI image layout as a folder (OCI image specification, image-layout.md).
    OciLayout,
    /// An OCI image layout as a tar archive.
    OciArchive,
    /// A folder that holds a root file system.
    Directory,
    /// A caller's own [`BlobSource`](crate::BlobSource).
    Blobs,
    /// A registry.
    Registry,
}

impl SourceKind {
    /// Its name, as the scheme of an image's name writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::DockerArchive => "docker-archive",
            Self::OciLayout => "oci",
            Self::OciArchive => "oci-archive",
            Self::Directory => "dir",
            Self::Blobs => "blobs",
            Self::Registry => "registry",
        }
    }
}

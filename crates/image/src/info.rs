use plimsoll_core::{Diagnostic, Digest, Instruction, LayerRef};

use crate::{Platform, SourceKind};

/// What is known of an image before its layers are read.
#[derive(Clone, Debug)]
pub struct ImageInfo {
    /// The form it was found in.
    pub source: SourceKind,
    /// What sort of image it is.
    pub status: ImageStatus,
    /// The digest of its manifest; a docker archive need not have one.
    pub manifest: Option<Digest>,
    /// The digest of its configuration, which docker calls the image's id.
    pub config: Option<Digest>,
    /// Its names: a docker archive's repository tags, a layout's reference names.
    pub tags: Vec<String>,
    /// What it runs on, as its configuration says.
    pub platform: Platform,
    /// When it was made, RFC 3339, as its configuration says.
    pub created: Option<String>,
    /// All images that there are to choose from, this one included.
    pub choices: Vec<Choice>,
    /// Manifests that are no images.
    pub skipped: Vec<SkippedManifest>,
    /// The layers, the lowest first.
    pub layers: Vec<Layer>,
    /// How it was built, the first instruction first; empty where the image does not say, or says what can't be.
    pub history: Vec<Instruction>,
    /// The image that it was built on, where it says so.
    pub base: Option<BaseName>,
    /// What was wrong with manifests and labels.
    pub diagnostics: Vec<Diagnostic>,
}

/// The image that an image says it was built on (OCI image specification, annotations.md,
/// `org.opencontainers.image.base.*`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseName {
    /// Its name.
    pub name: Option<String>,
    /// The digest of its manifest.
    pub digest: Option<String>,
    /// Whether the manifest's annotations say so; else it is a label, which an image may have from its base.
    pub annotated: bool,
}

/// What sort of image it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImageStatus {
    /// A file system for Linux.
    Linux,
    /// A file system for Windows.
    Windows,
    /// A file system for something else, or the configuration does not say for what.
    OtherSystem(String),
    /// No file system at all: a chart, a signature, a bill of materials. The text is the artifact's type.
    Artifact(String),
    /// All its layers are encrypted.
    Encrypted,
}

/// One image of an archive, layout or index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What it runs on, where the index or its configuration says.
    pub platform: Option<Platform>,
    /// The digest of its manifest; for a docker archive of its configuration.
    pub digest: Option<Digest>,
    /// Its names.
    pub tags: Vec<String>,
    /// Whether it is the one that was opened.
    pub chosen: bool,
}

/// A manifest that was passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedManifest {
    /// Its digest.
    pub digest: Digest,
    /// Its media type.
    pub media_type: String,
    /// The type of the artifact, where the index says.
    pub artifact_type: Option<String>,
    /// Why it was passed over.
    pub reason: String,
}

/// One layer of an image.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Its place; 0 is the lowest.
    pub index: u32,
    /// The digest of the uncompressed archive, as the configuration says. A root folder has none.
    pub diff_id: Option<Digest>,
    /// The digest of the blob as it is stored, as the manifest says.
    pub digest: Option<Digest>,
    /// The media type, as the manifest says; empty where there is none.
    pub media_type: String,
    /// Bytes as stored, where known.
    pub size: Option<u64>,
    /// The build instruction that made it (`history[].created_by`).
    pub created_by: Option<String>,
    /// An earlier layer that is this one over again: the same blob under the same diff id. It is read once, and
    /// [`Image::read`](crate::Image::read) gives nothing for the later one.
    pub same_as: Option<u32>,
}

impl Layer {
    /// How packages and findings refer to the layer.
    pub fn reference(&self) -> LayerRef {
        LayerRef { index: self.index, diff_id: self.diff_id.clone(), created_by: self.created_by.clone() }
    }
}

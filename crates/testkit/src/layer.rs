use plimsoll_core::Digest;

use crate::{Compression, TarBuilder, sha256};

/// One layer of an image: an archive, how it is compressed, and the build instruction that made it.
#[derive(Clone, Debug)]
pub struct LayerBuilder {
    tar: Vec<u8>,
    meaning: Option<TarBuilder>,
    compression: Compression,
    blob: Option<Vec<u8>>,
    media_type: Option<String>,
    created_by: Option<String>,
    annotations: Vec<(String, String)>,
}

/// A layer as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct StoredLayer {
    pub(crate) blob: Vec<u8>,
    pub(crate) digest: Digest,
    pub(crate) diff_id: Digest,
    pub(crate) compression: Compression,
    pub(crate) media_type: Option<String>,
    pub(crate) annotations: Vec<(String, String)>,
}

impl LayerBuilder {
    /// A layer of the archive's entries, compressed with gzip.
    pub fn new(tar: TarBuilder) -> Self {
        let mut layer = Self::from_tar(tar.clone().finish());
        layer.meaning = Some(tar);
        layer
    }

    /// A layer of an archive that is bytes already, in whatever state.
    pub fn from_tar(tar: impl Into<Vec<u8>>) -> Self {
        Self {
            tar: tar.into(),
            meaning: None,
            compression: Compression::default(),
            blob: None,
            media_type: None,
            created_by: None,
            annotations: Vec::new(),
        }
    }

    /// How the blob is compressed.
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// The blob as it is stored, whatever the archive and the compression say: multi-member streams, bombs, junk.
    /// The diff id stays the archive's.
    pub fn blob(mut self, blob: impl Into<Vec<u8>>) -> Self {
        self.blob = Some(blob.into());
        self
    }

    /// The media type that the manifest states, instead of the one that is true.
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = Some(media_type.into());
        self
    }

    /// An annotation of the layer's descriptor.
    pub fn annotation(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.annotations.push((key.into(), value.into()));
        self
    }

    /// The build instruction in the image's history.
    pub fn created_by(mut self, instruction: impl Into<String>) -> Self {
        self.created_by = Some(instruction.into());
        self
    }

    /// The uncompressed archive.
    pub fn tar(&self) -> &[u8] {
        &self.tar
    }

    /// The digest of the uncompressed archive (OCI image specification, config.md, "Layer DiffID").
    pub fn diff_id(&self) -> Digest {
        sha256(&self.tar)
    }

    /// How many entries the archive was built of; none where it was given as bytes.
    pub fn entry_count(&self) -> usize {
        self.meaning.as_ref().map_or(0, |tar| tar.entries().len())
    }

    pub(crate) fn meaning(&self) -> Option<&TarBuilder> {
        self.meaning.as_ref()
    }

    pub(crate) fn instruction(&self) -> Option<&str> {
        self.created_by.as_deref()
    }

    pub(crate) fn store(&self) -> StoredLayer {
        let blob = self.blob.clone().unwrap_or_else(|| self.compression.apply(&self.tar));
        StoredLayer {
            digest: sha256(&blob),
            diff_id: self.diff_id(),
            compression: self.compression,
            media_type: self.media_type.clone(),
            annotations: self.annotations.clone(),
            blob,
        }
    }
}

impl From<TarBuilder> for LayerBuilder {
    fn from(tar: TarBuilder) -> Self {
        Self::new(tar)
    }
}

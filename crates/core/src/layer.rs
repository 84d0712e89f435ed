use serde::{Deserialize, Serialize};

use crate::Digest;

/// A layer of an image, as a package or a finding refers to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LayerRef {
    /// The layer's place in the image; 0 is the lowest, the base.
    pub index: u32,
    /// The digest of the layer's uncompressed archive (OCI image specification, config.md, "Layer DiffID").
    /// A root directory's one layer has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diff_id: Option<Digest>,
    /// The build instruction that made the layer (`history[].created_by`), where the image says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
}

/// One instruction of an image's build (OCI image specification, config.md, "history").
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Instruction {
    /// What was done; empty where the image does not say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub created_by: String,
    /// When, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// A remark; buildah names the base image here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The layer that it made; none where it made none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<u32>,
}

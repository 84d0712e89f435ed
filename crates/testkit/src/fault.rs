use crate::layer::StoredLayer;

/// A way in which an image is broken when it is written; layers are counted from 0, the lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// A byte in the middle of the layer's blob differs from what its digest was made of.
    LayerChanged(usize),
    /// The manifest names the layer's blob and it is not there.
    LayerMissing(usize),
    /// The layer's blob lacks this many bytes at its end.
    LayerShort(usize, usize),
    /// The layer's blob has this many bytes too many.
    LayerLong(usize, usize),
    /// The configuration states another diff id than the layer has.
    DiffIdWrong(usize),
    /// The configuration states no diff id for the last layer.
    DiffIdMissing,
    /// The manifest's digest of the layer is too short to be one.
    DigestMalformed(usize),
    /// The manifest's size of the layer is off by this much. Only OCI manifests state a size.
    SizeWrong(usize, i64),
    /// The configuration is not there.
    ConfigMissing,
    /// The configuration differs from what its digest was made of.
    ConfigChanged,
    /// The manifest is not there: `manifest.json`, or the blob that `index.json` names.
    ManifestMissing,
    /// The manifest is no JSON.
    ManifestMalformed,
}

impl Fault {
    pub(crate) fn break_diff_ids(self, diff_ids: &mut Vec<String>) {
        match self {
            Self::DiffIdWrong(layer) => {
                if let Some(id) = diff_ids.get_mut(layer) {
                    *id = crate::sha256(b"something else").to_string();
                }
            }
            Self::DiffIdMissing => {
                diff_ids.pop();
            }
            _ => {}
        }
    }

    /// Changes what is stored of the layers; the digests stay what they were.
    pub(crate) fn break_layers(self, layers: &mut [StoredLayer]) {
        match self {
            Self::LayerChanged(at) => {
                if let Some(layer) = layers.get_mut(at) {
                    let middle = layer.blob.len() / 2;
                    if let Some(byte) = layer.blob.get_mut(middle) {
                        *byte ^= 1;
                    }
                }
            }
            Self::LayerShort(at, by) => {
                if let Some(layer) = layers.get_mut(at) {
                    layer.blob.truncate(layer.blob.len().saturating_sub(by));
                }
            }
            Self::LayerLong(at, by) => {
                if let Some(layer) = layers.get_mut(at) {
                    layer.blob.resize(layer.blob.len() + by, b'x');
                }
            }
            _ => {}
        }
    }
}

use plimsoll_core::{Diagnostic, Distro, Package};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{Definitions, DirectoryOrigin, Hearsay, Journal, Owned, Undecided, Unnamed};

/// What the catalogers found in one layer, file by file: what the layer says by itself, without the knowledge of
/// any other, so that it can be kept by the layer's digest and [`Catalogers::key`](crate::Catalogers::key).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerFacts {
    /// In order of the ordinals.
    pub(crate) files: Vec<FileFacts>,
    /// Which cataloger was offered which entry for its name, whether or not it found anything there, in order.
    pub(crate) seen: Vec<(u32, u16)>,
    /// The names of hard links that would have interested a cataloger: their content is another entry's.
    pub(crate) links: Vec<RawPath>,
    /// [`path_hash`](crate::path_hash) of the names that lower layers lose, sorted.
    pub(crate) whiteouts: Vec<u64>,
    /// The same of the directories of which lower layers lose all content, sorted.
    pub(crate) opaques: Vec<u64>,
    /// The entries that are programs or libraries, and not scripts, in order.
    pub(crate) programs: Vec<u32>,
    /// The entries that are archives of packaged software by their names, in order.
    pub(crate) archives: Vec<u32>,
    /// What concerns no one file.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// What one cataloger found in one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileFacts {
    pub(crate) ordinal: u32,
    pub(crate) cataloger: u16,
    /// Whether the file was read for how it begins, not for its name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) by_content: bool,
    pub(crate) path: RawPath,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) packages: Vec<Package>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) distro: Option<Distro>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) owned: Vec<Owned>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) installed: Vec<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) origins: Vec<DirectoryOrigin>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) hearsay: Vec<Hearsay>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) unnamed: Vec<Unnamed>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) undecided: Vec<Undecided>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) definitions: Option<Definitions>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) journal: Option<Journal>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl LayerFacts {
    /// How many packages were found, in files that later layers may have removed or rewritten.
    pub fn packages(&self) -> usize {
        self.files.iter().map(|file| file.packages.len()).sum()
    }

    /// Everything that was wrong in the layer, also in files that later layers may have removed.
    pub fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().chain(self.files.iter().flat_map(|file| &file.diagnostics))
    }

    /// Everything as bytes, to be kept.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// What [`to_bytes`](Self::to_bytes) wrote; nothing where the bytes are anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// What was found in the entry `ordinal`.
    pub(crate) fn of(&self, ordinal: u32) -> impl Iterator<Item = &FileFacts> {
        let start = self.files.partition_point(|file| file.ordinal < ordinal);
        self.files.get(start..).unwrap_or_default().iter().take_while(move |file| file.ordinal == ordinal)
    }

    pub(crate) fn was_seen(&self, ordinal: u32, cataloger: u16) -> bool {
        self.seen.binary_search(&(ordinal, cataloger)).is_ok()
    }

    /// Puts everything in the order that the look-ups need.
    pub(crate) fn sort(&mut self) {
        self.files.sort_by_key(|file| (file.ordinal, file.cataloger));
        self.seen.sort_unstable();
        self.seen.dedup();
        self.whiteouts.sort_unstable();
        self.opaques.sort_unstable();
        self.programs.sort_unstable();
        self.archives.sort_unstable();
    }
}

impl FileFacts {
    pub(crate) fn is_empty(&self) -> bool {
        self.packages.is_empty()
            && self.distro.is_none()
            && self.owned.is_empty()
            && self.installed.is_empty()
            && self.origins.is_empty()
            && self.hearsay.is_empty()
            && self.unnamed.is_empty()
            && self.undecided.is_empty()
            && self.definitions.is_none()
            && self.journal.is_none()
            && self.diagnostics.is_empty()
    }
}

/// A normal path as the layer writes it. Unlike [`ImagePath`](plimsoll_core::ImagePath) it comes back from being
/// stored with every byte as it was, because entries are found again by it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RawPath(Box<[u8]>);

impl RawPath {
    pub(crate) fn new(path: &[u8]) -> Self {
        Self(path.into())
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Serialize for RawPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => RawText::Text(text.to_owned()).serialize(serializer),
            Err(_) => RawText::Bytes(self.0.to_vec()).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for RawPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        RawText::deserialize(deserializer)
            .map(|raw| match raw {
                RawText::Text(text) => Self(text.into_bytes().into()),
                RawText::Bytes(bytes) => Self(bytes.into()),
            })
            .map_err(|_| de::Error::custom("expected a path as text or as bytes"))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum RawText {
    Text(String),
    Bytes(Vec<u8>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_are_no_text_come_back_from_storage() {
        for path in [&b"usr/lib/a"[..], b"a\xff/b", b""] {
            let stored = serde_json::to_string(&RawPath::new(path)).unwrap();
            assert_eq!(serde_json::from_str::<RawPath>(&stored).unwrap().as_bytes(), path, "{stored}");
        }
    }
}

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A path inside an image: relative to its root, normal (no empty, `.` or `..` component, no slash at either
/// end), in bytes, because names in a layer need not be UTF-8. The root itself is the empty path.
///
/// ```
/// use plimsoll_core::ImagePath;
/// let path = ImagePath::new(b"./usr//lib/os-release")?;
/// assert_eq!(path.to_string(), "/usr/lib/os-release");
/// assert_eq!(path.file_name(), b"os-release");
/// assert!(ImagePath::new(b"a/../../etc/passwd").is_err());
/// # Ok::<(), plimsoll_core::PathError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ImagePath(Box<[u8]>);

/// Why bytes are not an [`ImagePath`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// A `..` component: a name that could lead out of the image.
    #[error("path {0:?} has a '..' component")]
    ParentComponent(String),
    /// A NUL byte, which no file system stores in a name.
    #[error("path {0:?} has a NUL byte")]
    NulByte(String),
}

impl ImagePath {
    /// Normalises `raw`: leading, trailing and double slashes and `.` components are dropped.
    ///
    /// # Errors
    /// A `..` component or a NUL byte.
    pub fn new(raw: &[u8]) -> Result<Self, PathError> {
        let mut out = Vec::with_capacity(raw.len());
        Self::normalise_into(raw, &mut out)?;
        Ok(Self(out.into_boxed_slice()))
    }

    /// [`ImagePath::new`] into a buffer that the caller reuses, which is cleared first.
    ///
    /// # Errors
    /// A `..` component or a NUL byte.
    pub fn normalise_into(raw: &[u8], out: &mut Vec<u8>) -> Result<(), PathError> {
        out.clear();
        for part in raw.split(|&b| b == b'/') {
            match part {
                b"" | b"." => {}
                b".." => return Err(PathError::ParentComponent(shown(raw))),
                _ => {
                    if part.contains(&0) {
                        return Err(PathError::NulByte(shown(raw)));
                    }
                    if !out.is_empty() {
                        out.push(b'/');
                    }
                    out.extend_from_slice(part);
                }
            }
        }
        Ok(())
    }

    /// The bytes of the normal path, without a leading slash.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The last component; empty for the root.
    pub fn file_name(&self) -> &[u8] {
        self.0.rsplit(|&b| b == b'/').next().unwrap_or_default()
    }

    /// The path without its last component; the root's parent is the root.
    pub fn parent(&self) -> ImagePath {
        let end = self.0.iter().rposition(|&b| b == b'/').unwrap_or(0);
        Self(self.0.get(..end).unwrap_or_default().into())
    }

    /// The components, outermost first.
    pub fn components(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.0.split(|&b| b == b'/').filter(|part| !part.is_empty())
    }

    /// The text with a leading slash; bytes that are not UTF-8 become U+FFFD.
    pub fn to_text(&self) -> String {
        format!("/{}", String::from_utf8_lossy(&self.0))
    }
}

fn shown(raw: &[u8]) -> String {
    String::from_utf8_lossy(raw.get(..200).unwrap_or(raw)).into_owned()
}

impl fmt::Display for ImagePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

impl fmt::Debug for ImagePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_text(), f)
    }
}

impl Serialize for ImagePath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_text())
    }
}

impl<'de> Deserialize<'de> for ImagePath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(text.as_bytes()).map_err(serde::de::Error::custom)
    }
}

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::hex;

/// The hash algorithm of a [`Digest`]: the two that the OCI image specification registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Algorithm {
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-512, 64 bytes.
    Sha512,
}

impl Algorithm {
    /// The algorithm's name as digests write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// The number of bytes in a hash of this algorithm.
    pub fn size(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

/// A content identifier, `algorithm:hex` (OCI image specification, descriptor.md, "Digests").
///
/// ```
/// let text = "sha256:6c3c624b58dbbcd3c0dd82b4c53f04194d1247c6eebdaab7c610cf7d66709b3b";
/// let digest: plimsoll_core::Digest = text.parse()?;
/// assert_eq!(digest.to_string(), text);
/// assert_eq!(digest.short(), "6c3c624b58db");
/// assert!("sha256:6C3C".parse::<plimsoll_core::Digest>().is_err());
/// # Ok::<(), plimsoll_core::DigestError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest {
    algorithm: Algorithm,
    bytes: Box<[u8]>,
}

/// Why a text is not a [`Digest`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DigestError {
    /// There is no `algorithm:` in front.
    #[error("{0:?} is not a digest: expected algorithm:hex, such as sha256:6c3c62…")]
    NoAlgorithm(String),
    /// The algorithm is none of the registered ones.
    #[error("digest algorithm {0:?} is not supported: expected sha256 or sha512")]
    UnknownAlgorithm(String),
    /// The hash is not the right number of lower-case hexadecimal digits.
    #[error("{text:?} is not a {algorithm} digest: expected {expected} lower-case hexadecimal digits")]
    BadHex {
        /// The whole text.
        text: String,
        /// The algorithm that it names.
        algorithm: &'static str,
        /// The digits that the algorithm's hash has.
        expected: usize,
    },
}

impl Digest {
    /// A SHA-256 digest of the given hash.
    pub fn sha256(hash: [u8; 32]) -> Self {
        Self { algorithm: Algorithm::Sha256, bytes: Box::new(hash) }
    }

    /// A SHA-512 digest of the given hash.
    pub fn sha512(hash: [u8; 64]) -> Self {
        Self { algorithm: Algorithm::Sha512, bytes: Box::new(hash) }
    }

    /// The hash algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The hash itself: 32 or 64 bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The hash in hexadecimal, without the algorithm: the name of a blob's file in an OCI layout.
    pub fn hex(&self) -> String {
        let mut text = String::with_capacity(self.bytes.len() * 2);
        hex::encode(&self.bytes, &mut text);
        text
    }

    /// The first twelve digits, as people name images.
    pub fn short(&self) -> String {
        let mut text = self.hex();
        text.truncate(12);
        text
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let shown = || text.chars().take(200).collect::<String>();
        let (name, digits) = text.split_once(':').ok_or_else(|| DigestError::NoAlgorithm(shown()))?;
        let algorithm = match name {
            "sha256" => Algorithm::Sha256,
            "sha512" => Algorithm::Sha512,
            _ => return Err(DigestError::UnknownAlgorithm(name.chars().take(64).collect())),
        };
        let mut bytes = vec![0; algorithm.size()].into_boxed_slice();
        if !hex::decode(digits, &mut bytes) {
            let expected = algorithm.size() * 2;
            return Err(DigestError::BadHex { text: shown(), algorithm: algorithm.name(), expected });
        }
        Ok(Self { algorithm, bytes })
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm.name(), self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for Digest {
    type Error = DigestError;

    fn try_from(text: String) -> Result<Self, DigestError> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

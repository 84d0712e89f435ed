use plimsoll_core::{Algorithm, Digest};
use sha2::Digest as _;

use super::sha256::Sha256;

/// A running hash of the algorithm that a digest asks for.
pub(crate) enum Hasher {
    Sha256(Sha256),
    Sha512(Box<sha2::Sha512>),
}

impl Hasher {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha256 => Self::Sha256(Sha256::new()),
            Algorithm::Sha512 => Self::Sha512(Box::new(sha2::Sha512::new())),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hash) => hash.update(bytes),
            Self::Sha512(hash) => hash.update(bytes),
        }
    }

    /// [`Self::update`] of two hashes at once.
    pub(crate) fn update_two(one: &mut Self, bytes: &[u8], other: &mut Self, others: &[u8]) {
        if let (Self::Sha256(one), Self::Sha256(other)) = (&mut *one, &mut *other) {
            Sha256::update_two(one, bytes, other, others);
        } else {
            one.update(bytes);
            other.update(others);
        }
    }

    pub(crate) fn finish(self) -> Digest {
        match self {
            Self::Sha256(hash) => Digest::sha256(hash.finish()),
            Self::Sha512(hash) => Digest::sha512(hash.finalize().into()),
        }
    }

    pub(crate) fn of(algorithm: Algorithm, bytes: &[u8]) -> Digest {
        let mut hash = Self::new(algorithm);
        hash.update(bytes);
        hash.finish()
    }
}

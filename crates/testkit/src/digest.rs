use plimsoll_core::Digest;
use sha2::{Digest as _, Sha256};

/// The SHA-256 digest of the bytes.
pub fn sha256(bytes: &[u8]) -> Digest {
    Digest::sha256(Sha256::digest(bytes).into())
}

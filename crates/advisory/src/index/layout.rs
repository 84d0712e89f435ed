use std::path::Path;

use crate::Error;

/// The first bytes of an index.
const MAGIC: [u8; 8] = *b"PLIMIDX\0";

/// The version of the layout and of the keys in it.
const VERSION: u32 = 1;

/// The name of the segment in which records are found by their ids. No ecosystem has it.
pub(super) const IDS: &str = "";

/// Bytes of the header: magic, version, generation, digest, offset of the directory.
pub(super) const HEAD: u64 = 8 + 4 + 8 + 32 + 8;

pub(super) struct Header {
    pub(super) generation: u64,
    pub(super) digest: [u8; 32],
    pub(super) directory: u64,
}

impl Header {
    pub(super) fn read(bytes: &[u8], path: &Path) -> Result<Self, Error> {
        let not = || Error::NotAStore { path: path.to_owned() };
        let (magic, rest) = bytes.split_first_chunk().ok_or_else(not)?;
        if *magic != MAGIC {
            return Err(not());
        }
        let (version, rest) = rest.split_first_chunk().ok_or_else(not)?;
        match u32::from_le_bytes(*version) {
            VERSION => {}
            found => {
                return Err(Error::Schema {
                    path: path.to_owned(),
                    found: found.into(),
                    known: VERSION.into(),
                });
            }
        }
        let (generation, rest) = rest.split_first_chunk().ok_or_else(not)?;
        let (digest, rest) = rest.split_first_chunk().ok_or_else(not)?;
        let (directory, _) = rest.split_first_chunk().ok_or_else(not)?;
        Ok(Self {
            generation: u64::from_le_bytes(*generation),
            digest: *digest,
            directory: u64::from_le_bytes(*directory),
        })
    }

    pub(super) fn write(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(self.generation.to_le_bytes());
        bytes.extend(self.digest);
        bytes.extend(self.directory.to_le_bytes());
        bytes
    }
}

/// FNV-1a over what a name is found by: it spreads short texts well and is the same everywhere.
pub(super) fn hash(stream: u32, kind: u8, name: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in stream.to_le_bytes().into_iter().chain([kind]).chain(name.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash ^ (hash >> 32)
}

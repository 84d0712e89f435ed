use std::io::{self, Read};

use plimsoll_core::{Digest, Limits};
use serde::de::DeserializeOwned;

use crate::Error;
use crate::source::{Archive, Blob, BlobSource, Layout, Packed, blob_name};
use crate::stream::Hasher;

/// What names a blob or a member of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Digest(Digest),
    Name(Vec<u8>),
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Digest(digest) => digest.fmt(f),
            Self::Name(name) => f.write_str(&String::from_utf8_lossy(name)),
        }
    }
}

/// Where an image's documents and layers are.
pub(crate) enum Store {
    Layout(Layout),
    Archive(Archive),
    Packed(Box<Packed>),
    Custom(Box<dyn BlobSource>),
}

impl Store {
    pub(crate) fn open(&self, key: &Key) -> io::Result<Box<dyn Blob + '_>> {
        match (self, key) {
            (Self::Layout(layout), Key::Digest(digest)) => layout.open(digest),
            (Self::Archive(archive), Key::Digest(digest)) => archive.open(digest),
            (Self::Archive(archive), Key::Name(name)) => archive.open_name(name),
            (Self::Packed(packed), Key::Digest(digest)) => packed.open_name(&blob_name(digest)),
            (Self::Packed(packed), Key::Name(name)) => packed.open_name(name),
            (Self::Custom(source), Key::Digest(digest)) => source.open(digest),
            (Self::Layout(_) | Self::Custom(_), Key::Name(_)) => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// Where in an archive the bytes stand.
    pub(crate) fn place(&self, key: &Key) -> Option<(u64, u64)> {
        let name = match key {
            Key::Digest(digest) => &blob_name(digest),
            Key::Name(name) => name,
        };
        match self {
            Self::Archive(archive) => archive.find(name),
            Self::Packed(packed) => packed.find(name),
            Self::Layout(_) | Self::Custom(_) => None,
        }
    }
}

/// A document to be read: what it is, and what is known of it.
pub(crate) struct Wanted<'a> {
    pub(crate) what: &'a str,
    pub(crate) named_by: &'a str,
    pub(crate) key: &'a Key,
    pub(crate) size: Option<u64>,
    /// The digest to check.
    pub(crate) digest: Option<&'a Digest>,
}

/// Reads a document of bounded size and checks it against its digest.
pub(crate) fn fetch(store: &Store, wanted: &Wanted<'_>, limits: &Limits) -> Result<Vec<u8>, Error> {
    let what = || wanted.what.to_owned();
    let too_large = |size: u64| Error::TooLarge {
        what: what(),
        actual: format!("{size} bytes"),
        limit: limits.manifest,
        name: "Limits::manifest",
    };
    if let Some(size) = wanted.size.filter(|&size| size > limits.manifest) {
        return Err(too_large(size));
    }
    let mut blob = store.open(wanted.key).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => Error::Missing {
            what: what(),
            name: wanted.key.to_string(),
            named_by: wanted.named_by.to_owned(),
        },
        _ => Error::Read { what: what(), source },
    })?;
    if let Some(size) = blob.size().filter(|&size| size > limits.manifest) {
        return Err(too_large(size));
    }
    let mut bytes = Vec::new();
    blob.by_ref()
        .take(limits.manifest.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|source| Error::Read { what: what(), source })?;
    let actual = bytes.len() as u64;
    if actual > limits.manifest {
        return Err(too_large(actual));
    }
    if let Some(expected) = wanted.size.filter(|&expected| expected != actual) {
        return Err(Error::SizeMismatch { what: what(), expected, actual });
    }
    if let Some(expected) = wanted.digest {
        let actual = Hasher::of(expected.algorithm(), &bytes);
        if actual != *expected {
            return Err(Error::DigestMismatch {
                what: what(),
                expected: expected.clone(),
                actual,
                named_by: "its name",
            });
        }
    }
    Ok(bytes)
}

/// Understands a JSON document. Its nesting is bounded by the parser.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8], what: &str) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|source| Error::Json { what: what.to_owned(), source })
}

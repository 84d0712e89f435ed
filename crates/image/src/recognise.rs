//! What form an image has, by what is there.

use std::io::{ErrorKind, Read};
use std::path::Path;

use plimsoll_core::{Digest, Limits, Observer};

use crate::manifest::{Key, MANIFEST, REPOSITORIES, Store, Wanted, fetch};
use crate::source::{Archive, Packed, Shared};
use crate::stream::Compression;
use crate::{Error, OpenOptions, SourceKind};

/// What was found at a path.
pub(crate) enum Found {
    /// A root file system.
    Folder,
    /// An OCI layout.
    Layout,
    /// An archive of either sort.
    Archive(SourceKind, Store),
}

pub(crate) fn recognise(path: &Path, options: &OpenOptions, observer: &dyn Observer) -> Result<Found, Error> {
    let open = |source| Error::Open { path: path.to_owned(), source };
    let none = |found: &str| Error::NotAnImage { path: path.to_owned(), found: found.to_owned() };
    let metadata = std::fs::metadata(path).map_err(open)?;
    if metadata.is_dir() {
        let has_index = path.join("index.json").is_file();
        return match options.source {
            Some(SourceKind::Directory) => Ok(Found::Folder),
            Some(SourceKind::OciLayout) if has_index => Ok(Found::Layout),
            Some(SourceKind::OciLayout) => Err(none("a folder without an index.json")),
            Some(kind) => Err(none(&format!("a folder, where {} was asked for", kind.name()))),
            // A root file system may have an index.json of its own; a layout has its blobs beside it.
            None if has_index && (path.join("oci-layout").is_file() || path.join("blobs").is_dir()) => {
                Ok(Found::Layout)
            }
            None => Ok(Found::Folder),
        };
    }
    if !metadata.is_file() {
        return Err(none("neither a file nor a folder"));
    }
    if matches!(options.source, Some(SourceKind::Directory | SourceKind::OciLayout)) {
        return Err(none("a file, where a folder was asked for"));
    }
    let shared = Shared::open(path).map_err(open)?;
    let mut head = Vec::new();
    shared.whole().take(512).read_to_end(&mut head).map_err(open)?;
    let what = format!("the archive {}", path.display());
    let limits = &options.limits;
    let store = match Compression::sniff(&head) {
        Compression::None if head.is_empty() => return Err(none("an empty file")),
        Compression::None if head.len() < 512 || !crate::tar::looks_like_tar(&head) => {
            return Err(none(if head.starts_with(b"{") {
                "a JSON document"
            } else {
                "a file of another sort"
            }));
        }
        Compression::None => {
            let archive = Archive::open(shared, &what, limits)?;
            if archive.is_empty() {
                return Err(none("an empty archive"));
            }
            Store::Archive(archive)
        }
        compression @ (Compression::Gzip | Compression::Zstd) => {
            let packed = Packed::open(shared, compression, &what, options, observer)?;
            if packed.is_empty() {
                return Err(none("an empty archive"));
            }
            Store::Packed(Box::new(packed))
        }
        Compression::Other(name) => {
            return Err(none(&format!("compressed with {name}; decompress it first")));
        }
    };
    let has = |name: &[u8]| store.place(&Key::Name(name.to_vec())).is_some();
    let legacy = !has(MANIFEST.as_bytes()) && has(REPOSITORIES.as_bytes());
    let kind = match options.source {
        Some(SourceKind::DockerArchive) if has(b"manifest.json") || legacy => SourceKind::DockerArchive,
        Some(SourceKind::OciArchive) if has(b"index.json") => SourceKind::OciArchive,
        Some(SourceKind::DockerArchive) => return Err(none("an archive without a manifest.json")),
        Some(SourceKind::OciArchive) => return Err(none("an archive without an index.json")),
        _ if has(b"manifest.json") => SourceKind::DockerArchive,
        _ if has(b"index.json") => SourceKind::OciArchive,
        _ if legacy => SourceKind::DockerArchive,
        _ if matches!(&store, Store::Archive(archive) if !archive.marked()) => {
            let reason = "it ends without an end mark, before any manifest.json or index.json".into();
            return Err(Error::Truncated { what, reason });
        }
        _ => {
            return Err(none(
                "an archive with neither manifest.json nor index.json (if it is a root file system, unpack it and scan the folder)",
            ));
        }
    };
    Ok(Found::Archive(kind, store))
}

/// The index of a layout in a folder.
pub(crate) fn layout_index(path: &Path, limits: &Limits) -> Result<Vec<u8>, Error> {
    let what = || "index.json".to_owned();
    let shared = Shared::open(&path.join("index.json")).map_err(|source| match source.kind() {
        ErrorKind::NotFound => {
            Error::Missing { what: "the index".into(), name: what(), named_by: path.display().to_string() }
        }
        _ => Error::Read { what: what(), source },
    })?;
    if shared.len() > limits.manifest {
        return Err(Error::TooLarge {
            what: what(),
            actual: format!("{} bytes", shared.len()),
            limit: limits.manifest,
            name: "Limits::manifest",
        });
    }
    let mut bytes = Vec::new();
    shared
        .whole()
        .take(limits.manifest)
        .read_to_end(&mut bytes)
        .map_err(|source| Error::Read { what: what(), source })?;
    Ok(bytes)
}

/// The index of a layout in an archive.
pub(crate) fn archive_index(store: &Store, limits: &Limits) -> Result<Vec<u8>, Error> {
    document(store, &Key::Name(b"index.json".to_vec()), "index.json", "the archive", None, limits)
}

pub(crate) fn document(
    store: &Store,
    key: &Key,
    what: &str,
    named_by: &str,
    digest: Option<&Digest>,
    limits: &Limits,
) -> Result<Vec<u8>, Error> {
    fetch(store, &Wanted { what, named_by, key, size: None, digest }, limits)
}

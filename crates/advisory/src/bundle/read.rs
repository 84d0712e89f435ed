use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError;

use super::{Bundle, FORMAT, MANIFEST, STORE, Signer, VERSION, copy, file_digest};
use crate::store::{SCHEMA, draft_path, hex, lock, put_in_place};
use crate::{Error, Store};

/// Bytes of a manifest.
const MANIFEST_LIMIT: u64 = 16 << 20;

/// How to import a bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BundleOptions {
    /// The SHA-256 that the bundle's file has to have, in hexadecimal, where somebody has said it. Default none.
    pub sha256: Option<String>,
    /// Whose signature it has to have. Default none.
    pub signer: Option<Signer>,
    /// Whether a store that the bundle's does not continue may be lost. Default no.
    pub replace: bool,
}

fn broken(path: &Path, error: ZipError) -> Error {
    match error {
        ZipError::Io(e) if e.kind() != std::io::ErrorKind::UnexpectedEof => Error::io("read", path, e),
        e => Error::Archive { path: path.to_owned(), why: e.to_string() },
    }
}

pub(super) fn refused(path: &Path, why: impl Into<String>) -> Error {
    Error::Bundle { path: path.to_owned(), why: why.into() }
}

/// What a bundle says of itself; nothing where the file is none.
pub(super) fn manifest(path: &Path) -> Result<Option<Bundle>, Error> {
    let read = |e| Error::io("read", path, e);
    if fs::metadata(path).map_err(read)?.is_dir() {
        return Ok(None);
    }
    let mut file = File::open(path).map_err(read)?;
    let mut head = [0; 4];
    let whole = file.read_exact(&mut head).is_ok();
    if !whole || head != *b"PK\x03\x04" {
        return Ok(None);
    }
    // Whatever else is an archive, sound or not, is for those who read feeds.
    let Ok(mut archive) = ZipArchive::new(BufReader::new(File::open(path).map_err(read)?)) else {
        return Ok(None);
    };
    let member = match archive.by_name(MANIFEST) {
        Ok(member) => member,
        Err(ZipError::FileNotFound) => return Ok(None),
        Err(e) => return Err(broken(path, e)),
    };
    let mut text = Vec::new();
    member
        .take(MANIFEST_LIMIT)
        .read_to_end(&mut text)
        .map_err(|e| refused(path, format!("its manifest: {e}")))?;
    let bundle: Bundle = serde_json::from_slice(&text)
        .map_err(|e| refused(path, format!("its manifest can't be read: {e}")))?;
    if bundle.format != FORMAT {
        return Err(refused(path, "its manifest is of something else"));
    }
    if bundle.format_version > VERSION {
        let (found, known) = (bundle.format_version, VERSION);
        return Err(refused(
            path,
            format!("it has form {found}, this program knows {known}; use a newer program"),
        ));
    }
    if bundle.schema != SCHEMA {
        let (found, known) = (bundle.schema, SCHEMA);
        return Err(refused(path, format!("its store has schema {found}, this program knows {known}")));
    }
    Ok(Some(bundle))
}

impl Store {
    /// Makes the store in the bundle `path` the store at `target`. Everything is verified before anything is
    /// changed: the bundle's own checksum and signature where they are asked for, the store's, its schema, and that it continues the
    /// store that is there.
    ///
    /// # Errors
    ///
    /// [`Error::Bundle`] says what is wrong with it; [`Error::Busy`] where an import is going on.
    pub fn import_bundle(
        path: impl AsRef<Path>,
        target: impl AsRef<Path>,
        options: &BundleOptions,
    ) -> Result<Bundle, Error> {
        let (path, target) = (path.as_ref(), target.as_ref());
        let bundle = manifest(path)?.ok_or_else(|| refused(path, "it has no manifest"))?;
        if let Some(expected) = &options.sha256 {
            let found = file_digest(path)?;
            if !found.eq_ignore_ascii_case(expected.trim()) {
                return Err(refused(path, format!("its SHA-256 is {found}, not {expected}")));
            }
        }
        options.signer.as_ref().map_or(Ok(()), |signer| signer.verify(path))?;
        if let Some(folder) = target.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(|e| Error::io("make the folder", folder, e))?;
        }
        let _lock = lock(target)?;
        let draft = draft_path(target);
        let done = unpack(path, &bundle, &draft)
            .and_then(|()| check(path, &bundle, &draft, target, options.replace))
            .and_then(|()| put_in_place(&draft, target));
        if done.is_err() {
            let _ = fs::remove_file(&draft);
        }
        done.map(|()| bundle)
    }
}

/// The store's bytes, which have to be those that the manifest names.
fn unpack(path: &Path, bundle: &Bundle, draft: &Path) -> Result<(), Error> {
    let write = |e| Error::io("write", draft, e);
    let file = File::open(path).map_err(|e| Error::io("read", path, e))?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|e| broken(path, e))?;
    let mut member = archive.by_name(STORE).map_err(|e| broken(path, e))?;
    let mut to = File::create(draft).map_err(write)?;
    // Reading and writing fail with errors of one type: a full disk has to be told from a broken bundle.
    let (size, sha256) = copy(&mut member, &mut to, bundle.size).map_err(|e| match e.kind() {
        std::io::ErrorKind::StorageFull
        | std::io::ErrorKind::QuotaExceeded
        | std::io::ErrorKind::PermissionDenied => write(e),
        _ => refused(path, format!("its store can't be unpacked: {e}")),
    })?;
    if size != bundle.size || !sha256.eq_ignore_ascii_case(&bundle.sha256) {
        return Err(refused(
            path,
            format!("its store's SHA-256 is {sha256}, its manifest says {}", bundle.sha256),
        ));
    }
    to.sync_all().map_err(write)
}

/// The store has to be what the manifest says, and to hold what the one in its place holds.
fn check(path: &Path, bundle: &Bundle, draft: &Path, target: &Path, replace: bool) -> Result<(), Error> {
    let store = Store::open(draft).map_err(|e| refused(path, format!("its store: {e}")))?;
    let generations = store.generations()?;
    let newest = generations.last();
    if newest.is_none_or(|newest| newest.id != bundle.generation || hex(&newest.digest) != bundle.digest) {
        return Err(refused(path, "its store is of another generation than its manifest says"));
    }
    let old = match Store::open(target) {
        Err(Error::NoStore { .. }) => return Ok(()),
        // What can't be read has nothing to lose that anybody could have.
        Err(_) if replace => return Ok(()),
        old => old?.status()?.generation,
    };
    let continued = |old: &crate::Generation| {
        generations.iter().any(|known| known.id == old.id && known.digest == old.digest)
    };
    match old {
        Some(old) if !replace && !continued(&old) => Err(refused(
            path,
            format!(
                "generation {} of {} is none of its generations, and would be lost; allow that with --replace, or \
                 name another store",
                old.id,
                target.display()
            ),
        )),
        _ => Ok(()),
    }
}

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use plimsoll_core::{Algorithm, Digest};

use super::{CachedLayer, LayerCache, LayerKey};
use crate::stream::Hasher;

/// Raised whenever the form of the files changes; older ones are then not found.
const FORM: &str = "plimsoll layer 2";
const ENDING: &str = "layer";
/// The largest file that is believed to be one of ours.
const MOST: u64 = 1 << 30;
/// How old a file must be that somebody began to write and never ended.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

/// A [`LayerCache`] in a folder, one file for each layer, which any number of processes use at once without a lock: a
/// file appears whole or not at all, and is never changed. Each carries its own digest; one that does not match is
/// removed and counts as not there.
///
/// Whoever can write to the folder decides what scans find, so it should belong to the user alone.
#[derive(Debug)]
pub struct FolderCache {
    root: PathBuf,
}

/// Why a cache's folder can't be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot use the layer cache in {}: {source}", path.display())]
pub struct FolderCacheError {
    /// The folder or file.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

static UNIQUE: AtomicU64 = AtomicU64::new(0);

impl FolderCache {
    /// A cache in the folder `root`, which is made where it is missing.
    ///
    /// # Errors
    /// The folder can't be made.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, FolderCacheError> {
        let root = root.into();
        match fs::create_dir_all(&root) {
            Ok(()) => Ok(Self { root }),
            Err(source) => Err(FolderCacheError { path: root, source }),
        }
    }

    /// Removes the layers that have not been asked for the longest, until those that are left take at most `most`
    /// bytes. Says how many bytes they take.
    ///
    /// # Errors
    /// The folder can't be listed.
    pub fn shrink(&self, most: u64) -> Result<u64, FolderCacheError> {
        let failed = |source| FolderCacheError { path: self.root.clone(), source };
        let mut files = Vec::new();
        for file in fs::read_dir(&self.root).map_err(failed)? {
            // What another process has just removed is no longer there to be counted.
            let Ok(file) = file else { continue };
            let Ok(metadata) = file.metadata() else { continue };
            let asked = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            match file.path().extension().and_then(|ending| ending.to_str()) {
                Some(ENDING) => files.push((asked, metadata.len(), file.path())),
                Some("new") if asked.elapsed().is_ok_and(|age| age > ABANDONED) => {
                    let _ = fs::remove_file(file.path());
                }
                _ => {}
            }
        }
        files.sort();
        let mut total: u64 = files.iter().map(|(_, size, _)| size).sum();
        for (_, size, path) in files {
            if total <= most {
                break;
            }
            if fs::remove_file(path).is_ok() {
                total = total.saturating_sub(size);
            }
        }
        Ok(total)
    }

    fn path(&self, key: &LayerKey) -> PathBuf {
        // A reader's name may hold anything, a file's name not.
        let name = Hasher::of(
            Algorithm::Sha256,
            format!("{FORM}\n{}\n{}\n{}", env!("CARGO_PKG_VERSION"), key.diff_id, key.reader).as_bytes(),
        );
        self.root.join(format!("{}.{ENDING}", name.hex()))
    }

    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let number = UNIQUE.fetch_add(1, Ordering::Relaxed);
        let new = path.with_extension(format!("{}-{number}.new", std::process::id()));
        let result = File::create_new(&new)
            .and_then(|mut file| {
                file.write_all(Hasher::of(Algorithm::Sha256, content).as_bytes())?;
                file.write_all(content)
            })
            .and_then(|()| fs::rename(&new, path));
        if result.is_err() {
            let _ = fs::remove_file(&new);
        }
        result
    }
}

fn read(path: &Path) -> io::Result<Option<CachedLayer>> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    if size > MOST {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    (&file).take(MOST).read_to_end(&mut bytes)?;
    let Some((digest, content)) = bytes.split_first_chunk::<32>() else { return Ok(None) };
    if Hasher::of(Algorithm::Sha256, content) != Digest::sha256(*digest) {
        return Ok(None);
    }
    // The time of the last use; where it can't be set, the layer goes earlier than it should.
    let _ = file.set_modified(SystemTime::now());
    Ok(CachedLayer::from_bytes(content))
}

impl LayerCache for FolderCache {
    fn get(&self, key: &LayerKey) -> Option<Arc<CachedLayer>> {
        let path = self.path(key);
        match read(&path) {
            Ok(Some(layer)) => Some(Arc::new(layer)),
            Ok(None) => {
                // Damaged: the next scan writes it anew.
                let _ = fs::remove_file(&path);
                None
            }
            Err(_) => None,
        }
    }

    fn put(&self, key: &LayerKey, layer: Arc<CachedLayer>) {
        // A layer that can't be kept is read again next time.
        let _ = self.write(&self.path(key), &layer.to_bytes());
    }
}

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use plimsoll_core::{DiagnosticKind, LayerVisitor};

use super::read::{Pass, Reading, Walk};
use crate::Error;
use crate::source::{Shared, stopped};
use crate::stream::{FileStream, Stop};
use crate::tar::{Kind, Member};

/// Reads a root folder as if it were a layer: in byte order of the names, without following links, files only.
/// A name that begins like a whiteout is a plain name here: nothing lies below.
pub(crate) fn read_directory(
    root: &Path,
    visitor: &mut dyn LayerVisitor,
    reading: &Reading<'_>,
) -> (Pass, Result<(), Error>) {
    let mut walk = Walk::new(0, reading);
    let result = Folders { root, walk: &mut walk, visitor, ordinal: 0 }.run();
    (walk.finish(), result)
}

struct Folders<'w, 'a> {
    root: &'w Path,
    walk: &'w mut Walk<'a>,
    visitor: &'w mut dyn LayerVisitor,
    ordinal: u32,
}

/// A folder on the way, with the names in it that are still to be looked at, the last one first.
struct Open {
    path: PathBuf,
    inside: Vec<u8>,
    names: Vec<std::ffi::OsString>,
}

impl Folders<'_, '_> {
    fn run(&mut self) -> Result<(), Error> {
        let names = list(self.root).map_err(|source| Error::Open { path: self.root.to_owned(), source })?;
        let mut open = vec![Open { path: self.root.to_owned(), inside: Vec::new(), names }];
        let limits = self.walk.limits();
        while let Some(folder) = open.last_mut() {
            let Some(name) = folder.names.pop() else {
                open.pop();
                continue;
            };
            if self.walk.full(self.ordinal, 0) {
                break;
            }
            if self.walk.cancelled() {
                return Err(Error::Cancelled);
            }
            let path = folder.path.join(&name);
            let mut inside = folder.inside.clone();
            if !inside.is_empty() {
                inside.push(b'/');
            }
            inside.extend_from_slice(&bytes_of(&name));
            let metadata = match fs::symlink_metadata(&path) {
                Ok(metadata) => metadata,
                Err(error) => {
                    self.unreadable(&inside, &error);
                    continue;
                }
            };
            self.show(&path, &inside, &metadata)?;
            if !metadata.is_dir() {
                continue;
            }
            if open.len() >= limits.path_depth {
                let message = "the folder is nested deeper than allowed (Limits::path_depth); what is in it was not read";
                self.walk.report_at(DiagnosticKind::LimitPassed, message, &inside, 0);
                continue;
            }
            if open.len() == 1 && is_kernel_view(self.root, &inside, &metadata) {
                let message = "the kernel's own file system is passed over";
                self.walk.report_at(DiagnosticKind::Note, message, &inside, 0);
                continue;
            }
            match list(&path) {
                Ok(names) => open.push(Open { path, inside, names }),
                Err(error) => self.unreadable(&inside, &error),
            }
        }
        Ok(())
    }

    fn unreadable(&mut self, inside: &[u8], error: &io::Error) {
        self.walk.report_at(DiagnosticKind::Malformed, format!("cannot be read: {error}"), inside, 0);
    }

    fn show(&mut self, path: &Path, inside: &[u8], metadata: &Metadata) -> Result<(), Error> {
        let file_type = metadata.file_type();
        let mut link = Vec::new();
        let kind = if file_type.is_file() {
            Kind::File
        } else if file_type.is_dir() {
            Kind::Directory
        } else if file_type.is_symlink() {
            match fs::read_link(path) {
                Ok(target) => link = bytes_of(target.as_os_str()),
                Err(error) => {
                    self.unreadable(inside, &error);
                    return Ok(());
                }
            }
            Kind::Symlink
        } else {
            Kind::Other
        };
        let size = if kind == Kind::File { metadata.len() } else { 0 };
        let member = Member {
            kind,
            name: inside.to_vec(),
            link,
            mode: mode_of(metadata),
            size,
            stored: size,
            sparse: None,
            offset: 0,
        };
        let mut stream = Lazy { path, metadata, size, open: None };
        let result = self.walk.plain_member(&mut stream, self.visitor, &member, self.ordinal);
        self.ordinal = self.ordinal.saturating_add(1);
        match result {
            Ok(()) => Ok(()),
            Err(Stop::Io(error)) => {
                self.unreadable(inside, &error);
                Ok(())
            }
            Err(stop) => Err(stopped(stop, &format!("the file {}", path.display()))),
        }
    }
}

/// A file that is opened when somebody reads it.
struct Lazy<'a> {
    path: &'a Path,
    metadata: &'a Metadata,
    size: u64,
    open: Option<FileStream<'static>>,
}

impl crate::stream::ByteStream for Lazy<'_> {
    fn fill(&mut self) -> Result<&[u8], Stop> {
        if self.open.is_none() {
            let shared = Shared::open_same(self.path, self.metadata).map_err(Stop::Io)?;
            self.open = Some(FileStream::new(Box::new(shared.span(0, self.size))));
        }
        self.open.as_mut().map_or(Ok(&[]), crate::stream::ByteStream::fill)
    }

    fn consume(&mut self, count: usize) {
        if let Some(open) = &mut self.open {
            crate::stream::ByteStream::consume(open, count);
        }
    }
}

/// The names in a folder, the last in byte order first.
fn list(path: &Path) -> io::Result<Vec<std::ffi::OsString>> {
    let mut names =
        fs::read_dir(path)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
    names.sort_unstable_by(|a, b| b.cmp(a));
    Ok(names)
}

/// Whether it is `proc`, `sys`, `dev` or `run` of a running system: another file system than the root's.
fn is_kernel_view(root: &Path, inside: &[u8], metadata: &Metadata) -> bool {
    matches!(inside, b"proc" | b"sys" | b"dev" | b"run")
        && fs::metadata(root).is_ok_and(|root| device_of(&root) != device_of(metadata))
}

#[cfg(unix)]
fn bytes_of(text: &std::ffi::OsStr) -> Vec<u8> {
    std::os::unix::ffi::OsStrExt::as_bytes(text).to_vec()
}

#[cfg(unix)]
fn mode_of(metadata: &Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::mode(metadata) & 0o7777
}

#[cfg(unix)]
fn device_of(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::dev(metadata)
}

#[cfg(not(unix))]
fn bytes_of(text: &std::ffi::OsStr) -> Vec<u8> {
    text.to_string_lossy().replace('\\', "/").into_bytes()
}

#[cfg(not(unix))]
fn mode_of(_: &Metadata) -> u32 {
    0o755
}

#[cfg(not(unix))]
fn device_of(_: &Metadata) -> u64 {
    0
}

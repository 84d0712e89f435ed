use std::collections::{HashMap, HashSet};
use std::io::{self, Read};

use plimsoll_core::{Digest, Limits, Observer};

use super::{Blob, BlobSource, Shared};
use crate::layer::normalise;
use crate::stream::{ByteStream, Compression, FileStream, Hashes, LayerStream, Pool, Stop, Task};
use crate::tar::{Kind, Member, Reader, RemarkKind};
use crate::{Error, OpenOptions};

/// Members that an archive of images may have.
const MEMBERS: usize = 100_000;
/// Hops of links between members.
const HOPS: usize = 8;
/// What is kept in memory of the JSON documents of a compressed archive.
const KEPT: u64 = 64 << 20;

/// Is shown a member, and may read its content.
type EachMember<'a> = dyn FnMut(&Member, &mut Reader, &mut dyn ByteStream) -> Result<(), Error> + 'a;
/// Is shown where a member stands, how large it is, and its content; says how much of it was read.
type EachContent<'a> = dyn FnMut(u64, u64, &mut dyn ByteStream) -> Result<u64, Error> + 'a;

/// Where a member's content stands.
#[derive(Clone, Debug)]
enum Place {
    At { offset: u64, size: u64 },
    Link(Vec<u8>),
}

/// The table of contents of a tar archive that holds an image.
#[derive(Debug, Default)]
struct Index {
    members: HashMap<Vec<u8>, Place>,
}

impl Index {
    /// The member of that name, links followed.
    fn find(&self, name: &[u8]) -> Option<(u64, u64)> {
        let mut name = name.to_vec();
        for _ in 0..HOPS {
            match self.members.get(&name)? {
                Place::At { offset, size } => return Some((*offset, *size)),
                Place::Link(target) => name.clone_from(target),
            }
        }
        None
    }

    fn add(&mut self, member: &Member, offset: u64, limits: &Limits, what: &str) -> Result<(), Error> {
        let mut name = Vec::new();
        if normalise(&member.name, limits, &mut name).is_err() {
            return Ok(());
        }
        let place = match member.kind {
            Kind::File if member.sparse.is_none() => Place::At { offset, size: member.stored },
            Kind::Hardlink | Kind::Symlink => {
                // A hard link's name starts at the root, a symbolic link's where the link stands.
                let folder = name.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
                let base: &[u8] = match member.kind {
                    Kind::Symlink if !member.link.starts_with(b"/") => name.get(..folder).unwrap_or_default(),
                    _ => &[],
                };
                let mut target = Vec::new();
                if normalise(&[base, &member.link].concat(), limits, &mut target).is_err() {
                    return Ok(());
                }
                Place::Link(target)
            }
            _ => return Ok(()),
        };
        if self.members.len() >= MEMBERS {
            return Err(Error::TooLarge {
                what: what.to_owned(),
                actual: format!("more than {MEMBERS} members"),
                limit: MEMBERS as u64,
                name: "members of an archive of images",
            });
        }
        self.members.insert(name, place);
        Ok(())
    }
}

/// Reads an archive's headers and shows each member; whoever is shown it may read its content. Says whether the
/// archive has an end mark.
fn walk(
    stream: &mut dyn ByteStream,
    what: &str,
    limits: &Limits,
    each: &mut EachMember<'_>,
) -> Result<bool, Error> {
    let mut reader = Reader::new(limits.tar_header);
    loop {
        let member = reader.next(stream).map_err(|stop| stopped(stop, what))?;
        if let Some(remark) = reader.remarks.iter().find(|remark| remark.kind != RemarkKind::Note) {
            let reason = format!("{} (at byte {})", remark.message, remark.offset);
            return Err(match remark.kind {
                RemarkKind::Truncated => Error::Truncated { what: what.to_owned(), reason },
                _ => Error::Malformed { what: what.to_owned(), reason },
            });
        }
        let Some(member) = member else { return Ok(reader.marked) };
        each(&member, &mut reader, stream)?;
    }
}

pub(crate) fn stopped(stop: Stop, what: &str) -> Error {
    let what = what.to_owned();
    match stop {
        Stop::Io(source) => Error::Read { what, source },
        Stop::Truncated(reason) => Error::Truncated { what, reason },
        Stop::Corrupt(reason) | Stop::Limit(reason) => Error::Malformed { what, reason },
        Stop::Cancelled => Error::Cancelled,
    }
}

/// A tar archive that is not compressed: its members are read where they stand.
pub(crate) struct Archive {
    shared: Shared,
    index: Index,
    marked: bool,
}

impl Archive {
    /// Finds the members by reading the headers alone.
    pub(crate) fn open(shared: Shared, what: &str, limits: &Limits) -> Result<Self, Error> {
        let mut index = Index::default();
        let mut stream = FileStream::new(Box::new(shared.whole()));
        let marked = walk(&mut stream, what, limits, &mut |member, reader, _| {
            index.add(member, reader.offset(), limits, what)
        })?;
        Ok(Self { shared, index, marked })
    }

    pub(crate) fn find(&self, name: &[u8]) -> Option<(u64, u64)> {
        self.index.find(name)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.index.members.is_empty()
    }

    /// Whether the archive has an end mark.
    pub(crate) fn marked(&self) -> bool {
        self.marked
    }

    /// Opens a member.
    pub(crate) fn open_name(&self, name: &[u8]) -> io::Result<Box<dyn Blob + '_>> {
        let (offset, size) = self.index.find(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(self.shared.span(offset, size)))
    }
}

/// The name of a blob in a layout.
pub(crate) fn blob_name(digest: &Digest) -> Vec<u8> {
    format!("blobs/{}/{}", digest.algorithm().name(), digest.hex()).into_bytes()
}

impl BlobSource for Archive {
    fn open(&self, digest: &Digest) -> io::Result<Box<dyn Blob + '_>> {
        self.open_name(&blob_name(digest))
    }
}

/// A compressed tar archive of an image. Its layers can only be read in passing, and which of its members are
/// layers stands at its end; so it is read twice, first for its documents, then for its layers.
pub(crate) struct Packed {
    shared: Shared,
    compression: Compression,
    index: Index,
    documents: HashMap<u64, Vec<u8>>,
    what: String,
    threads: usize,
}

impl Packed {
    pub(crate) fn open(
        shared: Shared,
        compression: Compression,
        what: &str,
        options: &OpenOptions,
        observer: &dyn Observer,
    ) -> Result<Self, Error> {
        let limits = &options.limits;
        let mut packed = Self {
            shared,
            compression,
            index: Index::default(),
            documents: HashMap::new(),
            what: what.to_owned(),
            threads: options.threads,
        };
        let mut index = Index::default();
        let mut documents = HashMap::new();
        let mut kept = 0;
        packed.pass(limits, observer, &mut |member, reader, stream| {
            let offset = reader.offset();
            index.add(member, offset, limits, what)?;
            let small = member.kind == Kind::File && member.stored <= limits.manifest;
            if small && kept + member.stored <= KEPT {
                let first = stream.fill().map_err(|stop| stopped(stop, what))?.first().copied();
                if matches!(first, Some(b'{' | b'[')) {
                    let mut content = vec![0; usize::try_from(member.stored).unwrap_or(0)];
                    let count = stream.read_full(&mut content).map_err(|stop| stopped(stop, what))?;
                    reader.content_read(count as u64);
                    kept += member.stored;
                    documents.insert(offset, content);
                }
            }
            Ok(())
        })?;
        packed.index = index;
        packed.documents = documents;
        Ok(packed)
    }

    /// Reads the archive from its beginning to its end.
    fn pass(&self, limits: &Limits, observer: &dyn Observer, each: &mut EachMember<'_>) -> Result<(), Error> {
        // All layers together stand in here, each of which may be as large as allowed.
        let layers = u64::try_from(limits.layers).unwrap_or(u64::MAX);
        let limits = Limits { layer: limits.layer.saturating_mul(layers), ..limits.clone() };
        let what = &self.what;
        let task = Task {
            index: 0,
            compression: self.compression,
            size: None,
            check: true,
            limits: &limits,
            observer,
        };
        let pool = Pool::new(1);
        let read = || {
            let _finished = pool.finishing();
            let blob = Box::new(self.shared.whole());
            let mut stream = LayerStream::new(blob, &[], task, Hashes::default(), Some(&pool))
                .map_err(|stop| stopped(stop, what))?;
            walk(&mut stream, what, &limits, each)?;
            while let count @ 1.. = stream.fill().map_err(|stop| stopped(stop, what))?.len() {
                stream.consume(count);
            }
            Ok(())
        };
        if self.threads < 2 {
            return read();
        }
        std::thread::scope(|scope| {
            scope.spawn(|| pool.help());
            read()
        })
    }

    /// Shows the content of the members that are wanted, in the order in which they stand.
    pub(crate) fn read_members(
        &self,
        wanted: &HashSet<u64>,
        limits: &Limits,
        observer: &dyn Observer,
        each: &mut EachContent<'_>,
    ) -> Result<(), Error> {
        self.pass(limits, observer, &mut |member, reader, stream| {
            if member.kind == Kind::File && wanted.contains(&reader.offset()) {
                let read = each(reader.offset(), member.stored, stream)?;
                reader.content_read(read);
            }
            Ok(())
        })
    }

    pub(crate) fn find(&self, name: &[u8]) -> Option<(u64, u64)> {
        self.index.find(name)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.index.members.is_empty()
    }

    /// Opens one of the documents.
    pub(crate) fn open_name(&self, name: &[u8]) -> io::Result<Box<dyn Blob + '_>> {
        let (offset, _) = self.index.find(name).ok_or(io::ErrorKind::NotFound)?;
        let document = self.documents.get(&offset).ok_or(io::ErrorKind::InvalidData)?;
        Ok(Box::new(Document { rest: document, size: document.len() as u64 }))
    }
}

struct Document<'a> {
    rest: &'a [u8],
    size: u64,
}

impl Read for Document<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.rest.read(out)
    }
}

impl Blob for Document<'_> {
    fn size(&self) -> Option<u64> {
        Some(self.size)
    }
}

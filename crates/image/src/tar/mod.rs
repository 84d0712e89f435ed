//! Reads tar archives as container engines read them, in bounded memory: ustar, GNU and PAX names, sizes and
//! sparse files. Nothing is looked at twice and nothing is believed that the format does not say.

mod header;
mod pax;
mod sparse;

use crate::stream::{ByteStream, Stop};
pub(crate) use header::BLOCK;
use header::{Block, Format};
use pax::Pax;
pub(crate) use sparse::Part;

/// Whether a first block is a header, or the end mark of an archive of nothing.
pub(crate) fn looks_like_tar(head: &[u8]) -> bool {
    head.first_chunk::<BLOCK>().is_some_and(|block| {
        let block = Block(*block);
        block.is_zero() || block.checksum_holds()
    })
}

/// What a member of an archive is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Directory,
    Symlink,
    Hardlink,
    Other,
}

/// The parts and the size of a sparse file, or what is wrong with its map.
type SparseFile = Result<(Vec<Part>, u64), &'static str>;

/// A member's header, everything before it taken into account.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) kind: Kind,
    /// The name as written.
    pub(crate) name: Vec<u8>,
    /// The link's target as written.
    pub(crate) link: Vec<u8>,
    pub(crate) mode: u32,
    /// The bytes that a reader of the file sees.
    pub(crate) size: u64,
    /// The bytes that are stored, without padding.
    pub(crate) stored: u64,
    /// The parts of a sparse file that are stored.
    pub(crate) sparse: Option<Vec<Part>>,
    /// Where the header stands in the archive.
    pub(crate) offset: u64,
}

/// Something about the archive that its reader passed over.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Remark {
    pub(crate) kind: RemarkKind,
    pub(crate) message: String,
    pub(crate) offset: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RemarkKind {
    Malformed,
    Limit,
    Truncated,
    Note,
}

/// Reads headers from a stream, one after the other. Between two, the stream stands at the content of the member
/// that came last; whatever is read of it is said with [`content_read`](Self::content_read).
pub(crate) struct Reader {
    offset: u64,
    /// Stored bytes of the member's content that are not read yet.
    left: u64,
    padding: u64,
    header_limit: u64,
    ended: bool,
    /// Whether the end mark was met.
    pub(crate) marked: bool,
    pub(crate) remarks: Vec<Remark>,
}

impl Reader {
    pub(crate) fn new(header_limit: u64) -> Self {
        Self {
            offset: 0,
            left: 0,
            padding: 0,
            header_limit,
            ended: false,
            marked: false,
            remarks: Vec::new(),
        }
    }

    /// Where the stream stands.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Says that `count` bytes of content were taken from the stream.
    pub(crate) fn content_read(&mut self, count: u64) {
        self.left = self.left.saturating_sub(count);
        self.offset = self.offset.saturating_add(count);
    }

    fn remark(&mut self, kind: RemarkKind, message: impl Into<String>) {
        self.remark_at(kind, message, self.offset);
    }

    fn remark_at(&mut self, kind: RemarkKind, message: impl Into<String>, offset: u64) {
        self.remarks.push(Remark { kind, message: message.into(), offset });
    }

    /// Passes over what is left of the last member. Says whether all of it was there.
    fn skip_rest(&mut self, stream: &mut dyn ByteStream) -> Result<bool, Stop> {
        let skipped = stream.skip(self.left)?;
        self.offset = self.offset.saturating_add(skipped);
        if skipped < self.left {
            self.left = 0;
            self.remark(RemarkKind::Truncated, "the archive ends within a file");
            return Ok(false);
        }
        self.left = 0;
        // The last file's padding may be missing: what it pads is whole.
        let skipped = stream.skip(self.padding)?;
        self.offset = self.offset.saturating_add(skipped);
        self.padding = 0;
        Ok(true)
    }

    fn block(&mut self, stream: &mut dyn ByteStream) -> Result<Option<Block>, Stop> {
        let mut block = [0; BLOCK];
        let count = stream.read_full(&mut block)?;
        self.offset = self.offset.saturating_add(count as u64);
        if count == BLOCK {
            return Ok(Some(Block(block)));
        }
        if count > 0 {
            self.remark(RemarkKind::Truncated, "the archive ends within a header");
        }
        Ok(None)
    }

    fn stop<T>(&mut self) -> Option<T> {
        self.ended = true;
        None
    }

    /// Goes to the next member. At the end mark, at the end of the stream and where the archive can't be
    /// followed any further there is none; [`remarks`](Self::remarks) says why.
    pub(crate) fn next(&mut self, stream: &mut dyn ByteStream) -> Result<Option<Member>, Stop> {
        let mut pax = Pax::default();
        let mut long_name = None;
        let mut long_link = None;
        loop {
            if self.ended || !self.skip_rest(stream)? {
                return Ok(self.stop());
            }
            let offset = self.offset;
            let Some(block) = self.block(stream)? else { return Ok(self.stop()) };
            if block.is_zero() {
                // Two blocks of zeros end an archive; so does one at the very end of the stream.
                self.marked = true;
                if self.block(stream)?.is_some_and(|second| !second.is_zero()) {
                    let message =
                        "the archive goes on after a lone block of zeros; what follows was not read";
                    self.remark_at(RemarkKind::Malformed, message, offset);
                }
                return Ok(self.stop());
            }
            if !block.checksum_holds() {
                let message = "a header's checksum is wrong; what follows was not read";
                self.remark_at(RemarkKind::Malformed, message, offset);
                return Ok(self.stop());
            }
            let Some(size) = block.size() else {
                let message =
                    "a member's size is negative, too large or no number; what follows was not read";
                self.remark_at(RemarkKind::Malformed, message, offset);
                return Ok(self.stop());
            };
            match block.typeflag() {
                b'x' => {
                    pax = Pax::default();
                    if let Some(records) = self.extension(stream, size, offset, "PAX header")?
                        && let Err(reason) = pax::parse(&records, &mut pax)
                    {
                        self.remark_at(RemarkKind::Malformed, reason, offset);
                    }
                }
                b'g' => {
                    // Container engines do not apply global headers, so neither does this reader.
                    let mut global = Pax::default();
                    if let Some(records) = self.extension(stream, size, offset, "global PAX header")?
                        && (pax::parse(&records, &mut global).is_err() || global != Pax::default())
                    {
                        let message = "a global PAX header names files or sizes; it is not applied";
                        self.remark_at(RemarkKind::Note, message, offset);
                    }
                }
                b'L' => long_name = self.extension(stream, size, offset, "GNU long name")?.or(long_name),
                b'K' => long_link = self.extension(stream, size, offset, "GNU long link name")?.or(long_link),
                _ => return self.member(stream, &block, offset, size, pax, (long_name, long_link)),
            }
        }
    }

    /// The content of a header that speaks of the next one; nothing where it is larger than allowed or cut off.
    fn extension(
        &mut self,
        stream: &mut dyn ByteStream,
        size: u64,
        offset: u64,
        what: &str,
    ) -> Result<Option<Vec<u8>>, Stop> {
        self.enter(size);
        if size > self.header_limit {
            let limit = self.header_limit;
            self.remark_at(
                RemarkKind::Limit,
                format!("a {what} of {size} bytes passes the limit of {limit} bytes (Limits::tar_header); it is left out"),
                offset,
            );
            return Ok(None);
        }
        let mut content = vec![0; usize::try_from(size).unwrap_or(0)];
        let count = stream.read_full(&mut content)?;
        self.content_read(count as u64);
        Ok((count == content.len()).then_some(content))
    }

    /// Begins the content of a member.
    fn enter(&mut self, stored: u64) {
        self.left = stored;
        self.padding = stored.wrapping_neg() % BLOCK as u64;
    }

    fn member(
        &mut self,
        stream: &mut dyn ByteStream,
        block: &Block,
        offset: u64,
        size: u64,
        pax: Pax,
        long: (Option<Vec<u8>>, Option<Vec<u8>>),
    ) -> Result<Option<Member>, Stop> {
        let size = pax.size.unwrap_or(size);
        let written = || match block.prefix() {
            b"" => block.name().to_vec(),
            prefix => [prefix, b"/", block.name()].concat(),
        };
        let long_text = |text: Vec<u8>| header::until_nul(&text).to_vec();
        let mut name = long.0.map(long_text).or(pax.path).unwrap_or_else(written);
        let link = long.1.map(long_text).or(pax.link_path).unwrap_or_else(|| block.link_name().to_vec());
        let kind = match block.typeflag() {
            // A file of the oldest format whose name ends with a slash is a directory.
            0 if name.last() == Some(&b'/') => Kind::Directory,
            0 | b'0' | b'7' | b'S' => Kind::File,
            b'1' => Kind::Hardlink,
            b'2' => Kind::Symlink,
            b'5' => Kind::Directory,
            _ => Kind::Other,
        };
        // These have no content, whatever their size field says.
        let stored = if matches!(block.typeflag(), b'1'..=b'6') { 0 } else { size };
        let mut member = Member {
            kind,
            name: Vec::new(),
            link,
            mode: block.mode(),
            size: stored,
            stored,
            sparse: None,
            offset,
        };
        self.enter(stored);
        if kind == Kind::File {
            let parts = if block.typeflag() == b'S' && block.format() == Format::Gnu {
                Some(self.old_sparse(stream, block)?)
            } else {
                if let Some(sparse_name) = &pax.sparse.name {
                    name.clone_from(sparse_name);
                }
                self.pax_sparse(stream, &pax.sparse)?
            };
            if let Some(parts) = parts {
                member.stored = self.left;
                self.take_sparse(&mut member, parts);
            }
        }
        member.name = name;
        Ok(Some(member))
    }

    /// Makes the member sparse, or leaves it without content where its map can't be.
    fn take_sparse(&mut self, member: &mut Member, parts: SparseFile) {
        let checked = parts.and_then(|(parts, real_size)| {
            sparse::check(&parts, real_size, member.stored).map(|()| (parts, real_size))
        });
        match checked {
            Ok((parts, real_size)) => {
                member.size = real_size;
                member.sparse = Some(parts);
            }
            Err(reason) => {
                self.remark_at(
                    RemarkKind::Malformed,
                    format!("{reason}; the file's content was not read"),
                    member.offset,
                );
                member.kind = Kind::Other;
                member.size = 0;
            }
        }
    }

    fn old_sparse(&mut self, stream: &mut dyn ByteStream, block: &Block) -> Result<SparseFile, Stop> {
        let mut parts = Vec::new();
        let (entries, mut more, real_size) = block.old_sparse();
        let mut result = sparse::old_entries(entries, &mut parts).map(|_| ());
        // The further blocks stand before the content and are not counted in its size.
        while more {
            let Some(block) = self.block(stream)? else { break };
            let (entries, follows) = block.more_sparse();
            more = follows;
            if parts.len() as u64 > self.header_limit / 24 {
                result = Err("a sparse map is larger than a header may be (Limits::tar_header)");
            } else if result.is_ok() {
                result = sparse::old_entries(entries, &mut parts).map(|_| ());
            }
        }
        Ok(result.and_then(|()| Ok((parts, real_size.ok_or("a sparse file's size is no number")?))))
    }

    fn pax_sparse(
        &mut self,
        stream: &mut dyn ByteStream,
        sparse: &pax::Sparse,
    ) -> Result<Option<SparseFile>, Stop> {
        let version = (sparse.major, sparse.minor);
        let parts = match version {
            (Some(1), Some(0)) => self.sparse_map(stream)?,
            (None | Some(0), _) if sparse.map.is_some() => sparse::from_pax(sparse),
            _ => return Ok(None),
        };
        let real_size = sparse.real_size.ok_or("a sparse file has no size");
        Ok(Some(parts.and_then(|parts| Ok((parts, real_size?)))))
    }

    /// Reads the map before the content of a sparse file of format 1.0; it fills whole blocks.
    fn sparse_map(&mut self, stream: &mut dyn ByteStream) -> Result<Result<Vec<Part>, &'static str>, Stop> {
        let mut map = sparse::MapReader::default();
        let most = self.header_limit / 16;
        while self.left >= BLOCK as u64 {
            let mut block = [0; BLOCK];
            let count = stream.read_full(&mut block)?;
            self.content_read(count as u64);
            match map.block(block.get(..count).unwrap_or_default(), most) {
                Ok(true) => return Ok(Ok(map.parts())),
                Ok(false) if count == BLOCK => {}
                Ok(false) => break,
                Err(reason) => return Ok(Err(reason)),
            }
        }
        Ok(Err("a sparse map has no end"))
    }
}

use std::ops::Range;

use crate::header::{GNU, Header, MTIME, Size};

/// Writes a tar archive into memory, entry by entry.
///
/// What it says is what the archive holds, in the same order: no parent directory is added, nothing is checked, and
/// two runs give the same bytes. A name or link longer than its field goes into a PAX record, or a GNU one after
/// [`long_names_as_gnu`](Self::long_names_as_gnu).
///
/// ```
/// use plimsoll_testkit::TarBuilder;
/// let tar = TarBuilder::new().dir("etc").file("etc/hostname", "ship\n").symlink("lib", "usr/lib").finish();
/// assert_eq!(tar.len() % 512, 0);
/// ```
#[derive(Clone, Debug, Default)]
pub struct TarBuilder {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    gnu: bool,
}

/// What an entry meant, for those who apply the archive without reading it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) path: Vec<u8>,
    pub(crate) mode: u32,
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    File(Range<usize>),
    Directory,
    Symlink(Vec<u8>),
    Hardlink(Vec<u8>),
    Other,
}

impl TarBuilder {
    /// An empty archive.
    pub fn new() -> Self {
        Self::default()
    }

    /// From here on, names that do not fit go into `././@LongLink` entries (GNU) instead of PAX records.
    pub fn long_names_as_gnu(mut self) -> Self {
        self.gnu = true;
        self
    }

    /// A regular file that everyone may read (0644).
    pub fn file(self, path: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Self {
        self.file_with_mode(path, content, 0o644)
    }

    /// A regular file that everyone may execute (0755).
    pub fn executable(self, path: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Self {
        self.file_with_mode(path, content, 0o755)
    }

    /// A regular file with the given permission bits.
    pub fn file_with_mode(mut self, path: impl AsRef<[u8]>, content: impl AsRef<[u8]>, mode: u32) -> Self {
        let content = content.as_ref();
        let mut header = Header::new(b'0', path.as_ref());
        header.mode = mode;
        header.size = Size::Number(content.len() as u64);
        self.long(&mut header);
        self.bytes.extend_from_slice(&header.to_bytes());
        let start = self.bytes.len();
        self.body(content);
        self.record(path.as_ref(), mode, Kind::File(start..start + content.len()))
    }

    /// Several regular files.
    pub fn files<P: AsRef<[u8]>, C: AsRef<[u8]>>(self, files: impl IntoIterator<Item = (P, C)>) -> Self {
        files.into_iter().fold(self, |tar, (path, content)| tar.file(path, content))
    }

    /// A directory (0755); a slash is put behind the name.
    pub fn dir(mut self, path: impl AsRef<[u8]>) -> Self {
        let mut name = path.as_ref().to_vec();
        if !name.ends_with(b"/") {
            name.push(b'/');
        }
        let mut header = Header::new(b'5', name);
        self.long(&mut header);
        self.bytes.extend_from_slice(&header.to_bytes());
        self.record(path.as_ref(), 0o755, Kind::Directory)
    }

    /// A symbolic link, its target as given.
    pub fn symlink(self, path: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> Self {
        let target = target.as_ref().to_vec();
        self.link(b'2', path.as_ref(), 0o777, target.clone(), Kind::Symlink(target))
    }

    /// A hard link to the name `target`, which counts from the root.
    pub fn hardlink(self, path: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> Self {
        let target = target.as_ref().to_vec();
        self.link(b'1', path.as_ref(), 0o644, target.clone(), Kind::Hardlink(target))
    }

    /// A whiteout: removes `path` from the layers below (OCI image specification, layer.md, "Whiteouts").
    pub fn whiteout(self, path: impl AsRef<[u8]>) -> Self {
        let path = path.as_ref();
        let name = path.iter().rposition(|&b| b == b'/').map_or(0, |slash| slash + 1);
        self.file([&path[..name], b".wh.", &path[name..]].concat(), "")
    }

    /// An opaque whiteout: removes what the layers below have in the directory `path`.
    pub fn opaque(self, path: impl AsRef<[u8]>) -> Self {
        let path = path.as_ref();
        let slash: &[u8] = if path.is_empty() || path.ends_with(b"/") { b"" } else { b"/" };
        self.file([path, slash, b".wh..wh..opq"].concat(), "")
    }

    /// A named pipe.
    pub fn fifo(self, path: impl AsRef<[u8]>) -> Self {
        self.link(b'6', path.as_ref(), 0o644, Vec::new(), Kind::Other)
    }

    /// A character device.
    pub fn char_device(self, path: impl AsRef<[u8]>, major: u32, minor: u32) -> Self {
        self.device(b'3', path.as_ref(), (major, minor))
    }

    /// A block device.
    pub fn block_device(self, path: impl AsRef<[u8]>, major: u32, minor: u32) -> Self {
        self.device(b'4', path.as_ref(), (major, minor))
    }

    /// A PAX extended header (POSIX.1-2001, pax): its records hold for the next entry.
    pub fn pax<V: AsRef<[u8]>>(self, records: &[(&str, V)]) -> Self {
        let records: Vec<u8> =
            records.iter().flat_map(|(key, value)| pax_record(key, value.as_ref())).collect();
        self.extension(b'x', "PaxHeaders/next", &records)
    }

    /// A PAX global header: its records hold for all entries that follow.
    pub fn pax_global<V: AsRef<[u8]>>(self, records: &[(&str, V)]) -> Self {
        let records: Vec<u8> =
            records.iter().flat_map(|(key, value)| pax_record(key, value.as_ref())).collect();
        self.extension(b'g', "PaxHeaders/global", &records)
    }

    /// A PAX extended header whose body is given as it is.
    pub fn pax_raw(self, body: impl AsRef<[u8]>) -> Self {
        self.extension(b'x', "PaxHeaders/next", body.as_ref())
    }

    /// A GNU long name for the next entry (GNU tar manual, "Basic Tar Format", type `L`).
    pub fn gnu_long_name(self, name: impl AsRef<[u8]>) -> Self {
        self.extension(b'L', "././@LongLink", &[name.as_ref(), b"\0"].concat())
    }

    /// A GNU long link target for the next entry (type `K`).
    pub fn gnu_long_link(self, target: impl AsRef<[u8]>) -> Self {
        self.extension(b'K', "././@LongLink", &[target.as_ref(), b"\0"].concat())
    }

    /// Any header at all, and a body padded to whole blocks; the header's size need not be the body's.
    pub fn entry(mut self, header: &Header, body: impl AsRef<[u8]>) -> Self {
        self.bytes.extend_from_slice(&header.to_bytes());
        self.body(body.as_ref());
        self
    }

    /// Bytes as they are: not padded.
    pub fn raw(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.bytes.extend_from_slice(bytes.as_ref());
        self
    }

    /// The bytes so far.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing was written yet.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The archive, with the two zero blocks at its end.
    pub fn finish(self) -> Vec<u8> {
        let mut bytes = self.bytes;
        bytes.resize(bytes.len() + 1024, 0);
        bytes
    }

    /// The archive without the two zero blocks.
    pub fn finish_without_end(self) -> Vec<u8> {
        self.bytes
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(crate) fn content(&self, range: &Range<usize>) -> &[u8] {
        &self.bytes[range.clone()]
    }

    fn link(mut self, kind: u8, path: &[u8], mode: u32, target: Vec<u8>, meant: Kind) -> Self {
        let mut header = Header::new(kind, path);
        header.mode = mode;
        header.link = target;
        self.long(&mut header);
        self.bytes.extend_from_slice(&header.to_bytes());
        self.record(path, mode, meant)
    }

    fn device(mut self, kind: u8, path: &[u8], device: (u32, u32)) -> Self {
        let mut header = Header::new(kind, path);
        header.device = device;
        self.long(&mut header);
        self.bytes.extend_from_slice(&header.to_bytes());
        self.record(path, 0o644, Kind::Other)
    }

    fn record(mut self, path: &[u8], mode: u32, kind: Kind) -> Self {
        self.entries.push(Entry { path: path.to_vec(), mode, kind });
        self
    }

    /// Writes what goes before a header whose name or link does not fit its field.
    fn long(&mut self, header: &mut Header) {
        let mut records = Vec::new();
        for (key, kind, field) in [("path", b'L', &header.name), ("linkpath", b'K', &header.link)] {
            if field.len() > 100 && self.gnu {
                let this = std::mem::take(self);
                *self = this.extension(kind, "././@LongLink", &[field.as_slice(), b"\0"].concat());
            } else if field.len() > 100 {
                records.extend(pax_record(key, field));
            }
        }
        if !records.is_empty() {
            let this = std::mem::take(self);
            *self = this.extension(b'x', "PaxHeaders/next", &records);
        }
        if self.gnu {
            header.magic = GNU;
        }
    }

    fn extension(mut self, kind: u8, name: &str, body: &[u8]) -> Self {
        let mut header = Header::new(kind, name);
        header.mtime = MTIME;
        header.size = Size::Number(body.len() as u64);
        if matches!(kind, b'L' | b'K') {
            header.magic = GNU;
        }
        self.bytes.extend_from_slice(&header.to_bytes());
        self.body(body);
        self
    }

    fn body(&mut self, body: &[u8]) {
        self.bytes.extend_from_slice(body);
        self.bytes.resize(self.bytes.len().next_multiple_of(512), 0);
    }
}

/// `length key=value\n`, the length counting its own digits.
pub(crate) fn pax_record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let mut len = rest + 1;
    while len.to_string().len() + rest != len {
        len = len.to_string().len() + rest;
    }
    [format!("{len} {key}=").as_bytes(), value, b"\n"].concat()
}

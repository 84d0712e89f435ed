use plimsoll_core::{Entry, EntryKind};

/// The names of a layer: what the merged view of an image is made of. Each entry takes a few bytes, because a
/// path is stored as its difference from the path before; so the entries can only be walked in order.
///
/// The bytes of [`to_bytes`](Self::to_bytes) are meant for a cache on the same machine; their form may change
/// with any version, which [`from_bytes`](Self::from_bytes) notices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LayerEntries {
    count: u32,
    bytes: Vec<u8>,
}

const MAGIC: &[u8; 4] = b"PLE\x01";

const GAP: u8 = 1 << 3;
const SAME_MODE: u8 = 1 << 4;
const HAS_SIZE: u8 = 1 << 5;

impl LayerEntries {
    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The bytes they take in memory.
    pub fn heap_size(&self) -> usize {
        self.bytes.capacity()
    }

    /// The entries in the order of the archive.
    pub fn cursor(&self) -> Cursor<'_> {
        Cursor { rest: &self.bytes, left: self.count, path: Vec::new(), target: &[], state: State::default() }
    }

    /// Everything as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.bytes.len() + 8);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&self.count.to_le_bytes());
        out.extend_from_slice(&self.bytes);
        out
    }

    /// What [`to_bytes`](Self::to_bytes) wrote; nothing where the bytes are anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (count, body) = bytes.strip_prefix(MAGIC)?.split_first_chunk::<4>()?;
        let count = u32::from_le_bytes(*count);
        let entries = Self { count, bytes: body.to_vec() };
        let mut cursor = entries.cursor();
        let mut seen = 0;
        while cursor.next().is_some() {
            seen += 1;
        }
        (seen == count && cursor.rest.is_empty()).then_some(entries)
    }
}

/// What an entry is told as the difference from.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    next_ordinal: u32,
    file_mode: u32,
    other_mode: u32,
}

impl State {
    fn mode(&mut self, is_file: bool) -> &mut u32 {
        if is_file { &mut self.file_mode } else { &mut self.other_mode }
    }
}

/// Writes [`LayerEntries`] down, one entry after the other.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    entries: LayerEntries,
    last: Vec<u8>,
    state: State,
}

impl Recorder {
    pub(crate) fn push(&mut self, entry: &Entry<'_>) {
        let (kind, target): (u8, &[u8]) = match entry.kind {
            EntryKind::File => (0, &[]),
            EntryKind::Directory => (1, &[]),
            EntryKind::Symlink(target) => (2, target),
            EntryKind::Hardlink(target) => (3, target),
            EntryKind::Whiteout => (4, &[]),
            EntryKind::Opaque => (5, &[]),
            _ => (6, &[]),
        };
        let out = &mut self.entries.bytes;
        let gap = entry.ordinal.saturating_sub(self.state.next_ordinal);
        let mode = self.state.mode(kind == 0);
        let mut head = kind;
        head |= if gap > 0 { GAP } else { 0 };
        head |= if *mode == entry.mode { SAME_MODE } else { 0 };
        head |= if entry.size > 0 { HAS_SIZE } else { 0 };
        out.push(head);
        if gap > 0 {
            put(out, u64::from(gap));
        }
        if *mode != entry.mode {
            put(out, u64::from(entry.mode));
            *mode = entry.mode;
        }
        if entry.size > 0 {
            put(out, entry.size);
        }
        let shared = self.last.iter().zip(entry.path).take_while(|(a, b)| a == b).count();
        let suffix = entry.path.get(shared..).unwrap_or_default();
        put(out, shared as u64);
        put(out, suffix.len() as u64);
        out.extend_from_slice(suffix);
        if matches!(kind, 2 | 3) {
            put(out, target.len() as u64);
            out.extend_from_slice(target);
        }
        self.last.truncate(shared);
        self.last.extend_from_slice(suffix);
        self.state.next_ordinal = entry.ordinal.saturating_add(1);
        self.entries.count = self.entries.count.saturating_add(1);
    }

    /// The bytes that the entries take so far.
    pub(crate) fn size(&self) -> usize {
        self.entries.bytes.len()
    }

    pub(crate) fn finish(mut self) -> LayerEntries {
        self.entries.bytes.shrink_to_fit();
        self.entries
    }
}

/// Walks over [`LayerEntries`].
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    rest: &'a [u8],
    left: u32,
    path: Vec<u8>,
    target: &'a [u8],
    state: State,
}

impl Cursor<'_> {
    /// The next entry; nothing after the last one.
    #[allow(clippy::should_implement_trait, reason = "an iterator cannot lend what it owns")]
    pub fn next(&mut self) -> Option<Entry<'_>> {
        self.left = self.left.checked_sub(1)?;
        let (&head, rest) = self.rest.split_first()?;
        self.rest = rest;
        let kind = head & 0b111;
        let gap = if head & GAP > 0 { u32::try_from(self.number()?).ok()? } else { 0 };
        let ordinal = self.state.next_ordinal.checked_add(gap)?;
        self.state.next_ordinal = ordinal.saturating_add(1);
        if head & SAME_MODE == 0 {
            *self.state.mode(kind == 0) = u32::try_from(self.number()?).ok()?;
        }
        let mode = *self.state.mode(kind == 0);
        let size = if head & HAS_SIZE > 0 { self.number()? } else { 0 };
        let shared = usize::try_from(self.number()?).ok().filter(|&shared| shared <= self.path.len())?;
        let suffix = self.text()?;
        self.path.truncate(shared);
        self.path.extend_from_slice(suffix);
        self.target = if matches!(kind, 2 | 3) { self.text()? } else { &[] };
        let kind = match kind {
            0 => EntryKind::File,
            1 => EntryKind::Directory,
            2 => EntryKind::Symlink(self.target),
            3 => EntryKind::Hardlink(self.target),
            4 => EntryKind::Whiteout,
            5 => EntryKind::Opaque,
            6 => EntryKind::Other,
            _ => return None,
        };
        Some(Entry { ordinal, path: &self.path, kind, size, mode })
    }
}

impl<'a> Cursor<'a> {
    fn text(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(text)
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            value |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

/// A number in groups of seven bits, the lowest first.
fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(u8::try_from(value & 0x7f).unwrap_or(0) | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap_or(0));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> LayerEntries {
        let mut recorder = Recorder::default();
        let entry =
            |ordinal, path: &'static [u8], kind, size, mode| Entry { ordinal, path, kind, size, mode };
        recorder.push(&entry(0, b"usr", EntryKind::Directory, 0, 0o755));
        recorder.push(&entry(1, b"usr/lib", EntryKind::Directory, 0, 0o755));
        recorder.push(&entry(5, b"usr/lib/a.so.1", EntryKind::File, 1 << 40, 0o644));
        recorder.push(&entry(6, b"usr/lib/a.so", EntryKind::Symlink(b"a.so.1"), 0, 0o777));
        recorder.push(&entry(7, b"usr/bin/\xff", EntryKind::Hardlink(b"usr/lib/a.so.1"), 0, 0o644));
        recorder.push(&entry(8, b"etc", EntryKind::Opaque, 0, 0));
        recorder.push(&entry(9, b"etc/x", EntryKind::Whiteout, 0, 0));
        recorder.push(&entry(10, b"dev/null", EntryKind::Other, 0, 0o666));
        recorder.finish()
    }

    #[test]
    fn entries_come_back_as_they_were_written() {
        let entries = sample();
        let again = LayerEntries::from_bytes(&entries.to_bytes()).expect("own bytes");
        assert_eq!(entries, again);
        let mut cursor = again.cursor();
        let mut seen = Vec::new();
        while let Some(entry) = cursor.next() {
            seen.push(format!("{} {} {}", entry.ordinal, String::from_utf8_lossy(entry.path), entry.size));
        }
        assert_eq!(seen[2], format!("5 usr/lib/a.so.1 {}", 1_u64 << 40));
        assert_eq!(seen.len(), 8);
    }

    #[test]
    fn bytes_that_are_cut_or_changed_are_no_entries_or_other_ones() {
        let bytes = sample().to_bytes();
        for end in 0..bytes.len() {
            assert_eq!(LayerEntries::from_bytes(&bytes[..end]), None, "cut at {end}");
        }
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                let _ = LayerEntries::from_bytes(&changed);
            }
        }
    }
}

//! Tar archives of documents (POSIX.1-2001, "pax Interchange Format"), read forward once.

use std::io::{self, Read};

const BLOCK: usize = 512;

/// Bytes that a long name may have.
const NAME: u64 = 64 << 10;

/// Whether the first block of something is a tar header.
pub(super) fn is_tar(block: &[u8]) -> bool {
    block.get(257..262) == Some(b"ustar") && block.len() >= BLOCK
}

/// A tar archive.
pub(super) struct Tarball<R> {
    from: R,
    /// What is left of the member that was shown last, with its padding.
    left: u64,
}

/// A file of an archive.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) size: u64,
}

impl<R: Read> Tarball<R> {
    pub(super) fn new(from: R) -> Self {
        Self { from, left: 0 }
    }

    /// The next file. What is no file is passed over.
    pub(super) fn next(&mut self) -> io::Result<Option<Member>> {
        let mut long: Option<String> = None;
        loop {
            self.skip()?;
            let mut block = [0; BLOCK];
            let read = super::unpack::peek(&mut self.from, &mut block)?;
            if read < BLOCK || block.iter().all(|&byte| byte == 0) {
                return Ok(None);
            }
            if !is_tar(&block) {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a header is none of tar's"));
            }
            let size = number(block.get(124..136).unwrap_or_default())
                .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a member's size is no number"))?;
            self.left = size;
            let padding = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
            match block.get(156) {
                Some(b'0' | 0) => {
                    let name = long.take().unwrap_or_else(|| short(&block));
                    return Ok(Some(Member { name, size }));
                }
                Some(b'L') => long = Some(text(&self.content(NAME)?)),
                Some(b'x') => long = pax_path(&self.content(NAME)?).or(long),
                _ => long = None,
            }
            self.left = self.left.saturating_add(padding);
        }
    }

    /// Up to `limit` bytes of the member that was shown last.
    pub(super) fn content(&mut self, limit: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let most = self.left.min(limit);
        (&mut self.from).take(most).read_to_end(&mut bytes)?;
        let read = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if read < most {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left = self.left.saturating_sub(read);
        Ok(bytes)
    }

    /// Goes past the member that was shown last.
    fn skip(&mut self) -> io::Result<()> {
        let left = std::mem::take(&mut self.left);
        let read = io::copy(&mut (&mut self.from).take(left), &mut io::sink())?;
        if read < left { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }

    /// Says that the member's content has been read: its padding is next.
    pub(super) fn done(&mut self, size: u64) {
        self.left = self.left.saturating_add((BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64);
    }
}

/// A number in octal, or in base 256 where its first bit is set (GNU).
fn number(field: &[u8]) -> Option<u64> {
    if let Some((first, rest)) = field.split_first().filter(|(first, _)| **first & 0x80 != 0) {
        let start = u64::from(first & 0x7f);
        return rest
            .iter()
            .try_fold(start, |value, &byte| value.checked_mul(256)?.checked_add(u64::from(byte)));
    }
    let digits = field.trim_ascii_start();
    let end = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    let digits = std::str::from_utf8(digits.get(..end)?).ok()?;
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}

fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned()
}

fn short(block: &[u8]) -> String {
    let name = text(block.get(..100).unwrap_or_default());
    let prefix = text(block.get(345..500).unwrap_or_default());
    // GNU tar keeps times where POSIX has the prefix, and writes blanks in place of a version.
    if prefix.is_empty() || block.get(262) == Some(&b' ') { name } else { format!("{prefix}/{name}") }
}

/// The `path` of a pax header: records of `LENGTH KEY=VALUE\n`.
fn pax_path(bytes: &[u8]) -> Option<String> {
    bytes.split(|&byte| byte == b'\n').find_map(|record| {
        let record = std::str::from_utf8(record).ok()?;
        record.split_once(' ')?.1.strip_prefix("path=").map(str::to_owned)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, kind: u8, content: &[u8]) -> Vec<u8> {
        let mut block = vec![0; BLOCK];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        block[156] = kind;
        block[257..263].copy_from_slice(b"ustar\0");
        block.extend_from_slice(content);
        block.resize(block.len().next_multiple_of(BLOCK), 0);
        block
    }

    fn all(bytes: &[u8]) -> io::Result<Vec<(String, String)>> {
        let mut tarball = Tarball::new(bytes);
        let mut out = Vec::new();
        while let Some(member) = tarball.next()? {
            let content = tarball.content(100)?;
            tarball.done(member.size);
            out.push((member.name, String::from_utf8(content).unwrap()));
        }
        Ok(out)
    }

    #[test]
    fn files_are_shown_with_their_long_names() {
        let mut bytes = member("folder/", b'5', b"");
        bytes.extend(member("a", b'0', b"one"));
        bytes.extend(member("././@LongLink", b'L', b"a/long/name\0"));
        bytes.extend(member("a/lon", b'0', &[b'x'; 600]));
        bytes.extend(member("pax", b'x', b"18 path=other/name\n"));
        bytes.extend(member("other", b'0', b"three"));
        bytes.extend([0; 2 * BLOCK]);
        let all = all(&bytes).unwrap();
        let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a", "a/long/name", "other/name"]);
        // What is left of a long member is passed over.
        assert_eq!((all[0].1.as_str(), all[1].1.len(), all[2].1.as_str()), ("one", 100, "three"));
    }

    #[test]
    fn what_is_cut_off_or_broken_is_said() {
        let bytes = member("a", b'0', b"one");
        assert!(all(&bytes[..BLOCK + 1]).is_err());
        let mut broken = bytes.clone();
        broken.extend([7; BLOCK]);
        assert!(all(&broken).is_err());
        assert!(is_tar(&bytes) && !is_tar(b"ustar"));
    }

    #[test]
    fn sizes_may_be_in_base_256() {
        assert_eq!(number(b"00000000017\0"), Some(15));
        assert_eq!(number(&[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]), Some(256));
        assert_eq!(number(&[0xff; 12]), None);
        assert_eq!(number(b"            "), Some(0));
    }
}

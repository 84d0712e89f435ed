//! Compressed documents, told by their first bytes: distributors use whichever compression was new when they began.

use std::io::{self, BufReader, Read};

/// Bytes that tell a compression.
pub(super) const HEAD: usize = 6;

/// Memory that an xz stream may ask for: `xz -9` needs 65 MiB.
const XZ_MEMORY_KIB: u32 = 128 << 10;

/// The largest window of a zstd stream, as `zstd --ultra -22` writes it.
const ZSTD_WINDOW_LOG: u32 = 27;

/// A compression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    Bzip2,
    Xz,
    Zstd,
}

impl Compression {
    /// The compression that begins so, if any.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        Some(match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Self::Bzip2,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            _ => return None,
        })
    }

    /// What the file is called without its compression.
    pub(super) fn stem(self, name: &str) -> &str {
        let ends: &[&str] = match self {
            Self::Gzip => &[".gz"],
            Self::Bzip2 => &[".bz2"],
            Self::Xz => &[".xz"],
            Self::Zstd => &[".zst", ".zstd"],
        };
        ends.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
    }

    /// What comes out of it.
    pub(super) fn reader<'a>(self, from: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
        Ok(match self {
            Self::Gzip => Box::new(flate2::read::MultiGzDecoder::new(from)),
            Self::Bzip2 => Box::new(bzip2::read::MultiBzDecoder::new(from)),
            Self::Xz => {
                Box::new(lzma_rust2::XzReader::new_mem_limit(BufReader::new(from), true, XZ_MEMORY_KIB))
            }
            Self::Zstd => {
                let mut decoder = zstd::Decoder::new(from)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG)?;
                Box::new(decoder)
            }
        })
    }
}

/// Fills as much of `head` as there is to read.
pub(super) fn peek(from: &mut dyn Read, head: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = head.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match from.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn unpacked(bytes: &[u8]) -> io::Result<String> {
        let mut text = String::new();
        Compression::of(bytes).unwrap().reader(bytes)?.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn each_compression_is_told_and_undone() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(b"text").unwrap();
        assert_eq!(unpacked(&gzip.finish().unwrap()).unwrap(), "text");
        let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        bzip2.write_all(b"text").unwrap();
        assert_eq!(unpacked(&bzip2.finish().unwrap()).unwrap(), "text");
        assert_eq!(unpacked(&zstd::encode_all(b"text".as_slice(), 1).unwrap()).unwrap(), "text");
        // `printf text | xz -C crc32`
        let xz = b"\xfd7zXZ\x00\x00\x01\x69\x22\xde\x36\x02\x00\x21\x01\x16\x00\x00\x00\x74\x2f\xe5\xa3\x01\x00\x03text";
        assert_eq!(Compression::of(xz), Some(Compression::Xz));
        assert!(unpacked(xz).is_err(), "it is cut off");
        assert_eq!(Compression::of(b"{}"), None);
    }

    #[test]
    fn names_lose_the_end_of_their_compression() {
        assert_eq!(Compression::Gzip.stem("updateinfo.xml.gz"), "updateinfo.xml");
        assert_eq!(Compression::Zstd.stem("csaf.tar.zst"), "csaf.tar");
        assert_eq!(Compression::Bzip2.stem("oval"), "oval");
    }
}

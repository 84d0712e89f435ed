//! Compressed streams, the ordinary ones and the unusual ones that real layers hold.

use std::io::Write;

use flate2::{Compression as Level, GzBuilder};

/// How a layer is compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip, one member (RFC 1952).
    #[default]
    Gzip,
    /// Zstandard, one frame (RFC 8878).
    Zstd,
}

impl Compression {
    /// The bytes, compressed.
    pub fn apply(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::None => bytes.to_vec(),
            Self::Gzip => gzip(bytes),
            Self::Zstd => zstd(bytes),
        }
    }
}

/// A gzip stream without a name or time in its header.
///
/// # Panics
/// Never: the writer is memory.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = GzBuilder::new().write(Vec::new(), Level::new(6));
    writer.write_all(bytes).and_then(|()| writer.finish()).expect("writing to memory does not fail")
}

/// A gzip stream of several members, one for each part (RFC 1952, 2.2), as eStargz layers and `pigz` make.
pub fn gzip_members<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    parts.into_iter().flat_map(gzip).collect()
}

/// A Zstandard frame that says its content's size.
///
/// # Panics
/// Never: the writer is memory.
pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(bytes, 3).expect("writing to memory does not fail")
}

/// A Zstandard stream of several frames, one for each part, as zstd:chunked layers are.
pub fn zstd_frames<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    parts.into_iter().flat_map(zstd).collect()
}

/// A skippable Zstandard frame (RFC 8878, 3.1.2), such as carries the zstd:chunked manifest.
pub fn zstd_skippable(content: &[u8]) -> Vec<u8> {
    let len = u32::try_from(content.len()).unwrap_or(u32::MAX);
    [&0x184D_2A50_u32.to_le_bytes(), &len.to_le_bytes(), content].concat()
}

/// A Zstandard frame of `bytes` whose header asks for a window of 2^`log` bytes (RFC 8878, 3.1.1.1.2).
///
/// # Panics
/// Where zstd refuses the window: below 10 or above 31 on 64-bit machines.
pub fn zstd_with_window(bytes: &[u8], log: u32) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).expect("writing to memory does not fail");
    encoder.window_log(log).expect("the window log is one that zstd knows");
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("writing to memory does not fail")
}

use std::io;

use flate2::{Decompress, FlushDecompress, Status};
use zstd::stream::raw::{DParameter, Decoder as ZstdDecoder, InBuffer, Operation, OutBuffer};

use super::Stop;
use crate::source::Blob;

/// How a layer is stored, by the first bytes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    Gzip,
    Zstd,
    /// A compression that no image specification names; the name is for the message.
    Other(&'static str),
}

impl Compression {
    /// Tells the compression by its magic bytes: gzip (RFC 1952, 2.3.1), zstd frames and skippable frames
    /// (RFC 8878, 3.1.1 and 3.1.2).
    pub(crate) fn sniff(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Self::Other("bzip2"),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Other("xz"),
            [0x04, 0x22, 0x4d, 0x18, ..] => Self::Other("lz4"),
            _ => Self::None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "not compressed",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Other(name) => name,
        }
    }
}

/// One `read`, asked again when interrupted.
pub(crate) fn read_some(blob: &mut dyn Blob, space: &mut [u8]) -> Result<usize, Stop> {
    loop {
        match blob.read(space) {
            Ok(count) => return Ok(count.min(space.len())),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Stop::Io(error)),
        }
    }
}

/// What one step of a [`Decoder`] did.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Step {
    pub(crate) read: usize,
    pub(crate) written: usize,
}

/// Undoes a layer's compression, piece by piece.
pub(crate) enum Decoder {
    None,
    Gzip {
        inflate: Box<Decompress>,
        /// Between two members, where only another member or the end may come.
        between: bool,
        /// Something that is no member came after one; what follows is passed over, as `gzip` does.
        junk: bool,
    },
    Zstd {
        decoder: Box<ZstdDecoder<'static>>,
        between: bool,
        junk: bool,
    },
}

impl Decoder {
    pub(crate) fn new(compression: Compression, window_log: u32) -> Result<Self, Stop> {
        match compression {
            Compression::None | Compression::Other(_) => Ok(Self::None),
            Compression::Gzip => {
                Ok(Self::Gzip { inflate: Box::new(Decompress::new_gzip(15)), between: false, junk: false })
            }
            Compression::Zstd => {
                let mut decoder = ZstdDecoder::new().map_err(Stop::Io)?;
                // The library knows windows from 2^10 to 2^31.
                decoder
                    .set_parameter(DParameter::WindowLogMax(window_log.clamp(10, 31)))
                    .map_err(Stop::Io)?;
                Ok(Self::Zstd { decoder: Box::new(decoder), between: false, junk: false })
            }
        }
    }

    /// Whether bytes that belong to no member or frame followed the last one.
    pub(crate) fn met_junk(&self) -> bool {
        matches!(self, Self::Gzip { junk: true, .. } | Self::Zstd { junk: true, .. })
    }

    /// Decodes from `input` to `output`. Where nothing was read and nothing written, more input is needed.
    pub(crate) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Stop> {
        match self {
            Self::None => {
                let count = input.len().min(output.len());
                if let (Some(to), Some(from)) = (output.get_mut(..count), input.get(..count)) {
                    to.copy_from_slice(from);
                }
                Ok(Step { read: count, written: count })
            }
            Self::Gzip { junk: true, .. } | Self::Zstd { junk: true, .. } => {
                Ok(Step { read: input.len(), written: 0 })
            }
            Self::Gzip { inflate, between, junk } => {
                if *between {
                    // A header's first byte is enough to tell a further member from padding.
                    match input.first() {
                        None => return Ok(Step::default()),
                        Some(0x1f) => {
                            **inflate = Decompress::new_gzip(15);
                            *between = false;
                        }
                        Some(_) => {
                            *junk = true;
                            return Ok(Step { read: input.len(), written: 0 });
                        }
                    }
                }
                let before = (inflate.total_in(), inflate.total_out());
                let status = inflate
                    .decompress(input, output, FlushDecompress::None)
                    .map_err(|error| Stop::Corrupt(format!("gzip: {error}")))?;
                *between = status == Status::StreamEnd;
                Ok(Step {
                    read: delta(inflate.total_in(), before.0, input.len()),
                    written: delta(inflate.total_out(), before.1, output.len()),
                })
            }
            Self::Zstd { decoder, between, junk } => {
                if *between && !input.is_empty() && !could_be_frame(input) {
                    *junk = true;
                    return Ok(Step { read: input.len(), written: 0 });
                }
                let mut source = InBuffer::around(input);
                let mut sink = OutBuffer::around(output);
                let hint = decoder
                    .run(&mut source, &mut sink)
                    .map_err(|error| Stop::Corrupt(format!("zstd: {error}")))?;
                let step = Step { read: source.pos(), written: sink.pos() };
                if step.read > 0 || step.written > 0 {
                    *between = hint == 0;
                }
                Ok(step)
            }
        }
    }

    /// Says whether the input may end here.
    pub(crate) fn finish(&self) -> Result<(), Stop> {
        match self {
            Self::None | Self::Gzip { between: true, .. } | Self::Zstd { between: true, .. } => Ok(()),
            Self::Gzip { .. } => Err(Stop::Truncated("the gzip stream ends before its end mark".into())),
            Self::Zstd { .. } => Err(Stop::Truncated("the zstd frame ends before its last block".into())),
        }
    }
}

fn delta(after: u64, before: u64, most: usize) -> usize {
    usize::try_from(after.saturating_sub(before)).unwrap_or(most).min(most)
}

/// Whether bytes between two frames can begin another one: four bytes tell, fewer may.
fn could_be_frame(input: &[u8]) -> bool {
    let frame = [0x28, 0xb5, 0x2f, 0xfd];
    let skippable = [0x2a, 0x4d, 0x18];
    let count = input.len().min(4);
    let begins = |head: &[u8]| head == frame.get(..count).unwrap_or_default();
    let skips = |head: &[u8]| {
        matches!(head.first(), Some(0x50..=0x5f)) && head.get(1..) == skippable.get(..count.saturating_sub(1))
    };
    input.get(..count).is_some_and(|head| begins(head) || skips(head))
}

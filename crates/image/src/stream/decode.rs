use std::io;

use zstd::stream::raw::{DParameter, Decoder as ZstdDecoder, InBuffer, Operation, OutBuffer};
use zstd::zstd_safe::zstd_sys::ZSTD_ErrorCode;

use super::Stop;
use super::gzip::Gzip;
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
    Gzip(Box<Gzip>),
    Zstd(Box<Zstd>),
}

/// Zstandard frames, one after the other (RFC 8878).
pub(crate) struct Zstd {
    decoder: ZstdDecoder<'static>,
    /// Behind a frame: another one, or the end.
    between: bool,
    /// Behind the last frame, something that is none.
    junk: bool,
}

impl Decoder {
    /// `check` says whether the checksums that the format has of its own are compared, where that can be chosen.
    pub(crate) fn new(compression: Compression, window_log: u32, check: bool) -> Result<Self, Stop> {
        match compression {
            Compression::None | Compression::Other(_) => Ok(Self::None),
            Compression::Gzip => Ok(Self::Gzip(Box::new(Gzip::new(check)))),
            Compression::Zstd => {
                let mut decoder = ZstdDecoder::new().map_err(Stop::Io)?;
                // The library knows windows from 2^10 to 2^31.
                decoder
                    .set_parameter(DParameter::WindowLogMax(window_log.clamp(10, 31)))
                    .map_err(Stop::Io)?;
                Ok(Self::Zstd(Box::new(Zstd { decoder, between: false, junk: false })))
            }
        }
    }

    /// Whether bytes that belong to no member or frame followed the last one.
    pub(crate) fn met_junk(&self) -> bool {
        match self {
            Self::None => false,
            Self::Gzip(gzip) => gzip.met_junk(),
            Self::Zstd(zstd) => zstd.junk,
        }
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
            Self::Gzip(gzip) => gzip.step(input, output),
            Self::Zstd(zstd) => zstd.step(input, output),
        }
    }

    /// Says whether the input may end here.
    pub(crate) fn finish(&self) -> Result<(), Stop> {
        match self {
            Self::None => Ok(()),
            Self::Gzip(gzip) => gzip.finish(),
            Self::Zstd(zstd) if zstd.between => Ok(()),
            Self::Zstd(_) => Err(Stop::Truncated("the zstd frame ends before its last block".into())),
        }
    }
}

impl Zstd {
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Stop> {
        if self.junk || (self.between && !input.is_empty() && !could_be_frame(input)) {
            self.junk = true;
            return Ok(Step { read: input.len(), written: 0 });
        }
        let mut source = InBuffer::around(input);
        let mut sink = OutBuffer::around(output);
        let hint = self.decoder.run(&mut source, &mut sink).map_err(|error| {
            let known = error.get_ref().and_then(|inner| inner.downcast_ref::<zstd::Error>());
            if known.is_some_and(|known| known.is(ZSTD_ErrorCode::ZSTD_error_frameParameter_windowTooLarge)) {
                Stop::Limit(
                    "a zstd frame needs a larger window than allowed (Limits::zstd_window_log)".into(),
                )
            } else {
                Stop::Corrupt(format!("zstd: {error}"))
            }
        })?;
        let step = Step { read: source.pos(), written: sink.pos() };
        if step.read > 0 || step.written > 0 {
            self.between = hint == 0;
        }
        Ok(step)
    }
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

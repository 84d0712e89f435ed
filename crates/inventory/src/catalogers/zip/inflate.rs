use std::io::{self, Read};

use flate2::{Decompress, FlushDecompress, Status};
use plimsoll_core::ContentRead;

use super::Budget;
use super::input::Input;

/// Inflates `bytes` whole, if they give no more than `max`.
///
/// # Errors
/// Broken or cut deflate data, more than `max` bytes, or an exhausted budget.
pub(super) fn whole(bytes: &[u8], size: u64, max: usize, budget: &mut Budget) -> io::Result<Vec<u8>> {
    let claimed = usize::try_from(size).unwrap_or(max).min(max);
    let mut out = Vec::with_capacity(claimed.saturating_add(1));
    let mut decoder = budget.spare.take().unwrap_or_else(|| Decompress::new(false));
    decoder.reset(false);
    let result = fill(&mut decoder, bytes, &mut out, claimed, max, budget);
    budget.spare = Some(decoder);
    result.map(|()| out)
}

fn fill(
    decoder: &mut Decompress,
    bytes: &[u8],
    out: &mut Vec<u8>,
    claimed: usize,
    max: usize,
    budget: &mut Budget,
) -> io::Result<()> {
    loop {
        let used = usize::try_from(decoder.total_in()).unwrap_or(usize::MAX);
        let before = out.len();
        let rest = bytes.get(used..).unwrap_or_default();
        let status = decoder.decompress_vec(rest, out, FlushDecompress::Finish).map_err(io::Error::other)?;
        let made = out.len() - before;
        if !budget.inflate(made) {
            return Err(io::Error::other("the archive inflates to more than may be read of it"));
        }
        if out.len() > max {
            return Err(io::Error::other("it inflates to more bytes than may be held"));
        }
        match status {
            Status::StreamEnd => return Ok(()),
            _ if out.len() < out.capacity() => return Err(io::ErrorKind::UnexpectedEof.into()),
            _ => out.reserve(claimed.max(4096)),
        }
    }
}

/// The content of an entry, as it is read from front to back.
pub(super) struct Body<'i, 'r> {
    input: &'i mut Input<'r>,
    /// Stored bytes that are left, where it is known how many there are.
    left: Option<u64>,
    decoder: Option<Decompress>,
    ended: bool,
    inflated: u64,
    /// Bytes it may inflate to.
    allowed: u64,
}

impl<'i, 'r> Body<'i, 'r> {
    /// Content of `left` stored bytes; where that is not known, deflated content, which says where it ends.
    pub(super) fn new(input: &'i mut Input<'r>, left: Option<u64>, deflated: bool, budget: &Budget) -> Self {
        let decoder = deflated.then(|| Decompress::new(false));
        Self { input, left, decoder, ended: false, inflated: 0, allowed: budget.inflated }
    }

    /// Whether the end can be found even where the content is broken.
    pub(super) fn has_known_end(&self) -> bool {
        self.left.is_some()
    }

    /// Goes to the end of the content, however much of it was read.
    pub(super) fn finish(mut self, budget: &mut Budget) -> io::Result<()> {
        if self.left.is_none() {
            io::copy(&mut self, &mut io::sink())?;
        }
        if self.decoder.is_some() {
            budget.inflated = budget.inflated.saturating_sub(self.inflated);
        }
        match self.left {
            Some(left) => self.input.skip(left),
            None => Ok(()),
        }
    }
}

impl ContentRead for Body<'_, '_> {}

impl Read for Body<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.ended || out.is_empty() {
            return Ok(0);
        }
        loop {
            let available = self.input.fill()?;
            let may = match self.left {
                Some(left) => {
                    available.get(..usize::try_from(left).unwrap_or(usize::MAX)).unwrap_or(available)
                }
                None => available,
            };
            let (used, made, ended) = match &mut self.decoder {
                None => {
                    let bytes = may.len().min(out.len());
                    if let (Some(to), Some(from)) = (out.get_mut(..bytes), may.get(..bytes)) {
                        to.copy_from_slice(from);
                    }
                    (bytes, bytes, bytes == 0)
                }
                Some(decoder) => {
                    let (before_in, before_out) = (decoder.total_in(), decoder.total_out());
                    let status =
                        decoder.decompress(may, out, FlushDecompress::None).map_err(io::Error::other)?;
                    let step = |now: u64, before: u64| usize::try_from(now - before).unwrap_or(0);
                    let used = step(decoder.total_in(), before_in);
                    (used, step(decoder.total_out(), before_out), status == Status::StreamEnd)
                }
            };
            let stuck = used == 0 && made == 0 && !ended;
            self.input.consume(used);
            if let Some(left) = &mut self.left {
                *left = left.saturating_sub(u64::try_from(used).unwrap_or(0));
            }
            self.inflated = self.inflated.saturating_add(u64::try_from(made).unwrap_or(0));
            self.ended = ended;
            if self.decoder.is_some() && self.inflated > self.allowed {
                return Err(io::Error::other("the archive inflates to more than may be read of it"));
            }
            if stuck {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if made > 0 || ended {
                return Ok(made);
            }
        }
    }
}

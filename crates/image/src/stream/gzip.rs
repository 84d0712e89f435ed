//! Gzip (RFC 1952) around raw deflate. The members' checksums are left to the digest of the whole layer where
//! that is checked: it is stronger, and a checksum costs a tenth of the decoding.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::Stop;
use super::decode::Step;

/// Bytes of a file name or a comment in a header.
const TEXT: usize = 64 << 10;

const HEADER_CRC: u8 = 1 << 1;
const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0b1110_0000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// So many of the ten fixed bytes of a header were read.
    Fixed(u8),
    /// The extra field's length: so many bytes of it, and its value so far.
    ExtraLength(u8, u16),
    Extra(u16),
    /// So many bytes of a text that ends with a NUL.
    Name(usize),
    Comment(usize),
    HeaderCrc(u8),
    Body,
    /// So many bytes of the checksum and the size.
    Trailer(u8),
    /// Behind a member: another one, or the end.
    Between,
    /// Behind the last member, something that is none.
    Junk,
}

pub(crate) struct Gzip {
    state: State,
    flags: u8,
    first: bool,
    inflate: Decompress,
    crc: Option<Crc>,
    size: u32,
    trailer: [u8; 8],
}

impl Gzip {
    /// `check` says whether the members' checksums are compared.
    pub(super) fn new(check: bool) -> Self {
        Self {
            state: State::Fixed(0),
            flags: 0,
            first: true,
            inflate: Decompress::new(false),
            crc: check.then(Crc::new),
            size: 0,
            trailer: [0; 8],
        }
    }

    pub(super) fn met_junk(&self) -> bool {
        self.state == State::Junk
    }

    /// Says whether the input may end here.
    pub(super) fn finish(&self) -> Result<(), Stop> {
        match self.state {
            State::Between | State::Junk => Ok(()),
            _ => Err(Stop::Truncated("the gzip stream ends before its end mark".into())),
        }
    }

    pub(super) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Stop> {
        let mut read = 0;
        while self.state != State::Body {
            if self.state == State::Junk {
                return Ok(Step { read: input.len(), written: 0 });
            }
            let Some(&byte) = input.get(read) else { return Ok(Step { read, written: 0 }) };
            read += 1;
            self.outside(byte)?;
        }
        let before = (self.inflate.total_in(), self.inflate.total_out());
        let rest = input.get(read..).unwrap_or_default();
        let status = self
            .inflate
            .decompress(rest, output, FlushDecompress::None)
            .map_err(|error| Stop::Corrupt(format!("gzip: {error}")))?;
        let taken = delta(self.inflate.total_in(), before.0, rest.len());
        let written = delta(self.inflate.total_out(), before.1, output.len());
        if let Some(crc) = &mut self.crc {
            crc.update(output.get(..written).unwrap_or_default());
        }
        self.size = self.size.wrapping_add(u32::try_from(written).unwrap_or(0));
        if status == Status::StreamEnd {
            self.state = State::Trailer(0);
        }
        Ok(Step { read: read + taken, written })
    }

    /// Takes a byte of a header or a trailer.
    fn outside(&mut self, byte: u8) -> Result<(), Stop> {
        let corrupt = |what: &str| Err(Stop::Corrupt(format!("gzip: {what}")));
        self.state = match self.state {
            State::Between if byte == 0x1f => State::Fixed(1),
            State::Between => State::Junk,
            State::Fixed(at) => match (at, byte) {
                (0, 0x1f) | (1, 0x8b) | (2, 8) | (4..=8, _) => State::Fixed(at + 1),
                (0..=2, _) if !self.first => State::Junk,
                (2, _) => return corrupt("a member is not compressed by deflate"),
                (0 | 1, _) => return corrupt("a member has no gzip header"),
                (3, flags) if flags & RESERVED != 0 => {
                    return corrupt("a header has flags that are reserved");
                }
                (3, flags) => {
                    self.flags = flags;
                    State::Fixed(4)
                }
                _ => self.after(0),
            },
            State::ExtraLength(0, _) => State::ExtraLength(1, u16::from(byte)),
            State::ExtraLength(_, low) => match low | u16::from(byte) << 8 {
                0 => self.after(EXTRA),
                length => State::Extra(length),
            },
            State::Extra(1) => self.after(EXTRA),
            State::Extra(left) => State::Extra(left.saturating_sub(1)),
            State::Name(_) if byte == 0 => self.after(NAME),
            State::Comment(_) if byte == 0 => self.after(COMMENT),
            State::Name(TEXT) | State::Comment(TEXT) => return corrupt("a name in a header has no end"),
            State::Name(count) => State::Name(count + 1),
            State::Comment(count) => State::Comment(count + 1),
            State::HeaderCrc(0) => State::HeaderCrc(1),
            State::HeaderCrc(_) => self.after(HEADER_CRC),
            State::Trailer(at) => {
                if let Some(place) = self.trailer.get_mut(usize::from(at)) {
                    *place = byte;
                }
                if at == 7 { self.end_member()? } else { State::Trailer(at + 1) }
            }
            state @ (State::Body | State::Junk) => state,
        };
        Ok(())
    }

    /// What comes after a part of the header, by the flags.
    fn after(&mut self, part: u8) -> State {
        let follows = |flag: u8| self.flags & flag != 0;
        // The parts in their order: extra, name, comment, checksum.
        if part < EXTRA && part != HEADER_CRC && follows(EXTRA) {
            return State::ExtraLength(0, 0);
        }
        if matches!(part, 0 | EXTRA) && follows(NAME) {
            return State::Name(0);
        }
        if matches!(part, 0 | EXTRA | NAME) && follows(COMMENT) {
            return State::Comment(0);
        }
        if part != HEADER_CRC && follows(HEADER_CRC) {
            return State::HeaderCrc(0);
        }
        State::Body
    }

    fn end_member(&mut self) -> Result<State, Stop> {
        let [a, b, c, d, e, f, g, h] = self.trailer;
        let (crc, size) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
        if size != self.size || self.crc.as_ref().is_some_and(|own| own.sum() != crc) {
            return Err(Stop::Corrupt("gzip: a member's checksum or size is wrong".into()));
        }
        self.inflate.reset(false);
        self.size = 0;
        if let Some(own) = &mut self.crc {
            own.reset();
        }
        self.first = false;
        Ok(State::Between)
    }
}

pub(super) fn delta(after: u64, before: u64, most: usize) -> usize {
    usize::try_from(after.saturating_sub(before)).unwrap_or(most).min(most)
}

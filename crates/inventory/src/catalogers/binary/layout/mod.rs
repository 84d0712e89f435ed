//! Where an executable's parts are, as far as its headers at the start of the file say.

mod elf;
mod macho;
mod pe;

pub(super) use self::pe::Resources;

/// The formats of executables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Elf,
    Pe,
    MachO,
    /// Several Mach-O files in one, for several architectures.
    FatMachO,
}

impl Format {
    /// The format that the first bytes of a file name.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        match head.get(..4)? {
            b"\x7fELF" => Some(Self::Elf),
            b"\xce\xfa\xed\xfe" | b"\xcf\xfa\xed\xfe" | b"\xfe\xed\xfa\xce" | b"\xfe\xed\xfa\xcf" => {
                Some(Self::MachO)
            }
            // Java classes begin so too, followed by a version that was never below 45; no file has as many
            // architectures.
            b"\xca\xfe\xba\xbe" => Bytes(head, true).u32(4).filter(|&n| n < 45).map(|_| Self::FatMachO),
            b"\xca\xfe\xba\xbf" => Some(Self::FatMachO),
            [b'M', b'Z', ..] => Some(Self::Pe),
            _ => None,
        }
    }
}

/// A run of the file's bytes that is loaded into memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// Where it begins in the file.
    pub(super) offset: u64,
    /// How many bytes of the file it has.
    pub(super) size: u64,
    /// The address its first byte is loaded at.
    pub(super) address: u64,
    /// Whether the program may write to it.
    pub(super) writable: bool,
    /// Whether the program may execute it.
    pub(super) executable: bool,
}

/// The loaded parts of an executable; none where the headers could not be read.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) segments: Vec<Segment>,
    /// Of a managed assembly.
    pub(super) resources: Option<Resources>,
    elf: bool,
}

/// More segments than any linker makes; what is beyond them is not looked at.
const MAX_SEGMENTS: usize = 1024;

impl Layout {
    /// Reads the headers, which must lie in `start`, the beginning of the file.
    pub(super) fn read(start: &[u8]) -> Self {
        let format = Format::of(start);
        let mut segments = match format {
            Some(Format::Elf) => elf::segments(start),
            Some(Format::Pe) => pe::segments(start),
            Some(Format::MachO) => macho::segments(start),
            Some(Format::FatMachO) | None => None,
        }
        .unwrap_or_default();
        segments.retain(|segment| segment.size > 0);
        let pe = format == Some(Format::Pe);
        let resources = pe.then(|| pe::managed_resources(start, &segments)).flatten();
        Self { segments, resources, elf: format == Some(Format::Elf) }
    }

    /// The segment that the byte of the file belongs to.
    pub(super) fn segment(&self, offset: u64) -> Option<&Segment> {
        self.segments.iter().find(|s| offset.checked_sub(s.offset).is_some_and(|into| into < s.size))
    }

    /// Machine code that stands apart, around the byte at `offset`: where it begins and ends in the file. It does not
    /// where the linker put constants beside it, which shows in there being no segment that may only be read. Only
    /// ELF files keep texts and code in segments of their own.
    pub(super) fn code_around(&self, offset: u64) -> Option<(u64, u64)> {
        let segment = self.segment(offset).filter(|segment| self.is_apart(segment))?;
        Some((segment.offset, segment.offset.saturating_add(segment.size)))
    }

    /// Where the next such code begins.
    pub(super) fn code_after(&self, offset: u64) -> Option<u64> {
        let apart = self.segments.iter().filter(|segment| self.is_apart(segment));
        apart.map(|segment| segment.offset).filter(|&from| from > offset).min()
    }

    fn is_apart(&self, segment: &Segment) -> bool {
        let constants = |segment: &Segment| !segment.executable && !segment.writable;
        self.elf && segment.executable && !segment.writable && self.segments.iter().any(constants)
    }

    /// The place in the file of what is loaded at `address`.
    pub(super) fn offset_of(&self, address: u64) -> Option<u64> {
        self.segments.iter().find_map(|s| {
            let into = address.checked_sub(s.address).filter(|&into| into < s.size)?;
            s.offset.checked_add(into)
        })
    }
}

/// Numbers in bytes; `true` for the most significant byte first.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8], pub(super) bool);

impl Bytes<'_> {
    fn array<const N: usize>(self, at: usize) -> Option<[u8; N]> {
        self.0.get(at..at.checked_add(N)?)?.try_into().ok()
    }

    pub(super) fn u16(self, at: usize) -> Option<u16> {
        self.array(at).map(if self.1 { u16::from_be_bytes } else { u16::from_le_bytes })
    }

    pub(super) fn u32(self, at: usize) -> Option<u32> {
        self.array(at).map(if self.1 { u32::from_be_bytes } else { u32::from_le_bytes })
    }

    pub(super) fn u64(self, at: usize) -> Option<u64> {
        self.array(at).map(if self.1 { u64::from_be_bytes } else { u64::from_le_bytes })
    }

    /// A number of the machine's word size.
    pub(super) fn word(self, at: usize, wide: bool) -> Option<u64> {
        if wide { self.u64(at) } else { self.u32(at).map(u64::from) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_apart_by_their_first_bytes() {
        for (head, format) in [
            (&b"\x7fELF\x02\x01"[..], Some(Format::Elf)),
            (b"MZ\x90\0", Some(Format::Pe)),
            (b"\xcf\xfa\xed\xfe\0\0", Some(Format::MachO)),
            (b"\xca\xfe\xba\xbe\0\0\0\x02", Some(Format::FatMachO)),
            (b"\xca\xfe\xba\xbe\0\0\0\x34", None),
            (b"#!/bin/sh\n", None),
            (b"\x7fEL", None),
            (b"", None),
        ] {
            assert_eq!(Format::of(head), format, "{head:?}");
        }
    }

    #[test]
    fn addresses_and_offsets_are_turned_into_each_other() {
        let segment =
            |offset, size, address| Segment { offset, size, address, writable: false, executable: false };
        let layout = Layout {
            elf: true,
            resources: None,
            segments: vec![segment(0, 0x100, 0x40_0000), segment(0x100, 0x80, 0x50_0100)],
        };
        assert_eq!(layout.offset_of(0x40_00ff), Some(0xff));
        assert_eq!(layout.offset_of(0x40_0100), None);
        assert_eq!(layout.offset_of(0x50_0100), Some(0x100));
        assert_eq!(layout.segment(0x17f).map(|s| s.address), Some(0x50_0100));
        assert_eq!(layout.segment(0x180), None);
    }
}

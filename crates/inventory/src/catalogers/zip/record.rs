/// A number in little-endian bytes.
pub(super) fn u16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}

pub(super) fn u32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

pub(super) fn u64(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at.checked_add(8)?)?.try_into().ok().map(u64::from_le_bytes)
}

/// How an entry's content is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Stored,
    Deflated,
    /// Encrypted, or by a method that Java archives never use.
    Unknown,
}

impl Method {
    pub(super) fn new(flags: u16, method: u16) -> Self {
        match method {
            _ if flags & 1 != 0 => Self::Unknown,
            0 => Self::Stored,
            8 => Self::Deflated,
            _ => Self::Unknown,
        }
    }
}

/// The entry's header in front of its content (APPNOTE 4.3.7), all but its name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Local {
    pub(super) flags: u16,
    pub(super) method: Method,
    pub(super) compressed: u64,
    pub(super) size: u64,
    pub(super) name: usize,
    pub(super) extra: usize,
}

impl Local {
    pub(super) const SIGNATURE: &'static [u8] = b"PK\x03\x04";
    pub(super) const SIZE: usize = 30;

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let flags = u16(bytes, 6)?;
        bytes.starts_with(Self::SIGNATURE).then_some(Self {
            flags,
            method: Method::new(flags, u16(bytes, 8)?),
            compressed: u64::from(u32(bytes, 18)?),
            size: u64::from(u32(bytes, 22)?),
            name: usize::from(u16(bytes, 26)?),
            extra: usize::from(u16(bytes, 28)?),
        })
    }

    /// Whether the sizes follow the content instead (APPNOTE 4.4.4, bit 3).
    pub(super) fn has_descriptor(self) -> bool {
        self.flags & 8 != 0
    }
}

/// The entry's header in the directory (APPNOTE 4.3.12).
#[derive(Clone, Copy, Debug)]
pub(super) struct Central<'a> {
    pub(super) name: &'a [u8],
    pub(super) method: Method,
    pub(super) compressed: u64,
    pub(super) size: u64,
    pub(super) offset: u64,
    /// The header's length with everything that varies.
    pub(super) length: usize,
}

impl<'a> Central<'a> {
    const SIGNATURE: &'static [u8] = b"PK\x01\x02";
    const SIZE: usize = 46;

    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        if !bytes.starts_with(Self::SIGNATURE) {
            return None;
        }
        let [name, extra, comment] = [28, 30, 32].map(|at| u16(bytes, at).map(usize::from));
        let name_end = Self::SIZE + name?;
        let extra_end = name_end + extra?;
        let mut sizes = [u32(bytes, 24)?, u32(bytes, 20)?, u32(bytes, 42)?].map(u64::from);
        zip64(bytes.get(name_end..extra_end)?, &mut sizes);
        let [size, compressed, offset] = sizes;
        Some(Self {
            name: bytes.get(Self::SIZE..name_end)?,
            method: Method::new(u16(bytes, 8)?, u16(bytes, 10)?),
            compressed,
            size,
            offset,
            length: extra_end + comment?,
        })
    }
}

/// Takes the numbers that did not fit into 32 bits from the extra field (APPNOTE 4.5.3): those that are all ones,
/// in this order.
pub(super) fn zip64(mut extra: &[u8], numbers: &mut [u64]) {
    while let (Some(id), Some(size)) = (u16(extra, 0), u16(extra, 2)) {
        let end = 4 + usize::from(size);
        if id == 1 {
            let mut at = 4;
            for number in numbers.iter_mut().filter(|number| **number == u64::from(u32::MAX)) {
                match u64(extra, at).filter(|_| at + 8 <= end) {
                    Some(value) => *number = value,
                    None => return,
                }
                at += 8;
            }
            return;
        }
        extra = extra.get(end..).unwrap_or_default();
    }
}

//! One header block: POSIX.1-1988 ustar, GNU tar's own, and what came before both
//! (pax utility, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format").

/// The size of a block: headers are one, content is padded to them.
pub(crate) const BLOCK: usize = 512;

/// A block that is read as a header.
pub(crate) struct Block(pub(crate) [u8; BLOCK]);

/// Which fields a header has behind the magic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    V7,
    Ustar,
    /// `star`'s variant, whose prefix is 131 bytes.
    Star,
    Gnu,
}

impl Block {
    fn field(&self, start: usize, len: usize) -> &[u8] {
        self.0.get(start..start + len).unwrap_or_default()
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.0.iter().all(|&byte| byte == 0)
    }

    /// Whether the checksum is right. Some archivers sum signed bytes; both sums are accepted.
    pub(crate) fn checksum_holds(&self) -> bool {
        let Some(written) = octal(self.field(148, 8)) else { return false };
        // Summed as if the field itself held spaces. A signed sum counts each byte from 128 on as 256 less.
        let sum = |bytes: &[u8]| bytes.iter().map(|&byte| u32::from(byte)).sum::<u32>();
        let high = |bytes: &[u8]| bytes.iter().map(|&byte| u32::from(byte >> 7)).sum::<u32>();
        let field = self.field(148, 8);
        let unsigned = i64::from(sum(&self.0)) - i64::from(sum(field)) + 8 * i64::from(b' ');
        let signed = unsigned - 256 * (i64::from(high(&self.0)) - i64::from(high(field)));
        i64::try_from(written).is_ok_and(|written| written == unsigned || written == signed)
    }

    pub(crate) fn format(&self) -> Format {
        match self.field(257, 8) {
            b"ustar  \0" => Format::Gnu,
            [b'u', b's', b't', b'a', b'r', 0, ..] if self.field(508, 4) == b"tar\0" => Format::Star,
            [b'u', b's', b't', b'a', b'r', 0, ..] => Format::Ustar,
            _ => Format::V7,
        }
    }

    pub(crate) fn typeflag(&self) -> u8 {
        self.0[156]
    }

    pub(crate) fn name(&self) -> &[u8] {
        until_nul(self.field(0, 100))
    }

    /// What stands before the name, with a slash between.
    pub(crate) fn prefix(&self) -> &[u8] {
        match self.format() {
            Format::V7 => &[],
            Format::Ustar => until_nul(self.field(345, 155)),
            Format::Star => until_nul(self.field(345, 131)),
            // Go before 1.8 wrote a prefix into GNU headers, over the two times that otherwise stand there, and
            // old images hold such layers. Where the times are no numbers and the text is ASCII, it is a prefix.
            Format::Gnu => {
                let is_time =
                    |field: &[u8]| field.first().is_none_or(|&first| first == 0) || number(field).is_some();
                if is_time(self.field(345, 12)) && is_time(self.field(357, 12)) {
                    return &[];
                }
                let text = until_nul(self.field(345, 155));
                if text.is_ascii() { text } else { &[] }
            }
        }
    }

    pub(crate) fn link_name(&self) -> &[u8] {
        until_nul(self.field(157, 100))
    }

    /// The size; nothing where the field holds no number or a negative one.
    pub(crate) fn size(&self) -> Option<u64> {
        number(self.field(124, 12))
    }

    /// The permission bits. A field without a number gives none.
    pub(crate) fn mode(&self) -> u32 {
        let mode = number(self.field(100, 8)).unwrap_or(0) & 0o7777;
        u32::try_from(mode).unwrap_or(0)
    }

    /// The map of an old GNU sparse header: its entries, whether more blocks of them follow, and the real size.
    pub(crate) fn old_sparse(&self) -> (&[u8], bool, Option<u64>) {
        (self.field(386, 96), self.0[482] != 0, number(self.field(483, 12)))
    }

    /// The entries of a further block of an old GNU sparse map, and whether more follow.
    pub(crate) fn more_sparse(&self) -> (&[u8], bool) {
        (self.field(0, 504), self.0[504] != 0)
    }
}

pub(crate) fn until_nul(field: &[u8]) -> &[u8] {
    field.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// A numeric field: octal digits, or with the first bit set a big-endian number of base 256 (GNU tar manual,
/// "Extensions"). Negative numbers and those past 63 bits are none.
pub(crate) fn number(field: &[u8]) -> Option<u64> {
    match field.split_first() {
        Some((&first, rest)) if first & 0x80 != 0 => {
            if first & 0x40 != 0 {
                return None;
            }
            let number = rest.iter().try_fold(u64::from(first & 0x3f), |number, &byte| {
                (number >> 55 == 0).then_some(number << 8 | u64::from(byte))
            })?;
            Some(number)
        }
        _ => octal(field),
    }
}

/// Octal digits between spaces and NULs; an empty field is 0.
fn octal(field: &[u8]) -> Option<u64> {
    let padding = |byte: &u8| matches!(byte, b' ' | 0);
    let start = field.iter().position(|byte| !padding(byte)).unwrap_or(field.len());
    let end = field.iter().rposition(|byte| !padding(byte)).map_or(start, |last| last + 1);
    let digits = until_nul(field.get(start..end).unwrap_or_default());
    digits.iter().try_fold(0_u64, |number, &byte| match byte {
        b'0'..=b'7' if number >> 60 == 0 => Some(number << 3 | u64::from(byte - b'0')),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_octal_or_base_256() {
        assert_eq!(number(b"0000644\0"), Some(0o644));
        assert_eq!(number(b"   644 \0"), Some(0o644));
        assert_eq!(number(b"\0\0\0\0"), Some(0));
        assert_eq!(number(b"644\x009999"), Some(0o644));
        assert_eq!(number(b"9"), None);
        assert_eq!(number(b"-1"), None);
        assert_eq!(number(&[0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0]), Some(8 << 30));
        assert_eq!(number(&[0xff; 12]), None, "minus one");
        assert_eq!(number(&[0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0]), None, "2^63 does not fit");
        assert_eq!(number(&[0x80, 0, 0, 0, 0x7f, 0, 0, 0, 0, 0, 0, 0]), Some(0x7f << 56));
        assert_eq!(number(b"7777777777777777777777777"), None);
    }
}

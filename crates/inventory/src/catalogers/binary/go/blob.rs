use super::super::layout::Bytes;
use super::older::Words;

/// What the linker writes in front of the build information (Go, `debug/buildinfo`): found on an address that is
/// a multiple of [`ALIGN`].
pub(super) const MAGIC: &[u8] = b"\xff Go buildinf:";
pub(super) const ALIGN: u64 = 16;

/// The fixed part; the strings of the inline form follow it.
const HEADER: usize = 32;
/// Longest version text and longest list of modules that are read.
pub(super) const MAX_VERSION: usize = 4 << 10;
pub(super) const MAX_MODULES: usize = 8 << 20;
/// Random sequences that surround the list of modules, wherever it lies (Go, `cmd/go/internal/modload`).
pub(super) const START: [u8; 16] =
    [0x30, 0x77, 0xaf, 0x0c, 0x92, 0x74, 0x08, 0x02, 0x41, 0xe1, 0xc1, 0x07, 0xe6, 0xd6, 0x18, 0xe6];
pub(super) const END: [u8; 16] =
    [0xf9, 0x32, 0x43, 0x31, 0x86, 0x18, 0x20, 0x72, 0x00, 0x82, 0x42, 0x10, 0x41, 0x16, 0xd8, 0xf2];

/// What the bytes from a magic sequence on are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Blob {
    /// The beginning of something that needs at least so many bytes to go on.
    Needs(usize),
    /// The whole information, as Go 1.18 and later write it.
    Inline { version: String, modules: String },
    /// The addresses of two string headers, as Go before 1.18 writes them.
    Pointers { version: u64, modules: u64, words: Words },
    /// The magic sequence by chance, such as inside a program that looks for it.
    Nothing,
}

impl Blob {
    /// Reads `bytes`, which begin with the magic sequence.
    pub(super) fn read(bytes: &[u8]) -> Self {
        if bytes.len() < HEADER {
            return Self::Needs(HEADER);
        }
        let (Some(&width), Some(&flags)) = (bytes.get(14), bytes.get(15)) else { return Self::Nothing };
        if flags & 2 != 0 {
            return Self::inline(bytes);
        }
        let wide = match width {
            4 => false,
            8 => true,
            _ => return Self::Nothing,
        };
        let big = flags & 1 != 0;
        let words = Bytes(bytes, big);
        match (words.word(16, wide), words.word(if wide { 24 } else { 20 }, wide)) {
            (Some(version), Some(modules)) if version != 0 => {
                Self::Pointers { version, modules, words: Words { wide, big } }
            }
            _ => Self::Nothing,
        }
    }

    fn inline(bytes: &[u8]) -> Self {
        let (version, after) = match string(bytes, HEADER, MAX_VERSION) {
            Part::Found(text, after) => (text, after),
            Part::Needs(total) => return Self::Needs(total),
            Part::Nothing => return Self::Nothing,
        };
        let Some(version) = version_text(version) else { return Self::Nothing };
        match string(bytes, after, MAX_MODULES) {
            Part::Found(text, _) => {
                Self::Inline { version: version.to_owned(), modules: between_marks(text).unwrap_or_default() }
            }
            Part::Needs(total) => Self::Needs(total),
            Part::Nothing => Self::Inline { version: version.to_owned(), modules: String::new() },
        }
    }
}

/// The text as a Go version, if it can be one: `go1.22.1`, `go1.21.4 X:boringcrypto`, `devel go1.23-abcdef`.
pub(super) fn version_text(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let known = text.starts_with("go") || text.starts_with("devel");
    (known && !text.contains(char::is_control)).then_some(text)
}

/// The list of modules without the marks around it.
pub(super) fn between_marks(text: &[u8]) -> Option<String> {
    let inner = text.get(START.len()..text.len().checked_sub(END.len())?)?;
    inner.ends_with(b"\n").then(|| String::from_utf8_lossy(inner).into_owned())
}

enum Part<'a> {
    Found(&'a [u8], usize),
    Needs(usize),
    Nothing,
}

/// A string with its length in front as a variable-length integer (Go, `encoding/binary.Uvarint`).
fn string(bytes: &[u8], start: usize, max: usize) -> Part<'_> {
    let mut length = 0_usize;
    let mut at = start;
    for shift in [0, 7, 14, 21, 28] {
        let Some(&byte) = bytes.get(at) else { return Part::Needs(at + 1) };
        at += 1;
        let Some(bits) = usize::from(byte & 0x7f).checked_shl(shift) else { return Part::Nothing };
        length |= bits;
        if byte < 0x80 {
            if length > max {
                return Part::Nothing;
            }
            return match bytes.get(at..at + length) {
                Some(text) => Part::Found(text, at + length),
                None => Part::Needs(at + length),
            };
        }
    }
    Part::Nothing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inline(version: &str, modules: &str) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend([8, 2]);
        out.resize(HEADER, 0);
        out.push(u8::try_from(version.len()).unwrap());
        out.extend(version.bytes());
        let length = modules.len() + 32;
        out.extend([u8::try_from(length & 0x7f).unwrap() | 0x80, u8::try_from(length >> 7).unwrap()]);
        out.extend(START);
        out.extend(modules.bytes());
        out.extend(END);
        out
    }

    #[test]
    fn the_inline_form_is_read_as_its_bytes_come() {
        let bytes = inline("go1.22.1", "path\ta\n");
        let whole = Blob::Inline { version: "go1.22.1".to_owned(), modules: "path\ta\n".to_owned() };
        for len in 0..bytes.len() {
            match Blob::read(&bytes[..len]) {
                Blob::Needs(total) => assert!(total > len && total <= bytes.len(), "{len}: {total}"),
                other => panic!("{len}: {other:?}"),
            }
        }
        assert_eq!(Blob::read(&bytes), whole);
    }

    #[test]
    fn what_only_looks_like_build_information_is_nothing() {
        for (at, byte) in [(32, 0), (33, b'x'), (14, 3)] {
            let mut bytes = inline("go1.22.1", "path\ta\n");
            bytes[at] = byte;
            if at == 14 {
                bytes[15] = 0;
            }
            assert_eq!(Blob::read(&bytes), Blob::Nothing, "{at}");
        }
    }

    #[test]
    fn absurd_lengths_are_refused() {
        let mut bytes = inline("go1.22.1", "");
        bytes.truncate(41);
        bytes.extend([0xff, 0xff, 0xff, 0xff, 0x0f]);
        assert_eq!(
            Blob::read(&bytes),
            Blob::Inline { version: "go1.22.1".to_owned(), modules: String::new() }
        );
    }

    #[test]
    fn pointers_have_the_width_and_the_order_that_the_header_says() {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([8, 0]);
        bytes.extend(0x50_0000_u64.to_le_bytes());
        bytes.extend(0x50_0010_u64.to_le_bytes());
        let expected = Blob::Pointers {
            version: 0x50_0000,
            modules: 0x50_0010,
            words: Words { wide: true, big: false },
        };
        assert_eq!(Blob::read(&bytes), expected);
        let mut bytes = MAGIC.to_vec();
        bytes.extend([4, 1, 0, 0x50, 0, 0, 0, 0x50, 0, 0x10]);
        bytes.resize(HEADER, 0);
        let expected = Blob::Pointers {
            version: 0x50_0000,
            modules: 0x50_0010,
            words: Words { wide: false, big: true },
        };
        assert_eq!(Blob::read(&bytes), expected);
    }
}

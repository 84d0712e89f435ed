//! What a file is, by how it begins: for software that has neither a name nor a mode by which it is known.

use serde::{Deserialize, Serialize};

/// Kinds of file that are recognised by their first bytes, whatever they are called and whoever may execute them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Magic {
    /// Programs and shared libraries: ELF, PE and Mach-O, thin or universal. Not what is yet to be linked.
    Program,
    /// Zip archives that begin as `jar` and its relatives write them.
    JavaArchive,
}

/// How much of a file's beginning is looked at.
pub(crate) const HEAD: u16 = 64;
/// The smallest file that can be either: an ELF header of 32 bits.
pub(crate) const SMALLEST: u64 = 52;

impl Magic {
    /// The kind of a file that begins so; [`HEAD`] bytes are enough.
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        let program = match head.get(..4)? {
            b"\x7fELF" => return is_linked(head).then_some(Self::Program),
            b"PK\x03\x04" => return is_java(head).then_some(Self::JavaArchive),
            b"\xfe\xed\xfa\xce" | b"\xfe\xed\xfa\xcf" | b"\xce\xfa\xed\xfe" | b"\xcf\xfa\xed\xfe" => true,
            // A Java class begins so too, and goes on with its version: 45 or more.
            b"\xca\xfe\xba\xbe" => matches!(head.get(4..8), Some([0, 0, 0, 1..45])),
            b"\xca\xfe\xba\xbf" => true,
            [b'M', b'Z', ..] => is_portable(head),
            _ => false,
        };
        program.then_some(Self::Program)
    }
}

/// ELF's `e_type` (System V ABI, "ELF Header"): a program or a library, not an object file or a core.
fn is_linked(head: &[u8]) -> bool {
    let kind = match (head.get(5), head.get(16), head.get(17)) {
        (Some(2), Some(0), Some(&low)) => low,
        (Some(1), Some(&low), Some(0)) => low,
        // Cut off, or no order of bytes: whoever reads it says what is wrong.
        (_, None, _) | (_, _, None) => return true,
        _ => return false,
    };
    matches!(kind, 2 | 3)
}

/// Two letters are no evidence; the place of the PE header that they promise (PE format, "MS-DOS Stub") is.
fn is_portable(head: &[u8]) -> bool {
    let at = head.get(0x3c..0x40).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes);
    at.is_some_and(|at| (0x40..0x1000).contains(&at) && at.is_multiple_of(4))
}

/// `jar` writes the directory `META-INF/` first (JAR file specification); archives of applications may begin with
/// their other folders.
fn is_java(head: &[u8]) -> bool {
    let name = head.get(30..).unwrap_or_default();
    [&b"META-INF/"[..], b"BOOT-INF/", b"WEB-INF/"].iter().any(|folder| name.starts_with(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_and_archives_are_known_by_their_first_bytes() {
        let elf = |order: u8, kind: [u8; 2]| {
            [&b"\x7fELF\x02"[..], &[order, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], &kind].concat()
        };
        let mut pe = vec![0; 64];
        pe[..2].copy_from_slice(b"MZ");
        let mut near = pe.clone();
        near[0x3c] = 0x80;
        let zip = |name: &[u8]| [b"PK\x03\x04", &[0; 26][..], name].concat();
        for (head, expected) in [
            (elf(1, [2, 0]), Some(Magic::Program)),
            (elf(1, [3, 0]), Some(Magic::Program)),
            (elf(2, [0, 2]), Some(Magic::Program)),
            (elf(1, [1, 0]), None),
            (elf(1, [4, 0]), None),
            (near, Some(Magic::Program)),
            (pe, None),
            (b"MZ are two letters".to_vec(), None),
            (b"\xca\xfe\xba\xbe\0\0\0\x02".to_vec(), Some(Magic::Program)),
            (b"\xca\xfe\xba\xbe\0\0\0\x34".to_vec(), None),
            (zip(b"META-INF/MANIFEST.MF"), Some(Magic::JavaArchive)),
            (zip(b"word/document.xml"), None),
            (b"PK".to_vec(), None),
            (Vec::new(), None),
        ] {
            assert_eq!(Magic::of(&head), expected, "{head:?}");
        }
    }
}

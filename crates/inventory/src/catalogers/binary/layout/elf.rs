use super::{Bytes, MAX_SEGMENTS, Segment};

const PT_LOAD: u32 = 1;
const PF_X: u32 = 1;
const PF_W: u32 = 2;

/// The segments that the program headers name (System V ABI, gABI 4.1, chapter 5, "Program Header").
pub(super) fn segments(file: &[u8]) -> Option<Vec<Segment>> {
    let wide = match file.get(4)? {
        1 => false,
        2 => true,
        _ => return None,
    };
    let big = match file.get(5)? {
        1 => false,
        2 => true,
        _ => return None,
    };
    let header = Bytes(file, big);
    let table = usize::try_from(header.word(if wide { 0x20 } else { 0x1c }, wide)?).ok()?;
    let entry = usize::from(header.u16(if wide { 0x36 } else { 0x2a })?);
    let count = usize::from(header.u16(if wide { 0x38 } else { 0x2c })?);
    let mut segments = Vec::new();
    for index in 0..count.min(MAX_SEGMENTS) {
        let at = table.checked_add(entry.checked_mul(index)?)?;
        let Some(entry) = file.get(at..) else { break };
        match program_header(Bytes(entry, big), wide) {
            Some(Some(segment)) => segments.push(segment),
            Some(None) => {}
            None => break,
        }
    }
    Some(segments)
}

/// The segment of a `PT_LOAD` header; nothing inside for other types, nothing at all past the end.
fn program_header(entry: Bytes<'_>, wide: bool) -> Option<Option<Segment>> {
    let kind = entry.u32(0)?;
    let (flags, offset, address, size) = if wide {
        (entry.u32(4)?, entry.u64(8)?, entry.u64(0x10)?, entry.u64(0x20)?)
    } else {
        let word = |at| entry.u32(at).map(u64::from);
        (entry.u32(0x18)?, word(4)?, word(8)?, word(0x10)?)
    };
    Some((kind == PT_LOAD).then_some(Segment {
        offset,
        size,
        address,
        writable: flags & PF_W != 0,
        executable: flags & PF_X != 0,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header and one program header, laid out by the tables of the ABI.
    fn file(wide: bool, big: bool) -> Vec<u8> {
        let mut out = vec![0; if wide { 0x40 + 0x38 } else { 0x34 + 0x20 }];
        let mut put = |at: usize, size: usize, value: u64| {
            let bytes = value.to_be_bytes();
            let mut bytes = bytes[8 - size..].to_vec();
            if !big {
                bytes.reverse();
            }
            out[at..at + size].copy_from_slice(&bytes);
        };
        put(0, 1, 0x7f);
        put(4, 1, if wide { 2 } else { 1 });
        put(5, 1, if big { 2 } else { 1 });
        if wide {
            put(0x20, 8, 0x40);
            put(0x36, 2, 0x38);
            put(0x38, 2, 1);
            put(0x40, 4, 1);
            put(0x44, 4, 6);
            put(0x48, 8, 0x1000);
            put(0x50, 8, 0x50_1000);
            put(0x60, 8, 0x234);
        } else {
            put(0x1c, 4, 0x34);
            put(0x2a, 2, 0x20);
            put(0x2c, 2, 1);
            put(0x34, 4, 1);
            put(0x38, 4, 0x1000);
            put(0x3c, 4, 0x50_1000);
            put(0x44, 4, 0x234);
            put(0x4c, 4, 6);
        }
        out
    }

    #[test]
    fn both_classes_and_both_byte_orders_are_read() {
        let expected =
            Segment { offset: 0x1000, size: 0x234, address: 0x50_1000, writable: true, executable: false };
        for (wide, big) in [(false, false), (false, true), (true, false), (true, true)] {
            assert_eq!(segments(&file(wide, big)), Some(vec![expected]), "{wide} {big}");
        }
    }

    #[test]
    fn a_cut_header_gives_what_is_there() {
        let file = file(true, false);
        // The last field that is wanted, the size in the file, ends here.
        for len in 0..0x68 {
            assert!(segments(&file[..len]).unwrap_or_default().is_empty(), "{len}");
        }
    }
}

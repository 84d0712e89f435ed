use super::{Bytes, MAX_SEGMENTS, Segment};

const LC_SEGMENT: u32 = 1;
const LC_SEGMENT_64: u32 = 0x19;
const PROT_WRITE: u32 = 2;
const PROT_EXECUTE: u32 = 4;

/// The segment commands (Mach-O, `loader.h`: `segment_command`, `segment_command_64`).
pub(super) fn segments(file: &[u8]) -> Option<Vec<Segment>> {
    let (wide, big) = match file.get(..4)? {
        b"\xce\xfa\xed\xfe" => (false, false),
        b"\xcf\xfa\xed\xfe" => (true, false),
        b"\xfe\xed\xfa\xce" => (false, true),
        b"\xfe\xed\xfa\xcf" => (true, true),
        _ => return None,
    };
    let count = usize::try_from(Bytes(file, big).u32(16)?).ok()?;
    let mut at = if wide { 32 } else { 28 };
    let mut segments = Vec::new();
    for _ in 0..count.min(MAX_SEGMENTS) {
        let Some(rest) = file.get(at..) else { break };
        let command = Bytes(rest, big);
        let (Some(kind), Some(size)) = (command.u32(0), command.u32(4)) else { break };
        let segment = match kind {
            LC_SEGMENT => {
                let word = |at| command.u32(at).map(u64::from);
                fields(word(32), word(24), word(36), command.u32(44))
            }
            LC_SEGMENT_64 => fields(command.u64(40), command.u64(24), command.u64(48), command.u32(60)),
            _ => None,
        };
        segments.extend(segment);
        // A command is never shorter than its own two fields; a smaller size would not move on.
        if size < 8 {
            break;
        }
        at = at.checked_add(usize::try_from(size).ok()?)?;
    }
    Some(segments)
}

fn fields(
    offset: Option<u64>,
    address: Option<u64>,
    size: Option<u64>,
    protection: Option<u32>,
) -> Option<Segment> {
    let protection = protection?;
    Some(Segment {
        offset: offset?,
        size: size?,
        address: address?,
        writable: protection & PROT_WRITE != 0,
        executable: protection & PROT_EXECUTE != 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_of_both_widths_are_read() {
        for wide in [false, true] {
            let mut file = vec![0; 200];
            file[..4].copy_from_slice(if wide { b"\xcf\xfa\xed\xfe" } else { b"\xce\xfa\xed\xfe" });
            file[16] = 1;
            let at = if wide { 32 } else { 28 };
            let (kind, address, offset, size, protection) =
                if wide { (0x19, 24, 40, 48, 60) } else { (1, 24, 32, 36, 44) };
            file[at] = kind;
            file[at + 4] = 72;
            file[at + address + 1] = 0x20;
            file[at + offset + 1] = 0x10;
            file[at + size] = 0x44;
            file[at + protection] = 3;
            let expected =
                Segment { offset: 0x1000, size: 0x44, address: 0x2000, writable: true, executable: false };
            assert_eq!(segments(&file), Some(vec![expected]), "{wide}");
            for len in 0..file.len() {
                let _ = segments(&file[..len]);
            }
        }
    }

    #[test]
    fn a_command_without_a_size_does_not_go_on_for_ever() {
        let mut file = vec![0; 64];
        file[..4].copy_from_slice(b"\xcf\xfa\xed\xfe");
        file[16..20].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(segments(&file), Some(vec![]));
    }
}

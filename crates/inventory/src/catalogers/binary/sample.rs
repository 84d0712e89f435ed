//! ELF files built in code, for tests.

/// One loaded part: its address, whether it is writable, its bytes.
pub(super) struct Part {
    pub(super) address: u64,
    pub(super) writable: bool,
    pub(super) bytes: Vec<u8>,
}

/// A 64-bit little-endian program of the parts, in their order, each at an offset that fits its address modulo
/// the page size (System V ABI, chapter 5).
pub(super) fn elf(parts: &[Part]) -> Vec<u8> {
    let mut out = vec![0; 0x40 + 0x38 * parts.len()];
    out[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
    out[0x10] = 2;
    out[0x20] = 0x40;
    out[0x36] = 0x38;
    out[0x38] = u8::try_from(parts.len()).unwrap();
    for (index, part) in parts.iter().enumerate() {
        while !out.len().is_multiple_of(0x1000) {
            out.push(0);
        }
        out.resize(out.len() + usize::try_from(part.address % 0x1000).unwrap(), 0);
        let header = 0x40 + 0x38 * index;
        let (offset, size) = (u64::try_from(out.len()).unwrap(), u64::try_from(part.bytes.len()).unwrap());
        out[header] = 1;
        out[header + 4] = if part.writable { 6 } else { 4 };
        for (at, value) in [(8, offset), (16, part.address), (32, size), (40, size)] {
            out[header + at..header + at + 8].copy_from_slice(&value.to_le_bytes());
        }
        out.extend_from_slice(&part.bytes);
    }
    out
}

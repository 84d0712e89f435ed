use super::{Bytes, Segment};

const MEM_EXECUTE: u32 = 0x2000_0000;
const MEM_WRITE: u32 = 0x8000_0000;

/// The sections (PE Format, "Section Table"). The file names at most 96 of them (ibid., "COFF File Header").
pub(super) fn segments(file: &[u8]) -> Option<Vec<Segment>> {
    let start = usize::try_from(Bytes(file, false).u32(0x3c)?).ok()?;
    let pe = file.get(start..).filter(|pe| pe.starts_with(b"PE\0\0"))?;
    let header = Bytes(pe, false);
    let count = usize::from(header.u16(6)?).min(96);
    let optional = usize::from(header.u16(20)?);
    let base = match header.u16(24) {
        Some(0x10b) => header.u32(24 + 28).map(u64::from)?,
        Some(0x20b) => header.u64(24 + 24)?,
        _ => 0,
    };
    let mut segments = Vec::new();
    for index in 0..count {
        let Some(section) = pe.get(24 + optional + 40 * index..).map(|rest| Bytes(rest, false)) else {
            break;
        };
        let Some(flags) = section.u32(36) else { break };
        let number = |at| section.u32(at).map(u64::from);
        segments.push(Segment {
            offset: number(20)?,
            size: number(16)?,
            address: base.saturating_add(number(12)?),
            writable: flags & MEM_WRITE != 0,
            executable: flags & MEM_EXECUTE != 0,
        });
    }
    Some(segments)
}

/// Where the resources of a managed assembly are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Resources {
    /// Where they begin in the file.
    pub(in super::super) offset: u64,
    /// How many bytes of the file they have.
    pub(in super::super) size: u64,
    /// The relative address that their first byte is loaded at.
    pub(in super::super) address: u32,
}

/// The resources of a file whose headers say that the common language runtime runs it (PE Format, "Optional Header
/// Data Directories").
pub(super) fn managed_resources(file: &[u8], segments: &[Segment]) -> Option<Resources> {
    const RESOURCES: usize = 2;
    const RUNTIME: usize = 14;
    let start = usize::try_from(Bytes(file, false).u32(0x3c)?).ok()?;
    let header = Bytes(file.get(start..).filter(|pe| pe.starts_with(b"PE\0\0"))?, false);
    let (directories, base) = match header.u16(24)? {
        0x10b => (24 + 96, u64::from(header.u32(24 + 28)?)),
        0x20b => (24 + 112, header.u64(24 + 24)?),
        _ => return None,
    };
    if usize::try_from(header.u32(directories - 4)?).ok()? <= RUNTIME {
        return None;
    }
    let directory = |number: usize| {
        Some((header.u32(directories + 8 * number)?, header.u32(directories + 8 * number + 4)?))
    };
    directory(RUNTIME).filter(|(address, size)| *address > 0 && *size > 0)?;
    let (address, size) = directory(RESOURCES).filter(|(address, size)| *address > 0 && *size > 0)?;
    let loaded = base.checked_add(u64::from(address))?;
    let offset = segments.iter().find_map(|segment| {
        let into = loaded.checked_sub(segment.address).filter(|&into| into < segment.size)?;
        segment.offset.checked_add(into)
    })?;
    Some(Resources { offset, size: u64::from(size), address })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_read_with_its_flags() {
        let mut file = vec![0; 0x200];
        file[..2].copy_from_slice(b"MZ");
        file[0x3c] = 0x80;
        file[0x80..0x84].copy_from_slice(b"PE\0\0");
        file[0x86] = 1; // sections
        file[0x94] = 240; // optional header
        file[0x98..0x9a].copy_from_slice(&[0x0b, 0x02]);
        file[0xb0..0xb8].copy_from_slice(&0x1_4000_0000_u64.to_le_bytes());
        let section = 0x98 + 240;
        file[section + 12..section + 16].copy_from_slice(&0x2000_u32.to_le_bytes());
        file[section + 16..section + 20].copy_from_slice(&0x600_u32.to_le_bytes());
        file[section + 20..section + 24].copy_from_slice(&0x400_u32.to_le_bytes());
        file[section + 36..section + 40].copy_from_slice(&0xc000_0040_u32.to_le_bytes());
        let expected =
            Segment { offset: 0x400, size: 0x600, address: 0x1_4000_2000, writable: true, executable: false };
        assert_eq!(segments(&file), Some(vec![expected]));
        for len in 0..section + 40 {
            assert!(segments(&file[..len]).unwrap_or_default().is_empty(), "{len}");
        }
    }
}

//! A writer of .NET assemblies that have nothing but a version resource (PE Format; Windows, `VS_VERSIONINFO`). They do
//! not run.

const SECTION: usize = 0x400;
const ADDRESS: u32 = 0x2000;

/// An assembly whose version resource has these strings.
pub fn assembly(strings: &[(&str, &str)]) -> Vec<u8> {
    let version = version_info(strings);
    let mut resources = Vec::new();
    // Type 16, name 1, language 0: a directory each, and the place of the data.
    for (id, next) in [(16_u32, 0x8000_0018_u32), (1, 0x8000_0030), (0, 0x48)] {
        resources.extend_from_slice(&[0; 14]);
        resources.extend_from_slice(&1_u16.to_le_bytes());
        resources.extend_from_slice(&id.to_le_bytes());
        resources.extend_from_slice(&next.to_le_bytes());
    }
    resources.extend_from_slice(&(ADDRESS + 0x58).to_le_bytes());
    resources.extend_from_slice(&u32::try_from(version.len()).unwrap_or(u32::MAX).to_le_bytes());
    resources.extend_from_slice(&[0; 8]);
    resources.extend_from_slice(&version);
    let size = u32::try_from(resources.len()).unwrap_or(u32::MAX);

    let mut file = vec![0; SECTION];
    let mut put = |at: usize, bytes: &[u8]| {
        if let Some(to) = file.get_mut(at..at + bytes.len()) {
            to.copy_from_slice(bytes);
        }
    };
    put(0, b"MZ");
    put(0x3c, &0x80_u32.to_le_bytes());
    put(0x80, b"PE\0\0");
    put(0x84, &0x14c_u16.to_le_bytes());
    put(0x86, &1_u16.to_le_bytes());
    put(0x94, &224_u16.to_le_bytes());
    let optional = 0x98;
    put(optional, &0x10b_u16.to_le_bytes());
    put(optional + 92, &16_u32.to_le_bytes());
    let directory = |number: usize| optional + 96 + 8 * number;
    put(directory(2), &ADDRESS.to_le_bytes());
    put(directory(2) + 4, &size.to_le_bytes());
    put(directory(14), &0x3000_u32.to_le_bytes());
    put(directory(14) + 4, &72_u32.to_le_bytes());
    let section = optional + 224;
    put(section, b".rsrc");
    put(section + 8, &size.to_le_bytes());
    put(section + 12, &ADDRESS.to_le_bytes());
    put(section + 16, &size.to_le_bytes());
    put(section + 20, &u32::try_from(SECTION).unwrap_or(0).to_le_bytes());
    put(section + 36, &0x4000_0040_u32.to_le_bytes());
    file.extend_from_slice(&resources);
    file
}

fn version_info(strings: &[(&str, &str)]) -> Vec<u8> {
    let mut table = Vec::new();
    for (key, value) in strings {
        let text = wide(value);
        part(&mut table, key, 1, text.len() / 2, &text);
    }
    let mut tables = Vec::new();
    part(&mut tables, "000004b0", 1, 0, &table);
    let mut inner = vec![0; 52];
    inner[..4].copy_from_slice(&0xfeef_04bd_u32.to_le_bytes());
    part(&mut inner, "StringFileInfo", 1, 0, &tables);
    let mut out = Vec::new();
    part(&mut out, "VS_VERSION_INFO", 0, 52, &inner);
    out
}

/// Appends a part, at a multiple of four bytes.
fn part(out: &mut Vec<u8>, key: &str, kind: u16, value_length: usize, body: &[u8]) {
    out.resize(out.len().next_multiple_of(4), 0);
    let mut head = wide(key);
    head.resize((6 + head.len()).next_multiple_of(4) - 6, 0);
    let number = |length: usize| u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes();
    out.extend_from_slice(&number(6 + head.len() + body.len()));
    out.extend_from_slice(&number(value_length));
    out.extend_from_slice(&kind.to_le_bytes());
    out.extend_from_slice(&head);
    out.extend_from_slice(body);
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

//! A writer of zip archives (PKWARE APPNOTE), jars among them.

use std::io::Write;

/// A zip archive under construction.
#[derive(Clone, Debug, Default)]
pub struct ZipBuilder {
    prefix: Vec<u8>,
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    comment: Vec<u8>,
}

#[derive(Clone, Debug)]
struct Entry {
    name: Vec<u8>,
    deflated: bool,
    crc: u32,
    packed: u32,
    size: u32,
    at: u32,
}

impl ZipBuilder {
    /// An empty archive.
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes before the archive, as a jar that is its own start script has. Offsets count from the archive.
    pub fn prefix(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.prefix = bytes.into();
        self
    }

    /// The archive's comment.
    pub fn comment(mut self, comment: impl Into<Vec<u8>>) -> Self {
        self.comment = comment.into();
        self
    }

    /// A file, deflated.
    pub fn file(self, name: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Self {
        let mut writer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::new(6));
        let packed = writer.write_all(content.as_ref()).and_then(|()| writer.finish());
        match packed {
            Ok(packed) => self.push(name.as_ref(), content.as_ref(), &packed, true),
            Err(_) => self.stored(name, content),
        }
    }

    /// A file that is stored as it is, as jars inside jars are.
    pub fn stored(self, name: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Self {
        self.push(name.as_ref(), content.as_ref(), content.as_ref(), false)
    }

    /// A directory's entry.
    pub fn dir(self, name: impl AsRef<[u8]>) -> Self {
        self.stored([name.as_ref(), b"/"].concat(), "")
    }

    /// A deflated entry that claims to unpack to `size` bytes whatever `packed` holds.
    pub fn claiming(mut self, name: impl AsRef<[u8]>, packed: &[u8], size: u32) -> Self {
        self = self.push(name.as_ref(), b"", packed, true);
        if let Some(entry) = self.entries.last_mut() {
            entry.size = size;
        }
        self
    }

    fn push(mut self, name: &[u8], content: &[u8], packed: &[u8], deflated: bool) -> Self {
        let mut crc = flate2::Crc::new();
        crc.update(content);
        let entry = Entry {
            name: name.to_vec(),
            deflated,
            crc: crc.sum(),
            packed: to_u32(packed.len()),
            size: to_u32(content.len()),
            at: to_u32(self.bytes.len()),
        };
        self.bytes.extend(b"PK\x03\x04");
        self.bytes.extend(entry.common());
        self.bytes.extend(name);
        self.bytes.extend(packed);
        self.entries.push(entry);
        self
    }

    /// The archive.
    pub fn finish(self) -> Vec<u8> {
        let mut directory = Vec::new();
        for entry in &self.entries {
            directory.extend(b"PK\x01\x02\x14\x03");
            directory.extend(entry.common());
            // No comment, first disk, no attributes inside; outside, a regular file's.
            directory.extend([0; 6]);
            directory.extend((0o100_644_u32 << 16).to_le_bytes());
            directory.extend(entry.at.to_le_bytes());
            directory.extend(&entry.name);
        }
        let count = to_u16(self.entries.len()).to_le_bytes();
        let mut out = self.prefix;
        let directory_at = to_u32(self.bytes.len());
        out.extend(self.bytes);
        let directory_len = to_u32(directory.len());
        out.extend(directory);
        out.extend(b"PK\x05\x06\0\0\0\0");
        out.extend(count);
        out.extend(count);
        out.extend(directory_len.to_le_bytes());
        out.extend(directory_at.to_le_bytes());
        out.extend(to_u16(self.comment.len()).to_le_bytes());
        out.extend(self.comment);
        out
    }
}

impl Entry {
    /// What the local header and the directory's have in common, from the version needed to the extra field's size.
    fn common(&self) -> Vec<u8> {
        let mut fields = vec![20, 0, 0, 0, if self.deflated { 8 } else { 0 }, 0];
        // 1 January 2020, midnight.
        fields.extend([0, 0, 0x21, 0x50]);
        for number in [self.crc, self.packed, self.size] {
            fields.extend(number.to_le_bytes());
        }
        fields.extend(to_u16(self.name.len()).to_le_bytes());
        fields.extend([0, 0]);
        fields
    }
}

fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn to_u16(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// A jar with `META-INF/MANIFEST.MF` and `pom.properties`, as Maven builds them.
pub fn maven_jar(group: &str, artifact: &str, version: &str) -> Vec<u8> {
    jar_with_manifest(&format!("Implementation-Title: {artifact}\r\nImplementation-Version: {version}\r\n"))
        .file(
            format!("META-INF/maven/{group}/{artifact}/pom.properties"),
            format!("version={version}\ngroupId={group}\nartifactId={artifact}\n"),
        )
        .file("Main.class", b"\xCA\xFE\xBA\xBE\0\0\x004")
        .finish()
}

/// A jar under construction, with a manifest of these main attributes, each line ended by CR and LF.
pub fn jar_with_manifest(attributes: &str) -> ZipBuilder {
    ZipBuilder::new()
        .dir("META-INF")
        .file("META-INF/MANIFEST.MF", format!("Manifest-Version: 1.0\r\n{attributes}\r\n"))
}

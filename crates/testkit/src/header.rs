//! Tar headers, right or wrong in any field.

/// A tar header, field by field (POSIX.1-1988 ustar; GNU tar manual, "Basic Tar Format"). The fields are bytes, so
/// that a header can also be wrong in every way that a hostile archive is.
#[derive(Clone, Debug)]
pub struct Header {
    /// `name`, at most 100 bytes; what is longer is cut.
    pub name: Vec<u8>,
    /// The permission bits.
    pub mode: u32,
    /// The owner's number.
    pub uid: u32,
    /// The group's number.
    pub gid: u32,
    /// The `size` field.
    pub size: Size,
    /// Seconds since 1970.
    pub mtime: u32,
    /// `typeflag`: `b'0'` a file, `b'5'` a directory and so on.
    pub kind: u8,
    /// `linkname`, at most 100 bytes; what is longer is cut.
    pub link: Vec<u8>,
    /// `magic` and `version` together.
    pub magic: [u8; 8],
    /// The major and minor number of a device.
    pub device: (u32, u32),
    /// `prefix`, at most 155 bytes; old GNU headers keep other things there.
    pub prefix: Vec<u8>,
    /// The `chksum` field.
    pub checksum: Checksum,
}

/// What a header's `size` field says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Octal digits, or base-256 where they do not suffice.
    Number(u64),
    /// Base-256 whatever the number is (GNU tar), negative ones too.
    Base256(i128),
    /// The twelve bytes as they are.
    Raw([u8; 12]),
}

/// What a header's `chksum` field says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// The sum of the header's bytes.
    Right,
    /// The sum with the bytes from 128 on counted as negative, as old SunOS and HP-UX tars did.
    Signed,
    /// Another number than it should be.
    Wrong,
    /// The eight bytes as they are.
    Raw([u8; 8]),
}

/// `ustar` as POSIX writes it.
pub const USTAR: [u8; 8] = *b"ustar\x0000";
/// `ustar` as old GNU tar writes it.
pub const GNU: [u8; 8] = *b"ustar  \x00";
/// No magic: the tar of Unix version 7.
pub const V7: [u8; 8] = [0; 8];

/// 1 January 2020: builders know no clock, and GNU tar complains of 1970.
pub(crate) const MTIME: u32 = 1_577_836_800;

impl Header {
    /// A ustar header of an entry of the given `typeflag`.
    pub fn new(kind: u8, name: impl AsRef<[u8]>) -> Self {
        Self {
            name: name.as_ref().to_vec(),
            mode: if kind == b'5' { 0o755 } else { 0o644 },
            uid: 0,
            gid: 0,
            size: Size::Number(0),
            mtime: MTIME,
            kind,
            link: Vec::new(),
            magic: USTAR,
            device: (0, 0),
            prefix: Vec::new(),
            checksum: Checksum::Right,
        }
    }

    /// The header's block.
    pub fn to_bytes(&self) -> [u8; 512] {
        let mut block = [0; 512];
        put(&mut block, 0, 100, &self.name);
        put(&mut block, 100, 8, &octal(self.mode.into(), 7));
        put(&mut block, 108, 8, &octal(self.uid.into(), 7));
        put(&mut block, 116, 8, &octal(self.gid.into(), 7));
        put(&mut block, 124, 12, &self.size.to_bytes());
        put(&mut block, 136, 12, &octal(self.mtime.into(), 11));
        put(&mut block, 156, 1, &[self.kind]);
        put(&mut block, 157, 100, &self.link);
        put(&mut block, 257, 8, &self.magic);
        if matches!(self.kind, b'3' | b'4') {
            put(&mut block, 329, 8, &octal(self.device.0.into(), 7));
            put(&mut block, 337, 8, &octal(self.device.1.into(), 7));
        }
        put(&mut block, 345, 155, &self.prefix);
        put(&mut block, 148, 8, b"        ");
        let sum: i64 = block.iter().map(|&b| i64::from(b)).sum();
        let field = match self.checksum {
            Checksum::Right => sum_field(sum),
            Checksum::Wrong => sum_field(sum + 1),
            Checksum::Signed => sum_field(block.iter().map(|&b| i64::from(b.cast_signed())).sum()),
            Checksum::Raw(field) => field,
        };
        put(&mut block, 148, 8, &field);
        block
    }
}

impl Size {
    /// The field's twelve bytes.
    pub fn to_bytes(self) -> [u8; 12] {
        let mut field = [0; 12];
        match self {
            Size::Number(n) if n < 1 << 33 => put(&mut field, 0, 12, &octal(n, 11)),
            Size::Number(n) => return Size::Base256(n.into()).to_bytes(),
            Size::Base256(n) => {
                put(&mut field, 0, 12, &n.to_be_bytes()[4..]);
                // The highest bit says base-256; the next one is the number's sign.
                field[0] |= 0x80;
            }
            Size::Raw(raw) => field = raw,
        }
        field
    }
}

/// Digits and a NUL.
fn octal(number: u64, digits: usize) -> Vec<u8> {
    format!("{number:0digits$o}\0").into_bytes()
}

/// Six digits, a NUL and a space: how every tar writes the sum.
fn sum_field(sum: i64) -> [u8; 8] {
    let mut field = *b"000000\0 ";
    put(&mut field, 0, 6, format!("{sum:06o}").as_bytes());
    field
}

fn put(block: &mut [u8], at: usize, room: usize, bytes: &[u8]) {
    let len = bytes.len().min(room);
    block[at..at + len].copy_from_slice(&bytes[..len]);
}

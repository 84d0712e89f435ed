//! Property lists in binary form (Apple, CoreFoundation, `CFBinaryPList.c`).

/// Entries of a dictionary that are looked at.
const MAX_ENTRIES: usize = 10_000;

struct Objects<'a> {
    bytes: &'a [u8],
    /// Where each object begins, in numbers of `offset_size` bytes.
    offsets: &'a [u8],
    offset_size: usize,
}

/// The texts of the outermost dictionary.
pub(super) fn dictionary(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let trailer = bytes.get(bytes.len().checked_sub(32)?..)?;
    let size =
        |at: usize| trailer.get(at).map(|size| usize::from(*size)).filter(|size| (1..=8).contains(size));
    let count = number(trailer.get(8..16)?)?;
    let top = number(trailer.get(16..24)?)?;
    let table = number(trailer.get(24..32)?)?;
    let (offset_size, reference_size) = (size(6)?, size(7)?);
    let end = table.checked_add(count.checked_mul(offset_size)?)?;
    let objects = Objects { bytes, offsets: bytes.get(table..end)?, offset_size };
    let (kind, count, data) = objects.at(top)?;
    if kind != 0xd {
        return None;
    }
    let size = count.checked_mul(reference_size)?;
    let (keys, values) = (data.get(..size)?, data.get(size..size.checked_mul(2)?)?);
    let pairs = keys.chunks(reference_size).zip(values.chunks(reference_size)).take(MAX_ENTRIES);
    Some(
        pairs
            .filter_map(|(key, value)| Some((objects.text(number(key)?)?, objects.text(number(value)?)?)))
            .collect(),
    )
}

impl<'a> Objects<'a> {
    /// The kind of an object, the number of its elements, and what follows.
    fn at(&self, index: usize) -> Option<(u8, usize, &'a [u8])> {
        let start = index.checked_mul(self.offset_size)?;
        let offset = number(self.offsets.get(start..start.checked_add(self.offset_size)?)?)?;
        let (&marker, rest) = self.bytes.get(offset..)?.split_first()?;
        let (kind, count) = (marker >> 4, usize::from(marker & 0xf));
        if count < 0xf {
            return Some((kind, count, rest));
        }
        // A larger number is an object of its own.
        let (&marker, rest) = rest.split_first()?;
        let size = (marker >> 4 == 1).then_some(1_usize << (marker & 3))?;
        Some((kind, number(rest.get(..size)?)?, rest.get(size..)?))
    }

    fn text(&self, index: usize) -> Option<String> {
        match self.at(index)? {
            (5, count, data) => Some(String::from_utf8_lossy(data.get(..count)?).into_owned()),
            (6, count, data) => {
                let data = data.get(..count.checked_mul(2)?)?;
                let units =
                    data.chunks_exact(2).filter_map(|pair| Some(u16::from_be_bytes(pair.try_into().ok()?)));
                Some(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
            }
            _ => None,
        }
    }
}

/// A number whose first byte is the highest.
fn number(bytes: &[u8]) -> Option<usize> {
    bytes.iter().try_fold(0_usize, |number, &byte| number.checked_mul(256)?.checked_add(usize::from(byte)))
}

/// `{ CFBundleName: "A", CFBundleShortVersionString: "1.2" in UTF-16 }`.
#[cfg(test)]
pub(in super::super) fn sample() -> Vec<u8> {
    let mut bytes = b"bplist00".to_vec();
    let mut offsets = Vec::new();
    let mut object = |data: &[u8]| {
        offsets.push(u8::try_from(bytes.len()).unwrap());
        bytes.extend_from_slice(data);
    };
    object(&[0xd2, 1, 2, 3, 4]);
    object(b"\x5cCFBundleName");
    object(&[&[0x5f, 0x10, 26][..], b"CFBundleShortVersionString"].concat());
    object(b"\x51A");
    object(b"\x63\x001\x00.\x002");
    let table = u8::try_from(bytes.len()).unwrap();
    bytes.extend(&offsets);
    bytes.extend([0, 0, 0, 0, 0, 0, 1, 1]);
    for number in [5, 0, table] {
        bytes.extend([0, 0, 0, 0, 0, 0, 0, number]);
    }
    bytes
}

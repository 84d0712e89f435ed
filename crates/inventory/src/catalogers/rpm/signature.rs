//! Which key made an OpenPGP signature (RFC 9580, 4.2 and 5.2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The id of the key, in hexadecimal, that a signature packet names.
pub(super) fn key_id(packet: &[u8]) -> Option<String> {
    let (&first, rest) = packet.split_first()?;
    // 4.2: the type stands in the first byte, in one of two forms, and the length behind it.
    let (kind, length_bytes) = match first {
        0xc0.. => (
            first & 0x3f,
            match rest.first()? {
                0..=191 => 1,
                192..=223 => 2,
                255 => 5,
                _ => return None,
            },
        ),
        0x80.. => (
            first >> 2 & 0x0f,
            match first & 3 {
                0 => 1,
                1 => 2,
                2 => 4,
                _ => 0,
            },
        ),
        _ => return None,
    };
    if kind != 2 {
        return None;
    }
    let body = rest.get(length_bytes..)?;
    match body.first()? {
        // 5.2.2: the length of what is hashed (5), type, time, the key.
        3 => Some(hex(body.get(7..15)?)),
        // 5.2.3: type, algorithms, and two lists of subpackets.
        4 => {
            let hashed = usize::from(u16::from_be_bytes(body.get(4..6)?.try_into().ok()?));
            let after = 6_usize.checked_add(hashed)?;
            let open =
                usize::from(u16::from_be_bytes(body.get(after..after.checked_add(2)?)?.try_into().ok()?));
            let start = after.checked_add(2)?;
            issuer(body.get(6..after)?).or_else(|| issuer(body.get(start..start.checked_add(open)?)?))
        }
        _ => None,
    }
}

/// The subpacket that names the key by its id (16), or by its fingerprint (33), whose end is the id.
fn issuer(mut subpackets: &[u8]) -> Option<String> {
    while let Some((&first, rest)) = subpackets.split_first() {
        let (length, rest) = match first {
            0..=191 => (usize::from(first), rest),
            192..=254 => {
                (((usize::from(first) - 192) << 8) + usize::from(*rest.first()?) + 192, rest.get(1..)?)
            }
            255 => {
                (usize::try_from(u32::from_be_bytes(rest.get(..4)?.try_into().ok()?)).ok()?, rest.get(4..)?)
            }
        };
        let subpacket = rest.get(..length)?;
        subpackets = rest.get(length..)?;
        match subpacket.split_first() {
            Some((kind, key)) if kind & 0x7f == 16 => return Some(hex(key.get(..8)?)),
            Some((kind, key)) if kind & 0x7f == 33 && key.first() == Some(&4) => {
                return Some(hex(key.get(13..21)?));
            }
            _ => {}
        }
    }
    None
}

/// Base64 (RFC 4648, 4); nothing where it is something else.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    // It is stored in lines.
    let text: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    STANDARD.decode(text).ok()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_name_their_keys() {
        let v3 = [&[0x88, 19, 3, 5, 0, 1, 2, 3, 4][..], &[0xaa; 8], &[1, 8]].concat();
        assert_eq!(key_id(&v3).as_deref(), Some("aaaaaaaaaaaaaaaa"));
        // Version 4: a time in the hashed list, the key's id in the other one.
        let v4 =
            [&[0xc2, 40, 4, 0, 1, 8, 0, 6, 5, 2, 1, 2, 3, 4, 0, 10, 9, 16][..], &[0xbb; 8], &[0, 0]].concat();
        assert_eq!(key_id(&v4).as_deref(), Some("bbbbbbbbbbbbbbbb"));
        let by_fingerprint =
            [&[0x89, 0, 40, 4, 0, 1, 8, 0, 23, 22, 33, 4][..], &[0xcc; 12], &[0xdd; 8], &[0, 0]].concat();
        assert_eq!(key_id(&by_fingerprint).as_deref(), Some("dddddddddddddddd"));
        for packet in [v3, v4, by_fingerprint] {
            for end in 0..packet.len() {
                let _ = key_id(&packet[..end]);
            }
        }
        assert_eq!(key_id(b"hello"), None);
        assert_eq!(decode(b"aGVsbG8="), Some(b"hello".to_vec()));
        assert_eq!(decode(b"a?"), None);
    }
}

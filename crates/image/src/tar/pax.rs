//! PAX extended headers (POSIX.1-2001, pax utility, "pax Extended Header"), and GNU tar's sparse keys in them
//! (GNU tar manual, "Storing Sparse Files").

/// What is kept of a PAX header.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Pax {
    pub(crate) path: Option<Vec<u8>>,
    pub(crate) link_path: Option<Vec<u8>>,
    pub(crate) size: Option<u64>,
    pub(crate) sparse: Sparse,
}

/// The `GNU.sparse.` keys.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Sparse {
    pub(crate) major: Option<u64>,
    pub(crate) minor: Option<u64>,
    pub(crate) name: Option<Vec<u8>>,
    pub(crate) real_size: Option<u64>,
    /// Offsets and lengths in turn, of formats 0.0 and 0.1.
    pub(crate) map: Option<Vec<u64>>,
    /// Whether a key came where it can't be, so that the map is no map.
    pub(crate) broken: bool,
}

/// Reads the records `length key=value\n` of a PAX header.
///
/// # Errors
/// What is wrong with the first record that is none; the records before it are in `pax`.
pub(crate) fn parse(mut records: &[u8], pax: &mut Pax) -> Result<(), &'static str> {
    while !records.is_empty() {
        let space =
            records.iter().take(21).position(|&byte| byte == b' ').ok_or("a PAX record has no length")?;
        let (digits, _) = records.split_at_checked(space).ok_or("a PAX record has no length")?;
        let length = decimal(digits).ok_or("a PAX record's length is no number")?;
        let length = usize::try_from(length).map_err(|_| "a PAX record is longer than its header")?;
        let (record, rest) =
            records.split_at_checked(length).ok_or("a PAX record is longer than its header")?;
        let body = record.get(space + 1..).ok_or("a PAX record is shorter than its length field")?;
        let body = body.strip_suffix(b"\n").ok_or("a PAX record does not end with a line feed")?;
        let equals = body.iter().position(|&byte| byte == b'=').ok_or("a PAX record has no '='")?;
        let (key, value) =
            (body.get(..equals).unwrap_or_default(), body.get(equals + 1..).unwrap_or_default());
        keep(pax, key, value)?;
        records = rest;
    }
    Ok(())
}

fn keep(pax: &mut Pax, key: &[u8], value: &[u8]) -> Result<(), &'static str> {
    // An empty value deletes what an earlier record said.
    let text = || match value {
        b"" => Ok(None),
        _ if value.contains(&0) => Err("a PAX path has a NUL byte"),
        _ => Ok(Some(value.to_vec())),
    };
    let count = || match value {
        b"" => Ok(None),
        _ => decimal(value).map(Some).ok_or("a PAX number is negative, too large or no number"),
    };
    let sparse = &mut pax.sparse;
    match key {
        b"path" => pax.path = text()?,
        b"linkpath" => pax.link_path = text()?,
        b"size" => pax.size = count()?,
        b"GNU.sparse.major" => sparse.major = count()?,
        b"GNU.sparse.minor" => sparse.minor = count()?,
        b"GNU.sparse.name" => sparse.name = text()?,
        b"GNU.sparse.size" | b"GNU.sparse.realsize" => sparse.real_size = count()?,
        b"GNU.sparse.offset" | b"GNU.sparse.numbytes" => {
            let is_offset = key.ends_with(b"offset");
            let map = sparse.map.get_or_insert_default();
            sparse.broken |= is_offset != map.len().is_multiple_of(2);
            map.push(count()?.ok_or("a PAX sparse map has an empty number")?);
        }
        b"GNU.sparse.map" => {
            let numbers: Option<Vec<u64>> = value.split(|&byte| byte == b',').map(decimal).collect();
            sparse.map = Some(if value.is_empty() {
                Vec::new()
            } else {
                numbers.ok_or("a PAX sparse map has something that is no number")?
            });
        }
        _ => {}
    }
    Ok(())
}

/// Decimal digits and nothing else, at most 63 bits.
pub(crate) fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    let number = digits.iter().try_fold(0_u64, |number, byte| match byte {
        b'0'..=b'9' => number.checked_mul(10)?.checked_add(u64::from(byte - b'0')),
        _ => None,
    })?;
    (number >> 63 == 0).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(records: &[u8]) -> Result<Pax, &'static str> {
        let mut pax = Pax::default();
        parse(records, &mut pax).map(|()| pax)
    }

    #[test]
    fn the_last_record_of_a_key_counts_and_an_empty_one_deletes() {
        let pax = read(b"9 path=a\n9 path=b\n14 linkpath=c\n13 linkpath=\n9 size=7\n").expect("valid");
        assert_eq!(pax.path.as_deref(), Some(&b"b"[..]));
        assert_eq!((pax.link_path, pax.size), (None, Some(7)));
        assert_eq!(read(b"14 path=a\nb=c\n").expect("valid").path.as_deref(), Some(&b"a\nb=c"[..]));
    }

    #[test]
    fn what_is_no_record_is_refused() {
        for records in [
            &b"9 path=a"[..],
            b"999999999999 path=a\n",
            b"-1 path=a\n",
            b"0 path=a\n",
            b"2 path=a\n",
            b"7 path\n",
            b"10 path=\0a\n",
            b"11 size=-1\n",
            b"path",
            b"99999999999999999999999999 path=a\n",
        ] {
            assert!(read(records).is_err(), "{}", String::from_utf8_lossy(records));
        }
    }
}

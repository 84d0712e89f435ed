//! How lists of numbers and documents are kept in a column.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use plimsoll_core::{Assessment, Digest, Severity};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use crate::error::Failed;
use crate::plan::{JobKind, Reason, ScanState};

/// A document is no larger than this, packed or not.
const LARGEST: u64 = 64 << 20;

/// Appends a number, seven bits a byte, the low ones first.
pub(super) fn push(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Takes a number off the front.
pub(super) fn pull(bytes: &mut &[u8]) -> Result<u64, Failed> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first().ok_or(DAMAGED)?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(DAMAGED)
}

const DAMAGED: Failed = Failed::Damaged("a list of numbers ends too early");

/// Ascending numbers, as differences.
pub(super) fn ascending(ids: &[i64]) -> Vec<u8> {
    let mut out = Vec::with_capacity(ids.len() + 8);
    let mut last = 0;
    for &id in ids {
        push(&mut out, id.saturating_sub(last).unsigned_abs());
        last = id;
    }
    out
}

/// What [`ascending`] wrote.
pub(super) fn ids(mut bytes: &[u8], out: &mut Vec<i64>) -> Result<(), Failed> {
    let mut last = 0_i64;
    while !bytes.is_empty() {
        last = last.checked_add_unsigned(pull(&mut bytes)?).ok_or(DAMAGED)?;
        out.push(last);
    }
    Ok(())
}

/// What content is found by: enough of its SHA-256 that no two are taken for one.
pub(super) fn hash(parts: &[&[u8]]) -> [u8; 16] {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update((part.len() as u64).to_be_bytes());
        sha.update(part);
    }
    let whole: [u8; 32] = sha.finalize().into();
    let mut short = [0; 16];
    short.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
    short
}

pub(super) fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, Failed> {
    serde_json::to_vec(value).map_err(|_| Failed::Damaged("a value has no JSON form"))
}

pub(super) fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failed> {
    serde_json::from_slice(bytes).map_err(|_| Failed::Damaged("a document is not what it should be"))
}

pub(super) fn pack<T: Serialize>(value: &T) -> Result<Vec<u8>, Failed> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    let written = packed.write_all(&json(value)?).and_then(|()| packed.finish());
    written.map_err(|_| Failed::Damaged("a document can't be packed"))
}

pub(super) fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failed> {
    let mut plain = Vec::new();
    let read = ZlibDecoder::new(bytes).take(LARGEST).read_to_end(&mut plain);
    read.map_err(|_| Failed::Damaged("a document can't be unpacked"))?;
    from_json(&plain)
}

pub(super) fn digest_bytes(digest: &Digest) -> &[u8] {
    digest.as_bytes()
}

/// The algorithm is told by the length.
pub(super) fn digest(bytes: &[u8]) -> Result<Digest, Failed> {
    if let Ok(hash) = <[u8; 32]>::try_from(bytes) {
        return Ok(Digest::sha256(hash));
    }
    let hash = <[u8; 64]>::try_from(bytes).map_err(|_| Failed::Damaged("a digest has the wrong length"))?;
    Ok(Digest::sha512(hash))
}

/// Names of an enumeration as numbers. What is written must never change its number.
macro_rules! codes {
    ($($ty:ident: $to:ident, $from:ident { $($variant:ident = $code:literal),* $(,)? } else $other:literal)*) => {$(
        #[allow(unreachable_patterns)]
        pub(super) fn $to(value: $ty) -> i64 {
            match value { $($ty::$variant => $code,)* _ => $other }
        }
        pub(super) fn $from(code: i64) -> Result<$ty, Failed> {
            match code { $($code => Ok($ty::$variant),)* _ => Err(Failed::Damaged("an unknown code")) }
        }
    )*};
}

codes! {
    Assessment: assessment_code, assessment {
        Healthy = 1, HealthyByExemption = 2, NothingToScan = 3, NotApplicable = 4, Partial = 5, Unhealthy = 6,
    } else 5
    Severity: severity_code, severity {
        Unknown = 0, None = 1, Negligible = 2, Low = 3, Medium = 4, High = 5, Critical = 6,
    } else 0
    ScanState: scan_code, scan {
        Never = 0, Queued = 1, Running = 2, Done = 3, Unsupported = 4, Failed = 5,
    } else 0
    JobKind: kind_code, kind { Expand = 1, Scan = 2, Rematch = 3 } else 0
    Reason: reason_code, reason {
        Push = 1, Import = 2, Pull = 3, Discovery = 4, Interval = 5, Advisories = 6,
    } else 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        for list in [vec![], vec![0], vec![1, 2, 127, 128, 300, 1 << 40, i64::MAX]] {
            let mut back = Vec::new();
            ids(&ascending(&list), &mut back).unwrap();
            assert_eq!(back, list);
        }
        assert!(ids(&[0x80], &mut Vec::new()).is_err());
        assert!(ids(&[0xff; 30], &mut Vec::new()).is_err());
        assert_eq!(unpack::<Vec<u8>>(&pack(&vec![7_u8; 999]).unwrap()).unwrap(), vec![7; 999]);
    }
}

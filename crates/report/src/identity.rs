//! Ids that are made of what they name, so that the same thing has the same id wherever and whenever it is written.

use plimsoll_core::Finding;
use sha2::{Digest as _, Sha256};

use crate::Report;

/// The SHA-256 of a report, or of a name: what a document that is made of it is named by.
pub(crate) struct Identity([u8; 32]);

impl Identity {
    pub(crate) fn of(report: &Report) -> Self {
        // A report is plain data, which always has a JSON form.
        let json = serde_json::to_vec(report).unwrap_or_default();
        Self(Sha256::digest(json).into())
    }

    /// The SHA-256 of a name.
    pub(crate) fn named(name: &str) -> Self {
        Self(Sha256::digest(name).into())
    }

    /// A UUID of version 8 (RFC 9562, section 5.8) for the part of the report that is named so.
    pub(crate) fn uuid(&self, name: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(self.0);
        hash.update(name.as_bytes());
        let hash: [u8; 32] = hash.finalize().into();
        let hex = hex(&hash, 16);
        let part = |at: std::ops::Range<usize>| hex.get(at).unwrap_or_default();
        // The variant's two bits are 10: the digit is one of 8, 9, a, b.
        let variant = char::from(b"89ab"[usize::from(hash[8] >> 6)]);
        format!("{}-{}-8{}-{variant}{}-{}", part(0..8), part(8..12), part(13..16), part(17..20), part(20..32))
    }

    /// The hash, in hexadecimal.
    pub(crate) fn hex(&self) -> String {
        hex(&self.0, 32)
    }
}

/// What a finding is known by from one report to the next: the vulnerability, the package without its version, and
/// the place. An upgrade that does not fix it leaves it the same finding.
pub(crate) fn fingerprint(finding: &Finding) -> String {
    let mut purl = finding.package.purl.clone();
    purl.version = None;
    purl.qualifiers.clear();
    let place = finding.package.locations.first().map(|at| at.path.to_text()).unwrap_or_default();
    digest(&[&finding.id, &purl.to_string(), &place])
}

/// Sixteen hexadecimal digits that stand for some texts.
pub(crate) fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let hash: [u8; 32] = hash.finalize().into();
    hex(&hash, 8)
}

fn hex(bytes: &[u8], count: usize) -> String {
    bytes.iter().take(count).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::Identity;

    #[test]
    fn a_uuid_is_of_version_8() {
        let uuid = Identity([7; 32]).uuid("x");
        let parts: Vec<&str> = uuid.split('-').collect();
        assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert!(parts[2].starts_with('8') && parts[3].starts_with(['8', '9', 'a', 'b']), "{uuid}");
        assert_ne!(uuid, Identity([7; 32]).uuid("y"));
        assert_ne!(uuid, Identity([8; 32]).uuid("x"));
    }
}

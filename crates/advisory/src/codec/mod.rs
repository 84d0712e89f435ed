//! Advisories as compact bytes: what a store and an index keep of them.
//!
//! A record is two sorts of value. Its head is everything but the affected entries; it is read for findings alone.
//! Its entries are kept in groups, one for each name that the record speaks of, so that a look-up reads the few that
//! matter and not the hundred others of a large record. Texts are their length and their bytes, lists their count
//! and their values; numbers are LEB128. `docs/schema.md` has the layout.

mod read;
mod write;

pub(crate) use read::{Reader, entries, head};
pub(crate) use write::{
    write_blob, write_entries, write_head, write_long, write_match, write_number, write_ratings, write_text,
};

/// Prefixes of links that most records share: a link begins with the number of one of them, 0 for none. Only to be
/// appended to: the numbers are in stores.
const LINKS: [&str; 16] = [
    "",
    "https://github.com/",
    "https://nvd.nist.gov/vuln/detail/",
    "https://security-tracker.debian.org/tracker/",
    "https://access.redhat.com/",
    "https://errata.almalinux.org/",
    "https://security.alpinelinux.org/vuln/",
    "https://bugzilla.redhat.com/",
    "https://www.openwall.com/lists/",
    "https://lists.fedoraproject.org/",
    "https://rustsec.org/advisories/",
    "https://lists.debian.org/",
    "https://security.netapp.com/",
    "https://www.debian.org/security/",
    "https://",
    "http://",
];

/// Kinds of link, as OSV names them; a kind that is none of them is written out after its number, 0.
const LINK_KINDS: [&str; 10] =
    ["", "WEB", "ADVISORY", "FIX", "REPORT", "PACKAGE", "ARTICLE", "EVIDENCE", "DETECTION", "INTRODUCED"];

/// Why bytes are not what they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored record is damaged")]
pub(crate) struct Damaged;

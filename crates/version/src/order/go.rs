//! Go modules, golang.org/x/mod/semver, and Go's own releases (`go1.21rc2`), whose advisories write them as semantic
//! versions (`1.21.0-rc.2`).

use core::cmp::Ordering;

use super::semver::{Division, Parts};
use super::{Order, not_empty, semver, written_key};
use crate::scan::{Scan, trim};
use crate::writer::Writer;
use crate::{Key, Reason, Unparsable};

pub(crate) struct Go;

impl Go {
    /// With or without `v` (modules) or `go` (releases); what follows a blank is about the build of a release.
    fn read(text: &str) -> Result<Parts<'_>, Unparsable> {
        let text = trim(text);
        not_empty(text)?;
        let word = text.split(u8::is_ascii_whitespace).next().unwrap_or_default();
        if matches!(word, b"(devel)" | b"devel") {
            return Err(Unparsable::at(0, Reason::Named));
        }
        let mut scan = Scan::new(word);
        if !scan.eat_all(b"go") {
            scan.eat(b'v');
        }
        let mut parts = Parts::read(&mut scan)?;
        if parts.division == Division::Bare {
            parts.division = Division::Letters;
        }
        Ok(parts)
    }
}

impl Order for Go {
    fn compare(a: &str, b: &str) -> Result<Ordering, Unparsable> {
        if let Some(order) = semver::compare_plain(a, b) {
            return Ok(order);
        }
        let a = Self::read(a)?;
        let b = Self::read(b).map_err(Unparsable::second)?;
        Ok(a.compare(&b))
    }

    fn write(text: &str, out: &mut Writer) -> Result<(), Unparsable> {
        Self::read(text)?.write(out);
        Ok(())
    }

    fn key(text: &str) -> Option<Key> {
        semver::plain_key(text).or_else(|| written_key::<Self>(text))
    }

    fn parses(text: &str) -> Result<(), Unparsable> {
        Self::read(text).map(drop)
    }

    /// `semver.IsValid()` of golang.org/x/mod: a `v` leads, and `v1` and `v1.2` stand for `v1.0.0` and `v1.2.0`.
    fn accepts(text: &str) -> bool {
        let Some(rest) = text.as_bytes().strip_prefix(b"v") else { return false };
        let dots = rest.iter().filter(|byte| **byte == b'.').count();
        let short = rest.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.') && dots < 2;
        if short {
            return rest.split(|byte| *byte == b'.').all(semver::is_strict_number);
        }
        semver::is_strict(rest)
    }
}

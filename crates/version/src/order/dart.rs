//! Orders like Semantic Versioning's in which build metadata counts: Dart's `pub_semver` and Julia's `VersionNumber`.

use core::cmp::Ordering;

use super::semver::{Parts, compare_identifiers, is_strict, without_prefix, write_identifiers};
use super::{Order, not_empty};
use crate::Unparsable;
use crate::writer::Writer;

pub(crate) struct Pub;

fn read(text: &str) -> Result<Parts<'_>, Unparsable> {
    let mut scan = without_prefix(text);
    not_empty(scan.rest())?;
    Parts::read(&mut scan)
}

/// No build comes before every build; a build is a list of identifiers as a pre-release is.
fn compare_builds(a: &[u8], b: &[u8]) -> Ordering {
    let identifiers =
        |build| <[u8]>::split(build, |byte| *byte == b'.').filter(|identifier| !identifier.is_empty());
    let (mut a, mut b) = (identifiers(a), identifiers(b));
    loop {
        let order = match (a.next(), b.next()) {
            (Some(a), Some(b)) => compare_identifiers(a, b),
            (a, b) => return a.is_some().cmp(&b.is_some()),
        };
        if order.is_ne() {
            return order;
        }
    }
}

impl Order for Pub {
    fn compare(a: &str, b: &str) -> Result<Ordering, Unparsable> {
        let a = read(a)?;
        let b = read(b).map_err(Unparsable::second)?;
        Ok(a.compare(&b).then_with(|| compare_builds(a.build, b.build)))
    }

    fn write(text: &str, out: &mut Writer) -> Result<(), Unparsable> {
        let parts = read(text)?;
        parts.write(out);
        write_identifiers(parts.build.split(|byte| *byte == b'.').filter(|part| !part.is_empty()), out);
        Ok(())
    }

    fn parses(text: &str) -> Result<(), Unparsable> {
        read(text).map(drop)
    }

    fn accepts(text: &str) -> bool {
        is_strict(text.as_bytes())
    }
}

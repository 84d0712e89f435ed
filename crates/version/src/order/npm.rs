//! npm packages: node-semver, whose order is that of Semantic Versioning.

use core::cmp::Ordering;

use super::semver::Semver;
use super::{Order, semver};
use crate::Unparsable;
use crate::key::Writer;
use crate::scan::{Scan, trim};

pub(crate) struct Npm;

impl Order for Npm {
    fn compare(a: &str, b: &str) -> Result<Ordering, Unparsable> {
        Semver::compare(a, b)
    }

    fn write(text: &str, out: &mut Writer) -> Result<(), Unparsable> {
        Semver::write(text, out)
    }

    fn parses(text: &str) -> Result<(), Unparsable> {
        Semver::parses(text)
    }

    /// node-semver's `valid()`: a `v` or `=` may lead.
    fn accepts(text: &str) -> bool {
        let mut scan = Scan::new(trim(text));
        scan.eat(b'=');
        scan.eat(b'v');
        semver::is_strict(scan.rest())
    }
}

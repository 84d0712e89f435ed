//! CycloneDX 1.5 and 1.6 (ECMA-424), as JSON and as XML, from one bill of materials.

mod bom;
mod json;
mod xml;

use std::io::{self, Write};

use crate::{Options, Report};

/// A version of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spec {
    V1_5,
    V1_6,
}

impl Spec {
    fn number(self) -> &'static str {
        match self {
            Self::V1_5 => "1.5",
            Self::V1_6 => "1.6",
        }
    }
}

pub(crate) fn json_1_6(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    json::write(&bom::Bom::of(report, options), Spec::V1_6, out)
}

pub(crate) fn json_1_5(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    json::write(&bom::Bom::of(report, options), Spec::V1_5, out)
}

pub(crate) fn xml_1_6(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    xml::write(&bom::Bom::of(report, options), Spec::V1_6, out)
}

pub(crate) fn xml_1_5(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    xml::write(&bom::Bom::of(report, options), Spec::V1_5, out)
}

//! One file for each format; [`FORMATS`](crate::FORMATS) lists them.

pub(crate) mod asff;
pub(crate) mod azure;
pub(crate) mod codequality;
pub(crate) mod csaf;
pub(crate) mod csv;
pub(crate) mod cyclonedx;
pub(crate) mod ecr;
pub(crate) mod github;
pub(crate) mod gitlab;
pub(crate) mod harbor;
pub(crate) mod html;
pub(crate) mod junit;
pub(crate) mod markdown;
pub(crate) mod openvex;
#[cfg(feature = "parquet")]
pub(crate) mod parquet;
pub(crate) mod prometheus;
pub(crate) mod sarif;
pub(crate) mod spdx;
pub(crate) mod spdx3;

use std::io::{self, Write};

use crate::{Options, Report, write_json, write_table_with};

pub(crate) fn table(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    write_table_with(report, options.style, options.layers, out)
}

pub(crate) fn json(report: &Report, _: &Options, out: &mut dyn Write) -> io::Result<()> {
    write_json(report, out)
}

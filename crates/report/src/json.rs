use std::io::{self, Write};

use plimsoll_core::{Diagnostic, Distro, Package};
use serde::Serialize;

use crate::{Report, Unidentified, escape};

/// The name of the report's JSON form, its `format` field.
pub const FORMAT: &str = "plimsoll-report";

/// The version of the report's JSON form, its `format_version` field.
pub const FORMAT_VERSION: u32 = 1;

/// Writes the report as JSON (docs/json.md), indented, with a line feed at its end.
///
/// # Errors
/// Those of `out`.
pub fn write_json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    escape::verbatim(report, out)
}

/// Reads a report that [`write_json`] wrote.
///
/// # Errors
/// It is not such a report, or one of a newer version.
pub fn read_json(bytes: &[u8]) -> Result<Report, String> {
    let report: Report =
        serde_json::from_slice(bytes).map_err(|error| format!("not a {FORMAT} document: {error}"))?;
    if report.format != FORMAT {
        return Err(format!("expected format {FORMAT:?}, found {:?}", report.format));
    }
    if report.format_version > FORMAT_VERSION {
        let (found, known) = (report.format_version, FORMAT_VERSION);
        return Err(format!(
            "format_version {found} is newer than {known}, the newest known: use a newer plimsoll"
        ));
    }
    Ok(report)
}

/// Writes an inventory as JSON (docs/json.md), indented, with a line feed at its end.
///
/// # Errors
/// Those of `out`.
pub fn write_inventory_json(
    packages: &[Package],
    distro: Option<&Distro>,
    unidentified: &Unidentified,
    diagnostics: &[Diagnostic],
    out: &mut dyn Write,
) -> io::Result<()> {
    #[derive(Serialize)]
    struct Inventory<'a> {
        format: &'static str,
        format_version: u32,
        distro: Option<&'a Distro>,
        packages: &'a [Package],
        unidentified: &'a Unidentified,
        diagnostics: &'a [Diagnostic],
    }
    let format = "plimsoll-inventory";
    escape::verbatim(
        &Inventory { format, format_version: FORMAT_VERSION, distro, packages, unidentified, diagnostics },
        out,
    )
}

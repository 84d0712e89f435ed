use std::io::{self, Write};

use plimsoll::stages::report::FORMATS;

use crate::Outcome;
use crate::form::OF_AN_INVENTORY;
use crate::output::Failure;

pub(crate) fn run() -> Result<Outcome, Failure> {
    let mut out = io::stdout().lock();
    for format in FORMATS {
        let also = if OF_AN_INVENTORY(format) { "scan, inventory" } else { "scan" };
        writeln!(out, "{:<20}  {:<15}  {}", format.id, also, format.about)?;
    }
    Ok(Outcome::Done)
}

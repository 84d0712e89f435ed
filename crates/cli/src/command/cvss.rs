use std::io::{self, BufRead, BufWriter, Write};

use plimsoll::{Cvss as Vector, clean};

use crate::Outcome;
use crate::args::Cvss;
use crate::output::Failure;

pub(crate) fn run(args: &Cvss) -> Result<Outcome, Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    if args.vector == "-" {
        // Not `lines`: one line that is no text must not be the end of all.
        for line in io::stdin().lock().split(b'\n') {
            let line = line.map_err(|error| Failure::Said(format!("standard input: {error}")))?;
            writeln!(out, "{}", score(String::from_utf8_lossy(&line).trim()))?;
        }
    } else {
        writeln!(out, "{}", score(&args.vector))?;
    }
    out.flush()?;
    Ok(Outcome::Done)
}

/// `score<TAB>rating`, or `-<TAB>reason`.
fn score(text: &str) -> String {
    match text.parse::<Vector>() {
        Ok(vector) => format!("{}\t{}", vector.score(), vector.rating()),
        Err(error) => format!("-\t{}", clean(&error.to_string())),
    }
}

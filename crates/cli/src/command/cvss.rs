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
        // Who asks for one vector has to hear by the exit code that it is none.
        let vector = match args.vector.parse::<Vector>() {
            Ok(vector) => vector,
            Err(error) => return Err(Failure::Said(clean(&format!("{}: {error}", args.vector)).to_string())),
        };
        writeln!(out, "{}\t{}", vector.score(), vector.rating())?;
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

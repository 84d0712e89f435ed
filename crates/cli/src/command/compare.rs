use std::cmp::Ordering;
use std::io::{self, BufRead, BufWriter, Write};

use plimsoll::Scheme;

use crate::Outcome;
use crate::args::Compare;
use crate::output::Failure;

pub(crate) fn run(args: &Compare) -> Result<Outcome, Failure> {
    let scheme = Scheme::from_name(&args.scheme).ok_or_else(|| {
        let known = "dpkg, apk, rpm, pacman, portage, pep440, semver, npm, go, maven, rubygems, nuget, packagist, \
                     hex, pub, hackage, cran, conda, julia, swift, conan, bitnami, generic";
        Failure::Said(format!("{:?} is no version scheme: expected an OSV ecosystem or one of {known}", args.scheme))
    })?;
    match (&args.b, args.a.as_str()) {
        (Some(b), a) => writeln!(io::stdout(), "{}", sign(scheme, a, b))?,
        (None, "-") => pairs(scheme)?,
        (None, _) => {
            return Err(Failure::Said("a second version is missing: plimsoll compare SCHEME A B".to_owned()));
        }
    }
    Ok(Outcome::Done)
}

/// One buffer for all lines: a million of them is an ordinary input.
fn pairs(scheme: Scheme) -> Result<(), Failure> {
    let input = |error: io::Error| Failure::Said(format!("standard input: {error}"));
    let mut stdin = io::stdin().lock();
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut line = Vec::new();
    while stdin.read_until(b'\n', &mut line).map_err(input)? > 0 {
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let pair = std::str::from_utf8(text).ok().and_then(|text| text.split_once('\t'));
        let sign = pair.map_or("?", |(a, b)| sign(scheme, a, b));
        out.write_all(sign.as_bytes())?;
        out.write_all(b"\n")?;
        line.clear();
    }
    Ok(out.flush()?)
}

fn sign(scheme: Scheme, a: &str, b: &str) -> &'static str {
    match scheme.compare(a, b) {
        Ok(Ordering::Less) => "<",
        Ok(Ordering::Equal) => "=",
        Ok(Ordering::Greater) => ">",
        Err(_) => "?",
    }
}

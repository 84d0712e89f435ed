//! Where a report goes, and what a failure says.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use plimsoll::Style;

use crate::args::Color;

/// Why a command did not do what it was asked. Shown on one line.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What says it all by itself.
    Said(String),
    /// A file could not be read or written.
    File { path: PathBuf, error: io::Error },
    /// Standard output could not be written.
    Output(io::Error),
    /// Whoever read standard output has closed it.
    Closed,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Said(text) => f.write_str(text),
            Self::File { path, error } => write!(f, "{}: {error}", path.display()),
            Self::Output(error) => write!(f, "standard output: {error}"),
            Self::Closed => f.write_str("standard output was closed"),
        }
    }
}

macro_rules! said {
    ($($error:ty),*) => { $(impl From<$error> for Failure {
        fn from(error: $error) -> Self {
            Self::Said(error.to_string())
        }
    })* };
}

said!(plimsoll::Error, plimsoll::ReferenceError, plimsoll::ImageError);

impl From<plimsoll::StoreError> for Failure {
    fn from(error: plimsoll::StoreError) -> Self {
        match error {
            plimsoll::StoreError::NoStore { .. } => {
                Self::Said(format!("{error}: plimsoll db update, or plimsoll db import PATH"))
            }
            _ => Self::Said(error.to_string()),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::Closed } else { Self::Output(error) }
    }
}

/// Reads a file that the caller named.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::File { path: path.to_owned(), error })
}

/// Has `write` write to the file, or to standard output where there is none, with colour and width where that is a
/// terminal.
pub(crate) fn write(
    file: Option<&Path>,
    color: Color,
    write: impl FnOnce(Style, &mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    if let Some(path) = file {
        let failed = |error| Failure::File { path: path.to_owned(), error };
        let mut out = BufWriter::new(File::create(path).map_err(failed)?);
        let style = Style { color: color == Color::Always, width: None };
        return write(style, &mut out).and_then(|()| out.flush()).map_err(failed);
    }
    let stdout = io::stdout();
    let terminal = stdout.is_terminal();
    let color = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => terminal && anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never,
    };
    let width = if terminal { terminal_size::terminal_size().map(|(width, _)| width.0.into()) } else { None };
    let mut out = BufWriter::new(stdout.lock());
    write(Style { color, width }, &mut out)?;
    Ok(out.flush()?)
}

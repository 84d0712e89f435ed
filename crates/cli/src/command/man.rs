use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory};

use crate::Outcome;
use crate::args::Cli;
use crate::output::Failure;

const EXAMPLES: &str = "\
Examples:
  plimsoll man | man -l -
  plimsoll man ~/.local/share/man/man1      a page for each command: man plimsoll-scan";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The folder to write a page for each command to; without it, the first page goes to standard output
    #[arg(value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    match &args.folder {
        Some(folder) => {
            let failed = |error| Failure::File { path: folder.clone(), error };
            std::fs::create_dir_all(folder).map_err(failed)?;
            let mut command = Cli::command();
            command.build();
            write_all(&command, folder)?;
        }
        None => {
            io::stdout().lock().write_all(page(&Cli::command())?.as_bytes())?;
        }
    }
    Ok(Outcome::Done)
}

/// A page for the command, and for each below it.
fn write_all(command: &Command, folder: &Path) -> Result<(), Failure> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    let path = folder.join(format!("{name}.1"));
    std::fs::write(&path, page(command)?).map_err(|error| Failure::File { path, error })?;
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        write_all(below, folder)?;
    }
    Ok(())
}

/// The page, with the examples as they stand: the generator fills lines as those of a text.
fn page(command: &Command) -> Result<String, Failure> {
    let mut page = Vec::new();
    let source = concat!("plimsoll ", env!("CARGO_PKG_VERSION"));
    clap_mangen::Man::new(command.clone()).source(source).manual("Plimsoll").render(&mut page)?;
    let page = String::from_utf8_lossy(&page).replace(".br\n\n.br\n", ".sp\n");
    let mut out = String::with_capacity(page.len());
    let (mut examples, mut verbatim) = (false, false);
    for line in page.lines() {
        if line.starts_with(".SH ") {
            examples = line == ".SH EXTRA";
        }
        let example = examples && line.starts_with("  ");
        if example != verbatim {
            out += if example { ".nf\n" } else { ".fi\n" };
            verbatim = example;
        }
        match line {
            ".SH EXTRA" => out += ".SH EXAMPLES\n",
            "Examples:" if examples => {}
            _ if examples && line.is_empty() => out += ".PP\n",
            _ => {
                out += line;
                out.push('\n');
            }
        }
    }
    Ok(out)
}

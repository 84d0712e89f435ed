use std::io::{self, Write};
use std::path::PathBuf;

use clap::CommandFactory;

use crate::Outcome;
use crate::args::Cli;
use crate::output::Failure;

#[derive(clap::Args)]
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
            clap_mangen::generate_to(Cli::command(), folder).map_err(failed)?;
        }
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            io::stdout().lock().write_all(&page)?;
        }
    }
    Ok(Outcome::Done)
}

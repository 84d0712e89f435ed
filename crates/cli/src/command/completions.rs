use std::io::{self, Write};

use clap::CommandFactory;
use clap_complete::Shell;

use crate::Outcome;
use crate::args::Cli;
use crate::output::Failure;

const EXAMPLES: &str = "\
Examples:
  plimsoll completions bash > ~/.local/share/bash-completion/completions/plimsoll
  plimsoll completions zsh > ~/.zfunc/_plimsoll
  plimsoll completions fish > ~/.config/fish/completions/plimsoll.fish

For zsh, ~/.zfunc has to be in fpath before compinit runs: fpath=(~/.zfunc $fpath) in ~/.zshrc.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    // The generator takes no pipe that closes; so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "plimsoll", &mut script);
    io::stdout().lock().write_all(&script)?;
    Ok(Outcome::Done)
}

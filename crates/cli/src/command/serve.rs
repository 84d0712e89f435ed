use std::net::SocketAddr;
use std::path::PathBuf;

use plimsoll_server::{Config, Server, new_token};

use crate::output::Failure;
use crate::{Outcome, args};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The server's configuration (TOML): docs/server.md
    #[arg(long, env = "PLIMSOLL_SERVER_CONFIG", value_name = "PATH")]
    config: Option<PathBuf>,
    /// Where to listen [default: 127.0.0.1:8430]
    #[arg(long, env = "PLIMSOLL_LISTEN", value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// The folder of what the server keeps [default: plimsoll/server in the user's data folder]
    #[arg(long, env = "PLIMSOLL_DATA", value_name = "FOLDER")]
    data: Option<PathBuf>,
    #[command(flatten)]
    store: args::Store,
    /// A file of rules that disable findings; read again when it changes
    #[arg(long, value_name = "PATH")]
    rules: Vec<PathBuf>,
    /// Images that are read at once [default: as many as there are processors]
    #[arg(long, value_name = "COUNT")]
    workers: Option<usize>,
    /// Listen on an address that other machines reach although no token is configured
    #[arg(long)]
    open_to_all: bool,
    /// Make a token for someone, print it with what the configuration needs of it, and end
    #[arg(long, value_name = "NAME")]
    new_token: Option<String>,
}

pub(crate) const EXAMPLES: &str = "\
Examples:
  plimsoll serve                            on this machine, for a try
  plimsoll serve --new-token registry       a token, and what the configuration needs of it
  plimsoll serve --config server.toml

A registry posts its events to http://ADDRESS:PORT/v1/events. New advisories are taken up by themselves when \
plimsoll db update has put them into the store.";

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    let said = |error: plimsoll_server::Error| Failure::Said(error.to_string());
    if let Some(name) = &args.new_token {
        let made = new_token().map_err(said)?;
        let name = plimsoll::clean(name).to_string().replace(['"', '\\'], "");
        println!("{}\n", made.token);
        println!("[[tokens]]\nname = \"{name}\"\nscopes = [\"events\"] # or read, write, admin");
        println!("sha256 = \"{}\"", made.sha256);
        return Ok(Outcome::Done);
    }
    let mut config = match &args.config {
        Some(path) => Config::read(path).map_err(said)?,
        None => Config { data: folder()?, ..Config::default() },
    };
    if let Some(listen) = args.listen {
        config.listen = listen;
    }
    if let Some(data) = &args.data {
        config.data.clone_from(data);
    }
    // Without a configuration it is the store that the other commands use, so that `plimsoll db update` is seen here.
    if args.store.db.is_some() || args.config.is_none() {
        config.advisories = Some(crate::store::path(&args.store)?);
    }
    config.rules.extend(args.rules.iter().cloned());
    config.workers = args.workers.or(config.workers);
    config.open_to_all |= args.open_to_all;
    let (data, advisories) = (config.data.clone(), config.advisories());
    let server = Server::start(config).map_err(said)?;
    eprintln!(
        "plimsoll: listening on {}; images in {}, advisories in {}",
        server.address(),
        data.display(),
        advisories.display()
    );
    server.run_until_signal().map_err(said)?;
    Ok(Outcome::Done)
}

fn folder() -> Result<PathBuf, Failure> {
    use etcetera::BaseStrategy;
    let base = etcetera::choose_base_strategy().map_err(|_| {
        Failure::Said("no home folder to keep the server's data in: name one with --data FOLDER".to_owned())
    })?;
    Ok(base.data_dir().join("plimsoll").join("server"))
}

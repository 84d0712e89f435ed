use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use plimsoll::stages::advisory::Download;
use plimsoll::{ImportOptions, Limits, Store, StoreError, clean};
use plimsoll_fetch::{Chosen, Fetched, Options, State, catalogue};

use super::{counted, import, now};
use crate::output::Failure;
use crate::progress::Bars;
use crate::{Outcome, args, store};

const EXAMPLES: &str = "\
Examples:
  plimsoll db update                                    everything that plimsoll db feeds marks
  plimsoll db update --feed osv:PyPI --feed kev,epss    some feeds, or parts of them
  plimsoll db update --base-url https://mirror.example/{host}
  plimsoll db update --downloads /mnt/usb/feeds         keep what was fetched, and on the other side
  plimsoll db update --downloads /mnt/usb/feeds --offline

What has not changed is not fetched again, and a download that broke off goes on where it ended. All that is new becomes \
one generation; if anything fails, the store is as it was, and the next update goes on. Proxies are taken from \
HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY.";

/// Fetch advisories from their publishers.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Update {
    /// A feed, or a part of one (osv:PyPI), or all; with commas, or given more than once [default: what plimsoll db
    /// feeds marks]
    #[arg(long = "feed", value_name = "FEED", value_delimiter = ',')]
    feeds: Vec<String>,
    /// Where to fetch from in place of the publishers: paths are the same below it, {host} in it stands for the
    /// publisher's host
    #[arg(long, env = "PLIMSOLL_BASE_URL", value_name = "URL")]
    base_url: Option<String>,
    /// Certificates to trust in place of those of the public authorities (PEM): of a mirror, or of a proxy that looks
    /// into what passes
    #[arg(long, env = "SSL_CERT_FILE", value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Keep downloads in this folder, and use what is there [default: beside the store, until they are imported]
    #[arg(long, value_name = "FOLDER")]
    downloads: Option<PathBuf>,
    /// Do not use the network: import what is in the folder of downloads
    #[arg(long)]
    offline: bool,
    /// Import what can be had when something can't; the exit code is 2 all the same
    #[arg(long)]
    keep_going: bool,
    /// Seconds that a server may be silent
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: u64,
    /// MiB that one document may have, as it is sent
    #[arg(long, value_name = "MIB", default_value_t = 4096)]
    max_size: u64,
    #[command(flatten)]
    store: args::Store,
}

pub(crate) fn run(args: &Update) -> Result<Outcome, Failure> {
    let chosen = chosen(&args.feeds)?;
    let path = store::path(&args.store)?;
    // A store that can't be used is no reason to fetch anything.
    let known = match Store::open(&path) {
        Ok(store) => known(&store)?,
        Err(StoreError::NoStore { .. }) => HashMap::new(),
        Err(error) => return Err(error.into()),
    };
    let folder = args.downloads.clone().unwrap_or_else(|| beside(&path));
    let base = args.base_url.as_deref().map(str::parse).transpose().map_err(said)?;
    let authorities = match &args.ca_file {
        Some(path) => fs::read(path).map_err(|error| Failure::File { path: path.clone(), error })?,
        None => Vec::new(),
    };
    let options = Options {
        base,
        authorities,
        offline: args.offline,
        keep_going: args.keep_going,
        timeout: Duration::from_secs(args.timeout),
        max_bytes: args.max_size.saturating_mul(1 << 20),
        ..Options::new(&folder)
    };
    let bars = Bars::new();
    let outcome = plimsoll_fetch::fetch(&chosen, &|address| known.get(address).cloned(), &options, &bars);
    bars.clear();
    let outcome = outcome.map_err(said)?;
    for missing in &outcome.missing {
        eprintln!("missing: {}: {}", missing.source, clean(&missing.error.to_string()));
    }
    let unchanged = u64::try_from(outcome.unchanged).unwrap_or(u64::MAX);
    if outcome.fetched.is_empty() {
        writeln!(io::stdout(), "nothing new: {} as before", counted(unchanged, "document"))?;
    } else {
        let paths: Vec<PathBuf> = outcome.fetched.iter().map(|fetched| fetched.file.clone()).collect();
        let downloads = outcome.fetched.iter().map(download).collect();
        // The archives of those who publish a document for each vulnerability and product are a hundred times as large
        // unpacked. A release may have no advisory yet.
        let limits = Limits { advisories: 1 << 38, ..Limits::default() };
        let options = ImportOptions { empty: true, downloads, limits, ..ImportOptions::default() };
        let report = import::import(&paths, &path, options)?;
        import::say(&report, &path)?;
        let fetched = counted(u64::try_from(paths.len()).unwrap_or(u64::MAX), "document");
        writeln!(io::stdout(), "{fetched} fetched, {unchanged} as before")?;
    }
    if args.downloads.is_none() && outcome.missing.is_empty() {
        // They are in the store now.
        let _ = fs::remove_dir_all(&folder);
    }
    match outcome.missing.len() {
        0 => Ok(Outcome::Done),
        missing => Err(Failure::Said(format!(
            "{} could not be had; what could is imported",
            counted(u64::try_from(missing).unwrap_or(u64::MAX), "document")
        ))),
    }
}

fn said(error: plimsoll_fetch::Error) -> Failure {
    Failure::Said(error.to_string())
}

/// The feeds that were asked for.
fn chosen(names: &[String]) -> Result<Vec<Chosen>, Failure> {
    let mut chosen = Vec::new();
    for name in names.iter().map(|name| name.trim()) {
        match name {
            "all" => chosen.extend(catalogue::all().iter().map(|source| Chosen { source, part: None })),
            "default" => chosen.extend(catalogue::defaults()),
            name => chosen.push(catalogue::choose(name).ok_or_else(|| {
                let known: Vec<&str> = catalogue::all().iter().map(|source| source.id).collect();
                Failure::Said(format!(
                    "{name:?} is no feed: expected all, default, or of {}",
                    known.join(", ")
                ))
            })?),
        }
    }
    Ok(if names.is_empty() { catalogue::defaults() } else { chosen })
}

/// The folder of downloads that nobody named: beside the store, since there is room for it.
fn beside(store: &Path) -> PathBuf {
    let mut name = store.file_name().map_or_else(OsString::new, OsString::from);
    name.push(".downloads");
    store.with_file_name(name)
}

/// Which states of documents the store holds, by their addresses.
fn known(store: &Store) -> Result<HashMap<String, State>, Failure> {
    let states = store.downloads()?.into_iter().map(|download| {
        let Download { address, etag, last_modified, stamp, sha256, .. } = download;
        (address.clone(), State { address, etag, last_modified, stamp, sha256 })
    });
    Ok(states.collect())
}

fn download(fetched: &Fetched) -> Download {
    let State { address, etag, last_modified, stamp, sha256 } = fetched.state.clone();
    Download { feed: fetched.source.to_owned(), address, etag, last_modified, stamp, sha256, at: now() }
}

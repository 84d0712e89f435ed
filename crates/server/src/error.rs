use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why the server can't start, or can't go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Anybody could ask from anywhere.
    #[error(
        "{0} can be reached from other machines, and no token is asked for; configure tokens, listen on 127.0.0.1, or \
         say that this is meant: open_to_all = true"
    )]
    Open(SocketAddr),
    /// The configuration is not what it should be.
    #[error("{}: {why}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// Where in it, and what is wrong.
        why: String,
    },
    /// A setting can't be used.
    #[error("{what}: {why}")]
    Setting {
        /// Which one.
        what: String,
        /// What is wrong with it.
        why: String,
    },
    /// A file or folder can't be read or written.
    #[error("can't {doing} {}: {source}", path.display())]
    Io {
        /// What was being done: `read`, `write`.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The address can't be listened on.
    #[error("can't listen on {address}: {source}; is another server running there?")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The certificate or its key can't be used.
    #[error("{}: {why}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The store of images can't be opened.
    #[error(transparent)]
    Store(#[from] plimsoll_monitor::Error),
    /// The advisory store can't be opened.
    #[error(transparent)]
    Advisories(#[from] plimsoll::StoreError),
    /// The rules can't be read.
    #[error(transparent)]
    Rules(#[from] plimsoll::RulesError),
    /// The registry client can't be set up.
    #[error(transparent)]
    Registry(#[from] plimsoll::RegistryError),
    /// The system gives no threads or timers.
    #[error("the server's threads can't be started: {0}")]
    Threads(io::Error),
}

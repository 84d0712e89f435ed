use std::io;
use std::net::IpAddr;
use std::path::PathBuf;

use plimsoll_core::Digest;

/// Why a registry can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The host can't be reached, or the connection broke and could not be mended.
    #[error("cannot read {url}: {source}")]
    Connection {
        /// What was asked for.
        url: String,
        /// What the system said.
        source: io::Error,
    },
    /// The registry wants other credentials, or none will do.
    #[error("{registry} does not let {repository} be read ({status}{}); log in with `docker login {registry}`, or check the name", tail(.said))]
    Denied {
        /// The registry.
        registry: String,
        /// The repository, or what else was asked for.
        repository: String,
        /// The HTTP status.
        status: u16,
        /// What the registry said.
        said: String,
    },
    /// There is no such thing.
    #[error("{what} is not in {registry}{}; check its name and tag", tail(.said))]
    NotFound {
        /// What was asked for.
        what: String,
        /// The registry.
        registry: String,
        /// What the registry said.
        said: String,
    },
    /// The user's configuration forbids it.
    #[error("{name} may not be read: {} blocks it", .path.display())]
    Blocked {
        /// The repository, with its registry.
        name: String,
        /// The configuration.
        path: PathBuf,
    },
    /// The registry wants to be asked less often.
    #[error("{url} allows no more requests for {wait} s; wait, log in, or use a mirror")]
    Throttled {
        /// What was asked for.
        url: String,
        /// Seconds to wait, as the registry says.
        wait: u64,
    },
    /// The registry answered with an error.
    #[error("{url} answered {status}{}", tail(.said))]
    Status {
        /// What was asked for.
        url: String,
        /// The HTTP status.
        status: u16,
        /// What the registry said.
        said: String,
    },
    /// Redirects lead on and on.
    #[error("{url} was redirected more than {limit} times")]
    Redirects {
        /// What was asked for.
        url: String,
        /// The limit.
        limit: u32,
    },
    /// The registry sends elsewhere, to where only this machine's own network reaches.
    #[error(
        "{from} sends to {to}{}, a private address, which may be an attack on this machine's network; if it is meant, allow the host by name",
        address.map(|ip| format!(" ({ip})")).unwrap_or_default()
    )]
    PrivateAddress {
        /// Who sends there.
        from: String,
        /// Where to.
        to: String,
        /// The address that the name stands for.
        address: Option<IpAddr>,
    },
    /// The registry sends from an encrypted to an open connection, or to something that is no web address.
    #[error("{from} sends to {to}, which is refused: {reason}")]
    Elsewhere {
        /// Who sends there.
        from: String,
        /// Where to.
        to: String,
        /// Why that is refused.
        reason: &'static str,
    },
    /// What came is not what its digest says.
    #[error("{what} was changed: its digest is {actual}, expected {expected}; do not trust it")]
    DigestMismatch {
        /// What differs.
        what: String,
        /// The digest that is expected.
        expected: Digest,
        /// The digest that the bytes have.
        actual: Digest,
    },
    /// An answer is larger than the limit.
    #[error("{what} is larger than the limit of {limit} bytes ({name})")]
    TooLarge {
        /// What is too large.
        what: String,
        /// The limit in bytes.
        limit: u64,
        /// The limit's name.
        name: &'static str,
    },
    /// An answer does not follow the protocol.
    #[error("{what} does not follow the protocol: {reason}")]
    Malformed {
        /// What is malformed.
        what: String,
        /// In what way.
        reason: String,
    },
    /// A file with credentials or certificates can't be used.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A credential helper failed.
    #[error(
        "the credential helper {helper} failed: {reason}; run it by hand, or remove it from the configuration"
    )]
    Helper {
        /// The program.
        helper: String,
        /// In what way.
        reason: String,
    },
}

fn tail(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": {text}") }
}

impl Error {
    /// Whether there is no such thing.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }

    /// Whether another try, later, may do better.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Connection { .. } | Self::Throttled { .. } => true,
            Self::Status { status, .. } => *status >= 500,
            _ => false,
        }
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match &error {
            Error::NotFound { .. } => io::ErrorKind::NotFound,
            Error::Denied { .. } | Error::PrivateAddress { .. } | Error::Elsewhere { .. } => {
                io::ErrorKind::PermissionDenied
            }
            Error::Connection { source, .. } => match source.kind() {
                // Whoever reads would take it for "once more".
                io::ErrorKind::Interrupted => io::ErrorKind::Other,
                kind => kind,
            },
            Error::DigestMismatch { .. } | Error::Malformed { .. } => io::ErrorKind::InvalidData,
            _ => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}

//! What the server is told when it starts: a TOML file, or these fields.

mod registry;
mod secret;
mod subscriber;
mod token;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use plimsoll_monitor::{AdmissionPolicy, Policies};
use serde::Deserialize;

pub use registry::Registry;
pub use secret::Secret;
pub use subscriber::{Form, Header, Subscriber};
pub use token::{Scope, Token};

use crate::Error;

/// How the server runs. As a file it is TOML, with the names of the fields.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where to listen. Default: 127.0.0.1:8430. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Listen on an address that other machines reach although no token is asked for. Default: false.
    pub open_to_all: bool,
    /// The folder of what the server keeps: `monitor.db`, `layers/`, `audit.jsonl`. It is made where there is none.
    pub data: PathBuf,
    /// The advisory store. Default: `advisories.db` in the data folder.
    pub advisories: Option<PathBuf>,
    /// Files of rules. They are read again when they change.
    pub rules: Vec<PathBuf>,
    /// The organisation that registries belong to, where they do not say otherwise.
    pub organisation: Option<String>,
    /// Images that are read at once. Default: as many as the machine has processors.
    pub workers: Option<usize>,
    /// Bytes that the layer cache may take. Default: 2 GiB.
    pub layer_cache: u64,
    /// When images are scanned and matched again, and whose pulls do not count.
    pub policy: Policies,
    /// What an image must be like to run, where who asks does not say.
    pub admission: AdmissionPolicy,
    /// What the score is out of. Default: 6.
    pub score_max: u32,
    /// Days that activity, delivered notifications and resolved findings are kept. Default: 400.
    pub keep_days: u32,
    /// A certificate and its key. Default: none, plain HTTP.
    pub tls: Option<Tls>,
    /// Who may ask.
    pub tokens: Vec<Token>,
    /// The registries, where there is more to say than their events do.
    pub registries: Vec<Registry>,
    /// Who is told of what changes.
    pub subscribers: Vec<Subscriber>,
    /// What requests may use up.
    pub limits: Limits,
}

/// A certificate.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The certificate and those that vouch for it (PEM).
    pub certificate: PathBuf,
    /// Its private key (PEM).
    pub key: PathBuf,
}

/// What requests may use up.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of a request's body. Default: 1 MiB.
    pub body: usize,
    /// Events of one message. Default: 1000.
    pub events: usize,
    /// Requests a second from one address; 0 means any. Default: 1000.
    pub rate: u32,
    /// Requests from one address that may come at once. Default: 4000.
    pub burst: u32,
    /// Connections at once. Default: 1024.
    pub connections: usize,
    /// Seconds that a request may take. Default: 60.
    pub seconds: u64,
    /// Milliseconds that a query may take. Default: 5000.
    pub query_millis: u64,
    /// Rows that a query may give. Default: 10 000.
    pub query_rows: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 1 << 20,
            events: 1000,
            rate: 1000,
            burst: 4000,
            connections: 1024,
            seconds: 60,
            query_millis: 5000,
            query_rows: 10_000,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8430)),
            open_to_all: false,
            data: PathBuf::from("plimsoll-data"),
            advisories: None,
            rules: Vec::new(),
            organisation: None,
            workers: None,
            layer_cache: 2 << 30,
            policy: Policies::default(),
            admission: AdmissionPolicy::default(),
            score_max: 6,
            keep_days: 400,
            tls: None,
            tokens: Vec::new(),
            registries: Vec::new(),
            subscribers: Vec::new(),
            limits: Limits::default(),
        }
    }
}

impl Config {
    /// Reads a file. Paths in it that are relative are so to its folder.
    ///
    /// # Errors
    /// The file can't be read, or is not what it should be: which line, and why.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Io {
            doing: "read",
            path: path.to_owned(),
            source,
        })?;
        let mut config: Self = toml::from_str(&text).map_err(|error| Error::Config {
            path: path.to_owned(),
            why: error.to_string().trim_end().to_owned(),
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        config.each_path(|path| {
            if path.is_relative() {
                *path = folder.join(&*path);
            }
        });
        Ok(config)
    }

    fn each_path(&mut self, mut each: impl FnMut(&mut PathBuf)) {
        each(&mut self.data);
        self.advisories.iter_mut().chain(&mut self.rules).for_each(&mut each);
        if let Some(tls) = &mut self.tls {
            each(&mut tls.certificate);
            each(&mut tls.key);
        }
        let secrets = self.tokens.iter_mut().filter_map(|token| token.secret.file.as_mut());
        secrets.for_each(&mut each);
        for registry in &mut self.registries {
            registry.password.file.iter_mut().chain(&mut registry.authorities).for_each(&mut each);
        }
        for subscriber in &mut self.subscribers {
            let header = subscriber.header.as_mut().and_then(|header| header.value.file.as_mut());
            let secret = subscriber.secret.file.as_mut();
            secret.into_iter().chain(header).chain(&mut subscriber.file).for_each(&mut each);
        }
    }

    /// Where the advisory store is.
    pub fn advisories(&self) -> PathBuf {
        self.advisories.clone().unwrap_or_else(|| self.data.join("advisories.db"))
    }

    /// Whether it may be run like this.
    ///
    /// # Errors
    /// [`Error::Open`] where anybody could ask from anywhere and nobody said that this is meant; [`Error::Setting`]
    /// for what contradicts itself.
    pub fn check(&self) -> Result<(), Error> {
        if self.tokens.is_empty() && !self.listen.ip().is_loopback() && !self.open_to_all {
            return Err(Error::Open(self.listen));
        }
        let setting = |what: String, why: &str| Err(Error::Setting { what, why: why.to_owned() });
        for (at, token) in self.tokens.iter().enumerate() {
            if token.name.is_empty() || self.tokens.iter().take(at).any(|other| other.name == token.name) {
                return setting(format!("token {:?}", token.name), "each token needs a name of its own");
            }
            if token.scopes.is_empty() {
                return setting(
                    format!("token {:?}", token.name),
                    "it has no scope: events, read, write, admin",
                );
            }
        }
        for (at, subscriber) in self.subscribers.iter().enumerate() {
            if subscriber.name.is_empty()
                || self.subscribers.iter().take(at).any(|other| other.name == subscriber.name)
            {
                return setting(
                    format!("subscriber {:?}", subscriber.name),
                    "each subscriber needs a name of its own: its place in the notifications is kept by it",
                );
            }
            if subscriber.url.is_some() == subscriber.file.is_some() {
                return setting(
                    format!("subscriber {:?}", subscriber.name),
                    "it needs either a url or a file",
                );
            }
        }
        Ok(())
    }

    /// What is said of a registry, by its name or one of its other names.
    pub fn registry(&self, host: &str) -> Option<&Registry> {
        self.registries.iter().find(|registry| registry.is(host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_configuration_is_one() {
        let page = include_str!("../../../../docs/server.md");
        let example = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
        let config: Config = toml::from_str(example).unwrap();
        config.check().unwrap();
        assert_eq!((config.tokens.len(), config.registries.len(), config.subscribers.len()), (2, 1, 2));
        assert!(
            config.registry("localhost:5000").is_some_and(|registry| registry.asked() == "10.0.0.4:5000")
        );
        // What stands there as a default is one.
        let limits: Limits = toml::from_str("").unwrap();
        assert_eq!(format!("{:?}", config.limits), format!("{limits:?}"));
    }

    #[test]
    fn what_contradicts_itself_is_said() {
        let wrong = |text: &str| {
            let config: Result<Config, _> = toml::from_str(text);
            config.map_err(|e| e.to_string()).and_then(|config| config.check().map_err(|e| e.to_string()))
        };
        assert!(wrong("lisen = \"127.0.0.1:1\"").unwrap_err().contains("unknown field `lisen`"));
        assert!(wrong("listen = \"0.0.0.0:1\"").unwrap_err().contains("no token is asked for"));
        assert!(wrong("listen = \"0.0.0.0:1\"\nopen_to_all = true").is_ok());
        let twice = "[[subscribers]]\nname = \"a\"\nurl = \"http://x\"\nfile = \"y\"";
        assert!(wrong(twice).unwrap_err().contains("either a url or a file"));
        let same =
            "[[tokens]]\nname = \"a\"\nscopes = [\"read\"]\n[[tokens]]\nname = \"a\"\nscopes = [\"read\"]";
        assert!(wrong(same).unwrap_err().contains("a name of its own"));
    }
}

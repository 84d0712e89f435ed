use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::Registries;
use super::credentials::{Anonymous, Credentials};

/// How to speak with registries.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// Where credentials come from. Default: from nowhere, everything is read anonymously.
    pub credentials: Arc<dyn Credentials>,
    /// Registries to ask first, by the registry that they stand in for. Default: none.
    pub mirrors: BTreeMap<String, Vec<String>>,
    /// Where images are read instead, and which may not be: podman's `registries.conf`. What
    /// [`mirrors`](Self::mirrors) names is asked before. Default: nothing.
    pub registries: Registries,
    /// Registries whose certificate is not checked, and that may speak plain HTTP: `host` or `host:port`; `*` for
    /// all. Registries on this machine (`localhost`, `127.0.0.0/8`, `::1`) may always speak plain HTTP. Default: none.
    pub insecure: Vec<String>,
    /// Hosts that a registry may send to although their address is private: `host` or `host:port`. Default: none.
    pub allowed_hosts: Vec<String>,
    /// Whether layers that the registry does not have may be read from the addresses that their descriptor names.
    /// Default: false.
    pub foreign_layers: bool,
    /// A file of certificates (PEM) that are trusted instead of the well-known authorities' ones. Default: none.
    pub authorities: Option<PathBuf>,
    /// Folders that hold, in a folder named `host` or `host:port`, a registry's own authorities (`*.crt`) and the
    /// client's certificate and key (`*.cert`, `*.key`): docker's and podman's `certs.d`. Default: none.
    pub certificates: Vec<PathBuf>,
    /// Which proxy to go through; registries on this machine are always spoken to directly. Default: the one that
    /// the environment names (`HTTPS_PROXY`, `NO_PROXY`).
    pub proxy: Proxy,
    /// When to try again.
    pub retry: Retry,
    /// Time to wait for a connection. Default: 10 s.
    pub connect: Duration,
    /// Time to wait for the beginning of an answer, and between two pieces of it. Default: 60 s.
    pub stall: Duration,
    /// Redirects that one request may take. Default: 5.
    pub redirects: u32,
    /// Bytes of one manifest, index, listing or token. Default: 4 MiB, which registries accept at most.
    pub document: u64,
    /// Pages of one listing. Default: 100 000.
    pub pages: u32,
    /// How the client calls itself. Default: `plimsoll/` and the version.
    pub user_agent: String,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            credentials: Arc::new(Anonymous),
            mirrors: BTreeMap::new(),
            registries: Registries::default(),
            insecure: Vec::new(),
            allowed_hosts: Vec::new(),
            foreign_layers: false,
            authorities: None,
            certificates: Vec::new(),
            proxy: Proxy::Environment,
            retry: Retry::default(),
            connect: Duration::from_secs(10),
            stall: Duration::from_secs(60),
            redirects: 5,
            document: 4 << 20,
            pages: 100_000,
            user_agent: concat!("plimsoll/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

impl ClientOptions {
    /// The folders in which docker and podman keep registries' certificates, on this system and for this user.
    pub fn system_certificates() -> Vec<PathBuf> {
        let home = std::env::var_os("HOME").map(PathBuf::from);
        let own = home
            .iter()
            .flat_map(|home| [home.join(".docker/certs.d"), home.join(".config/containers/certs.d")]);
        own.chain(["/etc/containers/certs.d", "/etc/docker/certs.d"].map(PathBuf::from)).collect()
    }
}

/// Which proxy to go through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proxy {
    /// The one that the environment names.
    Environment,
    /// None.
    Direct,
    /// This one: `http://user:password@host:port`.
    Url(String),
}

/// When to try again: after a broken connection, `429 Too Many Requests`, and any `5xx`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Tries in all; for a blob, without a byte of progress between them. Default: 5.
    pub attempts: u32,
    /// Time to wait before the second; doubled each time, and spread by chance. Default: 250 ms.
    pub first: Duration,
    /// The longest wait, also where the registry asks for more (`Retry-After`). Default: 30 s.
    pub most: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self { attempts: 5, first: Duration::from_millis(250), most: Duration::from_secs(30) }
    }
}

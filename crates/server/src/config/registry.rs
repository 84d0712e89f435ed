use std::path::PathBuf;

use serde::Deserialize;

use super::Secret;

/// A registry.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Registry {
    /// Its name: the host that images are called by, with the port where it has one.
    pub host: String,
    /// Other names that its events may give it.
    pub aliases: Vec<String>,
    /// Where it is asked, where that is another host: behind a proxy, say.
    pub pull: Option<String>,
    /// The organisation that it belongs to.
    pub organisation: Option<String>,
    /// Accept any certificate, and plain HTTP.
    pub insecure: bool,
    /// A file of certificates (PEM) that are trusted instead of the well-known authorities' ones.
    pub authorities: Option<PathBuf>,
    /// The user to log in as. Default: what docker and podman know.
    pub user: Option<String>,
    /// The user's password; without a user, a bearer token.
    pub password: Secret,
    /// Hosts that it may send to although their address is private.
    pub allowed_hosts: Vec<String>,
    /// List it when the server starts, and every so many hours: events get lost. 0 means never.
    pub list_hours: u32,
    /// Requests that a listing has under way at once. Default: 4.
    pub list_requests: Option<usize>,
    /// List these repositories only, where the registry has no catalog or it is too large.
    pub repositories: Vec<String>,
}

impl Registry {
    /// Whether the host is one of its names.
    pub fn is(&self, host: &str) -> bool {
        self.host.eq_ignore_ascii_case(host)
            || self.pull.as_deref().is_some_and(|pull| pull.eq_ignore_ascii_case(host))
            || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(host))
    }

    /// Where it is asked.
    pub fn asked(&self) -> &str {
        self.pull.as_deref().unwrap_or(&self.host)
    }
}

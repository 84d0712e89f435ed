use std::fmt;

use super::Error;

/// What a registry wants to see.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credential {
    /// A user's name and password, or a token in the place of the password.
    Basic {
        /// The name.
        user: String,
        /// The password.
        password: String,
    },
    /// A token that other tokens are given for (OAuth 2.0, `refresh_token`); docker's `identitytoken`.
    Refresh(String),
    /// A token for the registry itself; docker's `registrytoken`.
    Bearer(String),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // No secret in any log.
        f.write_str(match self {
            Self::Basic { .. } => "Basic(…)",
            Self::Refresh(_) => "Refresh(…)",
            Self::Bearer(_) => "Bearer(…)",
        })
    }
}

/// Where credentials come from.
pub trait Credentials: fmt::Debug + Send + Sync {
    /// What to show to a registry (its host, with the port where it has one) for a repository, which is empty where
    /// none is meant. Nothing where it is to be read anonymously.
    ///
    /// # Errors
    /// The place where credentials are kept can't be read.
    fn get(&self, registry: &str, repository: &str) -> Result<Option<Credential>, Error>;
}

/// No credentials at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Anonymous;

impl Credentials for Anonymous {
    fn get(&self, _: &str, _: &str) -> Result<Option<Credential>, Error> {
        Ok(None)
    }
}

/// Credentials for one registry, and another source for all others.
#[derive(Clone, Debug)]
pub struct ForRegistry<C> {
    /// The registry: its host, with the port where it has one.
    pub registry: String,
    /// What to show to it.
    pub credential: Credential,
    /// Where those of other registries come from.
    pub others: C,
}

impl<C: Credentials> Credentials for ForRegistry<C> {
    fn get(&self, registry: &str, repository: &str) -> Result<Option<Credential>, Error> {
        match registry.eq_ignore_ascii_case(&self.registry) {
            true => Ok(Some(self.credential.clone())),
            false => self.others.get(registry, repository),
        }
    }
}

use serde::Deserialize;

use super::Secret;

/// Someone who may ask, and what for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Whose it is: what the audit log calls them.
    pub name: String,
    /// What it is for.
    pub scopes: Vec<Scope>,
    /// The SHA-256 of the token, in hexadecimal; `plimsoll serve --new-token` makes both.
    #[serde(default)]
    pub sha256: Option<String>,
    /// Where the token itself is, instead.
    #[serde(default)]
    pub secret: Secret,
}

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Post events: for registries.
    Events,
    /// Ask.
    Read,
    /// Change what is kept, ask for scans; and everything that `events` and `read` may.
    Write,
    /// Change the server: everything.
    Admin,
}

impl Scope {
    /// Whether who has this may do what needs the other.
    pub fn allows(self, needed: Self) -> bool {
        match self {
            Self::Admin => true,
            Self::Write => needed != Self::Admin,
            Self::Events | Self::Read => self == needed,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

//! Who we are to each registry: tokens, and how they are come by (the distribution registry's "Token Authentication
//! Specification" and "OAuth2 Token Authentication").

use std::collections::HashMap;
use std::io::Read;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::challenge::Challenge;
use super::transport::{Answer, Method, Transport};
use super::url::{Url, encode};
use super::{Credential, Error};

/// Bytes of an answer with a token.
const TOKEN: u64 = 1 << 20;
/// Answers kept: a run over a whole registry has one for each repository.
const KEPT: usize = 4096;
/// How long a token holds where nothing is said (Token Authentication Specification).
const USUAL: u64 = 60;

/// Whom is asked, and for what.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) registry: &'a str,
    /// Empty where no repository is meant.
    pub(super) repository: &'a str,
}

impl Asked<'_> {
    fn scope(&self) -> String {
        match self.repository {
            "" => "registry:catalog:*".to_owned(),
            repository => format!("repository:{repository}:pull"),
        }
    }
}

struct Held {
    header: String,
    until: Option<Instant>,
}

#[derive(Default)]
pub(super) struct Session {
    held: Mutex<HashMap<(String, String), Held>>,
}

#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    token: String,
    #[serde(default)]
    access_token: String,
    #[serde(default)]
    expires_in: Option<u64>,
}

impl Session {
    /// The `Authorization` that did before.
    pub(super) fn known(&self, asked: &Asked<'_>) -> Option<String> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let held = held.get(&(asked.registry.to_owned(), asked.repository.to_owned()))?;
        held.until.is_none_or(|until| until > Instant::now()).then(|| held.header.clone())
    }

    /// The `Authorization` that answers a challenge; nothing where there is none to give.
    pub(super) fn answer(
        &self,
        transport: &Transport,
        asked: &Asked<'_>,
        url: &Url,
        challenge: &Challenge,
    ) -> Result<Option<String>, Error> {
        let credential = transport.options.credentials.get(asked.registry, asked.repository)?;
        let held = match (challenge, credential) {
            (_, Some(Credential::Bearer(token))) => Held { header: format!("Bearer {token}"), until: None },
            (Challenge::Basic, Some(Credential::Basic { user, password })) => {
                Held { header: basic(&user, &password), until: None }
            }
            (Challenge::Basic, _) => return Ok(None),
            (Challenge::Bearer { realm, service, scope }, credential) => {
                let scope = scope.clone().unwrap_or_else(|| asked.scope());
                let realm = url.join(realm).ok_or_else(|| Error::Malformed {
                    what: format!("the challenge of {}", asked.registry),
                    reason: format!("{:?} is no web address", realm.chars().take(200).collect::<String>()),
                })?;
                let grant =
                    Grant { transport, asked, url, realm, service: service.as_deref(), scope: &scope };
                grant.token(credential)?
            }
        };
        let header = held.header.clone();
        let mut all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= KEPT {
            all.clear();
        }
        all.insert((asked.registry.to_owned(), asked.repository.to_owned()), held);
        Ok(Some(header))
    }
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// A request for a token.
struct Grant<'a> {
    transport: &'a Transport,
    asked: &'a Asked<'a>,
    /// The registry that sent here.
    url: &'a Url,
    realm: Url,
    service: Option<&'a str>,
    scope: &'a str,
}

impl Grant<'_> {
    fn token(&self, credential: Option<Credential>) -> Result<Held, Error> {
        if self.url.secure && !self.realm.secure {
            return Err(self.elsewhere("tokens are asked for over encrypted connections only"));
        }
        // A registry may have its tokens given by another host; but not by just any, with the user's password.
        let trusted = related(self.url.host(), self.realm.host())
            || self.transport.options.allowed_hosts.iter().any(|host| self.realm.is_on(host));
        let given = credential.as_ref().filter(|_| trusted);
        let answer = match given {
            Some(Credential::Refresh(token)) => self.post(token)?,
            Some(Credential::Basic { user, password }) => self.get(Some(&basic(user, password)))?,
            _ => self.get(None)?,
        };
        if answer.status != 200 {
            if credential.is_some() && !trusted {
                return Err(self.elsewhere("the registry's credentials are not given to a host that is not its own; allow it by name"));
            }
            let status = answer.status;
            return Err(match status {
                429 | 500.. => Error::Status { url: self.realm.shown(), status, said: String::new() },
                _ => Error::Denied {
                    registry: self.asked.registry.to_owned(),
                    repository: self.asked.repository.to_owned(),
                    status,
                    said: format!("{} gave no token", self.realm.authority()),
                },
            });
        }
        let malformed = |reason: String| Error::Malformed {
            what: format!("the token of {}", self.realm.shown()),
            reason,
        };
        let mut bytes = Vec::new();
        answer
            .body
            .take(TOKEN)
            .read_to_end(&mut bytes)
            .map_err(|source| Error::Connection { url: self.realm.shown(), source })?;
        let token: Token = serde_json::from_slice(&bytes).map_err(|error| {
            malformed(format!("not valid at line {}, column {}", error.line(), error.column()))
        })?;
        let text = if token.token.is_empty() { token.access_token } else { token.token };
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(malformed("it has none".into()));
        }
        // Renewed a little earlier than need be, since clocks and ways differ.
        let seconds = token.expires_in.unwrap_or(USUAL).clamp(2, 24 * 3600);
        let until = Instant::now().checked_add(Duration::from_secs(seconds - seconds / 10 - 1));
        Ok(Held { header: format!("Bearer {text}"), until })
    }

    fn elsewhere(&self, reason: &'static str) -> Error {
        Error::Elsewhere { from: self.url.authority(), to: self.realm.shown(), reason }
    }

    /// Who sent here, where that is another host.
    fn from(&self) -> Option<String> {
        (self.url.host() != self.realm.host()).then(|| self.url.authority())
    }

    fn get(&self, authorization: Option<&str>) -> Result<Answer, Error> {
        let service = self.service.map(|service| format!("service={}&", encode(service))).unwrap_or_default();
        let scopes: Vec<String> =
            self.scope.split(' ').map(|scope| format!("scope={}", encode(scope))).collect();
        let query = format!("{service}{}", scopes.join("&"));
        let text = self.realm.to_string();
        let joint = if text.contains('?') { '&' } else { '?' };
        let url = Url::parse(&format!("{text}{joint}{query}")).unwrap_or_else(|| self.realm.clone());
        let mut headers = vec![("accept", "application/json")];
        headers.extend(authorization.map(|value| ("authorization", value)));
        self.transport.exchange(&url, Method::Get, &headers, self.from().as_deref())
    }

    fn post(&self, token: &str) -> Result<Answer, Error> {
        let form = format!(
            "grant_type=refresh_token&client_id=plimsoll&service={}&scope={}&refresh_token={}",
            encode(self.service.unwrap_or_default()),
            encode(self.scope),
            encode(token)
        );
        let headers = [("accept", "application/json")];
        self.transport.exchange(&self.realm, Method::Post(&form), &headers, self.from().as_deref())
    }
}

/// Whether two hosts belong together: the same, or under one domain, as `registry.gitlab.com` and `gitlab.com`.
fn related(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let domain = |host: &str| {
        let numeric =
            host.starts_with('[') || host.rsplit('.').next().is_some_and(|last| last.parse::<u32>().is_ok());
        let mut labels = host.rsplitn(3, '.');
        let (top, name) = (labels.next()?, labels.next()?);
        (!numeric && !name.is_empty()).then(|| format!("{name}.{top}"))
    };
    matches!((domain(a), domain(b)), (Some(a), Some(b)) if a == b)
}

#[cfg(test)]
mod tests {
    use super::related;

    #[test]
    fn hosts_of_one_domain_belong_together() {
        for (a, b, expected) in [
            ("registry-1.docker.io", "auth.docker.io", true),
            ("registry.gitlab.com", "gitlab.com", true),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "10.0.0.1", false),
            ("1.2.3.4", "5.6.3.4", false),
            ("quay.io", "evil.io", false),
            ("quay.io", "quay.io.evil.example", false),
            ("localhost", "registry", false),
        ] {
            assert_eq!(related(a, b), expected, "{a} {b}");
        }
    }
}

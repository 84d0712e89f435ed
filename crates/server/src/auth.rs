//! Who asks, and whether they may.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::config::{Scope, Token};
use crate::error::Error;
use crate::page::session;
use crate::problem::Problem;

/// Who asks: in the extensions of each request.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The token's name; `anyone` where no token is asked for.
    pub(crate) name: Arc<str>,
}

/// From where: in the extensions of each request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// The tokens, as they are compared.
#[derive(Default)]
pub(crate) struct Tokens {
    all: Vec<Known>,
}

struct Known {
    name: Arc<str>,
    scopes: Vec<Scope>,
    hash: [u8; 32],
}

/// Why someone may not.
#[derive(Debug, PartialEq, Eq)]
enum Refused {
    Unknown,
    Scope(Arc<str>),
}

impl Tokens {
    pub(crate) fn read(tokens: &[Token]) -> Result<Self, Error> {
        let mut all = Vec::with_capacity(tokens.len());
        for token in tokens {
            let whose = format!("token {:?}", token.name);
            let wrong = |why: &str| Error::Setting { what: whose.clone(), why: why.to_owned() };
            let hash = match (&token.sha256, token.secret.read(&whose)?) {
                (Some(hex), None) => {
                    unhex(hex).ok_or_else(|| wrong("its sha256 is not 64 hexadecimal digits"))?
                }
                (None, Some(secret)) if secret.len() < 16 => {
                    return Err(wrong("it is shorter than 16 characters, which can be guessed"));
                }
                (None, Some(secret)) => Sha256::digest(secret.as_bytes()).into(),
                _ => return Err(wrong("it needs either a sha256 or a secret")),
            };
            all.push(Known { name: token.name.as_str().into(), scopes: token.scopes.clone(), hash });
        }
        Ok(Self { all })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whose it is, if it may read.
    pub(crate) fn reader(&self, token: &str) -> Option<Arc<str>> {
        self.check(&[token.to_owned()], Scope::Read).ok()
    }

    /// Whose it is, if it is for what is needed. Looks at all of them, so that the time it takes says nothing.
    fn check(&self, presented: &[String], needed: Scope) -> Result<Arc<str>, Refused> {
        let mut found: Option<&Known> = None;
        for text in presented {
            let hash: [u8; 32] = Sha256::digest(text.as_bytes()).into();
            for known in &self.all {
                let differing = known.hash.iter().zip(hash).fold(0_u8, |sum, (a, b)| sum | (a ^ b));
                if std::hint::black_box(differing) == 0 {
                    found = Some(known);
                }
            }
        }
        match found {
            None => Err(Refused::Unknown),
            Some(known) if known.scopes.iter().any(|scope| scope.allows(needed)) => {
                Ok(Arc::clone(&known.name))
            }
            Some(known) => Err(Refused::Scope(Arc::clone(&known.name))),
        }
    }
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// A token that was made now.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// The token: for whoever is to have it, and for nobody else.
    pub token: String,
    /// Its SHA-256: for the configuration.
    pub sha256: String,
}

/// Makes a token of 256 bits that nobody can guess.
///
/// # Errors
/// The system has no random numbers.
pub fn new_token() -> Result<NewToken, Error> {
    let bytes: [u8; 32] = random()?;
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let token = format!("plim_{}", hex(&bytes));
    Ok(NewToken { sha256: hex(&Sha256::digest(token.as_bytes())), token })
}

/// Bytes that nobody can guess.
fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    let provider = tokio_rustls::rustls::crypto::ring::default_provider();
    provider.secure_random.fill(&mut bytes).map_err(|_| Error::Setting {
        what: "chance".to_owned(),
        why: "the system gives no random numbers".to_owned(),
    })?;
    Ok(bytes)
}

/// A UUID of version 4 (RFC 9562, section 5.4).
pub(crate) fn random_uuid() -> Result<String, Error> {
    let bits = u128::from_be_bytes(random()?);
    let bits = bits & !(0xf << 76) & !(3 << 62) | 4 << 76 | 2 << 62;
    let hex = format!("{bits:032x}");
    let part = |at: std::ops::Range<usize>| hex.get(at).unwrap_or_default();
    Ok([part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)].join("-"))
}

/// What a request shows: a bearer token, a password, or a bare header, as registries' webhooks have it.
fn presented(headers: &HeaderMap) -> Vec<String> {
    let mut all = Vec::new();
    for value in headers.get_all(header::AUTHORIZATION).iter().take(4) {
        let Ok(text) = value.to_str() else { continue };
        let (scheme, rest) = text.split_once(' ').unwrap_or(("", text));
        let rest = rest.trim();
        if scheme.eq_ignore_ascii_case("basic") {
            let plain = STANDARD.decode(rest).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            all.extend(plain.and_then(|plain| Some(plain.split_once(':')?.1.to_owned())));
        } else {
            all.push(rest.to_owned());
        }
    }
    // Harbor's "API key".
    let keys = headers.get_all("x-scanneradapter-api-key").iter().take(4);
    all.extend(keys.filter_map(|value| Some(value.to_str().ok()?.trim().to_owned())));
    all
}

/// Without tokens only this machine may ask, and no page that a browser of this machine shows.
fn of_this_machine(request: &Request, peer: Option<IpAddr>, open_to_all: bool) -> Result<(), Problem> {
    let forbidden = |why: &str| Err(Problem::new(StatusCode::FORBIDDEN, why));
    if open_to_all {
        return Ok(());
    }
    if !peer.is_some_and(|peer| peer.is_loopback()) {
        return forbidden("no tokens are configured, so only this machine may ask");
    }
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    // A name that someone else has made to mean this machine (DNS rebinding).
    let host = header("host").unwrap_or("localhost");
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    let local = name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if !local {
        return forbidden("no tokens are configured, so the server answers to localhost only");
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let elsewhere = header("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
        || header("origin").is_some_and(|origin| {
            origin.split_once("://").is_none_or(|(_, from)| !from.eq_ignore_ascii_case(host))
        });
    if !reads && elsewhere {
        return forbidden("this comes from another site's page; configure tokens to allow it");
    }
    Ok(())
}

/// Lets a request through to what needs the scope, or refuses it.
pub(crate) async fn require(
    State((app, needed)): State<(App, Scope)>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
    let caller: Result<Arc<str>, Problem> = if app.tokens.is_empty() {
        of_this_machine(&request, peer, app.config.open_to_all).map(|()| "anyone".into())
    } else {
        let shown = presented(request.headers());
        let session = match shown.is_empty() && needed == Scope::Read {
            true => session::of(&app, request.method(), request.headers()),
            false => None,
        };
        let checked = session.map_or_else(|| app.tokens.check(&shown, needed), Ok);
        checked.map_err(|refused| match refused {
            Refused::Unknown => {
                if let Some(peer) = peer {
                    app.limiter.punish(peer);
                }
                Problem::new(StatusCode::UNAUTHORIZED, "show a token: Authorization: Bearer …")
            }
            Refused::Scope(name) => Problem::new(
                StatusCode::FORBIDDEN,
                format!("the token of {name:?} is not for this: it needs the scope {}", needed.name()),
            ),
        })
    };
    match caller {
        Ok(name) => {
            request.extensions_mut().insert(Caller { name: Arc::clone(&name) });
            let mut answer = next.run(request).await;
            answer.extensions_mut().insert(Caller { name });
            answer
        }
        Err(problem) => problem.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    fn tokens() -> Tokens {
        // printf %s 0123456789abcdef | sha256sum
        let sha256 = "9f9f5111f7b27a781f1f1ddde5ebc2dd2b796bfc7365c9c28b548e564176929f";
        let token = |name: &str, scopes: &[Scope]| Token {
            name: name.into(),
            scopes: scopes.to_vec(),
            sha256: Some(sha256.into()),
            secret: Secret::default(),
        };
        Tokens::read(&[token("ci", &[Scope::Read])]).unwrap()
    }

    fn headers(value: &str) -> Vec<String> {
        presented(&HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())]))
    }

    #[test]
    fn a_token_in_each_of_its_forms() {
        // printf %s user:0123456789abcdef | base64
        for value in [
            "Bearer 0123456789abcdef",
            "bearer 0123456789abcdef",
            "0123456789abcdef",
            "Basic dXNlcjowMTIzNDU2Nzg5YWJjZGVm",
        ] {
            assert_eq!(tokens().check(&headers(value), Scope::Read).as_deref(), Ok("ci"), "{value}");
        }
        assert_eq!(
            tokens().check(&headers("Bearer 0123456789abcdef"), Scope::Write),
            Err(Refused::Scope("ci".into()))
        );
        assert_eq!(tokens().check(&headers("Bearer 0123456789abcde"), Scope::Read), Err(Refused::Unknown));
        assert_eq!(tokens().check(&[], Scope::Read), Err(Refused::Unknown));
    }

    #[test]
    fn what_scopes_allow() {
        use Scope::{Admin, Events, Read, Write};
        let allowed = |scope: Scope| [Events, Read, Write, Admin].map(|needed| scope.allows(needed));
        assert_eq!(allowed(Events), [true, false, false, false]);
        assert_eq!(allowed(Read), [false, true, false, false]);
        assert_eq!(allowed(Write), [true, true, true, false]);
        assert_eq!(allowed(Admin), [true; 4]);
    }
}

//! One request: what is asked, and what the answer means for the next try.

use std::io::Read;
use std::time::{Duration, SystemTime};

use ureq::http::{HeaderMap, Response};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};

use crate::kept::State;
use crate::{Error, Options, address, wait};

/// What to ask for.
pub(crate) struct Request<'a> {
    /// The document's address at its publisher.
    pub(crate) address: &'a str,
    /// The state that is known, by which the server may say that there is nothing new.
    pub(crate) known: Option<&'a State>,
    /// The bytes that are there already, and what names the state that they are of.
    pub(crate) part: Option<(u64, &'a str)>,
    /// Whether the body may be compressed on its way.
    pub(crate) compressed: bool,
}

/// A server's answer.
pub(crate) enum Answer {
    /// The state that is known is the newest.
    Unchanged,
    /// The document, or the rest of it.
    Document(Incoming),
    /// The bytes that are there already are of no use.
    NoSuchRange,
}

/// A document on its way.
pub(crate) struct Incoming {
    /// At which byte it begins.
    pub(crate) from: u64,
    /// How many bytes the whole document has, where the server says it.
    pub(crate) total: Option<u64>,
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
    pub(crate) body: Box<dyn Read>,
}

/// Why a try brought nothing.
pub(crate) enum Trouble {
    /// It may be otherwise the next time.
    Passing(String),
    /// The server says when it will be otherwise.
    After(Duration, String),
    /// It will not be otherwise.
    Lasting(Error),
}

pub(crate) struct Client<'a> {
    agent: Agent,
    options: &'a Options,
}

impl<'a> Client<'a> {
    pub(crate) fn new(options: &'a Options) -> Result<Self, Error> {
        let timeout = Some(options.timeout);
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            // Who goes to the publishers goes nowhere else than by TLS, wherever they redirect to.
            .https_only(options.base.as_ref().is_none_or(|base| base.is_secure()))
            .timeout_connect(timeout)
            .timeout_recv_response(timeout)
            .timeout_per_read(timeout)
            // What is asked for on this machine needs no proxy, whatever the environment says.
            .proxy(
                options
                    .base
                    .as_ref()
                    .filter(|base| base.is_local())
                    .map_or_else(ureq::Proxy::try_from_env, |_| None),
            )
            .tls_config(TlsConfig::builder().root_certs(roots(&options.authorities)?).build())
            .user_agent(concat!("plimsoll/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Ok(Self { agent, options })
    }

    pub(crate) fn ask(&self, request: &Request<'_>) -> Result<Answer, Trouble> {
        let mut get = self.agent.get(address::place(request.address, self.options.base.as_ref()));
        get = get.header("Accept-Encoding", if request.compressed { "gzip" } else { "identity" });
        if let Some(known) = request.known {
            if let Some(etag) = &known.etag {
                get = get.header("If-None-Match", etag);
            } else if let Some(date) = &known.last_modified {
                get = get.header("If-Modified-Since", date);
            }
        }
        if let Some((from, of)) = request.part {
            get = get.header("Range", format!("bytes={from}-")).header("If-Range", of);
        }
        let response = get.call().map_err(|e| trouble(request.address, e))?;
        self.read(request, response)
    }

    fn read(&self, request: &Request<'_>, response: Response<Body>) -> Result<Answer, Trouble> {
        let headers = response.headers();
        let text = |name: &str| header(headers, name).map(str::to_owned);
        let lasting = || {
            let address = request.address.to_owned();
            Trouble::Lasting(Error::Refused { address, status: response.status().as_u16() })
        };
        let (from, total) = match response.status().as_u16() {
            304 if request.known.is_some() => return Ok(Answer::Unchanged),
            200 => (0, text("content-length").and_then(|length| length.parse().ok())),
            206 => {
                let range = text("content-range");
                match (range.as_deref().and_then(content_range), request.part) {
                    (Some((from, total)), Some((part, _))) if from == part => (from, total),
                    // What nobody asked for can't be put together with what is there.
                    _ => return Ok(Answer::NoSuchRange),
                }
            }
            416 if request.part.is_some() => return Ok(Answer::NoSuchRange),
            status @ (408 | 425 | 429 | 500..=599) => {
                let what = format!("the server says {status}");
                let after = text("retry-after");
                return Err(match after.and_then(|after| wait::retry_after(&after, SystemTime::now())) {
                    Some(after) => Trouble::After(after, what),
                    None => Trouble::Passing(what),
                });
            }
            _ => return Err(lasting()),
        };
        let (etag, last_modified) = (text("etag"), text("last-modified"));
        let body = Box::new(response.into_body().into_reader());
        Ok(Answer::Document(Incoming { from, total, etag, last_modified, body }))
    }
}

/// Whom to trust: the public authorities, or those that the caller names.
fn roots(pem: &[u8]) -> Result<RootCerts, Error> {
    if pem.is_empty() {
        return Ok(RootCerts::WebPki);
    }
    let mut certificates = Vec::new();
    for item in parse_pem(pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
            Ok(_) => {}
            Err(e) => return Err(Error::Authorities { why: e.to_string() }),
        }
    }
    if certificates.is_empty() {
        return Err(Error::Authorities { why: "there is no certificate in it".to_owned() });
    }
    Ok(RootCerts::new_with_certs(&certificates))
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// First byte and length of the whole (RFC 9110, section 14.4): `bytes 100-199/200`, `bytes 100-199/*`.
fn content_range(value: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = value.strip_prefix("bytes ")?.split_once('/')?;
    let from = range.split_once('-')?.0.parse().ok()?;
    match total {
        "*" => Some((from, None)),
        total => Some((from, Some(total.parse().ok()?))),
    }
}

/// What goes wrong on the way may go right the next time; a certificate or a name that is wrong stays so.
fn trouble(address: &str, error: ureq::Error) -> Trouble {
    let why = match &error {
        ureq::Error::Timeout(_) => "the server does not answer in time".to_owned(),
        ureq::Error::HostNotFound => "the host is not known here".to_owned(),
        other => other.to_string(),
    };
    match error {
        ureq::Error::Io(_)
        | ureq::Error::Timeout(_)
        | ureq::Error::Protocol(_)
        | ureq::Error::ConnectionFailed => Trouble::Passing(why),
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => {
            Trouble::Lasting(Error::Address { address: address.to_owned() })
        }
        _ => Trouble::Lasting(Error::Unreachable { address: address.to_owned(), why, attempts: 1 }),
    }
}

#[cfg(test)]
mod tests {
    use super::content_range;

    #[test]
    fn ranges_of_answers() {
        assert_eq!(content_range("bytes 100-199/200"), Some((100, Some(200))));
        assert_eq!(content_range("bytes 100-199/*"), Some((100, None)));
        for wrong in ["", "bytes */200", "bytes 1-2", "lines 1-2/3", "bytes x-2/3"] {
            assert_eq!(content_range(wrong), None, "{wrong}");
        }
    }
}

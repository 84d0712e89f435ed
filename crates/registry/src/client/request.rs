//! A request until it has its answer: redirects, challenges, and tries.

use std::io::Read;
use std::thread::sleep;

use serde_json::Value;

use super::session::Asked;
use super::transport::{Answer, Headers, Method, Transport};
use super::url::Url;
use super::wait::{backoff, retry_after};
use super::{Error, challenge};

/// Bytes of an error's body that are looked at.
const SAID: u64 = 16 << 10;

/// What is wanted, for messages: `manifest of x`.
pub(super) struct Wanted<'a> {
    pub(super) what: &'a str,
    pub(super) asked: Asked<'a>,
    pub(super) url: &'a Url,
    pub(super) method: Method<'a>,
    pub(super) headers: &'a Headers<'a>,
    /// Tries in all; where there is somewhere else to ask, one is enough.
    pub(super) attempts: u32,
}

impl Transport {
    /// Asks until there is an answer that says yes.
    pub(super) fn request(
        &self,
        wanted: &Wanted<'_>,
        session: &super::session::Session,
    ) -> Result<Answer, Error> {
        let mut try_ = 1;
        let mut challenged = false;
        let mut authorization = session.known(&wanted.asked);
        loop {
            let result = self.follow(wanted, authorization.as_deref());
            let again = try_ < wanted.attempts;
            match result {
                Ok(answer) if (200..300).contains(&answer.status) => return Ok(answer),
                Ok(answer) if answer.status == 401 && !challenged && answer.url.same_origin(wanted.url) => {
                    challenged = true;
                    let headers = answer.headers.get_all("www-authenticate");
                    let Some(challenge) =
                        challenge::best(headers.iter().filter_map(|value| value.to_str().ok()))
                    else {
                        return Err(failed(wanted, answer));
                    };
                    match session.answer(self, &wanted.asked, wanted.url, &challenge)? {
                        Some(answer) => authorization = Some(answer),
                        None => return Err(failed(wanted, answer)),
                    }
                }
                Ok(answer) if answer.status == 429 || answer.status >= 500 => {
                    let asked = answer.header("retry-after").and_then(retry_after);
                    if let Some(wait) = asked.filter(|wait| *wait > self.options.retry.most) {
                        return Err(Error::Throttled { url: wanted.url.shown(), wait: wait.as_secs() });
                    }
                    if !again {
                        return Err(failed(wanted, answer));
                    }
                    drop(answer);
                    sleep(asked.unwrap_or_else(|| backoff(&self.options.retry, try_)));
                    try_ += 1;
                }
                Ok(answer) => return Err(failed(wanted, answer)),
                Err(error @ Error::Connection { .. }) if again && !is_hopeless(&error) => {
                    sleep(backoff(&self.options.retry, try_));
                    try_ += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Asks, and goes where the answer sends. Credentials go to no other host.
    fn follow(&self, wanted: &Wanted<'_>, authorization: Option<&str>) -> Result<Answer, Error> {
        let mut url = wanted.url.clone();
        let mut from = url.authority();
        for _ in 0..=self.options.redirects {
            let own = url.same_origin(wanted.url);
            let mut headers = wanted.headers.to_vec();
            if let Some(authorization) = authorization.filter(|_| own) {
                headers.push(("authorization", authorization));
            }
            let answer = self.exchange(&url, wanted.method, &headers, (!own).then_some(from.as_str()))?;
            if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
                return Ok(answer);
            }
            let Some(location) = answer.header("location") else { return Ok(answer) };
            let elsewhere = |reason| Error::Elsewhere {
                from: url.authority(),
                to: location.chars().take(200).collect(),
                reason,
            };
            let next = url.join(location).ok_or_else(|| elsewhere("it is no web address"))?;
            if url.secure && !next.secure {
                return Err(elsewhere("the connection would no longer be encrypted"));
            }
            from = url.authority();
            url = next;
        }
        Err(Error::Redirects { url: wanted.url.shown(), limit: self.options.redirects })
    }
}

/// Whether the same would happen again: no such host, no such certificate.
fn is_hopeless(error: &Error) -> bool {
    let Error::Connection { source, .. } = error else { return false };
    let inner = source.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>());
    matches!(
        inner,
        Some(
            ureq::Error::Tls(_) | ureq::Error::Rustls(_) | ureq::Error::HostNotFound | ureq::Error::BadUri(_)
        )
    ) || matches!(source.kind(), std::io::ErrorKind::ConnectionRefused)
        || source.to_string().contains("certificate")
}

/// What an answer that says no comes to.
pub(super) fn failed(wanted: &Wanted<'_>, answer: Answer) -> Error {
    let status = answer.status;
    let url = answer.url.shown();
    let own = answer.url.same_origin(wanted.url);
    let said = said(answer);
    match status {
        401 | 403 if own => Error::Denied {
            registry: wanted.asked.registry.to_owned(),
            repository: match wanted.asked.repository {
                "" => wanted.what.to_owned(),
                repository => repository.to_owned(),
            },
            status,
            said,
        },
        404 => {
            Error::NotFound { what: wanted.what.to_owned(), registry: wanted.asked.registry.to_owned(), said }
        }
        _ => Error::Status { url, status, said },
    }
}

/// What a registry says of an error (OCI distribution specification, "Error Codes"), in one line.
fn said(answer: Answer) -> String {
    let mut bytes = Vec::new();
    if answer.body.take(SAID).read_to_end(&mut bytes).is_err() {
        return String::new();
    }
    let Ok(body) = serde_json::from_slice::<Value>(&bytes) else { return String::new() };
    let first =
        body.get("errors").and_then(Value::as_array).and_then(|errors| errors.first()).unwrap_or(&body);
    let text = |name: &str| first.get(name).and_then(Value::as_str);
    let text = text("message").filter(|text| !text.is_empty()).or_else(|| text("code")).unwrap_or_default();
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}

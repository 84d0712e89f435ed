//! Logging in to the pages: a token is shown once, and the browser gets a session that reads and does nothing else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Extension, Query, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::render;
use crate::app::{App, Shared};
use crate::auth::{self, Peer};
use crate::problem::Problem;
use crate::route::around::Detail;
use crate::route::params::{Body, Params};

const COOKIE: &str = "plimsoll-session";
/// How long a session lasts.
const LASTS: Duration = Duration::from_secs(12 * 3600);
const SESSIONS: usize = 10_000;

/// The sessions that hold. They are kept in memory: after a restart people log in again.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<Hash, Session>>);

/// The hash of a session's id.
type Hash = [u8; 32];
/// Whose it is, and since when.
type Session = (Arc<str>, Instant);

impl Sessions {
    fn start(&self, name: Arc<str>) -> Result<String, Problem> {
        let id = auth::random_uuid().and_then(|a| Ok(a + &auth::random_uuid()?));
        let id = id.map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, (_, since)| since.elapsed() < LASTS);
        if all.len() >= SESSIONS {
            let oldest = all.iter().min_by_key(|(_, (_, since))| *since).map(|(id, _)| *id);
            oldest.and_then(|id| all.remove(&id));
        }
        // By the hash of the id, so that the time of a look-up says nothing about it.
        all.insert(Sha256::digest(&id).into(), (name, Instant::now()));
        Ok(id)
    }

    fn find(&self, id: &str) -> Option<Arc<str>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (name, since) = all.get(&Hash::from(Sha256::digest(id)))?;
        (since.elapsed() < LASTS).then(|| Arc::clone(name))
    }

    fn end(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&Hash::from(Sha256::digest(id)));
    }
}

/// Whose session the request belongs to. It is good for reading only, so that no other site's page can have a browser
/// change anything by it.
pub(crate) fn of(app: &Shared, method: &Method, headers: &HeaderMap) -> Option<Arc<str>> {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    cookie(headers).filter(|_| reads).and_then(|id| app.sessions.find(&id))
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value.to_owned())
}

fn set(app: &Shared, headers: &HeaderMap, value: &str, seconds: u64) -> String {
    // A proxy in front may be what encrypts.
    let proxied = headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https");
    let secure = if app.config.tls.is_some() || proxied { "; Secure" } else { "" };
    format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}")
}

/// Where to go on: a place of our own, whatever the form says.
fn onwards(next: Option<&str>) -> &str {
    let ours = |path: &&str| {
        (path.starts_with("/ui/") || *path == "/" || path.starts_with("/?"))
            && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
    };
    next.filter(ours).unwrap_or("/")
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Form {
    next: Option<String>,
    token: String,
}

pub(super) async fn form(State(app): State<App>, Params(asked): Params<Form>) -> Result<Response, Problem> {
    page(&app, asked.next.as_deref(), None)
}

fn page(app: &App, next: Option<&str>, wrong: Option<&str>) -> Result<Response, Problem> {
    let context = json!({
        "next": onwards(next),
        "wrong": wrong,
        "needed": !app.tokens.is_empty(),
        "bare": true,
    });
    let status = if wrong.is_some() { StatusCode::UNAUTHORIZED } else { StatusCode::OK };
    Ok((status, render::page(app, "login.html", context)?).into_response())
}

/// Takes a token for reading, and gives a session for it.
pub(super) async fn log_in(
    State(app): State<App>,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
    Body(body): Body,
) -> Result<Response, Problem> {
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if said("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none") {
        return Err(Problem::new(StatusCode::FORBIDDEN, "this comes from another site's page"));
    }
    let text = std::str::from_utf8(&body).map_err(|_| Problem::bad("the form is not what it should be"))?;
    // A form's content is written as a query is.
    let uri: Uri =
        format!("/?{text}").parse().map_err(|_| Problem::bad("the form is not what it should be"))?;
    let Query(form) = Query::<Form>::try_from_uri(&uri).map_err(|error| Problem::bad(error.body_text()))?;
    let next = onwards(form.next.as_deref());
    let Some(name) = app.tokens.reader(form.token.trim()) else {
        app.limiter.punish(peer.ip());
        let mut answer = page(&app, Some(next), Some("That is no token that may read."))?;
        answer.extensions_mut().insert(Detail("log in: refused".to_owned()));
        return Ok(answer);
    };
    let id = app.sessions.start(Arc::clone(&name))?;
    let cookie = set(&app, &headers, &id, LASTS.as_secs());
    let mut answer = ([(header::SET_COOKIE, cookie)], Redirect::to(next)).into_response();
    answer.extensions_mut().insert(Detail(format!("log in: {name}")));
    Ok(answer)
}

pub(super) async fn log_out(State(app): State<App>, headers: HeaderMap) -> Response {
    if let Some(id) = cookie(&headers) {
        app.sessions.end(&id);
    }
    ([(header::SET_COOKIE, set(&app, &headers, "", 0))], Redirect::to("/ui/login")).into_response()
}

/// Where whoever is not known has to go first.
pub(super) fn login_for(request: &Request) -> String {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    format!("/ui/login?next={}", super::link::encode(path))
}

#[cfg(test)]
mod tests {
    use super::onwards;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for ours in ["/", "/?q=1", "/ui/images/sha256:00?x=1"] {
            assert_eq!(onwards(Some(ours)), ours);
        }
        for other in
            ["", "//evil.example", "https://evil.example", "/v1/admin", "/ui/\\evil", "/ui/\r\nx", "/\\evil"]
        {
            assert_eq!(onwards(Some(other)), "/", "{other:?}");
        }
    }
}

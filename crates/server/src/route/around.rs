//! What happens around every request: limits, counting, the audit log.

use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::audit::Entry;
use crate::auth::{Caller, Peer};
use crate::metrics::count;
use crate::problem::Problem;

/// What the audit log says of a request besides who and what: in the extensions of the answer.
#[derive(Clone, Debug)]
pub(crate) struct Detail(pub(crate) String);

pub(crate) async fn all(State(app): State<App>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let limit = Duration::from_secs(app.config.limits.seconds.max(1));
    let mut answer = match peer.map(|peer| app.limiter.take(peer)) {
        Some(Err(seconds)) => {
            let why = "too many requests from this address";
            Problem::later(StatusCode::TOO_MANY_REQUESTS, seconds, why).into_response()
        }
        _ => tokio::time::timeout(limit, next.run(request)).await.unwrap_or_else(|_| {
            let why = "it took longer than limits.seconds";
            Problem::later(StatusCode::SERVICE_UNAVAILABLE, 10, why).into_response()
        }),
    };
    let status = answer.status();
    let headers = answer.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    app.metrics.request.add(started.elapsed());
    if status.is_server_error() {
        count(&app.metrics.errors, 1);
    }
    let refused =
        matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS);
    if refused {
        count(&app.metrics.refused, 1);
    }
    let reads = matches!(method, Method::GET | Method::HEAD | Method::OPTIONS);
    let detail = answer.extensions_mut().remove::<Detail>();
    // Who asks too often would fill the log.
    if status != StatusCode::TOO_MANY_REQUESTS && (!reads || refused || detail.is_some()) {
        let who = answer.extensions().get::<Caller>().map(|caller| caller.name.clone());
        app.audit.note(&Entry {
            who: who.as_deref().unwrap_or(""),
            from: peer,
            method: method.as_str(),
            path: &path,
            status: status.as_u16(),
            detail: detail.as_ref().map(|detail| detail.0.as_str()),
        });
    }
    answer
}

//! What is answered where something is wrong (RFC 9457).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// A problem, as a document of the type `application/problem+json`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Problem {
    /// The HTTP status.
    pub(crate) status: u16,
    /// What sort of problem it is: the same for each of a sort.
    pub(crate) title: &'static str,
    /// What is wrong this time, and what to do.
    pub(crate) detail: String,
    /// Seconds after which to try again.
    #[serde(skip)]
    pub(crate) retry_after: Option<u64>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        Self { status: status.as_u16(), title, detail: detail.into(), retry_after: None }
    }

    /// The request is not what it should be.
    pub(crate) fn bad(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// There is no such thing.
    pub(crate) fn missing(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// It may go better later.
    pub(crate) fn later(status: StatusCode, seconds: u64, detail: impl Into<String>) -> Self {
        Self { retry_after: Some(seconds), ..Self::new(status, detail) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut answer = (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        if let Some(seconds) = self.retry_after {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            let realm = HeaderValue::from_static("Bearer realm=\"plimsoll\"");
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, realm);
        }
        answer
    }
}

impl From<plimsoll_monitor::Error> for Problem {
    fn from(error: plimsoll_monitor::Error) -> Self {
        use plimsoll_monitor::Error;
        match error {
            Error::UnknownSubject(_) => Self::missing(error.to_string()),
            Error::Query(_) => Self::bad(error.to_string()),
            Error::QueryTime(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()),
            Error::Limit { .. } => Self::new(StatusCode::PAYLOAD_TOO_LARGE, error.to_string()),
            Error::Full { .. } => Self::later(StatusCode::INSUFFICIENT_STORAGE, 60, error.to_string()),
            // Its text may name files of this machine, which are nobody's business.
            other => {
                eprintln!("plimsoll: {other}");
                Self::later(
                    StatusCode::SERVICE_UNAVAILABLE,
                    10,
                    "the store can't be used at the moment; the server's own output says why",
                )
            }
        }
    }
}

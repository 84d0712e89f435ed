//! Answers in JSON, with an ETag, a page at a time.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::problem::Problem;

/// A page of a list.
#[derive(Debug, Serialize)]
pub(crate) struct List<T> {
    pub(crate) value: Vec<T>,
    /// Where the next page is; none where this is the last.
    #[serde(rename = "nextLink", skip_serializing_if = "Option::is_none")]
    pub(crate) next_link: Option<String>,
}

/// The address of the next page: that of this one, with another value of `after`.
pub(crate) fn next_link(uri: &Uri, after: &str) -> String {
    let kept = uri.query().unwrap_or_default().split('&');
    let mut query: Vec<&str> = kept.filter(|pair| !pair.is_empty() && !pair.starts_with("after=")).collect();
    let after = format!("after={after}");
    query.push(&after);
    format!("{}?{}", uri.path(), query.join("&"))
}

/// A document; nothing where whoever asks has it already (RFC 9110, "If-None-Match").
pub(crate) fn json<T: Serialize>(asked: &HeaderMap, value: &T) -> Result<Response, Problem> {
    let body = serde_json::to_vec(value)
        .map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    Ok(tagged(asked, "application/json", body))
}

/// The same with a content type of one's own.
pub(crate) fn tagged(asked: &HeaderMap, content_type: &'static str, body: Vec<u8>) -> Response {
    let hash = Sha256::digest(&body);
    let hash: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{hash}\"");
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let is = |one: &str| one.trim() == "*" || one.trim().trim_start_matches("W/") == tag;
    let has = known.flat_map(|value| value.split(',')).any(is);
    let mut answer = match has {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => ([(header::CONTENT_TYPE, content_type)], Bytes::from(body)).into_response(),
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        answer.headers_mut().insert(header::ETAG, tag);
    }
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    answer
}

//! Answers in the API's own media types; problems in the form that it has for errors.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};

use super::media;
use crate::problem::Problem;

/// More than any problem says.
const LARGEST: usize = 64 << 10;

pub(super) fn document<T: Serialize>(
    status: StatusCode,
    media_type: &'static str,
    value: &T,
) -> Result<Response, Problem> {
    let body = serde_json::to_vec(value)
        .map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    Ok((status, [(header::CONTENT_TYPE, media_type)], body).into_response())
}

/// Whatever goes wrong on the way is said in the form that Harbor reads.
pub(crate) async fn as_harbor(request: Request, next: Next) -> Response {
    let ours = request.uri().path().starts_with("/harbor/");
    let answer = next.run(request).await;
    if !ours {
        return answer;
    }
    let kind = answer.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if kind != Some("application/problem+json") {
        return answer;
    }
    let (mut head, body) = answer.into_parts();
    let bytes = to_bytes(body, LARGEST).await.unwrap_or_default();
    let problem: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let message = problem.get("detail").and_then(Value::as_str).unwrap_or("it did not work");
    let body = json!({ "error": { "message": message } }).to_string();
    head.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media::ERROR));
    head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(head, Body::from(body))
}

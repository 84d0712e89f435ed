//! What registries post.

use std::sync::PoisonError;
use std::time::Instant;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use plimsoll_monitor::{JobKind, Store as _};
use plimsoll_registry::{EventError, EventLimits, decode};
use serde::Deserialize;
use serde_json::json;

use super::around::Detail;
use super::params::{Body, Params};
use crate::app::{App, now};
use crate::metrics::count;
use crate::problem::Problem;

/// Images whose way from event to assessment is measured at once.
const ARRIVALS: usize = 100_000;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/v1/events", post(take).options(validate))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct From {
    /// The registry that posts.
    registry: Option<String>,
}

/// Takes a message of any known form. What it tells is on the disk before the answer is given; what is no event of an
/// image is passed over, since a registry would only send it again.
async fn take(
    State(app): State<App>,
    Params(from): Params<From>,
    Body(body): Body,
) -> Result<Response, Problem> {
    let limits = EventLimits { body: app.config.limits.body, events: app.config.limits.events };
    let decoded = decode(&body, &limits).map_err(|error| match error {
        EventError::TooLarge { .. } | EventError::TooMany { .. } => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, error.to_string())
        }
        _ => Problem::bad(error.to_string()),
    })?;
    if let Some(code) = decoded.validation {
        return Ok(Json(json!({ "validationResponse": code })).into_response());
    }
    app.blocking(move |app| {
        let mut skipped: Vec<String> =
            decoded.skipped.iter().map(|skipped| format!("{}: {}", skipped.at, skipped.reason)).collect();
        let mut incoming = Vec::with_capacity(decoded.events.len());
        for event in decoded.events {
            match app.registries.incoming(event, from.registry.as_deref()) {
                Ok(one) => incoming.push(one),
                Err(why) => skipped.push(why),
            }
        }
        let arrived = Instant::now();
        let accepted = app.store.accept(&incoming, now(), &app.config.policy)?;
        if !accepted.jobs.is_empty() {
            let mut arrivals = app.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
            for job in accepted.jobs.iter().filter(|job| job.kind != JobKind::Rematch) {
                if arrivals.len() < ARRIVALS {
                    arrivals.entry(job.digest.clone()).or_insert(arrived);
                }
            }
            drop(arrivals);
            app.work.ring();
        }
        count(&app.metrics.events, accepted.new);
        count(&app.metrics.duplicates, accepted.duplicates);
        count(&app.metrics.skipped, skipped.len());
        let detail = format!(
            "{} new, {} known, {} passed over, {} queued",
            accepted.new,
            accepted.duplicates,
            skipped.len(),
            accepted.jobs.len()
        );
        skipped.truncate(100);
        let body = json!({
            "accepted": accepted.new,
            "duplicates": accepted.duplicates,
            "queued": accepted.jobs.len(),
            "skipped": skipped,
        });
        let mut answer = (StatusCode::ACCEPTED, Json(body)).into_response();
        answer.extensions_mut().insert(Detail(detail));
        Ok(answer)
    })
    .await
}

/// The handshake of CloudEvents ("HTTP 1.1 Web Hooks for Event Delivery", "Abuse Protection").
async fn validate(headers: HeaderMap) -> Response {
    let Some(origin) = headers.get("webhook-request-origin") else {
        return (StatusCode::NO_CONTENT, [("allow", "POST, OPTIONS")]).into_response();
    };
    let mut answer = (StatusCode::OK, [("allow", "POST, OPTIONS")]).into_response();
    answer.headers_mut().insert(HeaderName::from_static("webhook-allowed-origin"), origin.clone());
    if let Some(rate) = headers.get("webhook-request-rate") {
        // Whatever it wants: there is a limit of our own.
        let rate = HeaderValue::from_bytes(rate.as_bytes()).unwrap_or(HeaderValue::from_static("*"));
        answer.headers_mut().insert(HeaderName::from_static("webhook-allowed-rate"), rate);
    }
    answer
}

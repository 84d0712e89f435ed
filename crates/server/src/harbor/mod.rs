//! Harbor's scanner adapter API, versions 1.0 to 1.2 ("Pluggable Scanner Spec"): Harbor asks for the scan of an image,
//! lends the credentials to read it, and comes back for the report.

mod answer;
mod media;
mod metadata;
mod report;
mod request;
mod scans;
mod work;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::json;

use crate::app::App;
use crate::problem::Problem;
use crate::route::params::Body;

pub(crate) use answer::as_harbor;
pub(crate) use scans::Scans;
pub(crate) use work::run;

/// What only reads.
pub(crate) fn reading() -> Router<App> {
    Router::new()
        .route("/harbor/api/v1/metadata", get(metadata::metadata))
        .route("/harbor/api/v1/scan/{id}/report", get(report::report))
}

/// What asks for work.
pub(crate) fn writing() -> Router<App> {
    Router::new().route("/harbor/api/v1/scan", post(scan))
}

/// Takes a request into the queue. The same request gets the same id as long as its answer is kept.
async fn scan(State(app): State<App>, headers: HeaderMap, Body(body): Body) -> Result<Response, Problem> {
    let wanted = request::read(&app, &headers, &body)?;
    let id = app.harbor.add(wanted)?;
    answer::document(StatusCode::ACCEPTED, media::RESPONSE, &json!({ "id": id }))
}

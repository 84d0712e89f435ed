//! The images that were scanned for the first time.

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use plimsoll_monitor::Store as _;
use serde::Deserialize;

use super::answer::{List, json};
use super::params::{Params, period};
use crate::app::App;
use crate::problem::Problem;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/v1/usage", get(usage))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    /// From when. Default: 30 days ago.
    from: Option<String>,
    /// Until before when. Default: now.
    to: Option<String>,
}

async fn usage(
    State(app): State<App>,
    headers: HeaderMap,
    Params(asked): Params<Asked>,
) -> Result<Response, Problem> {
    let (from, to) = period(asked.from.as_deref(), asked.to.as_deref(), 30)?;
    app.blocking(move |app| json(&headers, &List { value: app.store.usage(from, to)?, next_link: None }))
        .await
}

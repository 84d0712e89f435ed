//! How the images of a scope fare.

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use plimsoll::Digest;
use plimsoll_monitor::{Scope, Store as _};
use serde::Deserialize;

use super::answer::json;
use super::params::Params;
use crate::app::App;
use crate::problem::Problem;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/v1/score", get(score))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    organisation: Option<String>,
    registry: Option<String>,
    project: Option<String>,
    repository: Option<String>,
    digest: Option<Digest>,
    max: Option<u32>,
}

async fn score(
    State(app): State<App>,
    headers: HeaderMap,
    Params(asked): Params<Asked>,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let max = asked.max.unwrap_or(app.config.score_max);
        let scope = Scope {
            organisation: asked.organisation,
            registry: asked.registry,
            project: asked.project,
            repository: asked.repository,
            digest: asked.digest,
        };
        json(&headers, &app.store.score(&scope, max)?)
    })
    .await
}

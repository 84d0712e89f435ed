//! How the images of a scope fare, and have fared.

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use plimsoll::Digest;
use plimsoll_monitor::{Scope, Store as _};
use serde::Deserialize;

use super::answer::{List, json};
use super::params::{Params, period};
use crate::app::App;
use crate::problem::Problem;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/v1/score", get(score)).route("/v1/score/history", get(history))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    organisation: Option<String>,
    registry: Option<String>,
    project: Option<String>,
    repository: Option<String>,
    digest: Option<Digest>,
    /// What it is out of.
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

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Since {
    organisation: Option<String>,
    registry: Option<String>,
    project: Option<String>,
    repository: Option<String>,
    /// What it is out of.
    max: Option<u32>,
    /// From when. Default: 90 days ago.
    from: Option<String>,
    /// Until before when. Default: now.
    to: Option<String>,
}

async fn history(
    State(app): State<App>,
    headers: HeaderMap,
    Params(asked): Params<Since>,
) -> Result<Response, Problem> {
    let (from, to) = period(asked.from.as_deref(), asked.to.as_deref(), 90)?;
    app.blocking(move |app| {
        let max = asked.max.unwrap_or(app.config.score_max);
        let scope = Scope {
            organisation: asked.organisation,
            registry: asked.registry,
            project: asked.project,
            repository: asked.repository,
            digest: None,
        };
        json(&headers, &List { value: app.store.scores(&scope, from, to, max)?, next_link: None })
    })
    .await
}

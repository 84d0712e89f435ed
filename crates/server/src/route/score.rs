//! How the images of a scope fare.

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use plimsoll::Digest;
use plimsoll_monitor::{DAY, Scope, Store as _};
use serde::Deserialize;
use serde_json::Value;

use super::answer::json;
use super::params::{Params, instant};
use super::query;
use crate::app::{App, now};
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
    /// As the view `scores` writes it. Default: everything.
    scope: String,
    /// From when. Default: 90 days ago.
    from: Option<String>,
    /// Until before when. Default: now.
    to: Option<String>,
}

/// How a scope fared over time: a row wherever that changed, the first of them before the beginning.
async fn history(
    State(app): State<App>,
    headers: HeaderMap,
    Params(asked): Params<Since>,
) -> Result<Response, Problem> {
    const SQL: &str = "SELECT at, healthy, exempt, unhealthy, not_applicable, score FROM scores
        WHERE scope = :scope AND at < :to
            AND at >= ifnull((SELECT max(at) FROM scores WHERE scope = :scope AND at <= :from), :from) ORDER BY at";
    let to = asked.to.map_or(Ok(now().saturating_add(1)), |text| instant("to", &text))?;
    let from = asked.from.map_or(Ok(to.saturating_sub(90 * DAY)), |text| instant("from", &text))?;
    app.blocking(move |app| {
        let parameters: Vec<(String, Value)> = vec![
            ("scope".into(), asked.scope.into()),
            ("from".into(), from.into()),
            ("to".into(), to.into()),
        ];
        json(&headers, &query::ask(app, SQL, parameters)?)
    })
    .await
}

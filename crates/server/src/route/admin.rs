//! What the server is told to do.

use std::sync::PoisonError;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use plimsoll_monitor::{Reassessed, Store as _};
use serde::Deserialize;

use super::params::Params;
use crate::app::{App, now};
use crate::problem::Problem;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/v1/admin/reassess", post(reassess)).route("/v1/admin/list", post(list))
}

/// Looks for new advisories and rules now, and carries what there is to every image.
async fn reassess(State(app): State<App>) -> Result<Json<Reassessed>, Problem> {
    app.blocking(|app| {
        app.look.ring();
        let done = app.judge(|judge| app.store.reassess(judge, now()))?;
        app.news.ring();
        Ok(Json(done))
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    registry: String,
}

/// Lists a registry now.
async fn list(State(app): State<App>, Params(which): Params<Which>) -> Result<StatusCode, Problem> {
    let Some(registry) = app.config.registry(&which.registry) else {
        return Err(Problem::missing(format!("{:?} is none of the configured registries", which.registry)));
    };
    app.to_list.lock().unwrap_or_else(PoisonError::into_inner).push(registry.host.clone());
    app.list.ring();
    Ok(StatusCode::ACCEPTED)
}

//! Whether an image may run.

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use plimsoll::Digest;
use plimsoll_monitor::{AdmissionPolicy, Decision, Store as _};
use serde::Deserialize;

use super::params::{Document, Named, Object};
use crate::app::{App, now};
use crate::problem::Problem;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/v1/admission/{digest}", get(by_default)).route("/v1/admission", post(by_policy))
}

async fn by_default(State(app): State<App>, Named(digest): Named) -> Result<Json<Decision>, Problem> {
    decide(app, digest, None).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    digest: Digest,
    /// Default: the server's own.
    #[serde(default)]
    policy: Option<Object<AdmissionPolicy>>,
}

async fn by_policy(
    State(app): State<App>,
    Document(Object(asked)): Document<Object<Asked>>,
) -> Result<Json<Decision>, Problem> {
    decide(app, asked.digest, asked.policy.map(|Object(policy)| policy)).await
}

async fn decide(
    app: App,
    digest: Digest,
    policy: Option<AdmissionPolicy>,
) -> Result<Json<Decision>, Problem> {
    app.blocking(move |app| {
        let policy = policy.as_ref().unwrap_or(&app.config.admission);
        Ok(Json(app.store.decide(&digest, policy, now())?))
    })
    .await
}

//! How much there is, and how it goes.

use std::sync::PoisonError;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use plimsoll_monitor::Store as _;
use serde_json::{Value, json};

use crate::app::App;
use crate::problem::Problem;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/v1/status", get(status))
}

async fn status(State(app): State<App>) -> Result<Json<Value>, Problem> {
    app.blocking(|app| {
        let status = app.store.status()?;
        let by = app.by.read().unwrap_or_else(PoisonError::into_inner);
        let (rules, trouble) = (by.rules.len(), by.trouble.clone());
        let advisories = by.advisories.clone();
        drop(by);
        let listed = app.listed.lock().unwrap_or_else(PoisonError::into_inner);
        let (requests, bytes) = app.registries.moved();
        Ok(Json(json!({
            "version": env!("CARGO_PKG_VERSION"),
            "store": status,
            "advisories": advisories.counted()?,
            "rules": rules,
            "trouble": trouble,
            "registries": { "requests": requests, "bytes": bytes, "listings": *listed },
        })))
    })
    .await
}

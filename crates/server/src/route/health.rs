//! Whether the server lives, and whether it can do what it is for. For everyone: load balancers have no tokens.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use plimsoll_monitor::{Filter, Store as _};

use crate::app::App;
use crate::problem::Problem;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/healthz", get(async || "ok\n")).route("/readyz", get(ready))
}

async fn ready(State(app): State<App>) -> Result<&'static str, Problem> {
    app.blocking(|app| {
        if app.is_stopping() {
            return Err(Problem::later(StatusCode::SERVICE_UNAVAILABLE, 10, "the server is stopping"));
        }
        app.store.images(&Filter { limit: Some(1), ..Filter::default() })?;
        Ok("ready\n")
    })
    .await
}

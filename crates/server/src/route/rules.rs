//! The rules that disable findings.

use std::sync::PoisonError;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};

use super::answer;
use crate::app::App;
use crate::problem::Problem;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/v1/rules", get(rules))
}

async fn rules(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let by = app.by.read().unwrap_or_else(PoisonError::into_inner);
        let value: Vec<Value> = by
            .rules
            .rules()
            .map(|rule| {
                json!({
                    "id": rule.id,
                    "reason": rule.reason,
                    "expires": rule.expires.map(|day| day.to_string()),
                })
            })
            .collect();
        let document = json!({
            "value": value,
            "toml": by.rules.to_toml(),
            "remarks": by.rules.remarks().iter().map(ToString::to_string).collect::<Vec<_>>(),
            "trouble": by.trouble,
        });
        answer::json(&headers, &document)
    })
    .await
}

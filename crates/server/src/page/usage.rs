//! The images that were scanned for the first time in a period.

use axum::extract::State;
use axum::response::Html;
use plimsoll_monitor::{DAY, Store as _};
use serde::Deserialize;
use serde_json::json;

use super::render;
use crate::app::{App, now};
use crate::problem::Problem;
use crate::route::params::{Params, instant};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    from: String,
    to: String,
}

/// The beginning of a day.
fn read(name: &str, text: &str) -> Result<Option<i64>, Problem> {
    match text.trim() {
        "" => Ok(None),
        text if text.len() == 10 => instant(name, &format!("{text}T00:00:00Z")).map(Some),
        _ => Err(Problem::bad(format!("{name}: {text:?} is no day; expected 2026-01-31"))),
    }
}

pub(super) async fn show(
    State(app): State<App>,
    Params(asked): Params<Asked>,
) -> Result<Html<String>, Problem> {
    // The last day is part of the period.
    let to = read("to", &asked.to)?.map(|at| at.saturating_add(DAY)).unwrap_or_else(now);
    let from = read("from", &asked.from)?.unwrap_or_else(|| to.saturating_sub(30 * DAY));
    app.blocking(move |app| {
        let usage = app.store.usage(from, to)?;
        let total: u64 = usage.iter().map(|one| one.images).sum();
        let context = json!({
            "here": "usage", "usage": usage, "total": total, "from": from, "to": to,
            "asked": { "from": asked.from, "to": asked.to },
        });
        render::page(app, "usage.html", context)
    })
    .await
}

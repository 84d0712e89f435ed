//! For Prometheus (text format, version 0.0.4).

use std::fmt::Write;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use plimsoll_monitor::Store as _;

use crate::app::App;
use crate::problem::Problem;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/metrics", get(metrics))
}

async fn metrics(State(app): State<App>) -> Result<impl IntoResponse, Problem> {
    let text = app
        .blocking(|app| {
            let mut out = String::new();
            app.metrics.write(&mut out);
            let status = app.store.status()?;
            let (requests, bytes) = app.registries.moved();
            let mut value = |name: &str, kind: &str, help: &str, value: u64| {
                let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
            };
            value("plimsoll_images", "gauge", "Images and indexes that are known.", status.subjects);
            value("plimsoll_images_scanned", "gauge", "Images that were scanned.", status.scanned);
            value("plimsoll_packages", "gauge", "Distinct packages.", status.packages);
            value("plimsoll_jobs", "gauge", "Jobs that wait or run.", status.jobs);
            value("plimsoll_store_bytes", "gauge", "Bytes of the store.", status.size);
            value(
                "plimsoll_advisory_generation",
                "gauge",
                "The advisories that images are assessed by.",
                status.generation,
            );
            value("plimsoll_notifications", "gauge", "The last notification's number.", status.sequence);
            value("plimsoll_registry_requests_total", "counter", "Requests to registries.", requests);
            value("plimsoll_registry_bytes_total", "counter", "Bytes that were read from registries.", bytes);
            let _ = writeln!(
                out,
                "# HELP plimsoll_subscriber_lag Notifications that a subscriber has not taken yet.\n\
                 # TYPE plimsoll_subscriber_lag gauge"
            );
            for (name, taken) in &status.subscribers {
                let name = name.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
                let lag = status.sequence.saturating_sub(*taken);
                let _ = writeln!(out, "plimsoll_subscriber_lag{{subscriber=\"{name}\"}} {lag}");
            }
            Ok(out)
        })
        .await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text))
}

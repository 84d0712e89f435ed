//! What images come to.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use plimsoll::{Assessment, Digest};
use plimsoll_monitor::{Counts, Image, Millis, ScanState, Store as _};
use serde::Serialize;

use super::answer::{List, json, next_link};
use super::images::Asked;
use super::params::Params;
use crate::app::App;
use crate::problem::Problem;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/v1/assessments", get(list))
}

#[derive(Debug, Serialize)]
struct Assessed {
    digest: Digest,
    scan: ScanState,
    #[serde(skip_serializing_if = "Option::is_none")]
    assessment: Option<Assessment>,
    counts: Counts,
    /// The generation of the advisories.
    generation: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_match: Option<Millis>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<String>,
}

impl From<Image> for Assessed {
    fn from(image: Image) -> Self {
        Self {
            digest: image.digest,
            scan: image.scan,
            assessment: image.assessment,
            counts: image.counts,
            generation: image.generation,
            last_match: image.last_match,
            reasons: image.reasons,
        }
    }
}

async fn list(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    Params(asked): Params<Asked>,
) -> Result<Response, Problem> {
    let filter = asked.filter()?;
    app.blocking(move |app| {
        let page = app.store.images(&filter)?;
        let next_link = page.next.map(|after| next_link(&uri, &after.to_string()));
        let value: Vec<Assessed> = page.images.into_iter().map(Assessed::from).collect();
        json(&headers, &List { value, next_link })
    })
    .await
}

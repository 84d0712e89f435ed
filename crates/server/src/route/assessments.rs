//! What images come to.

use axum::Router;
use axum::routing::get;
use plimsoll::{Assessment, Digest};
use plimsoll_monitor::{Counts, Image, Millis, ScanState};
use serde::Serialize;

use super::images::list;
use crate::app::App;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/v1/assessments", get(list::<Assessed>))
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

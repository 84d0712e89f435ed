//! What the scanner can do.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde_json::json;

use super::answer::document;
use super::media::{IMAGES, Kind, METADATA, METADATA_1_0, Media, SBOMS};
use crate::app::App;
use crate::problem::Problem;

/// Scanners of API 1.0 and 1.1 have capabilities without a type, and bills of materials not at all; Harbor passes over
/// what it does not know, so that the newest form is for all.
pub(super) async fn metadata(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let old = accept.split(',').filter_map(Media::parse).next().is_some_and(|first| {
        Media::parse(METADATA_1_0).is_some_and(|own| own.name == first.name && own.version == first.version)
    });
    app.blocking(move |app| {
        let by = app.by.read().unwrap_or_else(std::sync::PoisonError::into_inner).advisories.clone();
        let status = by.status().map_err(|error| {
            crate::app::complain(&error.to_string());
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the advisories can't be read")
        })?;
        let newest = status.ecosystems.into_iter().filter_map(|ecosystem| ecosystem.newest).max();
        let imported = status.generation.and_then(|generation| generation.at);
        let mut properties = json!({ "harbor.scanner-adapter/scanner-type": "os-package-vulnerability" });
        // Harbor reads it as an instant, or not at all.
        let instant = imported.into_iter().chain(newest).find(|text| plimsoll_registry::from_rfc3339(text).is_some());
        if let (Some(instant), Some(properties)) = (instant, properties.as_object_mut()) {
            properties.insert("harbor.scanner-adapter/vulnerability-database-updated-at".to_owned(), instant.into());
        }
        let vulnerabilities: Vec<&str> =
            Kind::ALL.into_iter().filter(|kind| *kind != Kind::Sbom).map(Kind::media_type).collect();
        let value = json!({
            "scanner": scanner(),
            "capabilities": [
                { "type": "vulnerability", "consumes_mime_types": IMAGES, "produces_mime_types": vulnerabilities },
                { "type": "sbom", "consumes_mime_types": IMAGES, "produces_mime_types": [Kind::Sbom.media_type()],
                  "additional_attributes": { "sbom_media_types": SBOMS } },
            ],
            "properties": properties,
        });
        document(StatusCode::OK, if old { METADATA_1_0 } else { METADATA }, &value)
    })
    .await
}

pub(super) fn scanner() -> serde_json::Value {
    json!({ "name": "Plimsoll", "vendor": "Plimsoll", "version": env!("CARGO_PKG_VERSION") })
}

//! What a scan came to, in the form that is asked for.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use plimsoll::Report;
use plimsoll::stages::report::{Format, Options};
use plimsoll_monitor::ScanState;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::document;
use super::media::{Kind, SBOMS};
use super::metadata::scanner;
use super::request::Wanted;
use super::scans::State as Progress;
use crate::app::{App, now};
use crate::problem::Problem;
use crate::route::params::Params;

/// Seconds after which to ask again. Most images take less.
const AGAIN: u64 = 1;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    sbom_media_type: Option<String>,
}

pub(super) async fn report(
    State(app): State<App>,
    Path(id): Path<String>,
    Params(asked): Params<Asked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Some((wanted, progress)) = app.harbor.find(&id) else {
        return Err(Problem::missing("there is no such scan; ask for a new one"));
    };
    let accept: Vec<&str> =
        headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let accept = (!accept.is_empty()).then(|| accept.join(","));
    let Some(kind) = Kind::accepted(accept.as_deref()) else {
        return Err(Problem::new(
            StatusCode::NOT_IMPLEMENTED,
            "there is no report of the media type that is asked for",
        ));
    };
    // A plus that was not escaped has become a space on the way.
    let form = asked.sbom_media_type.map(|text| text.replace(' ', "+"));
    let sbom = match (kind, form) {
        (Kind::Sbom, Some(form)) if SBOMS.contains(&form.as_str()) => Some(form),
        (Kind::Sbom, _) => {
            return Err(Problem::bad(format!(
                "say which bill of materials: sbom_media_type={}",
                SBOMS.join(" or ")
            )));
        }
        _ => None,
    };
    match progress {
        Progress::Waiting | Progress::Running => {
            let again = AGAIN.to_string();
            let place = format!("/harbor/api/v1/scan/{id}/report");
            Ok((StatusCode::FOUND, [("refresh-after", again), ("location", place)]).into_response())
        }
        Progress::Failed(why) => {
            Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, plimsoll::clean(&why).to_string()))
        }
        Progress::Done => app.blocking(move |app| answer(app, &wanted, kind, sbom.as_deref())).await,
    }
}

fn answer(app: &App, wanted: &Wanted, kind: Kind, sbom: Option<&str>) -> Result<Response, Problem> {
    let (detail, mut report) = crate::stored::report(app, &wanted.digest)?;
    // A report without findings would look as if there were none.
    if matches!(detail.image.scan, ScanState::Failed | ScanState::Unsupported) {
        return Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail.image.reasons.join("; ")));
    }
    // The image may have other names: this one was asked for.
    report.image.tags.clear();
    report.image.name = match &wanted.tag {
        Some(tag) => format!("{}:{tag}", wanted.place),
        None => wanted.place.to_string(),
    };
    let time = plimsoll_registry::to_rfc3339(now());
    let artifact = json!({
        "repository": wanted.place.repository,
        "digest": wanted.digest,
        // A string, in every version of the API.
        "tag": wanted.tag.as_deref().unwrap_or_default(),
        "mime_type": wanted.media_type,
    });
    let value = match (kind, sbom) {
        (Kind::Raw, _) => written(&report, "json", &time)?,
        (Kind::Sbom, sbom) => {
            let id = if sbom == Some("application/spdx+json") { "spdx" } else { "cyclonedx" };
            // A bill of materials says what there is, and nothing of what is wrong with it.
            let bare = Report { findings: Vec::new(), ..report };
            json!({
                "generated_at": time,
                "artifact": artifact,
                "scanner": scanner(),
                "vendor_attributes": {},
                "media_type": sbom,
                "sbom": written(&bare, id, &time)?,
            })
        }
        (Kind::Harbor | Kind::Vulnerabilities, _) => {
            let mut value = written(&report, "harbor", &time)?;
            if let Some(object) = value.as_object_mut() {
                object.insert("generated_at".to_owned(), time.into());
                object.insert("artifact".to_owned(), artifact);
            }
            value
        }
    };
    document(StatusCode::OK, kind.media_type(), &value)
}

fn written(report: &Report, format: &str, time: &str) -> Result<Value, Problem> {
    let wrong =
        |why: &dyn std::fmt::Display| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, why.to_string());
    let format = Format::find(format).ok_or_else(|| wrong(&"there is no such format"))?;
    let options = Options { time: Some(time.to_owned()), ..Options::default() };
    let mut bytes = Vec::new();
    format.write(report, &options, &mut bytes).map_err(|error| wrong(&error))?;
    serde_json::from_slice(&bytes).map_err(|error| wrong(&error))
}

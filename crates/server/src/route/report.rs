//! The report of an image, in each form that reports have.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use plimsoll::Report;
use plimsoll::stages::report::{FORMATS, Format, Options};
use plimsoll_monitor::{ImageDetail, ScanState};
use serde::Deserialize;

use super::answer::tagged;
use super::params::{Named, Params};
use crate::app::{App, Shared};
use crate::problem::Problem;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/v1/images/{digest}/report", get(report))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    format: Option<String>,
}

async fn report(
    State(app): State<App>,
    headers: HeaderMap,
    Named(digest): Named,
    Params(asked): Params<Asked>,
) -> Result<Response, Problem> {
    let id = asked.format.as_deref().unwrap_or("json");
    let Some(format) = Format::find(id) else {
        let known: Vec<&str> = FORMATS.iter().map(|format| format.id).collect();
        return Err(Problem::bad(format!("there is no format of that name; there are {}", known.join(", "))));
    };
    app.blocking(move |app| {
        let (detail, report) = of_image(app, &digest)?;
        let mut body = Vec::new();
        // The time is that of the image's own last change, so that the same report has the same bytes.
        let time = detail.image.last_match.map(plimsoll_registry::to_rfc3339);
        let options = Options { time, ..Options::default() };
        format
            .write(&report, &options, &mut body)
            .map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
        let mut answer = tagged(&headers, format.media_type, body);
        let hex = digest.hex().chars().take(12).collect::<String>();
        let name = format!("attachment; filename=\"{hex}.{}\"", format.extension);
        if let Ok(name) = HeaderValue::from_str(&name) {
            answer.headers_mut().insert(header::CONTENT_DISPOSITION, name);
        }
        Ok(answer)
    })
    .await
}

/// The report of an image that was scanned.
pub(crate) fn of_image(app: &Shared, digest: &plimsoll::Digest) -> Result<(ImageDetail, Report), Problem> {
    let (detail, report) = crate::stored::report(app, digest)?;
    let conflict = |why: String| Err(Problem::new(StatusCode::CONFLICT, why));
    if detail.image.index {
        let images: Vec<String> = detail.images.iter().map(ToString::to_string).collect();
        return conflict(format!("it is an index: ask for one of its images: {}", images.join(", ")));
    }
    match detail.image.scan {
        ScanState::Done | ScanState::Unsupported => Ok((detail, report)),
        ScanState::Failed => conflict(format!("it could not be read: {}", detail.image.reasons.join("; "))),
        _ => conflict("it was not scanned yet".to_owned()),
    }
}

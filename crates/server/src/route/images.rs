//! Images: lists and single ones.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use plimsoll::{Assessment, Severity};
use plimsoll_monitor::{Filter, ScanState, Store as _};
use serde::Deserialize;

use super::answer::{List, json, next_link};
use super::params::{Named, Params, instant};
use crate::app::App;
use crate::problem::Problem;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/v1/images", get(list)).route("/v1/images/{digest}", get(one))
}

/// As [`Filter`].
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Asked {
    assessment: Option<Assessment>,
    scan: Option<ScanState>,
    at_least: Option<Severity>,
    registry: Option<String>,
    repository: Option<String>,
    tag: Option<String>,
    vulnerability: Option<String>,
    package: Option<String>,
    pulled_since: Option<String>,
    tagged: Option<bool>,
    after: u64,
    limit: Option<u32>,
}

impl Asked {
    pub(crate) fn filter(self) -> Result<Filter, Problem> {
        let since = self.pulled_since.map(|text| instant("pulled_since", &text)).transpose()?;
        Ok(Filter {
            assessment: self.assessment,
            scan: self.scan,
            at_least: self.at_least,
            registry: self.registry,
            repository: self.repository,
            tag: self.tag,
            vulnerability: self.vulnerability,
            package: self.package,
            pulled_since: since,
            tagged: self.tagged,
            after: self.after,
            limit: self.limit,
        })
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
        json(&headers, &List { value: page.images, next_link })
    })
    .await
}

async fn one(State(app): State<App>, headers: HeaderMap, Named(digest): Named) -> Result<Response, Problem> {
    app.blocking(move |app| match app.store.image(&digest)? {
        Some(detail) => json(&headers, &detail),
        None => {
            Err(Problem::missing(format!("{digest} is not known: no event and no listing has told of it")))
        }
    })
    .await
}

//! Images: lists and single ones.

use std::num::NonZeroU32;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use plimsoll::{Assessment, Severity};
use plimsoll_monitor::{Error, Filter, Image, ScanState, Store as _};
use serde::{Deserialize, Serialize};

use super::answer::{List, json, next_link};
use super::params::{Named, Params, instant};
use crate::app::App;
use crate::problem::Problem;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/v1/images", get(list::<Image>)).route("/v1/images/{digest}", get(one))
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
    repository_part: Option<String>,
    tag: Option<String>,
    vulnerability: Option<String>,
    package: Option<String>,
    pulled_since: Option<String>,
    tagged: Option<bool>,
    after: u64,
    limit: Option<NonZeroU32>,
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
            repository_part: self.repository_part,
            tag: self.tag,
            vulnerability: self.vulnerability,
            package: self.package,
            pulled_since: since,
            tagged: self.tagged,
            after: self.after,
            limit: self.limit.map(NonZeroU32::get),
        })
    }
}

/// A page of images, each as `T` shows it.
pub(super) async fn list<T: From<Image> + Serialize>(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    Params(asked): Params<Asked>,
) -> Result<Response, Problem> {
    let filter = asked.filter()?;
    app.blocking(move |app| {
        let page = app.store.images(&filter)?;
        let next_link = page.next.map(|after| next_link(&uri, &after.to_string()));
        let value: Vec<T> = page.images.into_iter().map(T::from).collect();
        json(&headers, &List { value, next_link })
    })
    .await
}

async fn one(State(app): State<App>, headers: HeaderMap, Named(digest): Named) -> Result<Response, Problem> {
    app.blocking(move |app| match app.store.image(&digest)? {
        Some(detail) => json(&headers, &detail),
        None => Err(Error::UnknownSubject(digest).into()),
    })
    .await
}

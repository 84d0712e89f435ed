//! The findings of an image, and what to do about them.

use std::num::NonZeroU32;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use plimsoll::Severity;
use plimsoll_monitor::{Found, Occurrence, Store as _};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answer::{self, List, next_link};
use super::params::{Named, Params};
use super::query;
use crate::app::App;
use crate::problem::Problem;
use crate::stored;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/v1/findings", get(everywhere))
        .route("/v1/images/{digest}/findings", get(findings))
        .route("/v1/images/{digest}/plan", get(plan))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    at_least: Option<Severity>,
    fixable: Option<bool>,
    disabled: Option<bool>,
}

impl Asked {
    fn wants(&self, found: &Found) -> bool {
        let finding = &found.finding;
        self.at_least.is_none_or(|least| finding.severity >= least)
            && self.fixable.is_none_or(|fixable| fixable != finding.fixed_versions.is_empty())
            && self.disabled.is_none_or(|disabled| disabled == finding.disabled.is_some())
    }
}

async fn findings(
    State(app): State<App>,
    headers: HeaderMap,
    Named(digest): Named,
    Params(asked): Params<Asked>,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let mut value = app.store.findings(&digest)?;
        value.retain(|found| asked.wants(found));
        answer::json(&headers, &List { value, next_link: None })
    })
    .await
}

/// What to do about an image: the plan of its report and its page.
async fn plan(State(app): State<App>, headers: HeaderMap, Named(digest): Named) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let (_, report) = stored::report(app, &digest)?;
        answer::json(&headers, &report.plan)
    })
    .await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Everywhere {
    /// By any of its ids.
    vulnerability: String,
    /// The image and the finding that the page before ended with: `12-345`.
    #[serde(default)]
    after: Option<String>,
    #[serde(default)]
    limit: Option<NonZeroU32>,
}

/// The findings of a vulnerability in all images.
async fn everywhere(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    Params(asked): Params<Everywhere>,
) -> Result<Response, Problem> {
    // Each is looked up by its numbers, in the order in which they are given.
    const SQL: &str = "SELECT f.* FROM json_each(:found) j CROSS JOIN findings f
        ON f.image = json_extract(j.value, '$[0]') AND f.finding = json_extract(j.value, '$[1]') ORDER BY j.key";
    let after = asked.after.as_deref().unwrap_or("0-0");
    let pair = after.split_once('-').and_then(|(image, finding)| {
        Some(Occurrence { image: image.parse().ok()?, finding: finding.parse().ok()? })
    });
    let Some(after) = pair else {
        return Err(Problem::bad("after: expected what a page's nextLink says"));
    };
    let limit = asked.limit.map_or(100, NonZeroU32::get).min(1000);
    app.blocking(move |app| {
        let page = app.store.vulnerable(&asked.vulnerability, after, limit as usize)?;
        let found: Vec<_> = page.findings.iter().map(|at| (at.image, at.finding)).collect();
        let answers = query::ask(app, SQL, vec![("found".into(), json!(found).to_string().into())])?;
        let object = |row: Vec<Value>| answers.columns.iter().cloned().zip(row).collect::<Map<_, _>>();
        let value: Vec<Map<String, Value>> = answers.rows.into_iter().map(object).collect();
        // Where there are more rows than one answer may have, the next page goes on after the last.
        let last = value.last().filter(|_| answers.truncated);
        let next_link = match (last, page.next) {
            (Some(last), _) => Some(next_link(&uri, &format!("{}-{}", last["image"], last["finding"]))),
            (None, next) => next.map(|at| next_link(&uri, &format!("{}-{}", at.image, at.finding))),
        };
        answer::json(&headers, &List { value, next_link })
    })
    .await
}

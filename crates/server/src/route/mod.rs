//! What can be asked: one file for each group of resources.

mod admin;
mod admission;
pub(crate) mod answer;
pub(crate) mod around;
mod assessments;
mod events;
mod findings;
mod health;
mod images;
mod metrics;
mod openapi;
pub(crate) mod params;
pub(crate) mod query;
pub(crate) mod report;
mod rules;
mod score;
mod status;
mod subassessments;
mod usage;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{from_fn, from_fn_with_state};

use crate::app::App;
use crate::auth;
use crate::config::Scope;
use crate::harbor;
use crate::page;
use crate::problem::Problem;

/// Everything, each group behind the scope that it needs.
pub(crate) fn router(app: &App) -> Router {
    let behind = |scope: Scope, routes: Router<App>| {
        routes.route_layer(from_fn_with_state((app.clone(), scope), auth::require))
    };
    let read = Router::new()
        .merge(images::routes())
        .merge(findings::routes())
        .merge(assessments::routes())
        .merge(report::routes())
        .merge(subassessments::routes())
        .merge(rules::routes())
        .merge(score::routes())
        .merge(query::routes())
        .merge(usage::routes())
        .merge(admission::routes())
        .merge(status::routes())
        .merge(metrics::routes());
    Router::new()
        .merge(health::routes())
        .merge(openapi::routes())
        .merge(behind(Scope::Events, events::routes()))
        .merge(behind(Scope::Read, harbor::reading()))
        .merge(page::open())
        .merge(behind(Scope::Read, page::reading()))
        .merge(behind(Scope::Write, harbor::writing()))
        .merge(behind(Scope::Read, read))
        .merge(behind(Scope::Admin, admin::routes()))
        .fallback(unknown)
        .method_not_allowed_fallback(not_allowed)
        .layer(from_fn_with_state(app.clone(), around::all))
        .layer(from_fn(harbor::as_harbor))
        .layer(from_fn_with_state(app.clone(), page::around))
        .layer(DefaultBodyLimit::max(app.config.limits.body))
        .with_state(app.clone())
}

async fn unknown(uri: Uri) -> Problem {
    Problem::missing(format!("there is nothing at {}", uri.path()))
}

async fn not_allowed(method: Method, uri: Uri) -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, format!("{} does not take {method}", uri.path()))
}

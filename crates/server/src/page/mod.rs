//! Pages for people: rendered here, without a script, and with nothing from elsewhere.

mod image;
mod images;
mod link;
mod queries;
mod render;
mod rules;
mod score;
pub(crate) mod session;
mod usage;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use plimsoll::stages::report::STYLE_SHEET;
use serde_json::{Value, json};

use crate::app::App;

pub(crate) use render::Templates;
pub(crate) use session::Sessions;

/// What pages add to the style of reports.
const STYLE: &str = include_str!("page.css");
const ICON: &str = include_str!("icon.svg");
/// What a page may load and where its forms may go: here, and nowhere else.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

/// The pages that show what is known.
pub(crate) fn reading() -> Router<App> {
    Router::new()
        .route("/", get(images::list))
        .route("/ui/images/{digest}", get(image::one))
        .route("/ui/rules", get(rules::list))
        .route("/ui/score", get(score::show))
        .route("/ui/usage", get(usage::show))
        .route("/ui/queries", get(queries::ask))
}

/// What everyone may see.
pub(crate) fn open() -> Router<App> {
    Router::new()
        .route("/ui/login", get(session::form).post(session::log_in))
        .route("/ui/logout", post(session::log_out))
        .route("/ui/style.css", get(style))
        .route("/ui/icon.svg", get(icon))
}

async fn style() -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=300")];
    (headers, format!("{STYLE_SHEET}{STYLE}"))
}

async fn icon() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "max-age=86400")], ICON)
}

/// Around all pages: what browsers have to know, and problems in a form for people.
pub(crate) async fn around(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path != "/" && !path.starts_with("/ui/") {
        return next.run(request).await;
    }
    let login = session::login_for(&request);
    let mut answer = next.run(request).await;
    let is_problem =
        answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
    if is_problem && answer.status() == StatusCode::UNAUTHORIZED {
        answer = Redirect::to(&login).into_response();
    } else if is_problem {
        answer = explain(&app, answer).await;
    }
    let headers = answer.headers_mut();
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    answer
}

async fn explain(app: &App, answer: Response) -> Response {
    let (head, body) = answer.into_parts();
    let bytes = to_bytes(body, 64 << 10).await.unwrap_or_default();
    let problem: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let context = json!({ "title": problem["title"], "detail": problem["detail"], "bare": true });
    match render::page(app, "error.html", context) {
        Ok(page) => (head.status, page).into_response(),
        Err(problem) => problem.into_response(),
    }
}

//! Templates: what they are given is escaped, whatever it is.

use axum::http::StatusCode;
use axum::response::Html;
use minijinja::{AutoEscape, Environment, Value};
use plimsoll::stages::report::escape;
use serde_json::Value as Json;

use crate::app::Shared;
use crate::problem::Problem;

/// Every template, by its name.
const TEMPLATES: [(&str, &str); 9] = [
    ("base.html", include_str!("templates/base.html")),
    ("error.html", include_str!("templates/error.html")),
    ("image.html", include_str!("templates/image.html")),
    ("images.html", include_str!("templates/images.html")),
    ("login.html", include_str!("templates/login.html")),
    ("queries.html", include_str!("templates/queries.html")),
    ("rules.html", include_str!("templates/rules.html")),
    ("score.html", include_str!("templates/score.html")),
    ("usage.html", include_str!("templates/usage.html")),
];

/// The templates, read.
pub(crate) struct Templates(Environment<'static>);

impl Default for Templates {
    fn default() -> Self {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        // What no terminal should be shown does a page no good either: it turns texts round.
        environment.set_formatter(|out, state, value| match value.as_str() {
            Some(text) if !value.is_safe() => {
                // Lines are what some texts are made of.
                let lines: Vec<String> = text.split('\n').map(escape).collect();
                Ok(out.write_str(&lines.join("\n"))?)
            }
            _ => minijinja::escape_formatter(out, state, value),
        });
        environment.add_filter("at", at);
        environment.add_filter("short", short);
        for (name, text) in TEMPLATES {
            if let Err(error) = environment.add_template(name, text) {
                crate::app::complain(&format!("{name}: {error:#}"));
            }
        }
        Self(environment)
    }
}

/// An instant, to the minute.
fn at(millis: Option<i64>) -> Value {
    let Some(millis) = millis else { return Value::from("") };
    let whole = plimsoll_registry::to_rfc3339(millis);
    let shown = whole.get(..16).unwrap_or(&whole).replacen('T', " ", 1);
    // Digits and signs alone: nothing to escape.
    Value::from_safe_string(format!("<time datetime=\"{whole}\">{shown}</time>"))
}

/// The beginning of a digest, as people tell them apart.
fn short(digest: &str) -> String {
    let hex = digest.split_once(':').map_or(digest, |(_, hex)| hex);
    hex.chars().take(12).collect()
}

/// A page, with what all of them say.
pub(super) fn page(app: &Shared, template: &str, mut context: Json) -> Result<Html<String>, Problem> {
    let trouble = app.by.read().unwrap_or_else(std::sync::PoisonError::into_inner).trouble.clone();
    if let Some(context) = context.as_object_mut() {
        context.insert("trouble".to_owned(), trouble.into());
        context.insert("version".to_owned(), env!("CARGO_PKG_VERSION").into());
        context.insert("tokens".to_owned(), (!app.tokens.is_empty()).into());
    }
    let wrong = |error: &dyn std::fmt::Display| {
        crate::app::complain(&format!("{template}: {error:#}"));
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the page can't be made; the server's output says why",
        )
    };
    let context: Value = serde_json::from_value(context).map_err(|error| wrong(&error))?;
    let page = app.templates.0.get_template(template).and_then(|page| page.render(context));
    page.map(Html).map_err(|error| wrong(&error))
}

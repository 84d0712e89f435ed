//! Templates: what they are given is escaped, whatever it is.

use axum::http::StatusCode;
use axum::response::Html;
use minijinja::{AutoEscape, Environment, Value};
use plimsoll::clean;
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
                let lines: Vec<String> =
                    text.split('\n').map(|line| escape(&clean(line).to_string())).collect();
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

/// A text for any place in HTML where a text may stand, attributes in quotes included.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
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
    let wrong = |error: minijinja::Error| {
        crate::app::complain(&format!("{template}: {error:#}"));
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the page can't be made; the server's output says why",
        )
    };
    let template = app.templates.0.get_template(template).map_err(wrong)?;
    template.render(value(context)).map(Html).map_err(wrong)
}

/// The same value for a template.
fn value(json: Json) -> Value {
    match json {
        Json::Null => Value::from(()),
        Json::Bool(bool) => Value::from(bool),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::from(whole),
            (None, float) => Value::from(float.unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::from(text),
        Json::Array(items) => items.into_iter().map(value).collect(),
        Json::Object(members) => {
            Value::from_pairs(members.into_iter().map(|(key, member)| (key, value(member))))
        }
    }
}

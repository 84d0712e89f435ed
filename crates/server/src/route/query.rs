//! Questions in SQL, and those that are asked most.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use plimsoll_monitor::{Answers, QUESTIONS, QueryLimits, Question, VIEWS};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer;
use super::around::Detail;
use super::params::{Document, Object, Params, instant};
use crate::app::{App, Shared};
use crate::problem::Problem;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/query", get(asked).post(posted)).route("/query/{name}", get(named))
}

/// What one query may take, as the configuration says.
pub(crate) fn limits(app: &Shared) -> QueryLimits {
    QueryLimits {
        time: Duration::from_millis(app.config.limits.query_millis),
        rows: app.config.limits.query_rows,
        ..QueryLimits::default()
    }
}

/// With `sql` its answer; without it what there is to ask.
async fn asked(
    State(app): State<App>,
    headers: HeaderMap,
    Params(mut given): Params<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    match given.remove("sql") {
        Some(sql) => {
            let parameters = given.into_iter().map(|(name, text)| (name, read(&text))).collect();
            run(app, headers, sql, parameters).await
        }
        None if given.is_empty() => answer::json(&headers, &contents()),
        None => Err(Problem::bad("expected sql=SELECT …, with its parameters by their names")),
    }
}

/// A text that is a whole number is one.
fn read(text: &str) -> Value {
    text.parse::<i64>().map_or_else(|_| text.into(), Value::from)
}

fn contents() -> Value {
    let named = |all: &[(&str, &str)]| -> Vec<Value> {
        let one =
            |(name, about): &(&str, &str)| json!({ "name": name.trim_start_matches(':'), "about": about });
        all.iter().map(one).collect()
    };
    let question = |question: &Question| {
        json!({
            "name": question.name,
            "about": question.about,
            "sql": question.sql,
            "parameters": named(question.parameters),
            "link": format!("/query/{}", question.name),
        })
    };
    let view = |view: &plimsoll_monitor::View| json!({ "name": view.name, "about": view.about, "columns": named(view.columns) });
    json!({
        "questions": QUESTIONS.iter().map(question).collect::<Vec<_>>(),
        "views": VIEWS.iter().map(view).collect::<Vec<_>>(),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    sql: String,
    /// Without colons.
    #[serde(default)]
    parameters: BTreeMap<String, Value>,
}

async fn posted(
    State(app): State<App>,
    headers: HeaderMap,
    Document(Object(asked)): Document<Object<Asked>>,
) -> Result<Response, Problem> {
    run(app, headers, asked.sql, asked.parameters.into_iter().collect()).await
}

async fn named(
    State(app): State<App>,
    headers: HeaderMap,
    Path(name): Path<String>,
    Params(mut given): Params<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    let Some(question) = QUESTIONS.iter().find(|question| question.name == name) else {
        let names: Vec<&str> = QUESTIONS.iter().map(|question| question.name).collect();
        return Err(Problem::missing(format!(
            "there is no question {name:?}; there is {}",
            names.join(", ")
        )));
    };
    let mut parameters = Vec::with_capacity(question.parameters.len());
    for (name, about) in question.parameters {
        let name = name.trim_start_matches(':');
        let Some(text) = given.remove(name) else {
            return Err(Problem::bad(format!("the question needs {name}: {about}")));
        };
        let value = match about.starts_with("an instant") {
            true => instant(name, &text)?.into(),
            false => text.into(),
        };
        parameters.push((name.to_owned(), value));
    }
    if let Some(name) = given.keys().next() {
        return Err(Problem::bad(format!("the question has no parameter {name:?}")));
    }
    run(app, headers, question.sql.to_owned(), parameters).await
}

async fn run(
    app: App,
    headers: HeaderMap,
    sql: String,
    parameters: Vec<(String, Value)>,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let asked = ask(app, &sql, parameters);
        let mut answer = answer::json(&headers, &asked?)?;
        answer.extensions_mut().insert(Detail(sql));
        Ok(answer)
    })
    .await
}

/// Asks the store. Names are without colons.
pub(crate) fn ask(app: &Shared, sql: &str, parameters: Vec<(String, Value)>) -> Result<Answers, Problem> {
    let parameters: Vec<(String, Value)> =
        parameters.into_iter().map(|(name, value)| (format!(":{name}"), value)).collect();
    let borrowed: Vec<(&str, Value)> =
        parameters.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    Ok(app.store.query(sql, &borrowed, &limits(app))?)
}

//! Questions: those that are asked most, and one's own in SQL.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use plimsoll_monitor::{QUESTIONS, QueryLimits, VIEWS};
use serde_json::{Value, json};

use super::render;
use crate::app::{App, Shared};
use crate::problem::Problem;
use crate::route::around::Detail;
use crate::route::params::Params;

/// Rows that a page shows.
const ROWS: usize = 500;

pub(super) async fn ask(
    State(app): State<App>,
    Params(given): Params<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    let asked = given.get("sql").map(|sql| format!("query: {sql}"));
    let page = app.blocking(move |app| page(app, &given)).await?;
    let mut answer = page.into_response();
    if let Some(asked) = asked {
        answer.extensions_mut().insert(Detail(asked));
    }
    Ok(answer)
}

fn page(app: &Shared, given: &BTreeMap<String, String>) -> Result<Html<String>, Problem> {
    let text = |name: &str| given.get(name).map_or("", String::as_str);
    let question = QUESTIONS.iter().find(|question| question.name == text("question"));
    let sql = match question {
        Some(question) => question.sql,
        None => text("sql"),
    };
    let parameters: Vec<(&str, &str)> =
        question.map(|question| question.parameters.to_vec()).unwrap_or_default();
    let values: Vec<(&str, Value)> =
        parameters.iter().map(|(name, _)| (*name, read(name, text(name.trim_start_matches(':'))))).collect();
    let ready = !sql.trim().is_empty()
        && parameters.iter().all(|(name, _)| !text(name.trim_start_matches(':')).trim().is_empty());
    let limits = QueryLimits {
        time: Duration::from_millis(app.config.limits.query_millis),
        rows: ROWS.min(app.config.limits.query_rows),
        ..QueryLimits::default()
    };
    let (answers, wrong) = match ready.then(|| app.store.query(sql, &values, &limits)) {
        None => (None, None),
        Some(Ok(answers)) => (Some(answers), None),
        Some(Err(error)) => {
            // Only what is wrong with the statement is for whoever asks.
            let problem = Problem::from(error);
            (None, Some(problem.detail))
        }
    };
    let questions: Vec<Value> = QUESTIONS
        .iter()
        .map(|question| json!({ "name": question.name, "about": question.about, "here": question.name == text("question") }))
        .collect();
    let wanted: Vec<Value> = parameters
        .iter()
        .map(|(name, about)| {
            let name = name.trim_start_matches(':');
            json!({ "name": name, "about": about, "value": text(name) })
        })
        .collect();
    let views: Vec<Value> = VIEWS
        .iter()
        .map(|view| {
            let columns: Vec<Value> =
                view.columns.iter().map(|(name, about)| json!({ "name": name, "about": about })).collect();
            json!({ "name": view.name, "about": view.about, "columns": columns })
        })
        .collect();
    let rows: Option<Vec<Vec<Value>>> = answers.as_ref().map(|answers| {
        let cell = |(column, value): (&String, &Value)| cell(column, value);
        answers.rows.iter().map(|row| answers.columns.iter().zip(row).map(cell).collect()).collect()
    });
    let context = json!({
        "here": "queries",
        "questions": questions,
        "question": question.map(|question| question.name),
        "about": question.map(|question| question.about),
        "parameters": wanted,
        "sql": sql,
        "columns": answers.as_ref().map(|answers| &answers.columns),
        "rows": rows,
        "truncated": answers.as_ref().is_some_and(|answers| answers.truncated),
        "wrong": wrong,
        "views": views,
    });
    render::page(app, "queries.html", context)
}

/// A parameter: an instant may be given as a day.
fn read(name: &str, text: &str) -> Value {
    let text = text.trim();
    let is_instant = matches!(name, ":since" | ":before");
    let day = || plimsoll_registry::from_rfc3339(&format!("{text}T00:00:00Z"));
    match (is_instant, text.parse::<i64>()) {
        (_, Ok(number)) => number.into(),
        (true, _) => {
            plimsoll_registry::from_rfc3339(text).or_else(day).map_or_else(|| text.into(), Value::from)
        }
        _ => text.into(),
    }
}

/// A cell: digests lead to their images, instants are shown as such.
fn cell(column: &str, value: &Value) -> Value {
    const INSTANTS: [&str; 9] = [
        "at",
        "since",
        "until",
        "first_seen",
        "first_scanned",
        "last_match",
        "last_push",
        "last_pull",
        "hour",
    ];
    match value {
        Value::String(text) if text.starts_with("sha256:") || text.starts_with("sha512:") => {
            json!({ "digest": text })
        }
        Value::Number(number)
            if INSTANTS.contains(&column) && number.as_i64().is_some_and(|n| n > 100_000_000_000) =>
        {
            json!({ "at": number })
        }
        Value::Number(number) => json!({ "number": number.to_string() }),
        Value::Null => json!({ "text": "" }),
        Value::String(text) => json!({ "text": text }),
        other => json!({ "text": other.to_string() }),
    }
}

//! How images fare: now, by registry and repository, and over time.

use axum::extract::State;
use axum::response::Html;
use plimsoll_monitor::{QueryLimits, Scope, Store as _};
use serde_json::{Value, json};

use super::render;
use crate::app::App;
use crate::problem::Problem;

const SERIES: &str =
    "SELECT at, healthy, exempt, unhealthy, not_applicable, score FROM scores WHERE scope = ''
    ORDER BY at DESC";
const REPOSITORIES: &str = "SELECT registry, repository, healthy, exempt, unhealthy, not_applicable, score
    FROM repositories ORDER BY unhealthy DESC, registry, repository";
/// Points of the line, and repositories of the table.
const ROWS: usize = 200;
/// The size of the drawing.
const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 120.0;

pub(super) async fn show(State(app): State<App>) -> Result<Html<String>, Problem> {
    app.blocking(|app| {
        let score = app.store.score(&Scope::default(), app.config.score_max)?;
        let limits = QueryLimits { rows: ROWS, ..QueryLimits::default() };
        // What takes too long to ask is left out; the score itself is there.
        let rows =
            |sql: &str| app.store.query(sql, &[], &limits).map(|answers| answers.rows).unwrap_or_default();
        let mut series = rows(SERIES);
        series.reverse();
        // What is noted once a day has a last word now.
        if let (false, Some(percent)) = (series.is_empty(), score.score.percent()) {
            let counts =
                [score.healthy, score.exempt, score.unhealthy, score.not_applicable].map(Value::from);
            let mut now = vec![crate::app::now().into()];
            now.extend(counts);
            now.push(percent.into());
            series.push(now);
        }
        let repositories: Vec<Value> = rows(REPOSITORIES).iter().map(|row| named(row, &REPOSITORY)).collect();
        let points: Vec<Value> = series.iter().map(|row| named(row, &POINT)).collect();
        let latest: Vec<&Value> = points.iter().rev().take(20).collect();
        let context = json!({
            "here": "score",
            "score": score,
            "percent": score.score.percent(),
            "max": app.config.score_max,
            "line": line(&series, crate::app::now()),
            "since": points.first().and_then(|point| point["at"].as_i64()),
            "latest": latest,
            "repositories": repositories,
            "cut": repositories.len() >= ROWS,
        });
        render::page(app, "score.html", context)
    })
    .await
}

const POINT: [&str; 6] = ["at", "healthy", "exempt", "unhealthy", "not_applicable", "score"];
const REPOSITORY: [&str; 7] =
    ["registry", "repository", "healthy", "exempt", "unhealthy", "not_applicable", "score"];

fn named(row: &[Value], names: &[&str]) -> Value {
    let value = |(name, value): (&&str, &Value)| {
        let value = match (*name, value.as_f64()) {
            ("score", Some(score)) => json!(format!("{score:.0} %")),
            _ => value.clone(),
        };
        ((*name).to_owned(), value)
    };
    names.iter().zip(row).map(value).collect::<serde_json::Map<_, _>>().into()
}

/// The points of a line of steps: the score from an instant on, until the next.
#[allow(clippy::cast_precision_loss)]
fn line(series: &[Vec<Value>], now: i64) -> Option<String> {
    let point = |row: &Vec<Value>| Some((row.first()?.as_i64()?, row.get(5)?.as_f64()?));
    let points: Vec<(i64, f64)> = series.iter().filter_map(point).collect();
    let from = points.first()?.0;
    let span = (now - from).max(1) as f64;
    let x = |at: i64| ((at - from) as f64 / span * WIDTH).clamp(0.0, WIDTH);
    let y = |score: f64| HEIGHT - (score / 100.0 * HEIGHT).clamp(0.0, HEIGHT);
    let mut out: Vec<String> = Vec::new();
    let mut last: Option<f64> = None;
    for (at, score) in points {
        if let Some(last) = last {
            out.push(format!("{:.1},{:.1}", x(at), y(last)));
        }
        out.push(format!("{:.1},{:.1}", x(at), y(score)));
        last = Some(score);
    }
    out.push(format!("{WIDTH:.1},{:.1}", y(last?)));
    Some(out.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_steps() {
        let row = |at: i64, score: f64| vec![json!(at), json!(0), json!(0), json!(0), json!(0), json!(score)];
        assert_eq!(line(&[], 100), None);
        let series = [row(0, 50.0), row(50, 100.0)];
        assert_eq!(line(&series, 100).unwrap(), "0.0,60.0 300.0,60.0 300.0,0.0 600.0,0.0");
    }
}

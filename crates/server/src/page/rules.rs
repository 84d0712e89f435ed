//! The rules that disable findings, and what each of them does.

use std::collections::HashMap;
use std::sync::PoisonError;

use axum::extract::State;
use axum::response::Html;
use plimsoll_monitor::QueryLimits;
use serde_json::{Value, json};

use super::render;
use crate::app::App;
use crate::problem::Problem;

const USE: &str = "SELECT rule, count(*), count(DISTINCT image) FROM disabled GROUP BY rule";

pub(super) async fn list(State(app): State<App>) -> Result<Html<String>, Problem> {
    app.blocking(|app| {
        let used = app.store.query(USE, &[], &QueryLimits { rows: 100_000, ..QueryLimits::default() });
        let mut counts: HashMap<String, (i64, i64)> = HashMap::new();
        // Where there is too much to count, the rules are shown nevertheless.
        let counted = used.is_ok();
        for row in used.map(|answers| answers.rows).unwrap_or_default() {
            let number = |at: usize| row.get(at).and_then(Value::as_i64).unwrap_or(0);
            if let Some(rule) = row.first().and_then(Value::as_str) {
                counts.insert(rule.to_owned(), (number(1), number(2)));
            }
        }
        let by = app.by.read().unwrap_or_else(PoisonError::into_inner);
        let (rules, files) = (by.rules.clone(), by.rule_files.clone());
        drop(by);
        let today = plimsoll::today();
        let rows: Vec<Value> = rules
            .rules()
            .map(|rule| {
                let (findings, images) = counts.get(&rule.id).copied().unwrap_or_default();
                json!({
                    "id": rule.id,
                    "reason": rule.reason,
                    "expires": rule.expires.map(|day| day.to_string()),
                    "expired": rule.expires.zip(today).is_some_and(|(last, today)| last < today),
                    "findings": findings,
                    "images": images,
                })
            })
            .collect();
        let files: Vec<Value> = files
            .iter()
            .map(|(path, text)| {
                let name = path.file_name().unwrap_or(path.as_os_str());
                json!({ "name": name.to_string_lossy(), "text": text })
            })
            .collect();
        let remarks: Vec<Value> = rules
            .remarks()
            .iter()
            .map(|remark| {
                // Where the server keeps its files is nobody's business.
                let source = remark.source.rsplit(['/', '\\']).next();
                json!({ "rule": remark.rule, "source": source, "text": remark.text })
            })
            .collect();
        let context =
            json!({ "here": "rules", "rules": rows, "files": files, "remarks": remarks, "counted": counted });
        render::page(app, "rules.html", context)
    })
    .await
}

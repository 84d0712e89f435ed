//! The answer for scripts: docs/json.md, "plimsoll explain".

use std::io::{self, Write};

use serde_json::{Value, json};

use super::answer::{Answer, Said};

pub(super) fn write(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    let said: Vec<Value> = answer.said.iter().map(package).collect();
    let unsaid: Vec<Value> =
        answer.unsaid.iter().map(|(package, why)| json!({"package": package, "reason": why})).collect();
    let records: Vec<Value> = answer
        .records
        .iter()
        .map(|record| {
            json!({
                "id": record.id, "feed": record.feed, "modified": record.modified, "withdrawn": record.withdrawn,
                "ratings": record.ratings,
            })
        })
        .collect();
    let all = json!({
        "format": "plimsoll-explanation",
        "format_version": 1,
        "subject": answer.subject,
        "id": answer.ids.first(),
        "aliases": answer.ids.get(1..).unwrap_or_default(),
        "summary": answer.summary,
        "verdict": answer.verdict,
        "reason": answer.reason,
        "packages": said,
        "unsaid": unsaid,
        "records": records,
        "names": answer.names(),
        "no_feed": answer.gaps,
    });
    serde_json::to_writer_pretty(&mut *out, &all)?;
    out.write_all(b"\n")
}

fn package(said: &Said) -> Value {
    let explanation = &said.explanation;
    let shadow = explanation.shadow.as_ref();
    json!({
        "package": said.package,
        "verdict": said.verdict,
        "reason": explanation.reason,
        "coverage": explanation.coverage,
        "evidence": explanation.evidence,
        "owner": shadow.map(|shadow| json!({
            "package": shadow.owner, "verdict": shadow.verdict, "reason": shadow.reason,
        })),
    })
}

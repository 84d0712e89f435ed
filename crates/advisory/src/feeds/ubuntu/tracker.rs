use plimsoll_core::{Advisory, Reference};

use super::{ecosystem, stated};
use crate::Error;
use crate::feeds::facts::{vector, word};
use crate::feeds::{About, Document, Emit, Feed, Form, Parsed, Shape, skipped};

/// Ubuntu's CVE tracker: one text a CVE, of fields whose further lines are indented.
#[derive(Clone, Copy, Debug, Default)]
pub struct UbuntuTracker;

impl Feed for UbuntuTracker {
    fn about(&self) -> &'static About {
        &About {
            id: "ubuntu-cve",
            title: "Ubuntu CVE Tracker",
            address: "https://git.launchpad.net/ubuntu-cve-tracker",
            licence: "CC-BY-SA-4.0",
            decides: "the state of every Ubuntu source package: released, needed, pending, deferred, ignored, not affected; Pro's as well",
        }
    }

    fn recognises(&self, document: &Document<'_>, shape: &Shape<'_>) -> bool {
        let head = document.bytes.get(..2048).unwrap_or(document.bytes);
        let candidate = head.split(|&byte| byte == b'\n').any(|line| line.starts_with(b"Candidate:"));
        shape.form == Form::Text && candidate
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let text = String::from_utf8_lossy(document.bytes);
        match advisory(&text) {
            Some(advisory) => emit(Parsed::Advisory(Box::new(advisory))),
            None => emit(skipped(&document, "the document", "it names no candidate")),
        }
    }
}

/// Fields and their values: the rest of the line, and the lines that are indented below it.
fn fields(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut fields: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, values)) = fields.last_mut() {
                values.push(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim(), vec![value.trim()]));
        }
    }
    fields
}

fn advisory(text: &str) -> Option<Advisory> {
    let fields = fields(text);
    let field =
        |name: &str| fields.iter().find(|(field, _)| *field == name).map(|(_, values)| values.as_slice());
    let id = field("Candidate")?.first().copied().filter(|id| id.contains('-'))?;
    let mut affected = Vec::new();
    for (name, values) in &fields {
        // `jammy_linux-oem: released (5.17.0-1003.3)`, `esm-infra/xenial_curl: needed`.
        let Some((release, package)) = name.split_once('_') else { continue };
        let Some(ecosystem) = ecosystem(release) else { continue };
        let value = values.first().copied().unwrap_or_default();
        let (status, note) = value.split_once('(').unwrap_or((value, ""));
        let note = note.trim().trim_end_matches(')');
        affected.extend(stated(ecosystem, package, status.trim(), note));
    }
    let text = |name: &str| field(name).unwrap_or_default().join(" ").trim().to_owned();
    let priority = field("Priority").and_then(|values| values.first()?.split_whitespace().next());
    let vectors = field("CVSS").unwrap_or_default().iter().filter_map(|line| {
        let (source, text) = line.split_once(": ")?;
        let source = if source == "nvd" { "NVD" } else { source };
        Some(vector(source, text.split_whitespace().next()?))
    });
    let urls = field("References").unwrap_or_default().iter().filter(|url| url.contains("://"));
    // `2020-01-08 16:15:00 UTC`.
    let date = text("PublicDate");
    let mut parts = date.split_whitespace();
    let published = parts
        .next()
        .filter(|day| day.len() == 10)
        .map(|day| format!("{day}T{}Z", parts.next().filter(|time| time.len() == 8).unwrap_or("00:00:00")));
    Some(Advisory {
        id: id.to_owned(),
        feed: "ubuntu-cve".to_owned(),
        summary: text("Description"),
        published,
        ratings: priority
            .filter(|priority| *priority != "untriaged")
            .map(|text| word("Ubuntu", text))
            .into_iter()
            .chain(vectors)
            .collect(),
        affected,
        references: urls.map(|url| Reference { kind: "WEB".to_owned(), url: (*url).to_owned() }).collect(),
        ..Advisory::default()
    })
}

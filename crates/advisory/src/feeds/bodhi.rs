//! Fedora's updates as Bodhi's API answers: source packages and the bugs that they fix.

use plimsoll_core::{Advisory, AdvisoryKind, Affected, Ecosystem, NameKind, Reference};
use serde::Deserialize;
use serde_json::Value;

use super::csaf::nevr;
use super::facts::{fixed_in, word};
use super::{About, Document, Emit, Feed, Parsed, Shape, skipped};
use crate::Error;

/// One update, a list, or a page of `/updates/`. Only what has been pushed to a release's users is a fix.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bodhi;

#[derive(Deserialize)]
struct Update {
    #[serde(alias = "updateid")]
    alias: String,
    title: Option<String>,
    display_name: Option<String>,
    notes: Option<String>,
    severity: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    status: Option<String>,
    date_pushed: Option<String>,
    date_stable: Option<String>,
    date_modified: Option<String>,
    url: Option<String>,
    release: Release,
    #[serde(default)]
    bugs: Vec<Bug>,
    #[serde(default)]
    builds: Vec<Build>,
}

#[derive(Deserialize)]
struct Release {
    version: Value,
    id_prefix: Option<String>,
}

#[derive(Deserialize)]
struct Bug {
    title: Option<String>,
}

#[derive(Deserialize)]
struct Build {
    nvr: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    epoch: Option<u32>,
}

impl Feed for Bodhi {
    fn about(&self) -> &'static About {
        &About {
            id: "bodhi",
            title: "Fedora updates (Bodhi)",
            address: "https://bodhi.fedoraproject.org/updates/?type=security",
            licence: "none stated",
            decides: "which version of a Fedora or EPEL source package fixes a CVE",
        }
    }

    fn recognises(&self, document: &Document<'_>, shape: &Shape<'_>) -> bool {
        let head = document.bytes.get(..64 << 10).unwrap_or(document.bytes);
        let has = |text: &[u8]| head.windows(text.len()).any(|window| window == text);
        shape.has(&["alias", "title"]) && has(b"\"builds\"") || shape.has(&["updates"]) && has(b"\"nvr\"")
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let value: Value = super::json(self, &document)?;
        let updates = match value {
            Value::Array(updates) => updates,
            Value::Object(mut page) if page.contains_key("updates") => match page.remove("updates") {
                Some(Value::Array(updates)) => updates,
                _ => Vec::new(),
            },
            update => vec![update],
        };
        for (index, update) in updates.into_iter().enumerate() {
            let id = update
                .get("alias")
                .and_then(Value::as_str)
                .map_or_else(|| format!("update {index}"), str::to_owned);
            match Update::deserialize(update) {
                Ok(update) => {
                    if let Some(advisory) = advisory(update) {
                        emit(Parsed::Advisory(Box::new(advisory)))?;
                    }
                }
                Err(e) => emit(skipped(&document, &id, e))?,
            }
        }
        Ok(())
    }
}

fn advisory(update: Update) -> Option<Advisory> {
    if !matches!(update.status.as_deref(), Some("stable") | None) {
        return None;
    }
    let epel = update.release.id_prefix.as_deref().is_some_and(|prefix| prefix.contains("EPEL"));
    let release =
        update.release.version.as_str().map_or_else(|| update.release.version.to_string(), str::to_owned);
    let ecosystem = Ecosystem::with_release(if epel { "EPEL" } else { "Fedora" }, &release);
    let mut upstream: Vec<String> = Vec::new();
    let titles = update.bugs.iter().filter_map(|bug| bug.title.as_deref());
    let names = [&update.title, &update.display_name, &update.notes].into_iter().flatten();
    for text in titles.chain(names.map(String::as_str)) {
        for cve in cves(text) {
            if !upstream.contains(&cve) {
                upstream.push(cve);
            }
        }
    }
    let mut affected = Vec::new();
    for build in update.builds.iter().filter(|build| build.kind.as_deref().is_none_or(|kind| kind == "rpm")) {
        let (name, Some(version)) = nevr(&build.nvr) else { continue };
        let version = match build.epoch {
            Some(epoch) if epoch > 0 => format!("{epoch}:{version}"),
            _ => version,
        };
        let mut fixed = Affected::new(ecosystem.clone(), name, NameKind::Source);
        fixed.ranges = fixed_in(version);
        affected.push(fixed);
    }
    let security = update.kind.as_deref().is_none_or(|kind| kind == "security");
    let severity = update.severity.filter(|word| !matches!(word.as_str(), "unspecified" | ""));
    let time = |text: String| text.replacen(' ', "T", 1) + "Z";
    Some(Advisory {
        id: update.alias,
        feed: "bodhi".to_owned(),
        upstream,
        summary: update.title.unwrap_or_default(),
        published: update.date_stable.or(update.date_pushed).map(time),
        modified: update.date_modified.map(time),
        kind: if security { AdvisoryKind::Vulnerability } else { AdvisoryKind::Informational },
        ratings: severity.iter().map(|text| word("Fedora", text)).collect(),
        affected,
        references: update
            .url
            .into_iter()
            .map(|url| Reference { kind: "ADVISORY".to_owned(), url })
            .collect(),
        ..Advisory::default()
    })
}

/// The CVE ids in a text, in their order.
pub(super) fn cves(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let is_cve = |word: &&str| {
        let mut parts = word.splitn(3, '-');
        parts.next() == Some("CVE")
            && parts.next().is_some_and(|year| year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()))
            && parts
                .next()
                .is_some_and(|number| number.len() >= 4 && number.bytes().all(|b| b.is_ascii_digit()))
    };
    words.map(|word| word.trim_matches('-')).filter(is_cve).map(str::to_owned).collect()
}

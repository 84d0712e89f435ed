//! Images by what they come to.

use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use plimsoll::{Assessment, Digest, Severity};
use plimsoll_monitor::{Filter, Image, ScanState, Scope, Store as _};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{link, render};
use crate::app::{App, Shared};
use crate::problem::Problem;
use crate::route::params::Params;
use crate::stored;

const PAGE: u32 = 50;

/// A form sends what was left empty as well.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    state: String,
    scan: String,
    at_least: String,
    registry: String,
    repository: String,
    tag: String,
    vulnerability: String,
    package: String,
    tagged: String,
    after: String,
}

/// One of the words of an enumeration; nothing where nothing was chosen.
fn word<T: DeserializeOwned>(name: &str, text: &str) -> Result<Option<T>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = serde_json::from_value(Value::String(text.to_owned()));
    read.map(Some).map_err(|_| Problem::bad(format!("{name}: {text:?} is none of the choices")))
}

impl Asked {
    fn filter(&self) -> Result<Filter, Problem> {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let mut filter = Filter {
            assessment: word::<Assessment>("state", &self.state)?,
            scan: word::<ScanState>("scan", &self.scan)?,
            at_least: word::<Severity>("at_least", &self.at_least)?,
            registry: some(&self.registry),
            repository: some(&self.repository),
            tag: some(&self.tag),
            vulnerability: some(&self.vulnerability),
            package: some(&self.package),
            tagged: match self.tagged.as_str() {
                "" => None,
                "yes" => Some(true),
                "no" => Some(false),
                other => return Err(Problem::bad(format!("tagged: {other:?} is none of the choices"))),
            },
            after: match self.after.as_str() {
                "" => 0,
                text => text.parse().map_err(|_| Problem::bad("after: expected a number"))?,
            },
            limit: Some(PAGE),
            ..Filter::default()
        };
        // What was typed into the one field that everybody sees.
        let q = self.q.trim();
        if is_vulnerability(q) {
            filter.vulnerability = Some(q.to_owned());
        } else if !q.is_empty() {
            let name =
                q.split_once('/').filter(|(host, _)| host.contains(['.', ':']) || *host == "localhost");
            let (registry, rest) = name.map_or((None, q), |(host, rest)| (Some(host.to_owned()), rest));
            let (repository, tag) = rest.split_once(':').unwrap_or((rest, ""));
            filter.registry = registry.or(filter.registry);
            filter.repository_part = some(repository);
            filter.tag = some(tag).or(filter.tag);
        }
        Ok(filter)
    }

    fn page(&self, after: &str) -> String {
        let pairs = [
            ("q", &self.q),
            ("state", &self.state),
            ("scan", &self.scan),
            ("at_least", &self.at_least),
            ("registry", &self.registry),
            ("repository", &self.repository),
            ("tag", &self.tag),
            ("vulnerability", &self.vulnerability),
            ("package", &self.package),
            ("tagged", &self.tagged),
        ];
        let mut pairs: Vec<(&str, &str)> =
            pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        pairs.push(("after", after));
        link::page("/", &pairs)
    }
}

/// `CVE-2024-1`, `GHSA-xxxx`, `DSA-1`: capital letters, a hyphen, and no slash.
fn is_vulnerability(text: &str) -> bool {
    let Some((head, rest)) = text.split_once('-') else { return false };
    let capital = |byte: u8| byte.is_ascii_uppercase();
    (2..=12).contains(&head.len())
        && head.bytes().all(capital)
        && !rest.is_empty()
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
}

pub(super) async fn list(State(app): State<App>, Params(asked): Params<Asked>) -> Result<Response, Problem> {
    if let Ok(digest) = asked.q.trim().parse::<Digest>() {
        return Ok(Redirect::to(&format!("/ui/images/{digest}")).into_response());
    }
    app.blocking(move |app| Ok(page(app, &asked)?.into_response())).await
}

fn page(app: &Shared, asked: &Asked) -> Result<Html<String>, Problem> {
    let found = app.store.images(&asked.filter()?)?;
    let mut rows = Vec::with_capacity(found.images.len());
    for image in &found.images {
        rows.push(row(app, image)?);
    }
    let score = app.store.score(&Scope::default(), app.config.score_max)?;
    let status = app.store.status()?;
    let next = found.next.map(|after| asked.page(&after.to_string()));
    let tiles: Vec<Value> = [
        ("unhealthy", "unhealthy", score.unhealthy),
        ("healthy-by-exemption", "healthy by exemption", score.exempt),
        ("healthy", "healthy", score.healthy),
        ("", "not assessed, or in part", score.not_applicable),
    ]
    .iter()
    .map(|(state, name, count)| {
        let link = if state.is_empty() { String::new() } else { link::page("/", &[("state", state)]) };
        json!({ "state": state, "name": name, "count": count, "link": link, "here": !state.is_empty() && asked.state == *state })
    })
    .collect();
    let others = [
        &asked.registry,
        &asked.repository,
        &asked.tag,
        &asked.vulnerability,
        &asked.package,
        &asked.tagged,
        &asked.scan,
    ];
    let advanced = others.iter().any(|text| !text.is_empty());
    let narrowed = !asked.page("").eq("/");
    let context = json!({
        "here": "images",
        "asked": {
            "q": asked.q, "state": asked.state, "scan": asked.scan, "at_least": asked.at_least,
            "registry": asked.registry, "repository": asked.repository, "tag": asked.tag,
            "vulnerability": asked.vulnerability, "package": asked.package, "tagged": asked.tagged,
            "after": asked.after,
        },
        "advanced": advanced,
        "narrowed": narrowed,
        "first": if asked.after.is_empty() { None } else { Some(asked.page("")) },
        "next": next,
        "rows": rows,
        "tiles": tiles,
        "known": status.subjects,
        "scanned": status.scanned,
        "jobs": status.jobs,
        "generation": status.generation,
    });
    render::page(app, "images.html", context)
}

fn row(app: &Shared, image: &Image) -> Result<Value, Problem> {
    let detail = app.store.image(&image.digest)?;
    let names: Vec<String> = detail.iter().flat_map(stored::names).map(|named| named.text()).collect();
    Ok(json!({
        "digest": image.digest,
        "name": names.first(),
        "more": names.len().saturating_sub(1),
        "moved": detail.as_ref().is_some_and(|detail| detail.moved.is_some()),
        "index": image.index,
        "platform": image.platform,
        "state": state(image),
        "counts": image.counts,
        "reasons": image.reasons,
        "pushed": image.last_push,
        "pulled": image.last_pull,
        "matched": image.last_match,
    }))
}

/// What an image comes to: a class for its colour, and a word.
pub(super) fn state(image: &Image) -> Value {
    let (class, word) = match (image.assessment, image.scan) {
        (Some(Assessment::Healthy), _) => ("healthy", "healthy"),
        (Some(Assessment::HealthyByExemption), _) => ("healthy", "healthy by exemption"),
        (Some(Assessment::Unhealthy), _) => ("unhealthy", "unhealthy"),
        (Some(Assessment::NotApplicable), _) | (None, ScanState::Unsupported) => ("unsure", "not applicable"),
        (Some(Assessment::NothingToScan), _) => ("unsure", "nothing to scan"),
        (Some(Assessment::Stale), _) => ("unsure", "stale"),
        (Some(Assessment::Partial), _) => ("unsure", "partial"),
        (Some(_), _) | (None, ScanState::Failed) => ("unsure", "failed"),
        (None, ScanState::Running) => ("waiting", "being scanned"),
        (None, ScanState::Queued) => ("waiting", "queued"),
        (None, _) => ("waiting", "not scanned"),
    };
    json!({ "class": class, "word": word })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_understood() {
        let filter = |q: &str| Asked { q: q.into(), ..Asked::default() }.filter().unwrap();
        assert_eq!(filter(" CVE-2024-1 ").vulnerability.as_deref(), Some("CVE-2024-1"));
        assert_eq!(filter("GHSA-ab12-cd34").vulnerability.as_deref(), Some("GHSA-ab12-cd34"));
        let named = filter("r.example:5000/shop/web:1.2");
        assert_eq!(
            (named.registry.as_deref(), named.repository_part.as_deref(), named.tag.as_deref()),
            (Some("r.example:5000"), Some("shop/web"), Some("1.2"))
        );
        let bare = filter("shop/web");
        assert_eq!(
            (bare.registry, bare.repository_part.as_deref(), bare.tag),
            (None, Some("shop/web"), None)
        );
        let bad = Asked { state: "excellent".into(), ..Asked::default() };
        assert!(bad.filter().is_err());
    }
}

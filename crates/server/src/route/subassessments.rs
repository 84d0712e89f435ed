//! Findings as Microsoft Defender for Cloud's sub-assessments: `{value, nextLink}`, in both of its forms, per image and
//! per scope; and under the paths of its own API, for whoever has a client for that.

use std::collections::HashSet;
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use axum::routing::get;
use plimsoll::stages::report::{Format, Options};
use plimsoll::{Digest, Finding, Report};
use plimsoll_monitor::{Filter, Image, ImageDetail, Store as _};
use serde::Deserialize;
use serde_json::Value;

use super::answer::{List, json, next_link};
use super::params::{Named, Params};
use crate::app::{App, Shared};
use crate::problem::Problem;

/// Images that are read for one page, and the time that it may take: a page may be shorter than what was asked for.
const IMAGES: u32 = 100;
const TIME: Duration = Duration::from_millis(500);
const DEFAULT: usize = 100;
const MOST: usize = 1000;

/// The keys of the recommendations, and the forms that go with them.
const KEYS: [(&str, Form); 2] = [
    ("c0b7cfc6-3172-465a-b378-53c7ff2cc0d5", Form::Current),
    ("dbd0cb49-b563-45e7-9724-889e799fa648", Form::Seed),
];

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/v1/subassessments", get(of_scope))
        .route("/v1/images/{digest}/subassessments", get(of_image))
        .route("/azure/{*path}", get(as_azure))
}

/// Which of the two forms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
enum Form {
    /// `AzureContainerRegistryVulnerability`.
    #[default]
    #[serde(rename = "current")]
    Current,
    /// `ContainerRegistryVulnerability`, of the API 2019-01-01-preview.
    #[serde(rename = "2019-01-01-preview")]
    Seed,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    form: Form,
    severity: Option<Severity>,
    code: Option<Code>,
    registry: Option<String>,
    repository: Option<String>,
    tag: Option<String>,
    vulnerability: Option<String>,
    package: Option<String>,
    after: Option<String>,
    limit: Option<NonZeroU32>,
    /// Azure's clients say which version they speak; all are answered alike.
    #[serde(rename = "api-version")]
    _version: Option<String>,
}

/// Azure's levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum Severity {
    Low,
    Medium,
    High,
}

/// Azure's states of a sub-assessment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum Code {
    Healthy,
    Unhealthy,
    NotApplicable,
}

impl Asked {
    fn wants(&self, value: &Value) -> bool {
        let status = |key: &str| value.pointer(&format!("/properties/status/{key}")).and_then(Value::as_str);
        let is =
            |wanted: Option<String>, found: Option<&str>| wanted.is_none_or(|wanted| found == Some(&wanted));
        let package = || {
            let at = "/properties/additionalData/softwareDetails/packageName";
            value.pointer(at).and_then(Value::as_str)
        };
        is(self.severity.map(|severity| format!("{severity:?}")), status("severity"))
            && is(self.code.map(|code| format!("{code:?}")), status("code"))
            && is(self.vulnerability.clone(), value.pointer("/properties/id").and_then(Value::as_str))
            && (self.form == Form::Seed || is(self.package.clone(), package()))
    }

    /// The same of a finding that is none yet, as far as it can be told.
    fn may_want(&self, finding: &Finding) -> bool {
        let of_state = match self.code {
            None => true,
            Some(Code::Unhealthy) => finding.disabled.is_none(),
            Some(Code::NotApplicable) => finding.disabled.is_some(),
            Some(Code::Healthy) => false,
        };
        of_state
            && self.vulnerability.as_ref().is_none_or(|id| *id == finding.id)
            && (self.form == Form::Seed
                || self.package.as_ref().is_none_or(|name| *name == finding.package.name))
    }

    /// Whether the image can have any that is wanted, so that it is worth its report.
    fn may_want_of(&self, image: &Image) -> bool {
        let (active, disabled) = (image.counts.active() > 0, image.counts.disabled > 0);
        let of_state = match self.code {
            None => active || disabled,
            Some(Code::Unhealthy) => active,
            Some(Code::NotApplicable) => disabled,
            // Sub-assessments are of findings: what is healthy has none.
            Some(Code::Healthy) => false,
        };
        !image.index && of_state
    }

    fn limit(&self) -> usize {
        let limit = self.limit.and_then(|limit| usize::try_from(limit.get()).ok());
        limit.unwrap_or(DEFAULT).min(MOST)
    }
}

/// Where a page begins: at an image, and after so many of its sub-assessments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct At {
    image: u64,
    skip: usize,
}

impl At {
    fn read(text: Option<&str>) -> Result<Self, Problem> {
        let Some(text) = text else { return Ok(Self::default()) };
        let (image, skip) = text.split_once('.').unwrap_or((text, "0"));
        match (image.parse(), skip.parse()) {
            (Ok(image), Ok(skip)) => Ok(Self { image, skip }),
            _ => Err(Problem::bad("after: expected what nextLink says")),
        }
    }
}

/// Those sub-assessments of one image that are wanted: after `skip` of them so many, and whether there are more.
///
/// What is not shown is not made: an image can have thousands.
fn some(
    app: &Shared,
    digest: &Digest,
    asked: &Asked,
    skip: usize,
    room: usize,
) -> Result<(Vec<Value>, bool), Problem> {
    let (detail, mut report) = super::report::of_image(app, digest)?;
    report.packages.clear();
    let mut wanted: Vec<bool> = report.findings.iter().map(|finding| asked.may_want(finding)).collect();
    // Azure's severity is the format's to say.
    let counted = asked.severity.is_none();
    if counted {
        let (mut seen, end) = (0, skip.saturating_add(room).saturating_add(1));
        for wanted in wanted.iter_mut().filter(|wanted| **wanted) {
            *wanted = (skip..end).contains(&seen);
            seen += 1;
        }
    }
    // One that is there twice is named by how often it was there before.
    let key = |finding: &Finding| (finding.id.clone(), finding.package.purl.to_string());
    let shown = report.findings.iter().zip(&wanted).filter(|(_, wanted)| **wanted);
    let keys: HashSet<(String, String)> = shown.map(|(finding, _)| key(finding)).collect();
    let findings = std::mem::take(&mut report.findings).into_iter().zip(wanted);
    let (findings, wanted): (Vec<Finding>, Vec<bool>) =
        findings.filter(|(finding, wanted)| *wanted || keys.contains(&key(finding))).unzip();
    report.findings = findings;
    let values = rendered(&detail, &report, asked.form)?.into_iter().zip(wanted);
    let mut values = values.filter(|(value, wanted)| *wanted && asked.wants(value)).map(|(value, _)| value);
    let page = values.by_ref().skip(if counted { 0 } else { skip }).take(room).collect();
    Ok((page, values.next().is_some()))
}

/// The findings of a report as sub-assessments, one for each, in their order.
fn rendered(detail: &ImageDetail, report: &Report, form: Form) -> Result<Vec<Value>, Problem> {
    let wrong =
        |error: &dyn std::fmt::Display| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string());
    let id = if form == Form::Seed { "azure-2019" } else { "azure" };
    let format = Format::find(id).ok_or_else(|| wrong(&"there is no such format"))?;
    let options =
        Options { time: detail.image.last_match.map(plimsoll_registry::to_rfc3339), ..Options::default() };
    let mut bytes = Vec::new();
    format.write(report, &options, &mut bytes).map_err(|error| wrong(&error))?;
    let mut document: Value = serde_json::from_slice(&bytes).map_err(|error| wrong(&error))?;
    let mut values = match document.get_mut("value").map(Value::take) {
        Some(Value::Array(values)) => values,
        _ => Vec::new(),
    };
    let pushed = detail.image.last_push.map(plimsoll_registry::to_rfc3339);
    for value in &mut values {
        let artifact = value.pointer_mut("/properties/additionalData/artifactDetails");
        if let (Some(Value::Object(artifact)), Some(pushed)) = (artifact, &pushed) {
            artifact.insert("lastPushedToRegistryUTC".to_owned(), pushed.clone().into());
        }
    }
    Ok(values)
}

/// A page of one image's.
fn page_of_image(app: &Shared, digest: &Digest, asked: &Asked, uri: &Uri) -> Result<List<Value>, Problem> {
    let skip = At::read(asked.after.as_deref())?.skip;
    // What is healthy has none; but there must be such an image.
    if asked.code == Some(Code::Healthy) && app.store.image(digest)?.is_some() {
        return Ok(List { value: Vec::new(), next_link: None });
    }
    let (value, more) = some(app, digest, asked, skip, asked.limit())?;
    let next_link = more.then(|| next_link(uri, &format!("0.{}", skip.saturating_add(asked.limit()))));
    Ok(List { value, next_link })
}

async fn of_image(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    Named(digest): Named,
    Params(asked): Params<Asked>,
) -> Result<Response, Problem> {
    app.blocking(move |app| json(&headers, &page_of_image(app, &digest, &asked, &uri)?)).await
}

async fn of_scope(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
    Params(asked): Params<Asked>,
) -> Result<Response, Problem> {
    app.blocking(move |app| {
        let (value, next) = page(app, &asked)?;
        json(&headers, &List { value, next_link: next.map(|next| next_link(&uri, &next)) })
    })
    .await
}

fn page(app: &Shared, asked: &Asked) -> Result<(Vec<Value>, Option<String>), Problem> {
    let mut at = At::read(asked.after.as_deref())?;
    let started = Instant::now();
    let mut out: Vec<Value> = Vec::new();
    // An image that was broken off in begins the page; lists give what comes after a number.
    if at.skip > 0 {
        at.image = at.image.saturating_sub(1);
    }
    loop {
        let filter = Filter {
            registry: asked.registry.clone(),
            repository: asked.repository.clone(),
            tag: asked.tag.clone(),
            vulnerability: asked.vulnerability.clone(),
            package: asked.package.clone(),
            after: at.image,
            limit: Some(IMAGES),
            ..Filter::default()
        };
        let listed = app.store.images(&filter)?;
        for image in &listed.images {
            let skip = std::mem::take(&mut at.skip);
            at.image = image.number;
            if asked.may_want_of(image) {
                let room = asked.limit() - out.len();
                let (values, more) = some(app, &image.digest, asked, skip, room)?;
                out.extend(values);
                if more {
                    return Ok((out, Some(format!("{}.{}", image.number, skip + room))));
                }
            }
            let last =
                listed.next.is_none() && listed.images.last().is_some_and(|last| last.number == image.number);
            if last {
                return Ok((out, None));
            }
            if out.len() >= asked.limit() || started.elapsed() > TIME {
                return Ok((out, Some(image.number.to_string())));
            }
        }
        if listed.next.is_none() {
            return Ok((out, None));
        }
    }
}

/// What a path of Azure's API asks for.
#[derive(Debug, Default, PartialEq, Eq)]
struct AzurePath {
    /// The recommendation's key.
    key: Option<String>,
    /// The sub-assessment's name.
    name: Option<String>,
    registry: Option<String>,
    repository: Option<String>,
    digest: Option<String>,
}

impl AzurePath {
    /// `{scope}/providers/Microsoft.Security/[assessments/{key}/]subAssessments[/{name}]`; case does not count, as in
    /// all of Azure. Of the scope what names a registry, a repository and an image counts.
    fn parse(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let is = |at: usize, word: &str| parts.get(at).is_some_and(|part| part.eq_ignore_ascii_case(word));
        let provider =
            (0..parts.len()).rev().find(|&at| is(at, "providers") && is(at + 1, "Microsoft.Security"))?;
        let (scope, own) = (parts.get(..provider)?, provider + 2);
        let mut found = Self::default();
        let rest = match is(own, "assessments") {
            true => {
                found.key = Some((*parts.get(own + 1)?).to_owned());
                own + 2
            }
            false => own,
        };
        if !is(rest, "subAssessments") || parts.len() > rest + 2 {
            return None;
        }
        found.name = parts.get(rest + 1).map(|name| (*name).to_owned());
        let mut at = 0;
        while let Some(part) = scope.get(at) {
            let names = |word: &str| part.eq_ignore_ascii_case(word);
            if names("registries") {
                found.registry = scope.get(at + 1).map(|text| (*text).to_owned());
                at += 1;
            } else if names("repositories") || names("repository") {
                // A repository's name has slashes of its own.
                let end = scope.iter().skip(at + 1).position(|part| {
                    part.eq_ignore_ascii_case("images") || part.eq_ignore_ascii_case("imageDigest")
                });
                let end = end.map_or(scope.len(), |end| at + 1 + end);
                found.repository = scope.get(at + 1..end).map(|parts| parts.join("/"));
                at = end.max(at + 1) - 1;
            } else if names("images") || names("imageDigest") {
                found.digest = scope.get(at + 1).map(|text| (*text).to_owned());
                at += 1;
            }
            at += 1;
        }
        Some(found)
    }
}

/// The paths of Azure's own API ("Sub Assessments", `Microsoft.Security`), below `/azure`.
async fn as_azure(
    State(app): State<App>,
    Path(path): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    Params(mut asked): Params<Asked>,
) -> Result<Response, Problem> {
    let expected =
        "expected {scope}/providers/Microsoft.Security/[assessments/{key}/]subAssessments[/{name}]";
    let path = AzurePath::parse(&path).ok_or_else(|| Problem::missing(expected))?;
    if let Some(key) = &path.key {
        let known = KEYS.iter().find(|(known, _)| known.eq_ignore_ascii_case(key));
        let Some((_, form)) = known else {
            let keys = KEYS.map(|(key, _)| key).join(" and ");
            return Err(Problem::missing(format!("there is no assessment of that key; there are {keys}")));
        };
        asked.form = *form;
    }
    asked.repository = path.repository.or(asked.repository);
    // Azure names registries by the first part of their host.
    let named = |name: String| {
        let is = |host: &str| host.split('.').next().is_some_and(|label| label.eq_ignore_ascii_case(&name));
        app.registries.known().find(|known| is(&known.host)).map_or(name.clone(), |known| known.host.clone())
    };
    asked.registry = path.registry.map(named).or(asked.registry);
    let digest = path.digest.map(|text| text.parse::<Digest>()).transpose();
    let digest = digest.map_err(|error| Problem::bad(format!("no digest: {error}")))?;
    app.blocking(move |app| {
        let Some(digest) = digest else {
            if path.name.is_some() {
                return Err(Problem::missing(
                    "a single sub-assessment is found in the scope of its image: …/images/{digest}/providers/…",
                ));
            }
            let (value, next) = page(app, &asked)?;
            return json(&headers, &List { value, next_link: next.map(|next| next_link(&uri, &next)) });
        };
        if let Some(name) = &path.name {
            let (detail, mut report) = super::report::of_image(app, &digest)?;
            report.packages.clear();
            let mut values = rendered(&detail, &report, asked.form)?.into_iter();
            let one = values.find(|value| value.get("name").and_then(Value::as_str) == Some(name));
            let one = one.ok_or_else(|| Problem::missing("the image has no such sub-assessment"))?;
            return json(&headers, &one);
        }
        json(&headers, &page_of_image(app, &digest, &asked, &uri)?)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::AzurePath;

    #[test]
    fn what_azures_paths_mean() {
        let some = |text: &str| Some(text.to_owned());
        let parse = AzurePath::parse;
        assert_eq!(parse("providers/Microsoft.Security/subAssessments"), Some(AzurePath::default()));
        assert_eq!(
            parse(
                "subscriptions/20ff/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/r.example/providers/microsoft.security/assessments/k/subassessments/n"
            ),
            Some(AzurePath {
                key: some("k"),
                name: some("n"),
                registry: some("r.example"),
                ..AzurePath::default()
            })
        );
        assert_eq!(
            parse(
                "/repositories/a/b/images/sha256:00/providers/Microsoft.Security/assessments/k/subAssessments"
            ),
            Some(AzurePath {
                key: some("k"),
                repository: some("a/b"),
                digest: some("sha256:00"),
                ..AzurePath::default()
            })
        );
        for bad in [
            "",
            "providers/Microsoft.Security",
            "providers/Microsoft.Security/assessments/k",
            "a/subAssessments",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}

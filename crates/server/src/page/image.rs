//! One image: what to do first, its findings and why, its layers, and what it was called when.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Html;
use plimsoll::stages::core::{FixState, Plan, Rating};
use plimsoll::stages::report::{FORMATS, links, style_class};
use plimsoll::{Coverage, Finding, Report, Severity};
use plimsoll_monitor::{ImageDetail, Moved, ScanState, TagInterval};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{images, link, render};
use crate::app::{App, Shared};
use crate::problem::Problem;
use crate::route::params::{Named, Params};
use crate::stored;

/// Findings of a page.
const PAGE: usize = 100;
/// Things to do that are shown before the rest is only counted.
const FIRST: usize = 10;
/// Places of a package that are shown.
const PLACES: usize = 5;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// A part of a vulnerability's id or of a package's name.
    q: String,
    at_least: String,
    fixable: String,
    page: String,
}

impl Asked {
    fn wants(&self, finding: &Finding) -> bool {
        let q = self.q.trim().to_lowercase();
        let has = |text: &str| text.to_lowercase().contains(&q);
        let least = self.at_least.parse::<Severity>().ok();
        finding.disabled.is_none()
            && least.is_none_or(|least| finding.severity >= least)
            && (self.fixable.is_empty() || !finding.fixed_versions.is_empty())
            && (q.is_empty()
                || has(&finding.id)
                || has(&finding.package.name)
                || finding.aliases.iter().any(|alias| has(alias)))
    }

    fn page(&self, digest: &str, page: usize) -> String {
        let number = page.to_string();
        let path = format!("/ui/images/{digest}");
        let page = if page > 1 { number.as_str() } else { "" };
        let pairs = [
            ("q", self.q.as_str()),
            ("at_least", &self.at_least),
            ("fixable", &self.fixable),
            ("page", page),
        ];
        format!("{}#findings", link::page(&path, &pairs))
    }
}

pub(super) async fn one(
    State(app): State<App>,
    Named(digest): Named,
    Params(asked): Params<Asked>,
) -> Result<Html<String>, Problem> {
    app.blocking(move |app| {
        let (detail, report) = stored::report(app, &digest)?;
        page(app, &detail, &report, &asked)
    })
    .await
}

fn page(app: &Shared, detail: &ImageDetail, report: &Report, asked: &Asked) -> Result<Html<String>, Problem> {
    let image = &detail.image;
    let digest = image.digest.to_string();
    let wanted: Vec<&Finding> = report.findings.iter().filter(|finding| asked.wants(finding)).collect();
    let pages = wanted.len().div_ceil(PAGE).max(1);
    let number = asked.page.parse::<usize>().unwrap_or(1).clamp(1, pages);
    let shown = wanted.iter().skip((number - 1) * PAGE).take(PAGE);
    let scanned = image.scan == ScanState::Done;
    let formats: Vec<Value> = FORMATS
        .iter()
        .filter(|format| format.id != "table")
        .map(|format| json!({ "id": format.id, "about": format.about }))
        .collect();
    let names: Vec<String> = stored::names(detail).iter().map(stored::Named::text).collect();
    let context = json!({
        "here": "images",
        "digest": digest,
        "title": report.image.name,
        "names": names,
        "image": image,
        "state": images::state(image),
        "scanned": scanned,
        "distro": report.image.distro.as_ref().map(plimsoll::stages::core::Distro::title),
        "moved": detail.moved.as_ref().map(moved),
        "action": Moved::ACTION,
        "reasons": image.reasons,
        "plan": plan(&report.plan),
        "severities": bar(&report.counts),
        "layers": layers(report),
        "gaps": gaps(report),
        "coverage": report.coverage.counts,
        "asked": { "q": asked.q, "at_least": asked.at_least, "fixable": asked.fixable },
        "findings": shown.map(|finding| row(finding)).collect::<Vec<_>>(),
        "active": report.active().count(),
        "wanted": wanted.len(),
        "page": number,
        "pages": pages,
        "previous": (number > 1).then(|| asked.page(&digest, number - 1)),
        "next": (number < pages).then(|| asked.page(&digest, number + 1)),
        "disabled": report.disabled().map(exempt).collect::<Vec<_>>(),
        "tags": detail.tags.iter().map(tag).collect::<Vec<_>>(),
        "activity": detail.activity,
        "indexes": detail.indexes,
        "images": detail.images,
        "packages": report.packages.iter().map(package).collect::<Vec<_>>(),
        "formats": formats,
    });
    render::page(app, "image.html", context)
}

fn moved(moved: &Moved) -> Value {
    json!({ "tag": moved.tag, "until": moved.until, "by": moved.replaced_by, "pulled": moved.last_pull })
}

fn tag(tag: &TagInterval) -> Value {
    json!({
        "tag": tag.tag,
        "place": tag.place.to_string(),
        "since": tag.since,
        "until": tag.until,
        "by": tag.replaced_by,
    })
}

fn plan(plan: &Plan) -> Value {
    let steps: Vec<Value> = plan
        .steps
        .iter()
        .take(FIRST)
        .map(|step| {
            let json = serde_json::to_value(&step.action).unwrap_or_default();
            json!({
                "text": step.action.text,
                "command": json.get("command"),
                "fixes": step.fixes,
                "severities": levels(&step.severities),
            })
        })
        .collect();
    let mut remaining: BTreeMap<&str, usize> = BTreeMap::new();
    for rest in &plan.remaining {
        let why = match (rest.undetermined, rest.state) {
            (true, _) => "it could not be decided whether they affect the image",
            (_, FixState::WontFix) => "the vendor will not fix them",
            (_, FixState::Deferred) => "the vendor has put off a fix",
            (_, FixState::EndOfLife) => "the release gets no more fixes",
            _ => "there is no fix yet",
        };
        *remaining.entry(why).or_default() += rest.findings;
    }
    let remaining: Vec<Value> =
        remaining.into_iter().map(|(why, findings)| json!({ "findings": findings, "why": why })).collect();
    json!({
        "steps": steps,
        "more": plan.steps.len().saturating_sub(FIRST),
        "findings": plan.findings,
        "fixed": plan.fixed,
        "remaining": remaining,
    })
}

/// The levels that there are, worst first, as templates name them.
fn levels(counts: &BTreeMap<Severity, usize>) -> Vec<Value> {
    let levels = counts.iter().rev().filter(|(_, count)| **count > 0);
    levels
        .map(|(level, count)| json!({ "class": style_class(*level), "name": level.name(), "count": count }))
        .collect()
}

/// The parts of a bar that is 600 wide.
fn bar(counts: &BTreeMap<Severity, usize>) -> Vec<Value> {
    parts(counts, counts.values().sum())
}

fn parts(counts: &BTreeMap<Severity, usize>, whole: usize) -> Vec<Value> {
    let mut left = 0;
    let parts = counts.iter().rev().filter(|(_, count)| **count > 0).map(|(level, count)| {
        // A sliver is still seen.
        let width = (count * 600 / whole.max(1)).max(2);
        left += width;
        json!({ "class": style_class(*level), "name": level.name(), "count": count, "x": left - width, "width": width })
    });
    parts.collect()
}

/// The layers that findings came with.
fn layers(report: &Report) -> Vec<Value> {
    let mut layers: BTreeMap<u32, BTreeMap<Severity, usize>> = BTreeMap::new();
    for finding in report.active() {
        if let Some(layer) = finding.package.locations.first().and_then(|at| at.layer.as_ref()) {
            *layers.entry(layer.index).or_default().entry(finding.severity).or_default() += 1;
        }
    }
    let most = layers.values().map(|counts| counts.values().sum::<usize>()).max().unwrap_or(1);
    let row = |(index, counts): (&u32, &BTreeMap<Severity, usize>)| {
        let layer = report.image.layers.iter().find(|layer| layer.index == *index);
        json!({
            "index": index,
            "by": layer.and_then(|layer| layer.created_by.as_deref()),
            "total": counts.values().sum::<usize>(),
            "parts": parts(counts, most),
        })
    };
    layers.iter().map(row).collect()
}

fn gaps(report: &Report) -> Vec<String> {
    let gaps = report.coverage.gaps.iter();
    gaps.map(|gap| format!("{}: {} packages, {}", gap.ecosystem, gap.packages, why(gap.coverage))).collect()
}

fn why(coverage: Coverage) -> &'static str {
    match coverage {
        Coverage::NoFeed => "no feed speaks of them",
        Coverage::ThirdParty => "they are not the distribution's own",
        Coverage::UnparsedVersion => "their versions can't be read",
        Coverage::Unsupported => "no feed covers their sort",
        _ => "assessed",
    }
}

fn rated<'f>(finding: &'f Finding, scheme: &str) -> Option<&'f Rating> {
    finding.ratings.iter().find(|rating| rating.scheme == scheme)
}

fn row(finding: &Finding) -> Value {
    let package = &finding.package;
    let (_, name, version) = package.upgraded_as();
    let layer = package.locations.first().and_then(|at| at.layer.as_ref());
    let evidence: Vec<String> = finding.evidence.iter().map(ToString::to_string).collect();
    let places: Vec<String> = package
        .locations
        .iter()
        .take(PLACES)
        .map(|at| match &at.layer {
            Some(layer) => match &layer.created_by {
                Some(by) => format!("{}, layer {}: {by}", at.path, layer.index),
                None => format!("{}, layer {}", at.path, layer.index),
            },
            None => at.path.to_string(),
        })
        .collect();
    let epss = rated(finding, "EPSS").and_then(|rating| rating.value.parse::<f64>().ok());
    let links = links(finding);
    // The first is the vulnerability's own page, where there is one.
    let own = links.first().filter(|link| link.contains(&finding.id));
    json!({
        "id": finding.id,
        "link": own,
        "class": style_class(finding.severity),
        "level": finding.severity.name(),
        "priority": finding.priority,
        "exploited": rated(finding, "KEV").map(|rating| rating.value.as_str()),
        "epss": epss.map(|epss| format!("{:.2} %", epss * 100.0)),
        "package": name,
        "version": version,
        "binary": package.name,
        "fixed": finding.fixed_versions.join(", "),
        "undetermined": finding.status == plimsoll::Status::Undetermined,
        "layer": layer.map(|layer| layer.index),
        "summary": finding.summary,
        "actions": finding.actions.iter().map(|action| action.text.as_str()).collect::<Vec<_>>(),
        "evidence": evidence,
        "decided": finding.rating.as_ref().map(|rating| format!("{} says {}", rating.source, rating.value)),
        "first_seen": finding.first_seen,
        "aliases": finding.aliases.join(", "),
        "purl": package.purl.to_string(),
        "places": places,
        "more_places": package.locations.len().saturating_sub(PLACES),
        "links": links.iter().take(10).collect::<Vec<_>>(),
    })
}

fn exempt(finding: &Finding) -> Value {
    json!({
        "id": finding.id,
        "class": style_class(finding.severity),
        "level": finding.severity.name(),
        "package": finding.package.name,
        "by": finding.disabled,
    })
}

fn package(assessed: &plimsoll::stages::report::Assessed) -> Value {
    let package = &assessed.package;
    json!({
        "name": package.name,
        "version": package.version,
        "kind": package.kind.to_string(),
        "judged": assessed.coverage == Coverage::Assessed,
        "why": why(assessed.coverage),
        "layer": package.locations.first().and_then(|at| at.layer.as_ref()).map(|layer| layer.index),
    })
}

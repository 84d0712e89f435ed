//! Reports of images, made of what is stored of them: no image is read for it.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use plimsoll::stages::core::{Action, CoverageCounts, LayerRef, Remedy};
use plimsoll::stages::remedy::{Advice, upgrades};
use plimsoll::stages::report::{Assessed, CoverageReport, Gap, ImageSummary, RulesSummary};
use plimsoll::{AdvisorySet, Coverage, Date, Digest, Finding, Package, Report, match_packages};
use plimsoll_monitor::{DAY, Error, ImageDetail, Millis, Moved, Place, Store as _};

use crate::app::Shared;
use crate::problem::Problem;

/// A name under which an image is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) place: Place,
    pub(crate) tag: Option<String>,
}

impl Named {
    /// `registry/repository:tag`.
    pub(crate) fn text(&self) -> String {
        match &self.tag {
            Some(tag) => format!("{}:{tag}", self.place),
            None => self.place.to_string(),
        }
    }
}

/// The names of an image, those that hold now first.
pub(crate) fn names(detail: &ImageDetail) -> Vec<Named> {
    let mut names: Vec<Named> = Vec::new();
    for of_now in [true, false] {
        for tag in detail.tags.iter().filter(|tag| tag.until.is_none() == of_now) {
            let known = |name: &Named| name.place == tag.place && name.tag.as_deref() == Some(&tag.tag);
            if (of_now || names.is_empty()) && !names.iter().any(known) {
                names.push(Named { place: tag.place.clone(), tag: Some(tag.tag.clone()) });
            }
        }
    }
    for place in &detail.places {
        if !names.iter().any(|name| name.place == *place) {
            names.push(Named { place: place.clone(), tag: None });
        }
    }
    names
}

/// The report of an image. An index has no packages and findings of its own.
pub(crate) fn report(app: &Shared, digest: &Digest) -> Result<(ImageDetail, Report), Problem> {
    let detail = app.store.image(digest)?.ok_or_else(|| Error::UnknownSubject(digest.clone()))?;
    let stored = app.store.stored(digest)?.unwrap_or_default();
    let mut findings: Vec<Finding> = Vec::new();
    for found in app.store.findings(digest)? {
        let first_seen = Some(day(found.first_seen));
        findings.push(Finding { first_seen, ..found.finding });
    }
    findings.sort_by(plimsoll::order);
    let by = app.by.read().unwrap_or_else(std::sync::PoisonError::into_inner);
    let (advisories, rules) = (by.advisories.clone(), by.rules.len());
    drop(by);
    let unread = |error: &dyn std::fmt::Display| {
        crate::app::complain(&error.to_string());
        Problem::later(StatusCode::SERVICE_UNAVAILABLE, 10, "the advisories can't be read")
    };
    let set = advisories.counted()?;
    let upgrades =
        upgrades(findings.iter().filter(|f| f.disabled.is_none()), stored.distro.as_ref(), &*advisories)
            .map_err(|error| unread(&error))?;
    let support =
        stored.distro.as_ref().map(|distro| plimsoll::support_of(&advisories, distro, plimsoll::today()));
    let support = support.transpose().map_err(|error| unread(&error))?.flatten();
    let ended = support.as_ref().filter(|support| support.ended).map(plimsoll::ended);
    let mut report = Report::of_packages(ImageSummary::default(), None, Vec::new(), Vec::new());
    {
        let advice = Advice::new(&upgrades).on(stored.distro.as_ref()).ended(ended.as_ref());
        let advice = advice.of_image(stored.base.as_ref());
        report.plan = advice.plan(findings.iter().filter(|finding| finding.disabled.is_none()));
        for finding in &mut findings {
            finding.actions = advice.actions(finding);
        }
    }
    if detail.moved.is_some() {
        leave(&mut findings);
    }
    let mut counts = BTreeMap::new();
    let mut raw_counts = BTreeMap::new();
    for finding in &findings {
        *raw_counts.entry(finding.severity).or_default() += 1;
        if finding.disabled.is_none() {
            *counts.entry(finding.severity).or_default() += 1;
        }
    }
    let packages = covered(stored.packages, &advisories).map_err(|error| unread(&error))?;
    report.image = summary(&detail, &packages);
    report.image.distro = stored.distro;
    report.assessment = detail.image.assessment.unwrap_or(plimsoll::Assessment::Partial);
    report.assessment_reasons = detail.image.reasons.clone();
    report.assessment_reasons.extend(detail.moved.iter().map(Moved::to_string));
    report.coverage = coverage(&packages);
    report.coverage.support = support;
    report.advisories = AdvisorySet {
        records: set.generation.as_ref().map_or(0, |generation| generation.records),
        generation: detail.image.generation,
        newest: set.ecosystems.iter().filter_map(|ecosystem| ecosystem.newest.clone()).max(),
        starter: false,
    };
    report.rules = RulesSummary {
        rules,
        disabled: findings.iter().filter(|finding| finding.disabled.is_some()).count(),
        raw_counts,
        ..RulesSummary::default()
    };
    report.counts = counts;
    report.packages = packages;
    report.findings = findings;
    report.upgrades = upgrades;
    Ok((detail, report))
}

/// Nobody can patch an image that its tag has left: that comes before all else.
fn leave(findings: &mut [Finding]) {
    for finding in findings {
        let mut text = Moved::ACTION.to_owned();
        if let Some(first) = text.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        finding.actions.insert(0, Action { remedy: Remedy::RemoveImage, text: format!("{text}.") });
    }
}

/// The day of an instant.
fn day(at: Millis) -> String {
    Date::from_days_since_1970(at.div_euclid(DAY)).map(|day| day.to_string()).unwrap_or_default()
}

/// What could be judged of each package, and why not.
fn covered(
    packages: Vec<(Package, bool)>,
    advisories: &plimsoll::Store,
) -> Result<Vec<Assessed>, plimsoll::stages::matcher::Error> {
    // Why a package could not be judged is not stored. There are few of them.
    let unjudged: Vec<Package> =
        packages.iter().filter(|(_, judged)| !judged).map(|(package, _)| package.clone()).collect();
    let mut reasons = match_packages(&unjudged, advisories, Default::default())?.coverage.into_iter();
    let mut of = |judged: bool| match judged {
        true => Coverage::Assessed,
        false => reasons.next().unwrap_or(Coverage::NoFeed),
    };
    Ok(packages.into_iter().map(|(package, judged)| Assessed { package, coverage: of(judged) }).collect())
}

fn coverage(packages: &[Assessed]) -> CoverageReport {
    let mut counts = CoverageCounts::default();
    let mut gaps: BTreeMap<(Coverage, String), usize> = BTreeMap::new();
    for Assessed { package, coverage } in packages {
        counts.add(*coverage);
        if *coverage != Coverage::Assessed {
            let ecosystem =
                package.ecosystem.as_ref().map_or_else(|| package.kind.to_string(), ToString::to_string);
            *gaps.entry((*coverage, ecosystem)).or_default() += 1;
        }
    }
    let gaps = gaps
        .into_iter()
        .map(|((coverage, ecosystem), packages)| Gap { coverage, ecosystem, packages })
        .collect();
    CoverageReport { counts, gaps, ..CoverageReport::default() }
}

fn summary(detail: &ImageDetail, packages: &[Assessed]) -> ImageSummary {
    let names = names(detail);
    let layers: BTreeMap<u32, &LayerRef> = packages
        .iter()
        .flat_map(|assessed| &assessed.package.locations)
        .filter_map(|at| at.layer.as_ref().map(|layer| (layer.index, layer)))
        .collect();
    let digest = &detail.image.digest;
    ImageSummary {
        name: names.first().map_or_else(|| digest.to_string(), Named::text),
        source: "registry".to_owned(),
        digest: Some(digest.clone()),
        tags: names.iter().map(Named::text).collect(),
        platform: detail.image.platform.clone(),
        layers: layers.into_values().cloned().collect(),
        ..ImageSummary::default()
    }
}

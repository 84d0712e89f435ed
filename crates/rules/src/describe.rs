//! Criteria and what they look at, in words.

use plimsoll_core::{FixState, Status};

use crate::bits;
use crate::criterion::{Bound, Criterion};
use crate::subject::Subject;
use crate::{Category, Image};

/// Values of a criterion that are shown.
const SHOWN: usize = 3;

/// What a criterion asks for.
pub(crate) fn wanted(criterion: &Criterion) -> String {
    match criterion {
        Criterion::Category(wanted) => any(wanted.iter().map(|category| category_name(*category))),
        Criterion::Severity(wanted) => any(wanted.iter().map(|level| level.name())),
        Criterion::SeverityBelow(limit) => format!("below {limit}"),
        Criterion::Patchable(wanted) | Criterion::Kev(wanted) | Criterion::BaseImage(wanted) => {
            wanted.to_string()
        }
        Criterion::Fix(wanted) => any(wanted.iter().map(|state| fix_name(*state))),
        Criterion::Status(wanted) => any(wanted.iter().map(|status| status_name(*status))),
        Criterion::Id(wanted)
        | Criterion::Package(wanted)
        | Criterion::Source(wanted)
        | Criterion::Name(_, wanted) => any(wanted.texts()),
        Criterion::Title(wanted) | Criterion::Ecosystem(wanted) => any(wanted),
        Criterion::Cvss(_, bound) => side(bound),
        Criterion::Epss(bound) => side(bound),
        Criterion::Age(bound) => side(bound),
        Criterion::Purl(wanted) => any(wanted.iter().map(|purl| purl.0.to_string())),
        Criterion::Version(wanted) => any(wanted.iter().map(|versions| versions.text())),
        Criterion::Path(wanted) => any(wanted.iter().map(|glob| glob.text())),
        Criterion::Layer(wanted) => any(wanted.iter().map(|layer| layer.to_string())),
        Criterion::Os(wanted) => any(wanted.iter().map(|os| os.text.as_str())),
    }
}

/// What a finding has where a criterion looks; nothing where that is absent or not known.
pub(crate) fn found(criterion: &Criterion, subject: &Subject<'_>) -> Option<String> {
    let finding = subject.finding;
    let package = &finding.package;
    let facts = subject.context.facts;
    match criterion {
        Criterion::Category(_) => Some(category_name(bits::category(package.kind)).to_owned()),
        Criterion::Severity(_) | Criterion::SeverityBelow(_) => Some(finding.severity.name().to_owned()),
        Criterion::Patchable(_) => Some(bits::is_patchable(finding).to_string()),
        Criterion::Fix(_) => Some(fix_name(finding.fix).to_owned()),
        Criterion::Status(_) => Some(status_name(finding.status).to_owned()),
        Criterion::Id(_) => Some(finding.id.clone()),
        Criterion::Title(_) => {
            Some(finding.summary.chars().take(80).collect()).filter(|text: &String| !text.is_empty())
        }
        Criterion::Cvss(generation, bound) => {
            subject.cvss(*generation).map(|(lowest, highest)| match bound {
                Bound::Below(_) => highest.to_string(),
                Bound::Above(_) => lowest.to_string(),
            })
        }
        Criterion::Epss(_) => facts.epss(finding).map(|share| share.to_string()),
        Criterion::Kev(_) => facts.kev(finding).map(|known| known.to_string()),
        Criterion::Package(_) => Some(package.name.clone()),
        Criterion::Source(_) => Some(package.source_name().to_owned()),
        Criterion::Purl(_) => Some(package.purl.to_string()),
        Criterion::Version(_) => Some(package.version.clone()).filter(|version| !version.is_empty()),
        Criterion::Ecosystem(_) => package.ecosystem.as_ref().map(|ecosystem| ecosystem.as_str().to_owned()),
        Criterion::Path(_) => places(package.locations.iter().map(|at| at.path.to_text())),
        Criterion::Layer(_) | Criterion::BaseImage(_) => places(
            package
                .locations
                .iter()
                .filter_map(|at| at.layer.as_ref())
                .map(|layer| format!("layer {}", layer.index)),
        ),
        Criterion::Age(_) => subject.age_days().map(|days| days.to_string()),
        Criterion::Os(_) | Criterion::Name(..) => {
            subject.context.image.and_then(|image| found_in_image(criterion, image))
        }
    }
}

/// The same for what an image has.
pub(crate) fn found_in_image(criterion: &Criterion, image: &Image) -> Option<String> {
    match criterion {
        Criterion::Os(_) => image.distro.as_ref().map(|distro| format!("{}:{}", distro.id, distro.version)),
        Criterion::Name(named, _) => places(named.of(image).map(str::to_owned)),
        _ => None,
    }
}

fn side<T: std::fmt::Display>(bound: &Bound<T>) -> String {
    match bound {
        Bound::Below(limit) => format!("below {limit}"),
        Bound::Above(limit) => format!("above {limit}"),
    }
}

fn any(values: impl IntoIterator<Item: AsRef<str>>) -> String {
    let mut values = values.into_iter();
    let mut shown: Vec<String> = values.by_ref().take(SHOWN).map(|value| value.as_ref().to_owned()).collect();
    let more = values.count();
    if more > 0 {
        shown.push(format!("{more} others"));
    }
    shown.join(" or ")
}

fn places(values: impl Iterator<Item = String>) -> Option<String> {
    let shown: Vec<String> = values.take(SHOWN).collect();
    (!shown.is_empty()).then(|| shown.join(", "))
}

fn category_name(category: Category) -> &'static str {
    match category {
        Category::Os => "os",
        Category::Language => "language",
        Category::Other => "other",
    }
}

fn fix_name(fix: FixState) -> &'static str {
    match fix {
        FixState::Available => "available",
        FixState::NotAvailable => "not-available",
        FixState::WontFix => "wont-fix",
        FixState::Deferred => "deferred",
        FixState::EndOfLife => "end-of-life",
        _ => "unknown",
    }
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::Affected => "affected",
        _ => "undetermined",
    }
}

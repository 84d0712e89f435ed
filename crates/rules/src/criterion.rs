use plimsoll_core::{Finding, FixState, Purl, Severity, Status};

use crate::bits::{self, Bits};
use crate::glob::Glob;
use crate::pattern::{Os, PurlPattern, Texts, Versions};
use crate::subject::Subject;
use crate::{Category, Image, LayerPattern, Rule, RuleProblem, Share, Tenths};

/// One criterion of a rule, compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Criterion {
    // Decided by bits.
    Category(Vec<Category>),
    Severity(Vec<Severity>),
    SeverityBelow(Severity),
    Patchable(bool),
    Fix(Vec<FixState>),
    Status(Vec<Status>),
    // Decided by looking at the finding.
    Id(Texts),
    Title(Vec<String>),
    Cvss(Generation, Bound<Tenths>),
    Epss(Bound<Share>),
    Kev(bool),
    Package(Texts),
    Source(Texts),
    Purl(Vec<PurlPattern>),
    Version(Vec<Versions>),
    Ecosystem(Vec<String>),
    Path(Vec<Glob>),
    Layer(Vec<LayerPattern>),
    BaseImage(bool),
    Age(Bound<u32>),
    // The same for all findings of an image.
    Os(Vec<Os>),
    Name(Named, Texts),
}

/// A family of CVSS versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Generation {
    V2,
    V3,
    V4,
}

/// Strictly below or strictly above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound<T> {
    Below(T),
    Above(T),
}

/// What of an image's name a criterion is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    Organisation,
    Registry,
    Project,
    Repository,
    Tag,
    Digest,
}

impl<T: PartialOrd> Bound<T> {
    fn holds(&self, value: &T) -> bool {
        match self {
            Self::Below(bound) => value < bound,
            Self::Above(bound) => value > bound,
        }
    }
}

impl Criterion {
    /// The criteria that a rule has.
    pub(crate) fn of(rule: &Rule) -> Result<Vec<Criterion>, RuleProblem> {
        use Bound::{Above, Below};
        let mut all = Vec::new();
        let mut list = |values: &[String], field, make: &dyn Fn(Texts) -> Criterion| {
            if let Some(empty) = values.iter().find(|value| value.trim().is_empty()) {
                return Err(RuleProblem::Value { field, value: empty.clone(), problem: "empty".to_owned() });
            }
            if !values.is_empty() {
                all.push(make(Texts::new(values)));
            }
            Ok(())
        };
        list(&rule.cve, "cve", &Self::Id)?;
        list(&rule.package, "package", &Self::Package)?;
        list(&rule.source_package, "source_package", &Self::Source)?;
        list(&rule.organisation, "organisation", &|names| Self::Name(Named::Organisation, names))?;
        list(&rule.registry, "registry", &|names| Self::Name(Named::Registry, names))?;
        list(&rule.project, "project", &|names| Self::Name(Named::Project, names))?;
        list(&rule.repository, "repository", &|names| Self::Name(Named::Repository, names))?;
        list(&rule.tag, "tag", &|names| Self::Name(Named::Tag, names))?;
        list(&rule.digest, "digest", &|names| Self::Name(Named::Digest, names))?;
        list(&rule.os, "os", &|_| Self::Os(rule.os.iter().map(|os| Os::new(os)).collect()))?;
        list(&rule.ecosystem, "ecosystem", &|_| Self::Ecosystem(rule.ecosystem.clone()))?;
        list(&rule.title_contains, "title_contains", &|_| {
            Self::Title(rule.title_contains.iter().map(|text| text.to_lowercase()).collect())
        })?;
        list(&rule.path, "path", &|_| Self::Path(rule.path.iter().map(|path| Glob::path(path)).collect()))?;
        let mut whole = |values: bool, criterion: Criterion| {
            if values {
                all.push(criterion);
            }
        };
        whole(!rule.category.is_empty(), Self::Category(rule.category.clone()));
        whole(!rule.severity.is_empty(), Self::Severity(rule.severity.clone()));
        whole(!rule.fix.is_empty(), Self::Fix(rule.fix.clone()));
        whole(!rule.status.is_empty(), Self::Status(rule.status.clone()));
        whole(!rule.layer.is_empty(), Self::Layer(rule.layer.clone()));
        let purl = |text: &String| {
            let value = |problem: plimsoll_core::PurlError| RuleProblem::Value {
                field: "purl",
                value: text.clone(),
                problem: problem.to_string(),
            };
            text.parse::<Purl>().map(PurlPattern).map_err(value)
        };
        let purls = rule.purl.iter().map(purl).collect::<Result<Vec<_>, _>>()?;
        whole(!purls.is_empty(), Self::Purl(purls));
        let version = |text: &String| {
            let value = |problem| RuleProblem::Value { field: "version", value: text.clone(), problem };
            Versions::parse(text).map_err(value)
        };
        let versions = rule.version.iter().map(version).collect::<Result<Vec<_>, _>>()?;
        whole(!versions.is_empty(), Self::Version(versions));
        let cvss = |generation, bound| Self::Cvss(generation, bound);
        all.extend(
            [
                rule.severity_below.map(Self::SeverityBelow),
                rule.patchable.map(Self::Patchable),
                rule.cvss_v2_below.map(|score| cvss(Generation::V2, Below(score))),
                rule.cvss_v2_above.map(|score| cvss(Generation::V2, Above(score))),
                rule.cvss_v3_below.map(|score| cvss(Generation::V3, Below(score))),
                rule.cvss_v3_above.map(|score| cvss(Generation::V3, Above(score))),
                rule.cvss_v4_below.map(|score| cvss(Generation::V4, Below(score))),
                rule.cvss_v4_above.map(|score| cvss(Generation::V4, Above(score))),
                rule.epss_below.map(|share| Self::Epss(Below(share))),
                rule.epss_above.map(|share| Self::Epss(Above(share))),
                rule.kev.map(Self::Kev),
                rule.base_image.map(Self::BaseImage),
                rule.age_days_below.map(|days| Self::Age(Below(days))),
                rule.age_days_above.map(|days| Self::Age(Above(days))),
            ]
            .into_iter()
            .flatten(),
        );
        Ok(all)
    }

    /// The mask of a criterion that bits decide.
    pub(crate) fn mask(&self) -> Option<Bits> {
        Some(match self {
            Self::Category(wanted) => bits::categories(wanted),
            Self::Severity(levels) => bits::severities(levels),
            Self::SeverityBelow(limit) => bits::severity_below(*limit),
            Self::Patchable(wanted) => bits::patchable(*wanted),
            Self::Fix(states) => bits::fixes(states),
            Self::Status(statuses) => bits::statuses(statuses),
            _ => return None,
        })
    }

    /// Whether the criterion is about the image, not about a finding.
    pub(crate) fn is_of_image(&self) -> bool {
        matches!(self, Self::Os(_) | Self::Name(..))
    }

    /// Whether the criterion is about the package, and the same for all its findings.
    pub(crate) fn is_of_package(&self) -> bool {
        use Criterion::*;
        matches!(
            self,
            Package(_) | Source(_) | Purl(_) | Version(_) | Ecosystem(_) | Path(_) | Layer(_) | BaseImage(_)
        )
    }

    /// Whether it holds for the image.
    pub(crate) fn holds_for(&self, image: &Image) -> bool {
        match self {
            Self::Os(wanted) => {
                image.distro.as_ref().is_some_and(|distro| wanted.iter().any(|os| os.matches(distro)))
            }
            Self::Name(named, wanted) => named.of(image).any(|name| wanted.matches(name)),
            _ => false,
        }
    }

    /// Whether it holds for a finding.
    pub(crate) fn holds(&self, subject: &Subject<'_>) -> bool {
        if let Some(mask) = self.mask() {
            return subject.bits & !mask == 0;
        }
        let Finding { id, aliases, package, summary, .. } = subject.finding;
        let context = subject.context;
        match self {
            Self::Id(wanted) => wanted.matches(id) || aliases.iter().any(|alias| wanted.matches(alias)),
            Self::Title(wanted) => {
                let summary = summary.to_lowercase();
                wanted.iter().any(|text| summary.contains(text.as_str()))
            }
            // Of several sources' scores the one counts by which the rule matches least.
            Self::Cvss(generation, bound) => {
                subject.cvss(*generation).is_some_and(|(lowest, highest)| match bound {
                    Bound::Below(_) => bound.holds(&highest),
                    Bound::Above(_) => bound.holds(&lowest),
                })
            }
            Self::Epss(bound) => context.facts.epss(subject.finding).is_some_and(|share| bound.holds(&share)),
            Self::Kev(wanted) => context.facts.kev(subject.finding) == Some(*wanted),
            Self::Package(wanted) => wanted.matches_name(package, &package.name),
            Self::Source(wanted) => wanted.matches_name(package, package.source_name()),
            Self::Purl(wanted) => wanted.iter().any(|purl| purl.matches(&package.purl)),
            Self::Version(wanted) => wanted.iter().any(|versions| versions.matches(package, context)),
            Self::Ecosystem(wanted) => wanted.iter().any(|name| {
                name.eq_ignore_ascii_case(package.kind.purl_type())
                    || package.ecosystem.as_ref().is_some_and(|ecosystem| {
                        name.eq_ignore_ascii_case(ecosystem.as_str())
                            || name.eq_ignore_ascii_case(ecosystem.name())
                    })
            }),
            Self::Path(wanted) => {
                subject.every_location(|at| wanted.iter().any(|glob| glob.matches_path(at.path.as_bytes())))
            }
            Self::Layer(wanted) => subject.every_layer(|layer| {
                wanted.iter().any(|pattern| match pattern {
                    LayerPattern::Index(index) => *index == layer.index,
                    LayerPattern::Digest(digest) => {
                        layer.diff_id.as_ref().is_some_and(|id| id.to_string().eq_ignore_ascii_case(digest))
                    }
                })
            }),
            Self::BaseImage(wanted) => {
                context.image.and_then(|image| image.base_layers).is_some_and(|base| {
                    let from_base = |layer: &plimsoll_core::LayerRef| layer.index < base;
                    subject.every_layer(|layer| from_base(layer) == *wanted)
                })
            }
            Self::Age(bound) => subject.age_days().is_some_and(|days| bound.holds(&days)),
            _ => context.image.is_some_and(|image| self.holds_for(image)),
        }
    }

    /// The key of the rules file that it comes from.
    pub(crate) fn field(&self) -> &'static str {
        match self {
            Self::Category(_) => "category",
            Self::Severity(_) => "severity",
            Self::SeverityBelow(_) => "severity_below",
            Self::Patchable(_) => "patchable",
            Self::Fix(_) => "fix",
            Self::Status(_) => "status",
            Self::Id(_) => "cve",
            Self::Title(_) => "title_contains",
            Self::Cvss(Generation::V2, Bound::Below(_)) => "cvss_v2_below",
            Self::Cvss(Generation::V2, Bound::Above(_)) => "cvss_v2_above",
            Self::Cvss(Generation::V3, Bound::Below(_)) => "cvss_v3_below",
            Self::Cvss(Generation::V3, Bound::Above(_)) => "cvss_v3_above",
            Self::Cvss(Generation::V4, Bound::Below(_)) => "cvss_v4_below",
            Self::Cvss(Generation::V4, Bound::Above(_)) => "cvss_v4_above",
            Self::Epss(Bound::Below(_)) => "epss_below",
            Self::Epss(Bound::Above(_)) => "epss_above",
            Self::Kev(_) => "kev",
            Self::Package(_) => "package",
            Self::Source(_) => "source_package",
            Self::Purl(_) => "purl",
            Self::Version(_) => "version",
            Self::Ecosystem(_) => "ecosystem",
            Self::Path(_) => "path",
            Self::Layer(_) => "layer",
            Self::BaseImage(_) => "base_image",
            Self::Age(Bound::Below(_)) => "age_days_below",
            Self::Age(Bound::Above(_)) => "age_days_above",
            Self::Os(_) => "os",
            Self::Name(named, _) => named.field(),
        }
    }
}

impl Named {
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Registry => "registry",
            Self::Project => "project",
            Self::Repository => "repository",
            Self::Tag => "tag",
            Self::Digest => "digest",
        }
    }

    /// The names that an image has of this sort.
    pub(crate) fn of(self, image: &Image) -> impl Iterator<Item = &str> {
        let (one, many): (&Option<String>, &[String]) = match self {
            Self::Organisation => (&image.organisation, &[]),
            Self::Registry => (&image.registry, &[]),
            Self::Project => (&image.project, &[]),
            Self::Repository => (&image.repository, &[]),
            Self::Tag => (&None, &image.tags),
            Self::Digest => (&None, &image.digests),
        };
        one.iter().chain(many).map(String::as_str)
    }
}

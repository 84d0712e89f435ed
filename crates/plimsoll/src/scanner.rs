use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use plimsoll_advisory::Store;
use plimsoll_core::{Assessment, Coverage, Distro, Finding, Observer, Package, Plan, Silent, Status};
use plimsoll_image::{Image, ImageInfo, ImageStatus, LayerCache, OpenOptions, SourceKind};
use plimsoll_inventory::Catalogers;
use plimsoll_matcher::{Candidates, Matched, match_packages};
use plimsoll_report::{
    AdvisorySet, Assessed, CoverageReport, FORMAT, FORMAT_VERSION, Gap, ImageSummary, Report, RulesSummary,
    Support, Tool,
};
use plimsoll_rules as rules;
use plimsoll_rules::{Context, Date, RuleOutcome, RuleState, Ruleset};
use plimsoll_severity::Policy;

use crate::facts::Stated;
use crate::order::order;
use crate::remedy::{self, Built};
use crate::seen::Seen;
use crate::{
    Error, Reference, Subject, Taken, asked, assessment, severity, starter, support, take_inventory_with,
};

/// Scans images with one set of advisories and one set of options. It holds no state between scans, so one scanner
/// serves many threads.
pub struct Scanner {
    advisories: Box<dyn Candidates + Send + Sync>,
    /// What knows the lifetimes of distributions, where there is such.
    lifetimes: Option<Arc<Store>>,
    set: AdvisorySet,
    /// Whether the advisories have a catalogue of exploited vulnerabilities.
    catalogue: bool,
    catalogers: Catalogers,
    pub(crate) options: ScanOptions,
}

/// How to scan.
#[derive(Clone, Debug, Default)]
pub struct ScanOptions {
    /// How images are opened, with the limits and strictness of the whole scan.
    pub open: OpenOptions,
    /// Where what was found in layers is kept, so that no layer is read twice. Only verified layers are. Default:
    /// nowhere.
    pub layers: Option<Arc<dyn LayerCache>>,
    /// The rules that disable findings. Default: none.
    pub rules: Ruleset,
    /// The day that rules expire by. Default: today, by the system's clock.
    pub now: Option<Date>,
    /// What earlier reports had, so that each finding has the day on which it was first seen, by which rules may ask
    /// for its age. Default: nothing, and no finding has an age.
    pub seen: Option<Arc<Seen>>,
    /// How a finding's severity is chosen. Default: [`Policy::default`].
    pub policy: Policy,
    /// Which packages count. Default: the precise view.
    pub view: View,
    /// The organisation that the image belongs to, by which rules may be scoped. Default: not known.
    pub organisation: Option<String>,
    /// How many days old the newest advisory may be for "healthy" to mean something; past it, the assessment is
    /// [`Assessment::Stale`]. Default: no limit.
    pub max_age_days: Option<u32>,
    /// What reads images in registries. Default: a client without credentials.
    #[cfg(feature = "registry")]
    pub client: Option<Arc<plimsoll_registry::Client>>,
}

/// Which packages of an inventory count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum View {
    /// Each thing once: no language packages that an operating-system package owns, no test fixtures. Of a folder also
    /// what its lock files declare, marked; of an image only what is installed.
    #[default]
    Precise,
    /// Everything that was found, marked.
    Comprehensive,
}

impl View {
    /// The packages of the image's inventory that count.
    pub fn of(self, inventory: &plimsoll_inventory::Inventory, image: &ImageInfo) -> Vec<Package> {
        match self {
            Self::Precise if image.source == SourceKind::Directory => {
                inventory.with_declared().cloned().collect()
            }
            Self::Precise => inventory.precise().cloned().collect(),
            Self::Comprehensive => inventory.packages.clone(),
        }
    }
}

impl Scanner {
    /// A scanner over an advisory store.
    ///
    /// # Errors
    /// The store can't be read.
    pub fn new(store: Store) -> Result<Self, Error> {
        let status = store.status()?;
        let newest = status.ecosystems.into_iter().filter_map(|ecosystem| ecosystem.newest).max();
        let (records, generation) = status.generation.map_or((0, 0), |newest| (newest.records, newest.id));
        let set = AdvisorySet { records, generation, newest, starter: false };
        let store = Arc::new(store);
        let scanner = Self::over(Box::new(Arc::clone(&store)), set);
        Ok(Self { lifetimes: Some(store), ..scanner })
    }

    /// A scanner over the starter set that is compiled in: for a first look.
    pub fn starter() -> Self {
        let (advisories, set) = starter::advisories();
        Self::over(Box::new(advisories), set)
    }

    /// A scanner over any source of advisories.
    pub fn over(advisories: Box<dyn Candidates + Send + Sync>, set: AdvisorySet) -> Self {
        let catalogue = has_catalogue(&*advisories);
        Self {
            advisories,
            lifetimes: None,
            set,
            catalogue,
            catalogers: Catalogers::all(),
            options: ScanOptions::default(),
        }
    }

    /// The same scanner with other options.
    pub fn with(mut self, options: ScanOptions) -> Self {
        self.options = options;
        self
    }

    /// Scans what the reference names: an image, a bill of materials, a file of packages.
    ///
    /// # Errors
    /// The image can't be opened or read, the advisories can't be read, or, with
    /// [`OpenOptions::strict`], only a part of the image could be read.
    pub fn scan(&self, image: &Reference) -> Result<Report, Error> {
        self.scan_subject(&self.open(image)?, &image.to_string(), &Silent)
    }

    fn open(&self, image: &Reference) -> Result<Subject, Error> {
        // Everything that was found includes what is in programs that packages own.
        let tables = self.options.open.tables && self.options.view == View::Precise;
        let options = OpenOptions { tables, ..self.options.open.clone() };
        #[cfg(feature = "registry")]
        if let (Some(name), Some(client)) = (image.registry(), &self.options.client) {
            return Ok(Subject::Image(Box::new(crate::open_remote(name, client, &options)?)));
        }
        Subject::open(image, &options)
    }

    /// Scans an image that is open already, and shows how it goes. `name` is what the report calls it.
    ///
    /// # Errors
    /// As [`scan`](Self::scan).
    pub fn scan_image(&self, image: &Image, name: &str, observer: &dyn Observer) -> Result<Report, Error> {
        let info = image.info();
        let cause = not_applicable(&info.status);
        let taken = match cause {
            Some(_) => Taken::default(),
            None => {
                let (limits, cache) = (&self.options.open.limits, self.options.layers.as_deref());
                take_inventory_with(image, &self.catalogers, limits, cache, observer)?
            }
        };
        if let (true, Some(wrong)) = (self.options.open.strict, taken.partial()) {
            return Err(Error::Partial { image: name.to_owned(), reason: wrong.to_string() });
        }
        let packages = self.options.view.of(&taken.inventory, info);
        let mut built = Built::of(info, taken.inventory.distro.as_ref(), &packages);
        let support = self.support(taken.inventory.distro.as_ref())?;
        built.ended = support.as_ref().filter(|support| support.ended).map(remedy::ended);
        let mut image = summary(info, name);
        image.distro.clone_from(&taken.inventory.distro);
        let asked = rules::Image {
            organisation: self.options.organisation.clone(),
            ..asked::image(&image, built.base.as_ref())
        };
        let mut report = self.judge(packages, &asked, &built)?;
        report.image = image;
        report.coverage.unidentified = taken.unidentified();
        report.coverage.support = support;
        report.diagnostics.splice(0..0, taken.all_diagnostics().cloned());
        (report.assessment, report.assessment_reasons) = match cause {
            Some(cause) => (Assessment::NotApplicable, vec![cause]),
            None => self.assess(&report),
        };
        Ok(self.without_rules(report))
    }

    /// Matches packages that come from anywhere, without an image: severity and rules as in a scan.
    ///
    /// # Errors
    /// The advisories can't be read.
    pub fn scan_packages(&self, packages: Vec<Package>, name: &str) -> Result<Report, Error> {
        let mut report = self.judge(packages, &rules::Image::default(), &Built::default())?;
        report.image.name = name.to_owned();
        (report.assessment, report.assessment_reasons) = self.assess(&report);
        Ok(self.without_rules(report))
    }

    /// Scans an image; where that can't be done, the report says so instead of an error. For those who keep a state
    /// for every image.
    pub fn scan_or_fail(&self, image: &Reference) -> Report {
        self.scan(image).unwrap_or_else(|error| {
            let mut report = self.empty();
            report.image.name = image.to_string();
            report.assessment = Assessment::Failed;
            report.assessment_reasons = vec![error.to_string()];
            report
        })
    }

    pub(crate) fn assess(&self, report: &Report) -> (Assessment, Vec<String>) {
        assessment::assess(report, self.options.max_age_days.zip(self.now()))
    }

    /// Adds what the scan would come to without rules.
    pub(crate) fn without_rules(&self, mut report: Report) -> Report {
        report.rules.raw_assessment = Some(match report.assessment {
            Assessment::HealthyByExemption => Assessment::Unhealthy,
            Assessment::Partial | Assessment::Stale
                if report.findings.iter().any(|finding| finding.status == Status::Affected) =>
            {
                Assessment::Unhealthy
            }
            other => other,
        });
        for finding in &report.findings {
            *report.rules.raw_counts.entry(finding.severity).or_default() += 1;
        }
        report
    }

    /// Everything that follows the inventory.
    pub(crate) fn judge(
        &self,
        packages: Vec<Package>,
        image: &rules::Image,
        built: &Built,
    ) -> Result<Report, Error> {
        let matched = match_packages(&packages, &*self.advisories, Default::default())?;
        let coverage = coverage(&packages, &matched);
        let mut findings = matched.findings;
        for finding in &mut findings {
            severity::decide(finding, &self.options.policy);
        }
        let day = self.now();
        if let (Some(seen), Some(day)) = (&self.options.seen, day) {
            findings.iter_mut().for_each(|finding| seen.date(finding, day));
        }
        let rules = self.apply_rules(&mut findings, image);
        findings.sort_by(order);
        let (upgrades, plan) = remedy::advise(&mut findings, built, &*self.advisories)?;
        let mut counts = BTreeMap::new();
        for finding in findings.iter().filter(|finding| finding.disabled.is_none()) {
            *counts.entry(finding.severity).or_default() += 1;
        }
        let packages = packages.into_iter().zip(matched.coverage);
        Ok(Report {
            counts,
            coverage,
            packages: packages.map(|(package, coverage)| Assessed { package, coverage }).collect(),
            findings,
            upgrades,
            plan,
            rules,
            day: day
                .filter(|_| self.options.now.is_some() || self.options.seen.is_some())
                .map(|day| day.to_string()),
            diagnostics: matched.diagnostics,
            ..self.empty()
        })
    }

    /// A report of nothing.
    fn empty(&self) -> Report {
        Report {
            format: FORMAT.to_owned(),
            format_version: FORMAT_VERSION,
            tool: Tool { name: "plimsoll".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            image: ImageSummary::default(),
            day: None,
            assessment: Assessment::Partial,
            assessment_reasons: Vec::new(),
            counts: BTreeMap::new(),
            coverage: CoverageReport::default(),
            advisories: self.set.clone(),
            packages: Vec::new(),
            findings: Vec::new(),
            upgrades: Vec::new(),
            plan: Plan::default(),
            rules: RulesSummary::default(),
            diagnostics: Vec::new(),
        }
    }

    fn now(&self) -> Option<Date> {
        self.options.now.or_else(today)
    }

    /// Until when the distribution gets fixes.
    fn support(&self, distro: Option<&Distro>) -> Result<Option<Support>, Error> {
        let (Some(store), Some(distro)) = (&self.lifetimes, distro) else { return Ok(None) };
        support::support_of(store, distro, self.now())
    }

    fn apply_rules(&self, findings: &mut [Finding], image: &rules::Image) -> RulesSummary {
        let rules = &self.options.rules;
        let Some(now) = self.now() else {
            // A rule that may have expired must not disable anything.
            let notes = vec!["the system's clock can't be read, so no rule holds".to_owned()];
            return RulesSummary { rules: rules.len(), notes, ..RulesSummary::default() };
        };
        let facts = Stated { catalogue: self.catalogue };
        let context = Context { image: Some(image), facts: &facts, ..Context::on(now) };
        let report = plimsoll_rules::apply(rules, findings, &context);
        RulesSummary {
            rules: rules.len(),
            disabled: findings.iter().filter(|finding| finding.disabled.is_some()).count(),
            kept: report.kept,
            notes: report.rules.iter().filter_map(note).collect(),
            ..RulesSummary::default()
        }
    }
}

/// Whether the advisories have a catalogue of exploited vulnerabilities: whether its best known entry, Log4Shell, is
/// in it.
fn has_catalogue(advisories: &dyn Candidates) -> bool {
    let mut has = false;
    let asked = advisories.known(&["CVE-2021-44228"], &mut |_, advisory| {
        has |= advisory.ratings.iter().any(|rating| rating.scheme == "KEV");
    });
    has && asked.is_ok()
}

fn coverage(packages: &[Package], matched: &Matched) -> CoverageReport {
    let mut gaps: BTreeMap<(Coverage, String), usize> = BTreeMap::new();
    for (package, &coverage) in packages.iter().zip(&matched.coverage) {
        if coverage != Coverage::Assessed {
            let ecosystem =
                package.ecosystem.as_ref().map_or_else(|| package.kind.to_string(), ToString::to_string);
            *gaps.entry((coverage, ecosystem)).or_default() += 1;
        }
    }
    let gaps =
        gaps.into_iter().map(|((coverage, ecosystem), packages)| Gap { coverage, ecosystem, packages });
    CoverageReport { counts: matched.counts(), gaps: gaps.collect(), ..CoverageReport::default() }
}

/// What a report says of an image before its layers are read. `name` is what it calls the image.
pub fn summary(info: &ImageInfo, name: &str) -> ImageSummary {
    ImageSummary {
        name: name.to_owned(),
        source: info.source.name().to_owned(),
        digest: info.manifest.clone(),
        config_digest: info.config.clone(),
        tags: info.tags.clone(),
        platform: Some(info.platform.to_string()).filter(|platform| !platform.is_empty()),
        created: info.created.clone(),
        distro: None,
        layers: info.layers.iter().map(plimsoll_image::Layer::reference).collect(),
    }
}

/// Why an image can't be scanned as one, if it can't: for those who take inventories themselves.
pub fn not_applicable(status: &ImageStatus) -> Option<String> {
    match status {
        ImageStatus::Windows => Some("a Windows image: its packages are not read yet".to_owned()),
        ImageStatus::Artifact(kind) => Some(format!("not an image but an artifact of the type {kind}")),
        ImageStatus::Encrypted => Some("its layers are encrypted".to_owned()),
        _ => None,
    }
}

/// Today, by the system's clock, in UTC.
pub fn today() -> Option<Date> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Date::from_days_since_1970(i64::try_from(now.as_secs() / 86_400).ok()?)
}

/// The rules that did not do what they are there for.
fn note(outcome: &RuleOutcome) -> Option<String> {
    matches!(outcome.state, RuleState::Expired | RuleState::Unused).then(|| outcome.to_string())
}

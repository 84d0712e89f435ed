use std::collections::HashMap;
use std::sync::Arc;

use plimsoll_core::{Coverage, Diagnostic, Evidence, Finding, Package, Shared, Verdict};

use crate::group::{Group, Said, collect, diagnose, grouped};
use crate::matching::{Dismissed, Matched, Options};
use crate::record::Record;
use crate::shadow::shadows;
use crate::unit::Unit;
use crate::{Candidates, Error, cluster, hub, known_ids};

/// What a source says of packages, in a few machine words for each answer; findings are made of it when they are asked
/// for.
///
/// Packages that are equal in what decides (ecosystem, names, versions, architecture, module) are judged once, and so is
/// what is said of a source package, for all its binaries.
pub struct Matches<'a> {
    packages: &'a [Package],
    source: &'a dyn Candidates,
    options: Options,
    coverage: Vec<Coverage>,
    group_of: Vec<Option<usize>>,
    groups: Vec<Group<'a>>,
    units: Vec<Unit<'a>>,
    /// Whether the source was asked what else it knows of the vulnerabilities.
    learned: bool,
}

/// One answer: a record that speaks of a package.
#[derive(Clone, Copy)]
pub struct Match<'m> {
    /// The index of the package.
    pub package: usize,
    /// The record.
    pub record: &'m Arc<Record>,
    /// What it says of the package.
    pub verdict: Verdict,
    said: Said<'m>,
}

impl Match<'_> {
    /// Why.
    pub fn evidence(&self) -> Evidence {
        self.said.hit.evidence(self.said.unit)
    }
}

impl std::fmt::Debug for Match<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} {:?}", self.package, self.record.id, self.verdict)
    }
}

impl<'a> Matches<'a> {
    /// Asks `source` for everything that it knows of the packages, and judges it.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] where the advisories can't be read.
    pub fn of(packages: &'a [Package], source: &'a dyn Candidates, options: Options) -> Result<Self, Error> {
        let (coverage, group_of, mut groups) = grouped(packages, source)?;
        let units = collect(&mut groups, source, options)?;
        Ok(Self { packages, source, options, coverage, group_of, groups, units, learned: false })
    }

    /// How far each package could be judged, by its index.
    pub fn coverage(&self) -> &[Coverage] {
        &self.coverage
    }

    /// Every record that affects a package, or may; with [`Options::dismissed`] also those that do not. They come in the
    /// order of the packages, each record once for each of them.
    pub fn iter(&self) -> impl Iterator<Item = Match<'_>> {
        self.group_of.iter().enumerate().flat_map(|(package, group)| {
            let said = group.and_then(|group| self.groups.get(group)).map(|group| group.said(&self.units));
            let wanted = |said: &Said<'_>| self.options.dismissed || said.hit.counts();
            let said = said.unwrap_or_default().into_iter().filter(wanted);
            said.map(move |said| Match { package, record: &said.hit.record, verdict: said.hit.verdict, said })
        })
    }

    /// What was wrong with packages and records.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let mut diagnostics = Vec::new();
        self.groups.iter().for_each(|group| diagnose(group, &self.units, &mut diagnostics));
        diagnostics
    }

    /// The findings, with the indexes of their packages: one for each vulnerability and package, in the order of the
    /// packages, then of their ids. Each is made when it is asked for. Severity is not judged yet.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] where the source can't be asked what else it knows of the vulnerabilities
    /// ([`Options::known`]).
    pub fn findings(&mut self) -> Result<Findings<'_>, Error> {
        if self.options.known && !self.learned {
            hub::learn(&mut self.units, self.source)?;
            self.learned = true;
        }
        let mut made: HashMap<[Option<usize>; 2], Made> = HashMap::new();
        for units in self.group_of.iter().filter_map(|group| self.units_of(*group)) {
            made.entry(units).or_default().left += 1;
        }
        made.retain(|_, made| made.left > 1);
        let (package, ready) = (0, Vec::new().into_iter());
        Ok(Findings { packages: self.packages, matches: self, package, ready, made })
    }

    /// The units that speak of a group, where any does.
    fn units_of(&self, group: Option<usize>) -> Option<[Option<usize>; 2]> {
        let units = self.groups.get(group?)?.units;
        (units != [None, None]).then_some(units)
    }

    /// Everything at once.
    ///
    /// # Errors
    ///
    /// As [`findings`](Self::findings).
    pub fn into_matched(mut self) -> Result<Matched, Error> {
        let diagnostics = self.diagnostics();
        let (mut findings, mut owned) = (Vec::new(), Vec::new());
        let mut made = self.findings()?;
        for (index, package) in made.packages.iter().enumerate() {
            let before = findings.len();
            made.of(index, &mut findings);
            if package.owned_by.is_some() {
                owned.extend((before..findings.len()).map(|at| (index, at)));
            }
        }
        let owned = owned.into_iter().filter_map(|(package, at)| Some((package, at, findings.get(at)?)));
        let shadows = shadows(self.packages, &self.groups, &self.units, owned);
        let mut dismissed = Vec::new();
        if self.options.dismissed {
            for hit in self.iter().filter(|hit| !hit.said.hit.counts()) {
                let ids = known_ids(hit.record);
                dismissed.push(Dismissed { package: hit.package, ids, evidence: hit.evidence() });
            }
        }
        Ok(Matched { findings, shadows, coverage: self.coverage, diagnostics, dismissed })
    }
}

impl std::fmt::Debug for Matches<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// The findings of [`Matches`], one by one.
pub struct Findings<'m> {
    packages: &'m [Package],
    matches: &'m Matches<'m>,
    /// The next package.
    package: usize,
    /// What is left of the last one's.
    ready: std::vec::IntoIter<Finding>,
    /// The findings of units that several packages have.
    made: HashMap<[Option<usize>; 2], Made>,
}

/// Findings that differ in their package alone, and how many packages are still to get them.
#[derive(Default)]
struct Made {
    findings: Vec<Finding>,
    left: usize,
}

impl Findings<'_> {
    /// Adds the findings of a package.
    fn of(&mut self, index: usize, out: &mut Vec<Finding>) {
        let group = self.matches.group_of.get(index).copied().flatten();
        let Some(units) = self.matches.units_of(group) else { return };
        let group = group.and_then(|group| self.matches.groups.get(group));
        let (Some(group), Some(package)) = (group, self.packages.get(index)) else { return };
        let said = || group.said(&self.matches.units);
        let package = Shared::new(package.clone());
        let Some(made) = self.made.get_mut(&units) else {
            return cluster::findings(&package, &said(), out);
        };
        made.left = made.left.saturating_sub(1);
        if made.findings.is_empty() {
            cluster::findings(&package, &said(), &mut made.findings);
        }
        let before = out.len();
        match made.left {
            0 => out.append(&mut made.findings),
            _ => out.extend_from_slice(&made.findings),
        }
        let copies = out.get_mut(before..).unwrap_or_default();
        copies.iter_mut().for_each(|finding| finding.package = package.clone());
    }
}

impl Iterator for Findings<'_> {
    /// The index of the package, and the finding.
    type Item = (usize, Finding);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(finding) = self.ready.next() {
                return Some((self.package.saturating_sub(1), finding));
            }
            if self.package >= self.packages.len() {
                return None;
            }
            let mut findings = Vec::new();
            self.of(self.package, &mut findings);
            self.package += 1;
            self.ready = findings.into_iter();
        }
    }
}

impl std::fmt::Debug for Findings<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Findings").field("package", &self.package).finish_non_exhaustive()
    }
}

use plimsoll_core::{Coverage, CoverageCounts, Diagnostic, Evidence, Finding, Package};

use crate::shadow::Shadow;
use crate::{Candidates, Error, Matches};

/// How to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether informational records (unmaintained, unsound, errata that only mend bugs) make findings. Default no.
    pub informational: bool,
    /// Whether to keep the evidence of what does not affect the packages: fixed, not affected, withdrawn. Default
    /// no, which lets a store leave most of them unread.
    pub dismissed: bool,
    /// Whether to ask what else is known of each vulnerability: its other ids, and what others say of its severity.
    /// Default yes.
    pub known: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { informational: false, dismissed: false, known: true }
    }
}

/// What matching found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    /// The findings: one for each vulnerability and package, in the order of the packages, then of their ids.
    /// Severity is not judged yet.
    pub findings: Vec<Finding>,
    /// The findings in packages that an operating-system package owns, and what its vendor says of them. A view that
    /// shows each thing once leaves out those that are [`decided`](Shadow::decided).
    pub shadows: Vec<Shadow>,
    /// How far each package could be judged, by its index.
    pub coverage: Vec<Coverage>,
    /// What was wrong with packages and records.
    pub diagnostics: Vec<Diagnostic>,
    /// What does not affect the packages, and why, where [`Options::dismissed`] asked for it.
    pub dismissed: Vec<Dismissed>,
}

impl Matched {
    /// How many packages have which coverage.
    pub fn counts(&self) -> CoverageCounts {
        let mut counts = CoverageCounts::default();
        self.coverage.iter().for_each(|&coverage| counts.add(coverage));
        counts
    }
}

/// An advisory that speaks of a package and does not affect it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dismissed {
    /// The index of the package.
    pub package: usize,
    /// Every id of the advisory's vulnerabilities.
    pub ids: Vec<String>,
    /// Why.
    pub evidence: Evidence,
}

/// Matches packages against a source of advisories: [`Matches`] with all its findings.
///
/// # Errors
///
/// [`Error::Source`] where the advisories can't be read.
pub fn match_packages(
    packages: &[Package],
    source: &dyn Candidates,
    options: Options,
) -> Result<Matched, Error> {
    Matches::of(packages, source, options)?.into_matched()
}

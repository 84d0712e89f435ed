use plimsoll_core::{Finding, Severity};

use crate::{Report, advice};

/// Which findings of a report are wanted. The default wants all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Narrowing {
    /// Only those at or above this level.
    pub min_severity: Option<Severity>,
    /// Only those that a published version fixes.
    pub only_fixable: bool,
}

impl Report {
    /// Leaves out the findings that are not wanted, and says in the assessment's reasons how many. What the image
    /// comes to stays as it is: it is no healthier for not being looked at.
    pub fn narrow(&mut self, narrowing: &Narrowing) {
        let below = |finding: &Finding| narrowing.min_severity.is_some_and(|least| finding.severity < least);
        let unfixed = |finding: &Finding| narrowing.only_fixable && !advice::is_fixable(finding);
        let (mut low, mut without) = (0usize, 0usize);
        self.findings.retain(|finding| {
            let (is_low, is_unfixed) = (below(finding), unfixed(finding));
            if finding.disabled.is_none() {
                low += usize::from(is_low);
                without += usize::from(is_unfixed && !is_low);
            }
            !is_low && !is_unfixed
        });
        if let Some(least) = narrowing.min_severity.filter(|_| low > 0) {
            self.assessment_reasons.push(format!("left out: {low} findings below {least}"));
        }
        if without > 0 {
            self.assessment_reasons
                .push(format!("left out: {without} findings that no published version fixes"));
        }
        self.counts.clear();
        for finding in self.findings.iter().filter(|finding| finding.disabled.is_none()) {
            *self.counts.entry(finding.severity).or_default() += 1;
        }
    }
}

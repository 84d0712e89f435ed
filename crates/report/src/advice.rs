//! What a finding says in a sentence.

use plimsoll_core::{Finding, FixState, Status};

use crate::{Report, Upgrade};

/// The upgrade that the report advises for the finding's package.
pub(crate) fn upgrade<'r>(report: &'r Report, finding: &Finding) -> Option<&'r Upgrade> {
    let wanted = finding.package.upgraded_as();
    report
        .upgrades
        .iter()
        .find(|upgrade| (upgrade.kind, upgrade.name.as_str(), upgrade.from.as_str()) == wanted)
}

/// Whether a published version fixes it.
pub(crate) fn is_fixable(finding: &Finding) -> bool {
    !finding.fixed_versions.is_empty()
}

/// What to do about it, in a sentence.
pub(crate) fn solution(report: &Report, finding: &Finding) -> String {
    if let Some(action) = finding.actions.first().filter(|action| !action.text.is_empty()) {
        return action.text.clone();
    }
    let (_, name, version) = finding.package.upgraded_as();
    if finding.status == Status::Undetermined {
        return format!("Look whether {name} {version} is affected: it could not be decided.");
    }
    match upgrade(report, finding).filter(|upgrade| upgrade.fixes.contains(&finding.id)) {
        Some(upgrade) => format!("Upgrade {name} from {version} to {}.", upgrade.to),
        None if is_fixable(finding) => {
            format!("Upgrade {name} from {version} to {} or later.", finding.fixed_versions.join(" or "))
        }
        None => format!("{} for {name} {version}.", state(finding)),
    }
}

/// What is known of a fix, where none is published.
pub(crate) fn state(finding: &Finding) -> &'static str {
    match finding.fix {
        FixState::WontFix => "The vendor will not fix it",
        FixState::Deferred => "The vendor has put off a fix",
        FixState::EndOfLife => "The release gets no more fixes",
        _ => "There is no fix yet",
    }
}

/// The vulnerability in the package, in a line.
pub(crate) fn title(finding: &Finding) -> String {
    let package = &finding.package;
    let mut title = format!("{} in {} {}", finding.id, package.name, package.version);
    if !finding.summary.is_empty() {
        title.push_str(": ");
        title.push_str(&finding.summary);
    }
    title
}

/// Where the package is, and the layer that it came with, in a few words.
pub(crate) fn place(finding: &Finding) -> String {
    let Some(at) = finding.package.locations.first() else { return String::new() };
    match &at.layer {
        Some(layer) => format!("{} (layer {})", at.path, layer.index),
        None => at.path.to_string(),
    }
}

/// Why, in a sentence: what the first advisory that says so says.
pub(crate) fn reason(finding: &Finding) -> String {
    finding.evidence.first().map_or_else(String::new, |evidence| {
        format!("{} ({}): {} {}", evidence.advisory, evidence.feed, evidence.range, evidence.reason)
    })
}

//! What a finding is in the few respects that have few values, as bits, so that most rules are decided at once.

use plimsoll_core::{Finding, FixState, PackageType, Severity, Status};

use crate::Category;

/// One bit of each group is set for a finding; a rule's mask has those that it allows.
pub(crate) type Bits = u64;

pub(crate) const ALL: Bits = u64::MAX;

/// Everything outside of a group that begins at a bit and is so wide, and in it the bits that are given.
fn only(start: u32, width: u32, bits: impl Iterator<Item = Bits>) -> Bits {
    let group = ((1 << width) - 1) << start;
    !group | bits.fold(0, |all, bit| all | bit)
}

fn severity_bit(severity: Severity) -> Bits {
    match severity {
        Severity::Unknown => 1,
        Severity::None => 1 << 1,
        Severity::Negligible => 1 << 2,
        Severity::Low => 1 << 3,
        Severity::Medium => 1 << 4,
        Severity::High => 1 << 5,
        Severity::Critical => 1 << 6,
    }
}

pub(crate) fn severities(levels: &[Severity]) -> Bits {
    only(0, 7, levels.iter().map(|level| severity_bit(*level)))
}

/// Nothing is known of an unknown severity, so it is not below anything.
pub(crate) fn severity_below(limit: Severity) -> Bits {
    let below = |level: &Severity| *level < limit && *level != Severity::Unknown;
    only(0, 7, Severity::ALL.into_iter().filter(below).map(severity_bit))
}

pub(crate) fn is_patchable(finding: &Finding) -> bool {
    !finding.fixed_versions.is_empty() || finding.fix == FixState::Available
}

fn patchable_bit(patchable: bool) -> Bits {
    if patchable { 1 << 8 } else { 1 << 9 }
}

pub(crate) fn patchable(wanted: bool) -> Bits {
    only(8, 2, [patchable_bit(wanted)].into_iter())
}

/// The last bit of a group is for values that later versions of core may add: no criterion names them.
fn fix_bit(fix: FixState) -> Bits {
    1 << match fix {
        FixState::Available => 10,
        FixState::NotAvailable => 11,
        FixState::WontFix => 12,
        FixState::Deferred => 13,
        FixState::EndOfLife => 14,
        FixState::Unknown => 15,
        _ => 16,
    }
}

pub(crate) fn fixes(states: &[FixState]) -> Bits {
    only(10, 7, states.iter().map(|state| fix_bit(*state)))
}

fn status_bit(status: Status) -> Bits {
    1 << match status {
        Status::Affected => 17,
        Status::Undetermined => 18,
        _ => 19,
    }
}

pub(crate) fn statuses(statuses: &[Status]) -> Bits {
    only(17, 3, statuses.iter().map(|status| status_bit(*status)))
}

pub(crate) fn category(kind: PackageType) -> Category {
    match kind {
        kind if kind.is_os() => Category::Os,
        PackageType::Generic | PackageType::Snap | PackageType::Brew | PackageType::Nix => Category::Other,
        _ => Category::Language,
    }
}

fn category_bit(category: Category) -> Bits {
    match category {
        Category::Os => 1 << 20,
        Category::Language => 1 << 21,
        Category::Other => 1 << 22,
    }
}

pub(crate) fn categories(wanted: &[Category]) -> Bits {
    only(20, 3, wanted.iter().map(|category| category_bit(*category)))
}

/// The bits of a finding.
pub(crate) fn of(finding: &Finding) -> Bits {
    severity_bit(finding.severity)
        | patchable_bit(is_patchable(finding))
        | fix_bit(finding.fix)
        | status_bit(finding.status)
        | category_bit(category(finding.package.kind))
}

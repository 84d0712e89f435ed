//! Ubuntu's own forms: its notices, its CVE tracker as text and through the API, and its VEX. What they share is the
//! names of releases, and the states that a package may be in.

mod api;
mod notices;
mod tracker;
mod vex;

use plimsoll_core::{Affected, Ecosystem, FixState, NameKind, codename};

use super::facts::{fixed_in, not_affected, unclear, unfixed};

pub use api::UbuntuApi;
pub use notices::UsnDatabase;
pub use tracker::UbuntuTracker;
pub use vex::UbuntuVex;

/// The ecosystem of a release as Ubuntu writes it: `jammy`, `trusty/esm`, `esm-infra/xenial`, `fips-updates/jammy`.
/// Nothing for `upstream`, `devel`, snaps and products.
fn ecosystem(name: &str) -> Option<Ecosystem> {
    let Some((a, b)) = name.split_once('/') else {
        return codename::ubuntu(name).map(|release| Ecosystem::with_release("Ubuntu", release));
    };
    let (pocket, codename) = if b == "esm" { (b, a) } else { (a, b) };
    let release = codename::ubuntu(codename)?;
    // As OSV's ecosystems name the streams of Pro.
    let stream = match pocket {
        "esm" | "esm-infra" | "esm-apps" | "esm-infra-legacy" | "esm-apps-legacy" => String::new(),
        "fips" => "FIPS:".to_owned(),
        "fips-updates" => "FIPS-updates:".to_owned(),
        "fips-preview" => "FIPS-preview:".to_owned(),
        "realtime" => "Realtime:".to_owned(),
        "ros-esm" => "ROS:".to_owned(),
        _ => return None,
    };
    Some(Ecosystem::with_release("Ubuntu", &format!("Pro:{stream}{release}")))
}

/// What a fix in a version says: one of Pro's is for those who have Pro.
fn fixed(ecosystem: Ecosystem, name: &str, kind: NameKind, version: &str) -> Affected {
    let pro = ecosystem.release().filter(|release| version.contains("esm") && !release.starts_with("Pro:"));
    let pro = pro.map(|release| Ecosystem::with_release("Ubuntu", &format!("Pro:{release}")));
    let mut fixed = Affected::new(pro.unwrap_or(ecosystem), name, kind);
    fixed.ranges = fixed_in(version);
    fixed
}

/// What the CVE tracker says of a source package in a release (its README, "States"), with the note beside it: a
/// version or a reason.
fn stated(ecosystem: Ecosystem, package: &str, status: &str, note: &str) -> Option<Affected> {
    let note = note.trim();
    if status == "released" {
        return (!note.is_empty()).then(|| fixed(ecosystem, package, NameKind::Source, note));
    }
    let mut affected = Affected::new(ecosystem, package, NameKind::Source);
    let open = |mut affected: Affected, fix| {
        affected.ranges = unfixed();
        affected.fix = Some(fix);
        affected
    };
    Some(match status {
        "not-affected" => {
            affected.ranges = not_affected();
            affected
        }
        // Its mending is built and not published yet.
        "needed" | "active" | "pending" => open(affected, FixState::NotAvailable),
        "deferred" => open(affected, FixState::Deferred),
        "ignored" if is_over(note) => open(affected, FixState::EndOfLife),
        "ignored" => open(affected, FixState::WontFix),
        "needs-triage" | "in-progress" => {
            affected.ranges = unclear("needs triage");
            affected
        }
        // `DNE`: the release does not have the package.
        _ => return None,
    })
}

fn is_over(note: &str) -> bool {
    let note = note.to_ascii_lowercase();
    [
        "end of life",
        "end-of-life",
        "end of standard support",
        "end-of-standard support",
        "eol",
        "out of support",
    ]
    .iter()
    .any(|text| note.contains(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_have_the_names_that_osv_gives_them() {
        for (name, expected) in [
            ("jammy", "Ubuntu:22.04:LTS"),
            ("oracular", "Ubuntu:24.10"),
            ("trusty/esm", "Ubuntu:Pro:14.04:LTS"),
            ("esm-infra/xenial", "Ubuntu:Pro:16.04:LTS"),
            ("fips-updates/jammy", "Ubuntu:Pro:FIPS-updates:22.04:LTS"),
        ] {
            assert_eq!(ecosystem(name).unwrap().as_str(), expected);
        }
        assert_eq!(ecosystem("upstream"), None);
        assert_eq!(ecosystem("esm-infra/upstream"), None);
    }

    #[test]
    fn states_are_kept() {
        let state = |status, note| {
            stated(Ecosystem::new("Ubuntu"), "a", status, note).and_then(|affected| affected.fix)
        };
        assert_eq!(state("needed", ""), Some(FixState::NotAvailable));
        assert_eq!(state("deferred", "2024-01-01"), Some(FixState::Deferred));
        assert_eq!(state("ignored", "was needs-triage now end-of-life"), Some(FixState::EndOfLife));
        assert_eq!(state("ignored", "too intrusive"), Some(FixState::WontFix));
        assert!(stated(Ecosystem::new("Ubuntu"), "a", "DNE", "").is_none());
        let esm = stated(Ecosystem::from("Ubuntu:16.04:LTS".to_owned()), "a", "released", "1+esm1").unwrap();
        assert_eq!(esm.ecosystem.as_str(), "Ubuntu:Pro:16.04:LTS");
    }
}

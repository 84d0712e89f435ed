use plimsoll_core::{Coverage, Evidence, Package, Verdict};

use crate::identity::known_ids;
use crate::{Candidates, Error, Options, Shadow, match_packages};

/// Why a package has a finding of a vulnerability, or why it has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The verdict over everything that speaks of the package; nothing where nothing does.
    pub verdict: Option<Verdict>,
    /// One sentence: the answer.
    pub reason: String,
    /// How far the package could be judged.
    pub coverage: Coverage,
    /// What each advisory says, the one that decides first.
    pub evidence: Vec<Evidence>,
    /// What the vendor of the package that owns its files says, where one does.
    pub shadow: Option<Shadow>,
    /// The advisories that know the vulnerability and do not speak of the package.
    pub elsewhere: Vec<String>,
}

/// Says why `package` is affected by the vulnerability `id`, or why not. The id may be any of its ids. `owner` is
/// the operating-system package that owns its files ([`Package::owned_by`]), where there is one.
///
/// # Errors
///
/// [`Error::Source`] where the advisories can't be read.
pub fn explain(
    package: &Package,
    owner: Option<&Package>,
    id: &str,
    source: &dyn Candidates,
) -> Result<Explanation, Error> {
    // People write CVE ids in any case; the ids of others have their own.
    let id = &if id.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("cve-")) {
        id.to_ascii_uppercase()
    } else {
        id.to_owned()
    };
    let packages: Vec<Package> = std::iter::once(package).chain(owner).cloned().collect();
    let options = Options { informational: true, dismissed: true, known: true };
    let matched = match_packages(&packages, source, options)?;
    let coverage = matched.coverage.first().copied().unwrap_or(Coverage::Unsupported);
    let mut evidence: Vec<Evidence> = Vec::new();
    let mut shadow = None;
    for (index, finding) in
        matched.findings.iter().enumerate().filter(|(_, finding)| finding.package == *package)
    {
        if is(&finding.id, id) || finding.aliases.iter().any(|alias| is(alias, id)) {
            evidence.extend(finding.evidence.iter().cloned());
            shadow =
                shadow.or_else(|| matched.shadows.iter().find(|shadow| shadow.finding == index).cloned());
        }
    }
    let here = matched.dismissed.iter().filter(|dismissed| dismissed.package == 0);
    for dismissed in here.filter(|dismissed| dismissed.ids.iter().any(|known| is(known, id))) {
        let known = |known: &Evidence| known.advisory == dismissed.evidence.advisory;
        if !evidence.iter().any(known) {
            evidence.push(dismissed.evidence.clone());
        }
    }
    evidence.sort_by_key(|evidence| evidence.verdict);
    let mut elsewhere = Vec::new();
    source.known(&[id], &mut |_, advisory| {
        if known_ids(advisory).iter().any(|known| is(known, id)) {
            elsewhere.push(advisory.id.clone());
        }
    })?;
    elsewhere.retain(|other| !evidence.iter().any(|evidence| evidence.advisory == *other));
    elsewhere.sort_unstable();
    elsewhere.dedup();
    let verdict = evidence.first().map(|evidence| evidence.verdict);
    let reason = match (&shadow, evidence.first()) {
        (Some(shadow), Some(_)) if shadow.decided() => shadow.reason.clone(),
        (_, Some(first)) => format!("{}: {}", first.advisory, first.reason),
        _ => nothing(package, coverage, id, &elsewhere),
    };
    Ok(Explanation { verdict, reason, coverage, evidence, shadow, elsewhere })
}

/// Why nothing is said of a package.
fn nothing(package: &Package, coverage: Coverage, id: &str, elsewhere: &[String]) -> String {
    let ecosystem = package.ecosystem.as_ref().map_or("its kind of package", |ecosystem| ecosystem.as_str());
    match coverage {
        Coverage::NoFeed => format!("No advisories for {ecosystem} are imported."),
        Coverage::ThirdParty => {
            format!("{} is not built by the distribution, whose advisories do not speak of it.", package.name)
        }
        Coverage::Unsupported => format!("No known feed covers {ecosystem}."),
        _ if elsewhere.is_empty() => format!("No advisory that is imported knows {id}."),
        _ => format!(
            "{} know {id}, and none of them speaks of {} in {ecosystem}.",
            elsewhere.join(", "),
            package.name
        ),
    }
}

fn is(known: &str, asked: &str) -> bool {
    known.eq_ignore_ascii_case(asked)
}

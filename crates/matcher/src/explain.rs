use std::collections::BTreeMap;

use plimsoll_core::{Advisory, Coverage, Evidence, Package, Verdict};

use crate::identity::identities;
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

/// What is known of a vulnerability in some packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// Every id of the vulnerability that is known, the one that was asked for first.
    pub ids: Vec<String>,
    /// The advisories that know it, whatever they speak of, by id. The source may have left out their packages.
    pub advisories: Vec<Advisory>,
    /// The packages of which anything is said, by their index.
    pub packages: Vec<(usize, Explanation)>,
    /// How far each package could be judged.
    pub coverage: Vec<Coverage>,
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
    let packages: Vec<Package> = std::iter::once(package).chain(owner).cloned().collect();
    let explained = explain_packages(&packages, id, source)?;
    let coverage = explained.coverage.first().copied().unwrap_or(Coverage::Unsupported);
    match explained.packages.into_iter().find(|(index, _)| *index == 0) {
        Some((_, explanation)) => Ok(explanation),
        None => {
            let elsewhere = elsewhere(&explained.advisories, &[]);
            let reason = nothing(package, coverage, explained.ids.first().map_or(id, |id| id), &elsewhere);
            Ok(Explanation { verdict: None, reason, coverage, evidence: Vec::new(), shadow: None, elsewhere })
        }
    }
}

/// Says what is known of the vulnerability `id` in all of `packages`. The id may be any of its ids.
///
/// # Errors
///
/// [`Error::Source`] where the advisories can't be read.
pub fn explain_packages(packages: &[Package], id: &str, source: &dyn Candidates) -> Result<Explained, Error> {
    let (ids, advisories) = known(id, source)?;
    let is = |known: &str| ids.iter().any(|id| id.eq_ignore_ascii_case(known));
    let options = Options { informational: true, dismissed: true, known: false };
    let matched = match_packages(packages, source, options)?;
    let mut said: BTreeMap<usize, (Vec<Evidence>, Option<Shadow>)> = BTreeMap::new();
    // Findings come in the order of their packages.
    let mut at = 0;
    for (index, finding) in matched.findings.iter().enumerate() {
        while packages.get(at).is_some_and(|package| finding.package != *package) {
            at += 1;
        }
        if !is(&finding.id) && !finding.aliases.iter().any(|alias| is(alias)) {
            continue;
        }
        let (evidence, shadow) = said.entry(at).or_default();
        // Equal packages are of equal findings.
        let new = finding.evidence.iter().filter(|new| !evidence.contains(new)).cloned().collect::<Vec<_>>();
        evidence.extend(new);
        if shadow.is_none() {
            *shadow = matched.shadows.iter().find(|shadow| shadow.finding == index).cloned();
        }
    }
    for dismissed in matched.dismissed.iter().filter(|dismissed| dismissed.ids.iter().any(|id| is(id))) {
        let (evidence, _) = said.entry(dismissed.package).or_default();
        if !evidence.iter().any(|known| known.advisory == dismissed.evidence.advisory) {
            evidence.push(dismissed.evidence.clone());
        }
    }
    let explained = said.into_iter().map(|(index, (mut evidence, shadow))| {
        evidence.sort_by_key(|evidence| evidence.verdict);
        let reason = match (&shadow, evidence.first()) {
            (Some(shadow), _) if shadow.decided() => shadow.reason.clone(),
            (_, Some(first)) => format!("{}: {}", first.advisory, first.reason),
            _ => String::new(),
        };
        let explanation = Explanation {
            verdict: evidence.first().map(|evidence| evidence.verdict),
            reason,
            coverage: matched.coverage.get(index).copied().unwrap_or(Coverage::Unsupported),
            elsewhere: elsewhere(&advisories, &evidence),
            evidence,
            shadow,
        };
        (index, explanation)
    });
    let packages = explained.collect();
    Ok(Explained { ids, advisories, packages, coverage: matched.coverage })
}

/// Rounds of asking for ids by ids: databases seldom need a second to name each other's.
const ROUNDS: usize = 4;

/// Every id of a vulnerability, and the advisories that know it.
fn known(id: &str, source: &dyn Candidates) -> Result<(Vec<String>, Vec<Advisory>), Error> {
    // People write CVE ids in any case; the ids of others have their own.
    let cve = id.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("cve-"));
    let mut ids = vec![if cve { id.to_ascii_uppercase() } else { id.to_owned() }];
    let mut advisories: BTreeMap<(String, String), Advisory> = BTreeMap::new();
    let mut asked = 0;
    for _ in 0..ROUNDS {
        let ask: Vec<String> = ids.get(asked..).unwrap_or_default().to_vec();
        if ask.is_empty() {
            break;
        }
        asked = ids.len();
        let ask: Vec<&str> = ask.iter().map(String::as_str).collect();
        source.known(&ask, &mut |_, advisory| {
            let identities = identities(advisory);
            let about = |id: &&str| ask.iter().any(|asked| asked.eq_ignore_ascii_case(id));
            let own = identities.iter().filter(|identity| identity.own.iter().any(about));
            let mut known = false;
            for id in own.flat_map(|identity| &identity.own) {
                known = true;
                if !ids.iter().any(|known| known.eq_ignore_ascii_case(id)) {
                    ids.push((*id).to_owned());
                }
            }
            // An erratum of several vulnerabilities is asked for by its own id.
            if known || identities.iter().any(|identity| identity.shared.iter().any(about)) {
                advisories.insert((advisory.id.clone(), advisory.feed.clone()), advisory.advisory().clone());
            }
        })?;
    }
    Ok((ids, advisories.into_values().collect()))
}

/// The advisories that say nothing of a package.
fn elsewhere(advisories: &[Advisory], evidence: &[Evidence]) -> Vec<String> {
    let silent = |advisory: &&Advisory| !evidence.iter().any(|evidence| evidence.advisory == advisory.id);
    let mut ids: Vec<String> = advisories.iter().filter(silent).map(|advisory| advisory.id.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Why nothing is said of a package.
fn nothing(package: &Package, coverage: Coverage, id: &str, elsewhere: &[String]) -> String {
    let ecosystem = package.ecosystem.as_ref().map_or("its kind of package", |ecosystem| ecosystem.as_str());
    match coverage {
        Coverage::NoFeed => format!("No advisories for {ecosystem} are imported."),
        Coverage::ThirdParty => {
            let why = package.third_party.as_ref().or(package.vendor.as_ref());
            let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
            format!(
                "{} is not built by the distribution{why}, whose advisories do not speak of it.",
                package.name
            )
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

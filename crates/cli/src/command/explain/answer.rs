//! What there is to say, before it is said in one form or the other.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll::stages::core::{NameKind, Verdict};
use plimsoll::stages::matcher::{Explanation, explain_packages, normal_name};
use plimsoll::{Advisory, Coverage, Package};

use crate::output::Failure;
use crate::store::Advisories;

/// The answer for an image or a package.
pub(super) struct Answer {
    pub(super) subject: String,
    /// What the image calls its distribution.
    pub(super) distro: Option<String>,
    /// The id that was asked for, and all others of the vulnerability.
    pub(super) ids: Vec<String>,
    pub(super) summary: String,
    /// The gravest verdict over all packages; nothing where nothing is said of any.
    pub(super) verdict: Option<Verdict>,
    /// One sentence: the answer.
    pub(super) reason: String,
    /// The packages of which something is said, those affected first.
    pub(super) said: Vec<Said>,
    /// Packages that have the name of one that is affected elsewhere, and why nothing is said of them.
    pub(super) unsaid: Vec<(Package, String)>,
    /// The records that know the vulnerability.
    pub(super) records: Vec<Advisory>,
    /// How many packages could not be judged, by ecosystem.
    pub(super) gaps: BTreeMap<String, usize>,
}

/// What is said of one package.
pub(super) struct Said {
    pub(super) package: Package,
    /// The verdict that counts: that of the package's owner, where it has decided.
    pub(super) verdict: Option<Verdict>,
    pub(super) explanation: Explanation,
}

impl Answer {
    pub(super) fn of(
        subject: &str,
        id: &str,
        packages: Vec<Package>,
        distro: Option<String>,
        advisories: &Advisories,
    ) -> Result<Self, Failure> {
        let explained =
            explain_packages(&packages, id, advisories.source()).map_err(plimsoll::Error::from)?;
        let records = advisories.records(&explained.ids)?;
        let mut gaps: BTreeMap<String, usize> = BTreeMap::new();
        for (package, coverage) in packages.iter().zip(&explained.coverage) {
            if matches!(coverage, Coverage::NoFeed | Coverage::Unsupported) {
                let ecosystem = package.ecosystem.as_ref();
                let name = ecosystem.map_or_else(|| package.kind.to_string(), ToString::to_string);
                *gaps.entry(name).or_default() += 1;
            }
        }
        let spoken: BTreeSet<usize> = explained.packages.iter().map(|(index, _)| *index).collect();
        let silent = packages.iter().zip(&explained.coverage).enumerate();
        let silent = silent.filter(|(index, _)| !spoken.contains(index)).map(|(_, silent)| silent);
        let unsaid = silent.filter_map(|(package, &coverage)| {
            Some((package.clone(), unspoken(package, coverage, &records)?))
        });
        let unsaid: Vec<(Package, String)> = unsaid.collect();
        let mut said: Vec<Said> = explained
            .packages
            .into_iter()
            .filter_map(|(index, explanation)| {
                let owner = explanation.shadow.as_ref().and_then(|shadow| shadow.verdict);
                let verdict = owner.or(explanation.verdict);
                Some(Said { package: packages.get(index)?.clone(), verdict, explanation })
            })
            .collect();
        said.sort_by_key(|said| said.verdict);
        let verdict = said.first().and_then(|said| said.verdict);
        let summary = summary(&said, &explained.ids, &records).to_owned();
        let mut answer = Self {
            subject: subject.to_owned(),
            distro,
            ids: sorted(explained.ids),
            summary,
            verdict,
            reason: String::new(),
            said,
            unsaid,
            records,
            gaps,
        };
        answer.reason = answer.sentence(packages.len() == 1 && answer.distro.is_none(), advisories.newest()?);
        Ok(answer)
    }

    fn sentence(&self, single: bool, newest: Option<String>) -> String {
        let id = self.ids.first().map_or("it", String::as_str);
        if let Some(first) = self.said.first() {
            return match self.said.iter().filter(|said| said.verdict == first.verdict).count() {
                1 => format!("{}: {}", first.package.purl, first.explanation.reason),
                several => {
                    let (what, rest) = (word(first.verdict), several - 1);
                    let more = if rest == 1 { "package" } else { "packages" };
                    format!("{what}: {} and {rest} more {more}.", first.package.purl)
                }
            };
        }
        if self.records.is_empty() {
            let newest = newest.map_or_else(String::new, |newest| {
                format!("; the newest is of {}", newest.get(..10).unwrap_or(&newest))
            });
            return format!("No record that is imported knows {id}{newest}.");
        }
        if let Some((package, why)) = self.unsaid.first() {
            return format!("{}: {why}", package.purl);
        }
        let unrated = |record: &Advisory| record.affected.is_empty();
        let withdrawn = |record: &&Advisory| record.withdrawn.is_some();
        let count = self.records.iter().filter(withdrawn).count();
        let gone = if count == self.records.len() {
            let on = self
                .records
                .iter()
                .filter_map(|record| record.withdrawn.as_deref())
                .max()
                .unwrap_or_default();
            format!(" What knew it was withdrawn on {}.", on.get(..10).unwrap_or(on))
        } else {
            String::new()
        };
        if self.records.iter().all(unrated) {
            return format!("What knows {id} speaks of no package.{gone}");
        }
        match single {
            true => format!("What knows {id} speaks of other packages than this.{gone}"),
            false => format!("No such package in this image: it has nothing of what {id} is in.{gone}"),
        }
    }

    /// What the records speak of, by ecosystem.
    pub(super) fn names(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for entry in self.records.iter().flat_map(|record| &record.affected) {
            names.entry(entry.ecosystem.as_str()).or_default().insert(entry.name.as_str());
        }
        names
    }
}

/// One line for a person: of the record that decides, else of one that is about this vulnerability alone.
fn summary<'a>(said: &[Said], ids: &[String], records: &'a [Advisory]) -> &'a str {
    let deciding = said.first().and_then(|said| said.explanation.evidence.first());
    let rank = |record: &&Advisory| {
        let decides = deciding.is_some_and(|evidence| evidence.advisory == record.id);
        let own = ids.contains(&record.id) && record.upstream.is_empty();
        (!decides, !own)
    };
    let records = records.iter().filter(|record| !record.summary.is_empty());
    records.min_by_key(rank).map_or("", |record| &record.summary)
}

/// Why nothing is said of a package that has the name of one that is affected elsewhere.
fn unspoken(package: &Package, coverage: Coverage, records: &[Advisory]) -> Option<String> {
    let own = package.ecosystem.as_ref();
    let is = |ecosystem: &str, kind: NameKind, name: &str| {
        let of = match kind {
            NameKind::Source => package.source_name(),
            NameKind::Binary => package.name.as_str(),
        };
        normal_name(ecosystem, of) == normal_name(ecosystem, name)
    };
    let entries = records.iter().flat_map(|record| &record.affected);
    let of = |ecosystem: &str| match own {
        Some(own) => own.name() == ecosystem,
        // Of a distribution that nobody knows, the name is all there is.
        None => package.kind.is_os(),
    };
    let mut releases: Vec<&str> = entries
        .filter(|entry| {
            of(entry.ecosystem.name()) && is(entry.ecosystem.as_str(), entry.name_kind, &entry.name)
        })
        .map(|entry| entry.ecosystem.as_str())
        .collect();
    releases.sort_unstable();
    releases.dedup();
    if releases.is_empty() {
        return None;
    }
    let shown = releases.iter().take(4).copied().collect::<Vec<_>>().join(", ");
    let shown = if releases.len() > 4 { format!("{shown} and {} more", releases.len() - 4) } else { shown };
    let here = own.map_or("this distribution", |own| own.as_str());
    Some(match coverage {
        Coverage::NoFeed | Coverage::Unsupported => {
            format!("no feed for {here} is imported; records speak of {shown}.")
        }
        Coverage::ThirdParty => "not built by the distribution, whose records do not speak of it.".to_owned(),
        _ => format!("no record speaks of it in {here}; records speak of {shown}."),
    })
}

/// The id that was asked for first, then CVEs, GHSA's, and the others.
fn sorted(mut ids: Vec<String>) -> Vec<String> {
    let kind = |id: &str| match id.split('-').next() {
        Some("CVE") => 0,
        Some("GHSA") => 1,
        _ => 2,
    };
    if let Some(others) = ids.get_mut(1..) {
        others.sort_by(|a, b| (kind(a), a).cmp(&(kind(b), b)));
    }
    ids
}

/// A verdict in a word.
pub(super) fn word(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        Some(Verdict::Affected) => "affected",
        Some(Verdict::Undetermined) => "undetermined",
        Some(Verdict::Fixed) => "fixed",
        Some(Verdict::NotAffected) => "not affected",
        None => "nothing said",
    }
}

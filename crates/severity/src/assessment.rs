use std::cmp::Reverse;

use crate::{Cvss, Level, Policy, Prefer, Role, Score, Step, Version, words};

/// What one source says about the severity, as it says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// Who says so: `Debian`, `GHSA`, `NVD`.
    pub source: &'a str,
    /// Whose statement that is, for this package.
    pub role: Role,
    /// `CVSS_V2`, `CVSS_V3` or `CVSS_V4`, as OSV names them; anything else means that the value is a word.
    pub scheme: &'a str,
    /// The vector or the word. A score alone (`7.5`) under a CVSS scheme counts too.
    pub value: &'a str,
}

/// The one answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assessment {
    /// The level; `Unknown` where nobody says anything that can be read.
    pub level: Level,
    /// The score that the level comes from, in tenths; none where a word decided.
    pub score_tenths: Option<u8>,
    /// The vector that the score comes from, as it was stated.
    pub vector: Option<String>,
    /// The statement that decided, as an index into what was given.
    pub decided_by: Option<usize>,
    /// The line of the policy that chose it, and what of it: `vendor/word: word`, `nvd/cvss: CVSS v3.1`; empty
    /// where none did.
    pub rule: String,
    /// The statements that could not be read.
    pub problems: Vec<Problem>,
}

/// A statement that could not be read, and so had no part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which, as an index into what was given.
    pub statement: usize,
    /// Why not.
    pub reason: String,
}

/// A statement that was read. Ordered by what decides among equals: the newer version, the higher level and score,
/// then the text, so that the order in which statements come in has no part.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Read<'a> {
    version: Option<Version>,
    level: Level,
    score: Option<Score>,
    value: Reverse<&'a str>,
    source: Reverse<&'a str>,
    index: Reverse<usize>,
    is_vector: bool,
}

/// Finds the statement that decides by the policy. Statements that can't be read are reported, and the next one
/// decides; so do words by which a vendor says that it has not rated yet.
///
/// ```
/// use plimsoll_severity::{Level, Policy, Role, Statement, assess};
/// let statements = [
///     Statement {
///         source: "NVD",
///         role: Role::Nvd,
///         scheme: "CVSS_V3",
///         value: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
///     },
///     Statement { source: "Debian", role: Role::Vendor, scheme: "word", value: "unimportant" },
/// ];
/// let assessment = assess(&statements, &Policy::default());
/// assert_eq!(assessment.level, Level::Negligible);
/// assert_eq!(assessment.decided_by, Some(1));
/// ```
pub fn assess(statements: &[Statement<'_>], policy: &Policy) -> Assessment {
    let mut problems = Vec::new();
    let mut reads = Vec::new();
    for (index, statement) in statements.iter().enumerate() {
        match read(statement, index) {
            Ok(Some(found)) => reads.push((statement, found)),
            Ok(None) => {}
            Err(reason) => problems.push(Problem { statement: index, reason }),
        }
    }
    for step in &policy.steps {
        if let Some((statement, found)) = choose(step, &reads) {
            let what = found.version.map_or_else(|| "word".to_owned(), |version| version.to_string());
            return Assessment {
                level: found.level,
                score_tenths: found.score.map(Score::tenths),
                vector: found.is_vector.then(|| statement.value.trim().to_owned()),
                decided_by: Some(found.index.0),
                rule: format!("{step}: {what}"),
                problems,
            };
        }
    }
    Assessment { problems, ..Assessment::default() }
}

fn choose<'r, 'a>(
    step: &Step,
    reads: &'r [(&'r Statement<'a>, Read<'a>)],
) -> Option<&'r (&'r Statement<'a>, Read<'a>)> {
    let of_source =
        |source: &str| step.source.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(source));
    let is_word = |found: &Read<'_>| found.version.is_none();
    reads.iter().filter(|(statement, _)| statement.role == step.role && of_source(statement.source)).max_by(
        |(_, a), (_, b)| {
            let preferred = |found| (step.prefer == Prefer::Word) == is_word(found);
            preferred(a).cmp(&preferred(b)).then_with(|| a.cmp(b))
        },
    )
}

fn read<'a>(statement: &Statement<'a>, index: usize) -> Result<Option<Read<'a>>, String> {
    let value = statement.value.trim();
    let found = |version, level, score, is_vector| {
        Ok(Some(Read {
            version,
            level,
            score,
            value: Reverse(value),
            source: Reverse(statement.source),
            index: Reverse(index),
            is_vector,
        }))
    };
    let scheme = statement.scheme.to_ascii_uppercase();
    if !scheme.starts_with("CVSS") {
        return match words::level(value) {
            Ok(Some(level)) => found(None, level, None, false),
            Ok(None) => Ok(None),
            Err(e) => Err(e.to_string()),
        };
    }
    if let Some(score) = bare_score(value) {
        let version = match scheme.as_str() {
            "CVSS_V2" => Version::V2,
            "CVSS_V4" => Version::V4_0,
            _ => Version::V3_1,
        };
        return found(Some(version), version.rating(score), Some(score), false);
    }
    match value.parse::<Cvss>() {
        Ok(cvss) => found(Some(cvss.version()), cvss.rating(), Some(cvss.score()), true),
        Err(e) => Err(e.to_string()),
    }
}

/// `7`, `7.5`, `10.0`.
fn bare_score(text: &str) -> Option<Score> {
    let (whole, tenth) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || tenth.len() != 1 || !digits(tenth) {
        return None;
    }
    let tenths = whole.parse::<u16>().ok()? * 10 + tenth.parse::<u16>().ok()?;
    Score::from_tenths(u8::try_from(tenths).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const V2: &str = "(AV:N/AC:L/Au:N/C:P/I:P/A:P)";
    const V30: &str = "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N";
    const V31: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N";
    const V4: &str = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";

    fn statement(role: Role, scheme: &'static str, value: &'static str) -> Statement<'static> {
        Statement { source: role.name(), role, scheme, value }
    }

    /// Assesses in every rotation and reversal: what comes first must have no part.
    fn check(statements: &[Statement<'static>]) -> (Assessment, Option<Statement<'static>>) {
        let policy = Policy::default();
        let first = assess(statements, &policy);
        let decided = first.decided_by.map(|at| statements[at]);
        for turn in 0..statements.len() {
            let mut turned = statements.to_vec();
            turned.rotate_left(turn);
            for _ in 0..2 {
                turned.reverse();
                let other = assess(&turned, &policy);
                assert_eq!((other.level, other.rule), (first.level, first.rule.clone()));
                assert_eq!(other.decided_by.map(|at| turned[at]), decided);
            }
        }
        (first, decided)
    }

    #[test]
    fn the_distribution_comes_first_and_its_word_before_its_vector() {
        let (found, _) = check(&[
            statement(Role::Nvd, "CVSS_V3", V30),
            statement(Role::Vendor, "CVSS_V3", V31),
            statement(Role::Vendor, "word", "low"),
            statement(Role::Advisory, "CVSS_V4", V4),
        ]);
        assert_eq!((found.level, found.score_tenths, found.vector), (Level::Low, None, None));
        assert_eq!(found.rule, "vendor/word: word");
    }

    #[test]
    fn the_newest_version_comes_first() {
        let all = [
            statement(Role::Advisory, "CVSS_V2", V2),
            statement(Role::Advisory, "CVSS_V3", V30),
            statement(Role::Advisory, "CVSS_V3", V31),
            statement(Role::Advisory, "CVSS_V4", V4),
        ];
        for (count, tenths, rule) in [(1, 75, "v2"), (2, 75, "v3.0"), (3, 61, "v3.1"), (4, 93, "v4.0")] {
            let (found, _) = check(&all[..count]);
            assert_eq!(found.score_tenths, Some(tenths));
            assert_eq!(found.rule, format!("advisory/cvss: CVSS {rule}"));
            assert_eq!(found.vector.as_deref(), Some(all[count - 1].value));
        }
    }

    #[test]
    fn what_says_nothing_or_cannot_be_read_leaves_it_to_the_next() {
        let (found, decided) = check(&[
            statement(Role::Vendor, "word", "not yet assigned"),
            statement(Role::Advisory, "CVSS_V3", "CVSS:3.1/AV:N"),
            statement(Role::Nvd, "CVSS_V3", V31),
            statement(Role::Other, "word", "catastrophic"),
        ]);
        assert_eq!(found.level, Level::Medium);
        assert_eq!(decided.map(|statement| statement.role), Some(Role::Nvd));
        let reasons: Vec<_> = found.problems.iter().map(|p| (p.statement, p.reason.as_str())).collect();
        assert_eq!(
            reasons,
            [
                (1, "CVSS v3.1 vector is incomplete: no AC, PR, UI, S, C, I, A"),
                (3, "\"catastrophic\" is no known word for a severity"),
            ]
        );
    }

    #[test]
    fn nothing_is_unknown() {
        assert_eq!(assess(&[], &Policy::default()), Assessment::default());
    }

    #[test]
    fn a_score_alone_counts() {
        let (found, _) = check(&[statement(Role::Nvd, "CVSS_V3", "9.0")]);
        assert_eq!((found.level, found.score_tenths, found.vector), (Level::Critical, Some(90), None));
        let (found, _) = check(&[statement(Role::Nvd, "CVSS_V3", "10.1")]);
        assert_eq!((found.level, found.problems.len()), (Level::Unknown, 1));
    }

    #[test]
    fn a_policy_can_name_its_sources() {
        let statements = [
            Statement { source: "Snyk", role: Role::Other, scheme: "word", value: "low" },
            Statement { source: "Acme", role: Role::Other, scheme: "word", value: "high" },
        ];
        let policy: Policy = "other[snyk]".parse().unwrap();
        assert_eq!(assess(&statements, &policy).level, Level::Low);
        assert!(matches!("acme".parse::<Policy>(), Err(crate::PolicyError::Role(_))));
    }
}

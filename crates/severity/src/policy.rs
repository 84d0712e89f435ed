use std::fmt;
use std::str::FromStr;

/// Whose statement it is, seen from the package that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Role {
    /// The distribution, or the ecosystem's own database, that the matching advisory belongs to.
    Vendor,
    /// The matching advisory itself.
    Advisory,
    /// The GitHub Advisory Database.
    Ghsa,
    /// The National Vulnerability Database.
    Nvd,
    /// Anybody else.
    Other,
}

impl Role {
    const ALL: [Role; 5] = [Self::Vendor, Self::Advisory, Self::Ghsa, Self::Nvd, Self::Other];

    /// The role's name: `vendor`, `advisory`, `ghsa`, `nvd`, `other`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vendor => "vendor",
            Self::Advisory => "advisory",
            Self::Ghsa => "ghsa",
            Self::Nvd => "nvd",
            Self::Other => "other",
        }
    }
}

/// Which of the statements of one role decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Prefer {
    /// A word; where there is none, the newest CVSS version.
    Word,
    /// The newest CVSS version: 4.0, 3.1, 3.0, 2; where there is none, a word.
    Cvss,
}

/// One line of a [`Policy`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// Whose statements it takes.
    pub role: Role,
    /// Only those of this source, in any case; all where it is `None`.
    pub source: Option<String>,
    /// Which of them decides.
    pub prefer: Prefer,
}

/// Whose statement decides a severity: the first step that finds one which says something.
///
/// The default asks the distribution for its own package first, and takes its word over its vector, because a
/// distribution rates what it ships as it ships it; then the advisory's own rating, then GHSA's, then NVD's, then
/// anybody's.
///
/// A policy reads and writes itself as a list of steps, `role`, `role[source]`, each with `/word` or `/cvss` for
/// what it prefers (`/word` for `vendor`, `/cvss` for the others, if left out):
///
/// ```
/// use plimsoll_severity::Policy;
/// let policy: Policy = "vendor, advisory, ghsa, nvd, other".parse()?;
/// assert_eq!(policy, Policy::default());
/// let nvd_first: Policy = "nvd/cvss, vendor[debian]/word".parse()?;
/// assert_eq!(nvd_first.to_string(), "nvd/cvss, vendor[debian]/word");
/// # Ok::<(), plimsoll_severity::PolicyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Policy {
    /// The steps, in the order in which they are asked.
    pub steps: Vec<Step>,
}

impl Default for Policy {
    fn default() -> Self {
        Self { steps: Role::ALL.into_iter().map(Step::of).collect() }
    }
}

impl Step {
    /// The step of a role, with what it prefers unless told otherwise.
    pub fn of(role: Role) -> Self {
        Self { role, source: None, prefer: if role == Role::Vendor { Prefer::Word } else { Prefer::Cvss } }
    }
}

/// Why a text is not a [`Policy`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// A step's role is none.
    #[error("severity policy: {0:?} is not a source: expected vendor, advisory, ghsa, nvd or other")]
    Role(String),
    /// A step prefers something else than words or vectors.
    #[error("severity policy: {0:?} is not a preference: expected word or cvss")]
    Prefer(String),
    /// There is no step.
    #[error("severity policy: no step")]
    Empty,
}

impl FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        let shown = |text: &str| text.chars().take(40).collect::<String>();
        let mut steps = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (whose, prefer) = match part.rsplit_once('/') {
                Some((whose, prefer)) => (whose.trim(), Some(prefer.trim())),
                None => (part, None),
            };
            let (role, source) = match whose.split_once('[') {
                Some((role, source)) => match source.strip_suffix(']') {
                    Some(source) => (role.trim(), Some(source.trim().to_owned())),
                    None => return Err(PolicyError::Role(shown(whose))),
                },
                None => (whose, None),
            };
            let role = Role::ALL
                .into_iter()
                .find(|known| known.name().eq_ignore_ascii_case(role))
                .ok_or_else(|| PolicyError::Role(shown(role)))?;
            let prefer = match prefer {
                None => Step::of(role).prefer,
                Some("word") => Prefer::Word,
                Some("cvss") => Prefer::Cvss,
                Some(other) => return Err(PolicyError::Prefer(shown(other))),
            };
            steps.push(Step { role, source, prefer });
        }
        if steps.is_empty() { Err(PolicyError::Empty) } else { Ok(Self { steps }) }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.steps.iter().enumerate() {
            let separator = if i == 0 { "" } else { ", " };
            write!(f, "{separator}{step}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.role.name())?;
        if let Some(source) = &self.source {
            write!(f, "[{source}]")?;
        }
        f.write_str(if self.prefer == Prefer::Word { "/word" } else { "/cvss" })
    }
}

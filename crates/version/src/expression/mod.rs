//! Range expressions as ecosystems, registries and vendors write them: `>= 2.5.0, < 2.5.16`, `^1.2.3 || 2.x`,
//! `[1.0,2.0)`, `~> 1.2`, `~=1.4.2,!=1.4.5`.
//!
//! ```
//! use plimsoll_version::Scheme;
//! use plimsoll_version::expression::{Expression, Syntax};
//!
//! let range = Expression::read(Syntax::Comparators(Scheme::Maven), "> 2.1.0, < 3.0.0").unwrap();
//! assert_eq!(range.contains("2.1.1"), Ok(true));
//! let range = Expression::read(Syntax::Npm, "^1.2.3 || 2.x").unwrap();
//! assert_eq!(range.contains("1.9.0"), Ok(true));
//! ```

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::{Reason, Scheme, Unparsable};

mod brackets;
mod comparators;
mod gem;
mod partial;
mod pep440;
mod spans;

pub use spans::Span;

/// How an expression is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Syntax {
    /// Comparisons with commas or blanks between those that must all hold, and `||` between alternatives: GitHub's
    /// advisories, GitLab's, and most vendors'. A version alone means that version. Pre-releases are where the order
    /// has them.
    Comparators(Scheme),
    /// node-semver's ranges, under whose rules a pre-release is only in a range that names one of the same version.
    Npm,
    /// Cargo's version requirements, with the same rule for pre-releases.
    Cargo,
    /// Maven's "Version Range Specification". A version alone is a wish and contains all.
    Maven,
    /// NuGet's "Version ranges". A version alone, or with `*` in the place of a number, is a least version.
    NuGet,
    /// `Gem::Requirement`, with commas between requirements.
    RubyGems,
    /// PEP 440, section "Version specifiers". Pre-releases that are in a range count as in it.
    Pep440,
}

impl Syntax {
    /// The syntax of the ecosystem itself; where it has none of its own, comparisons.
    pub fn of(scheme: Scheme) -> Syntax {
        match scheme {
            Scheme::Npm => Self::Npm,
            Scheme::Semver => Self::Cargo,
            Scheme::Maven => Self::Maven,
            Scheme::NuGet => Self::NuGet,
            Scheme::RubyGems => Self::RubyGems,
            Scheme::Pep440 => Self::Pep440,
            _ => Self::Comparators(scheme),
        }
    }

    /// The order that the syntax goes by.
    pub fn scheme(self) -> Scheme {
        match self {
            Self::Comparators(scheme) => scheme,
            Self::Npm => Scheme::Npm,
            Self::Cargo => Scheme::Semver,
            Self::Maven => Scheme::Maven,
            Self::NuGet => Scheme::NuGet,
            Self::RubyGems => Scheme::RubyGems,
            Self::Pep440 => Scheme::Pep440,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Op {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    /// Equal as text, PEP 440's `===`.
    Identical,
    /// One of Cargo's requirements, as it is written.
    Requirement,
    /// RubyGems' upper end of `~>`: the version without its pre-release is less.
    ReleaseLess,
}

impl Op {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Less | Self::ReleaseLess => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
            Self::Equal | Self::Identical | Self::Requirement => order.is_eq(),
            Self::NotEqual => order.is_ne(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Comparator<'a> {
    op: Op,
    version: Cow<'a, str>,
}

impl<'a> Comparator<'a> {
    fn new(op: Op, version: impl Into<Cow<'a, str>>) -> Self {
        Self { op, version: version.into() }
    }
}

/// A range expression: alternatives, each of comparisons that must all hold.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Expression<'a> {
    syntax: Syntax,
    alternatives: Vec<Vec<Comparator<'a>>>,
}

impl<'a> Expression<'a> {
    /// How many comparisons an expression may have.
    pub const MAX_COMPARISONS: usize = 1024;

    /// Reads an expression. An empty one contains every version.
    ///
    /// # Errors
    /// [`Unparsable`] where the text is none of the syntax. Bounds are texts here: whether they have an order shows
    /// when they are compared.
    pub fn read(syntax: Syntax, text: &'a str) -> Result<Self, Unparsable> {
        let alternatives = match syntax {
            Syntax::Comparators(_) => comparators::read(text)?,
            Syntax::Npm => partial::read_npm(text)?,
            Syntax::Cargo => partial::read_cargo(text)?,
            Syntax::Maven => brackets::read(text, brackets::Alone::Anything)?,
            Syntax::NuGet => brackets::read(text, brackets::Alone::Least)?,
            Syntax::RubyGems => gem::read(text)?,
            Syntax::Pep440 => pep440::read(text)?,
        };
        if alternatives.iter().map(Vec::len).sum::<usize>() > Self::MAX_COMPARISONS {
            return Err(Unparsable::at(text.len(), Reason::TooLong));
        }
        Ok(Self { syntax, alternatives })
    }

    /// Whether the version is in the range.
    ///
    /// # Errors
    /// [`Unparsable`] where the version, or a bound that would decide, has no place in the order. An alternative that
    /// is false, or true, whatever an unreadable bound would be, still decides.
    pub fn contains(&self, version: &str) -> Result<bool, Unparsable> {
        let scheme = self.syntax.scheme();
        scheme.parses(version)?;
        let mut undecided = None;
        for comparators in &self.alternatives {
            match self.all_hold(scheme, comparators, version) {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(why) => undecided = Some(why),
            }
        }
        undecided.map_or(Ok(false), Err)
    }

    fn all_hold(
        &self,
        scheme: Scheme,
        comparators: &[Comparator<'_>],
        version: &str,
    ) -> Result<bool, Unparsable> {
        let mut undecided = None;
        for comparator in comparators {
            let bound = &*comparator.version;
            let holds = match (comparator.op, self.syntax) {
                (Op::Identical, _) => Ok(version.eq_ignore_ascii_case(bound)),
                (Op::Requirement, _) => partial::requirement_holds(bound, version),
                (Op::ReleaseLess, _) => scheme.compare(gem::release(version), bound).map(Ordering::is_lt),
                (op, Syntax::Pep440) => pep440::holds(op, version, bound),
                (op, _) => scheme
                    .parses(bound)
                    .map_err(Unparsable::second)
                    .and_then(|()| scheme.compare(version, bound))
                    .map(|order| op.holds(order)),
            };
            match holds {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(why) => undecided = Some(why),
            }
        }
        match undecided {
            Some(why) => Err(why),
            None => Ok(match self.syntax {
                Syntax::Npm | Syntax::Cargo => partial::admits_pre_release(comparators, version),
                _ => true,
            }),
        }
    }
}

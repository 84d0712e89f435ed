use alloc::borrow::Cow;
use alloc::format;
use alloc::vec::Vec;
use core::ops::Bound;

use super::{Comparator, Expression, Op, Syntax, partial, pep440};
use crate::{Key, Scheme, Unparsable};

/// Versions between two bounds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Span<'a> {
    /// Where it begins.
    pub lower: Bound<Cow<'a, str>>,
    /// Where it ends.
    pub upper: Bound<Cow<'a, str>>,
}

impl Span<'_> {
    /// The span as keys: a version is in it when `lower <= key`, and `key < upper` where there is an end. None where a
    /// bound has no key.
    pub fn keys(&self, scheme: Scheme) -> Option<(Key, Option<Key>)> {
        let lower = match &self.lower {
            Bound::Unbounded => Key::from(Vec::new()),
            Bound::Included(version) => scheme.key(version)?,
            Bound::Excluded(version) => scheme.key(version)?.next(),
        };
        let upper = match &self.upper {
            Bound::Unbounded => None,
            Bound::Included(version) => Some(scheme.key(version)?.next()),
            Bound::Excluded(version) => Some(scheme.key(version)?),
        };
        Some((lower, upper))
    }
}

impl<'a> Expression<'a> {
    /// The range as spans of the order, for storing them as keys: one for each alternative, more where a single
    /// version is left out, none for one that contains nothing. They may overlap.
    ///
    /// Spans go by the order alone: a pre-release between the bounds is in the span, where a dependency resolver has
    /// rules of its own ([`contains`](Self::contains) applies them). For an advisory the order is what counts.
    ///
    /// # Errors
    /// [`Unparsable`] where a bound has no place in the order.
    pub fn spans(&self) -> Result<Vec<Span<'_>>, Unparsable> {
        let mut out = Vec::new();
        for comparators in &self.alternatives {
            out.extend(self.alternative(comparators)?);
        }
        Ok(out)
    }

    fn alternative<'s>(&'s self, comparators: &'s [Comparator<'a>]) -> Result<Vec<Span<'s>>, Unparsable> {
        let mut spans = Vec::from([Span { lower: Bound::Unbounded, upper: Bound::Unbounded }]);
        for comparator in comparators {
            if comparator.op == Op::Requirement {
                for part in partial::written_out(&comparator.version)? {
                    let pieces =
                        self.pieces(&part)?.into_iter().map(|(lower, upper)| (owned(lower), owned(upper)));
                    spans = self.narrowed(&spans, &pieces.collect::<Vec<_>>());
                }
            } else {
                spans = self.narrowed(&spans, &self.pieces(comparator)?);
            }
        }
        Ok(spans)
    }

    fn narrowed<'s>(&self, spans: &[Span<'s>], pieces: &[Piece<'s>]) -> Vec<Span<'s>> {
        let scheme = self.syntax.scheme();
        let narrow = |span: &Span<'s>, (lower, upper): &Piece<'s>| Span {
            lower: tighter(scheme, &span.lower, lower, true),
            upper: tighter(scheme, &span.upper, upper, false),
        };
        let all = pieces.iter().flat_map(|piece| spans.iter().map(move |span| narrow(span, piece)));
        all.filter(|span| !is_empty(scheme, span)).collect()
    }

    /// What one comparison lets through.
    fn pieces<'s>(&self, comparator: &'s Comparator<'_>) -> Result<Vec<Piece<'s>>, Unparsable> {
        use Bound::{Excluded, Included, Unbounded};
        let scheme = self.syntax.scheme();
        let version = || Cow::Borrowed(&*comparator.version);
        if let (Op::NotEqual, Syntax::Pep440, Some(prefix)) =
            (comparator.op, self.syntax, comparator.version.strip_suffix(".*"))
        {
            let (from, to) = pep440::with_prefix(prefix);
            scheme.parses(&from)?;
            return Ok(
                [(Unbounded, Excluded(Cow::Owned(from))), (Included(Cow::Owned(to)), Unbounded)].into()
            );
        }
        scheme.parses(&comparator.version)?;
        let piece = match comparator.op {
            Op::Less if self.syntax == Syntax::Pep440 && !pep440::is_pre_release(&comparator.version) => {
                let public = comparator.version.split('+').next().unwrap_or_default();
                (Unbounded, Excluded(Cow::Owned(format!("{public}.dev0"))))
            }
            Op::Less => (Unbounded, Excluded(version())),
            // The pre-releases of the version are not below it; "a" is how gems write the first of them.
            Op::ReleaseLess => (Unbounded, Excluded(Cow::Owned(format!("{}.a", comparator.version)))),
            Op::LessOrEqual => (Unbounded, Included(version())),
            Op::Greater => (Excluded(version()), Unbounded),
            Op::GreaterOrEqual => (Included(version()), Unbounded),
            Op::Equal | Op::Identical | Op::Requirement => (Included(version()), Included(version())),
            Op::NotEqual => {
                return Ok([(Unbounded, Excluded(version())), (Excluded(version()), Unbounded)].into());
            }
        };
        Ok([piece].into())
    }
}

type Piece<'a> = (Bound<Cow<'a, str>>, Bound<Cow<'a, str>>);

fn owned(bound: Bound<Cow<'_, str>>) -> Bound<Cow<'static, str>> {
    bound.map(|version| Cow::Owned(version.into_owned()))
}

/// The bound that lets less through: of lower bounds the higher one.
fn tighter<'a>(
    scheme: Scheme,
    a: &Bound<Cow<'a, str>>,
    b: &Bound<Cow<'a, str>>,
    lower: bool,
) -> Bound<Cow<'a, str>> {
    let (x, y) = match (a, b) {
        (Bound::Unbounded, other) | (other, Bound::Unbounded) => return other.clone(),
        (Bound::Included(x) | Bound::Excluded(x), Bound::Included(y) | Bound::Excluded(y)) => (x, y),
    };
    let order = scheme.compare(x, y).unwrap_or(core::cmp::Ordering::Equal);
    let keeps_a = match if lower { order } else { order.reverse() } {
        core::cmp::Ordering::Greater => true,
        core::cmp::Ordering::Less => false,
        core::cmp::Ordering::Equal => matches!(a, Bound::Excluded(_)),
    };
    if keeps_a { a.clone() } else { b.clone() }
}

fn is_empty(scheme: Scheme, span: &Span<'_>) -> bool {
    let (lower, upper) = match (&span.lower, &span.upper) {
        (Bound::Unbounded, _) | (_, Bound::Unbounded) => return false,
        (
            Bound::Included(lower) | Bound::Excluded(lower),
            Bound::Included(upper) | Bound::Excluded(upper),
        ) => (lower, upper),
    };
    let whole = matches!((&span.lower, &span.upper), (Bound::Included(_), Bound::Included(_)));
    match scheme.compare(lower, upper) {
        Ok(order) => {
            if whole {
                order.is_gt()
            } else {
                order.is_ge()
            }
        }
        Err(_) => false,
    }
}

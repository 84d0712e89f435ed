use core::fmt;

/// Which of the texts given to a comparison is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operand {
    /// The first, or the only one.
    First,
    /// The second.
    Second,
}

/// Why a text has no place in an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// Nothing, or only white space.
    Empty,
    /// A number was expected.
    NumberExpected,
    /// A number is larger than the ecosystem's own tool takes.
    NumberTooLarge,
    /// A byte that cannot stand where it stands.
    Unexpected(u8),
    /// A part that must not be empty is empty.
    EmptyPart,
    /// A name that stands for no place in the order: `(devel)`, `latest`, a branch.
    Named,
    /// The scheme's own grammar does not cover the text; its order is a convention for such texts.
    Legacy,
    /// More parts than are read.
    TooLong,
}

/// A version text that cannot be ordered: which one, where, and why. Copies no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Unparsable {
    /// Which text.
    pub operand: Operand,
    /// The byte where reading stopped.
    pub offset: usize,
    /// Why.
    pub reason: Reason,
}

impl Unparsable {
    pub(crate) const fn at(offset: usize, reason: Reason) -> Self {
        Self { operand: Operand::First, offset, reason }
    }

    pub(crate) const fn second(self) -> Self {
        Self { operand: Operand::Second, ..self }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::NumberExpected => f.write_str("a number is missing"),
            Self::NumberTooLarge => f.write_str("a number is too large"),
            Self::Unexpected(byte) => write!(f, "'{}' cannot stand there", byte.escape_ascii()),
            Self::EmptyPart => f.write_str("a part is empty"),
            Self::Named => f.write_str("it names no place in the order"),
            Self::TooLong => f.write_str("it has too many parts"),
            Self::Legacy => f.write_str("the scheme's grammar does not cover it"),
        }
    }
}

impl fmt::Display for Unparsable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let which = match self.operand {
            Operand::First => "version",
            Operand::Second => "second version",
        };
        write!(f, "the {which} cannot be ordered: {} (byte {})", self.reason, self.offset)
    }
}

impl core::error::Error for Unparsable {}

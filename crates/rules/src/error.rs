/// Why rules can't be used. Every message says which file, and the line where there is one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text does not follow its format: a syntax error, an unknown field, a value of the wrong type.
    #[error("{file}:{line}: {problem}")]
    Syntax {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong, and what would be right.
        problem: String,
    },
    /// A rule says something that can't be meant.
    #[error("{file}:{line}: rule {rule:?}: {problem}")]
    Rule {
        /// The file.
        file: String,
        /// The line that the rule begins at; 0 for a rule that was built in code.
        line: usize,
        /// The rule's id.
        rule: String,
        /// What is wrong.
        problem: RuleProblem,
    },
    /// Two rules have one id, so that nobody could tell which one disabled a finding.
    #[error("{file}:{line}: rule {rule:?} is there already, at {first}; give one of them another id")]
    Duplicate {
        /// The second rule's file.
        file: String,
        /// The second rule's line.
        line: usize,
        /// The id.
        rule: String,
        /// Where the first one is.
        first: String,
    },
    /// The text is larger than a rules file can be.
    #[error("{file}: {size} bytes are more than the {limit} that are read")]
    TooLarge {
        /// The file.
        file: String,
        /// Its size in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
}

/// What is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleProblem {
    /// No id.
    #[error("no id: give it a name that reports can show")]
    NoId,
    /// No reason.
    #[error("no reason: say why these findings do not count")]
    NoReason,
    /// No criterion.
    #[error("no criterion: it would disable every finding")]
    NoCriterion,
    /// A value that its field can't have.
    #[error("{field} = {value:?}: {problem}")]
    Value {
        /// The field.
        field: &'static str,
        /// The value.
        value: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A lower bound that is not below the upper one.
    #[error("{above} and {below} leave nothing between them")]
    EmptyRange {
        /// The field of the lower bound.
        above: &'static str,
        /// The field of the upper bound.
        below: &'static str,
    },
    /// It expires before it was created.
    #[error("expires before it was created")]
    ExpiresBeforeCreated,
}

/// The line of a byte offset, from 1.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    before.iter().filter(|&&byte| byte == b'\n').count() + 1
}

//! Patterns that values of criteria are.

use std::cmp::Ordering;
use std::collections::HashSet;

use plimsoll_core::{Distro, Package, PackageType, Purl};

use crate::Context;
use crate::glob::Glob;

/// A text: plain, or with wildcards.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Text {
    Plain(String),
    Pattern(Glob),
}

impl Text {
    fn new(text: &str) -> Self {
        let text = text.trim();
        if Glob::is_pattern(text) { Self::Pattern(Glob::name(text)) } else { Self::Plain(text.to_owned()) }
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Plain(plain) => plain.eq_ignore_ascii_case(text),
            Self::Pattern(glob) => glob.matches(text),
        }
    }
}

/// Names or ids, any one of which is meant; there may be tens of thousands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    plain: Vec<String>,
    patterns: Vec<Glob>,
    /// The plain ones in lower case, and folded, if they are many.
    lower: HashSet<String>,
    folded: HashSet<String>,
}

/// As many texts are compared one by one sooner than looked up.
const FEW: usize = 8;

impl Texts {
    pub(crate) fn new<'t>(texts: impl IntoIterator<Item = &'t String>) -> Self {
        let mut all = Self::default();
        for text in texts {
            match Text::new(text) {
                Text::Plain(plain) => all.plain.push(plain),
                Text::Pattern(glob) => all.patterns.push(glob),
            }
        }
        if all.plain.len() > FEW {
            all.lower = all.plain.iter().map(|text| text.to_ascii_lowercase()).collect();
            all.folded = all.plain.iter().map(|text| folded(text).collect()).collect();
        }
        all
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        let plain = if self.lower.is_empty() {
            self.plain.iter().any(|plain| plain.eq_ignore_ascii_case(text))
        } else {
            self.lower.contains(&text.to_ascii_lowercase())
        };
        plain || self.patterns.iter().any(|glob| glob.matches(text))
    }

    /// Python's names are one name however their words are joined (PEP 503).
    pub(crate) fn matches_name(&self, package: &Package, name: &str) -> bool {
        let folds = || {
            if self.folded.is_empty() {
                self.plain.iter().any(|plain| folded(plain).eq(folded(name)))
            } else {
                self.folded.contains(&folded(name).collect::<String>())
            }
        };
        self.matches(name) || package.kind == PackageType::PyPi && folds()
    }

    /// The texts as they were written.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.plain.iter().map(String::as_str).chain(self.patterns.iter().map(Glob::text))
    }

    /// The texts without wildcards, and those with.
    pub(crate) fn parts(&self) -> (&[String], &[Glob]) {
        (&self.plain, &self.patterns)
    }

    /// The texts, unless one has wildcards.
    pub(crate) fn plain(&self) -> Option<&[String]> {
        self.patterns.is_empty().then_some(&self.plain)
    }
}

/// Puts into `key` what [`folded`] gives.
pub(crate) fn fold_into(name: &str, key: &mut String) {
    key.clear();
    key.extend(folded(name));
}

/// A name in lower case with each run of `-`, `_` and `.` as one `-`: the key under which names that may be equal
/// are found together.
pub(crate) fn folded(name: &str) -> impl Iterator<Item = char> {
    let mut joined = false;
    name.chars().filter_map(move |c| {
        let joiner = matches!(c, '-' | '_' | '.');
        let again = joiner && joined;
        joined = joiner;
        (!again).then(|| if joiner { '-' } else { c.to_ascii_lowercase() })
    })
}

/// A package URL as a pattern: what it states must be so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PurlPattern(pub(crate) Purl);

impl PurlPattern {
    /// The package's name, unless it has a wildcard.
    pub(crate) fn plain_name(&self) -> Option<&str> {
        Some(self.0.name.as_str()).filter(|name| !Glob::is_pattern(name))
    }

    pub(crate) fn matches(&self, purl: &Purl) -> bool {
        let Self(wanted) = self;
        let same = |wanted: &str, found: &str| {
            if Glob::is_pattern(wanted) { Glob::name(wanted).matches(found) } else { wanted == found }
        };
        let stated = |wanted: &Option<String>, found: &Option<String>| match (wanted, found) {
            (Some(wanted), Some(found)) => same(wanted, found),
            (Some(_), None) => false,
            (None, _) => true,
        };
        // The namespace is part of a language package's name; an operating system's is the vendor.
        let is_os = PackageType::from_purl_type(&wanted.kind).is_some_and(PackageType::is_os);
        wanted.kind == purl.kind
            && same(&wanted.name, &purl.name)
            && (wanted.namespace.is_some() || is_os || purl.namespace.is_none())
            && stated(&wanted.namespace, &purl.namespace)
            && stated(&wanted.version, &purl.version)
            && stated(&wanted.subpath, &purl.subpath)
            && wanted
                .qualifiers
                .iter()
                .all(|(key, value)| purl.qualifiers.get(key).is_some_and(|v| same(value, v)))
    }
}

/// Versions: one, or a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Versions {
    text: String,
    bounds: Vec<(Operator, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Below,
    AtMost,
    Above,
    AtLeast,
    Equal,
    Unequal,
}

impl Versions {
    /// Reads `1.2.3`, or bounds separated by commas, all of which must hold: `>= 1.0, < 2.0`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        use Operator::*;
        let operators = [
            ("<=", AtMost),
            (">=", AtLeast),
            ("!=", Unequal),
            ("==", Equal),
            ("<", Below),
            (">", Above),
            ("=", Equal),
        ];
        let mut bounds = Vec::new();
        for part in text.split(',').map(str::trim) {
            let (operator, version) = operators
                .iter()
                .find_map(|(sign, operator)| Some((*operator, part.strip_prefix(sign)?.trim())))
                .unwrap_or((Equal, part));
            if version.is_empty() || version.contains(['<', '>', '=']) {
                return Err("expected a version, or bounds such as \">= 1.0, < 2.0\"".to_owned());
            }
            bounds.push((operator, version.to_owned()));
        }
        Ok(Self { text: text.to_owned(), bounds })
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether a package's version is among them; where its order can't tell, it is not.
    pub(crate) fn matches(&self, package: &Package, context: &Context<'_>) -> bool {
        !package.version.is_empty()
            && self.bounds.iter().all(|(operator, bound)| {
                let order = if package.version == *bound {
                    Some(Ordering::Equal)
                } else {
                    context.facts.compare(package, &package.version, bound)
                };
                order.is_some_and(|order| match operator {
                    Operator::Below => order.is_lt(),
                    Operator::AtMost => order.is_le(),
                    Operator::Above => order.is_gt(),
                    Operator::AtLeast => order.is_ge(),
                    Operator::Equal => order.is_eq(),
                    Operator::Unequal => order.is_ne(),
                })
            })
    }
}

/// An operating system: `debian`, `debian:12`, `alpine:3.*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Os {
    pub(crate) text: String,
    id: Text,
    version: Option<Text>,
}

impl Os {
    pub(crate) fn new(text: &str) -> Self {
        let (id, version) = match text.split_once(':') {
            Some((id, version)) => (id, Some(Text::new(version))),
            None => (text, None),
        };
        Self { text: text.to_owned(), id: Text::new(id), version }
    }

    pub(crate) fn matches(&self, distro: &Distro) -> bool {
        // `12` covers `12.5`, and not `120`.
        let covers = |version: &Text| {
            let whole = distro.version.as_str();
            let dots = whole.match_indices('.').map(|(at, _)| at);
            dots.chain([whole.len()]).any(|end| whole.get(..end).is_some_and(|part| version.matches(part)))
        };
        self.id.matches(&distro.id) && self.version.as_ref().is_none_or(covers)
    }
}

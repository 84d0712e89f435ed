//! Licences as bills of materials write them.

mod exceptions;
mod ids;

use plimsoll_core::Package;

/// What a package's metadata states, as far as SPDX can say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Licence {
    /// A licence of the SPDX License List, alone.
    Id(String),
    /// An SPDX expression of several (SPDX 2.3, annex D).
    Expression(String),
    /// Words that are none.
    Name(String),
}

impl Licence {
    /// The licences of a package, each as it is.
    pub(crate) fn of(package: &Package) -> Vec<Self> {
        package.licences.iter().filter(|text| !text.trim().is_empty()).map(|text| Self::read(text)).collect()
    }

    fn read(text: &str) -> Self {
        let text = text.trim();
        let bare = text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(text).trim();
        match id(bare) {
            Some(id) => Self::Id(id.to_owned()),
            None if is_expression(text) => Self::Expression(text.to_owned()),
            None => Self::Name(text.to_owned()),
        }
    }
}

/// The licence of the list; its identifiers are the same in any case (annex D).
fn id(text: &str) -> Option<&'static str> {
    if let Ok(at) = ids::IDS.binary_search(&text) {
        return ids::IDS.get(at).copied();
    }
    ids::IDS.iter().copied().find(|id| id.eq_ignore_ascii_case(text))
}

/// Whether the text is an expression of licences that are in the list: `MIT OR (Apache-2.0 WITH LLVM-exception AND ISC)`.
fn is_expression(text: &str) -> bool {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    // What must come next: a licence, or what joins two.
    let (mut wants_licence, mut open) = (true, 0_usize);
    let mut words = spaced.split_whitespace();
    while let Some(word) = words.next() {
        match (word, wants_licence) {
            ("(", true) => open += 1,
            (")", false) if open > 0 => open -= 1,
            ("AND" | "OR", false) => wants_licence = true,
            ("WITH", false) => {
                if words
                    .next()
                    .is_none_or(|exception| exceptions::EXCEPTIONS.binary_search(&exception).is_err())
                {
                    return false;
                }
            }
            (licence, true) if ids::IDS.binary_search(&licence).is_ok() => wants_licence = false,
            _ => return false,
        }
    }
    !wants_licence && open == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_in_order() {
        assert!(ids::IDS.is_sorted() && exceptions::EXCEPTIONS.is_sorted());
    }

    #[test]
    fn what_spdx_can_say_is_told_from_words() {
        let id = |text: &str| Licence::Id(text.to_owned());
        let expression = |text: &str| Licence::Expression(text.to_owned());
        let name = |text: &str| Licence::Name(text.to_owned());
        for (text, read) in [
            ("MIT", id("MIT")),
            ("mit", id("MIT")),
            ("(Apache-2.0)", id("Apache-2.0")),
            ("MIT OR Apache-2.0", expression("MIT OR Apache-2.0")),
            ("(MIT AND (ISC OR BSD-3-Clause))", expression("(MIT AND (ISC OR BSD-3-Clause))")),
            (
                "GPL-2.0-only WITH Classpath-exception-2.0",
                expression("GPL-2.0-only WITH Classpath-exception-2.0"),
            ),
            ("MIT OR", name("MIT OR")),
            ("MIT ISC", name("MIT ISC")),
            ("(MIT OR ISC", name("(MIT OR ISC")),
            ("GPLv2+ and LGPLv2", name("GPLv2+ and LGPLv2")),
            ("MIT OR custom", name("MIT OR custom")),
            ("MIT WITH nothing", name("MIT WITH nothing")),
            ("()", name("()")),
        ] {
            assert_eq!(Licence::read(text), read, "{text}");
        }
    }
}

//! What packages state of themselves besides name and version: licences, and what they need.

use plimsoll_core::Names;

/// Longer texts are the licence itself, or its story.
const LICENCE: usize = 200;

/// A licence in an expression or a few words; nothing where the text says none, or is the licence itself.
pub(crate) fn licence(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    let nothing = ["", "unknown", "none", "noassertion", "n/a", "unlicensed:"];
    let says = text.len() <= LICENCE && !nothing.contains(&text.to_ascii_lowercase().as_str());
    says.then_some(text)
}

/// The names in a list of a package manager, each without what follows it: a version, an architecture, a condition.
pub(crate) fn names<'a>(list: &'a [u8], separators: &[u8], ends: &[u8]) -> Names {
    let items = list.split(|byte| separators.contains(byte)).map(<[u8]>::trim_ascii);
    let name =
        |item: &'a [u8]| item.split(|byte| ends.contains(byte)).next().unwrap_or_default().trim_ascii();
    items.map(name).filter_map(|name| std::str::from_utf8(name).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_is_a_few_words() {
        assert_eq!(licence(" MIT  OR\n Apache-2.0 ").as_deref(), Some("MIT OR Apache-2.0"));
        for nothing in ["", "UNKNOWN", " none ", &"Permission is hereby granted ".repeat(20)] {
            assert_eq!(licence(nothing), None, "{nothing}");
        }
    }
}

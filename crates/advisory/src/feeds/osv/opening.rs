//! One line out of many: for records that have details and no summary, such as most of PyPA's.

/// Characters that the line has at most.
const LONGEST: usize = 120;

/// The first sentence of a text in Markdown that says more than what the software is (`aiohttp is an asynchronous HTTP
/// client.`), headings passed over, cut at a word where it is long.
pub(super) fn opening(details: &str) -> String {
    let is_text = |line: &&str| !line.is_empty() && !line.starts_with('#');
    let Some(line) = details.lines().map(str::trim).find(is_text) else { return String::new() };
    let mut sentences = line.split(". ").map(|sentence| sentence.trim_end_matches('.'));
    let first = sentences.next().unwrap_or_default();
    let sentence = match is_definition(first) {
        true => sentences.find(|sentence| !is_definition(sentence)).unwrap_or(first),
        false => first,
    };
    let Some((longest, _)) = sentence.char_indices().nth(LONGEST) else { return sentence.to_owned() };
    let cut = sentence.get(..longest).unwrap_or_default();
    let end = cut.rfind(' ').unwrap_or(cut.len());
    format!("{}…", cut.get(..end).unwrap_or(cut).trim_end_matches(','))
}

/// Whether a sentence says what some software is: `Jinja is a template engine`.
fn is_definition(sentence: &str) -> bool {
    let mut words = sentence.split(' ');
    if matches!(words.next(), Some("There" | "It" | "This" | "Impact" | "The")) {
        return false;
    }
    let article = |word: &str| matches!(word, "a" | "an" | "the");
    // A name has up to three words.
    words.by_ref().take(3).any(|word| word == "is") && words.next().is_some_and(article)
}

#[cfg(test)]
mod tests {
    use super::opening;

    #[test]
    fn the_first_sentence_is_taken() {
        assert_eq!(
            opening("Jinja2 before 2.11.3 is slow. Upgrade.\n\nMore."),
            "Jinja2 before 2.11.3 is slow"
        );
        assert_eq!(opening("### Impact\n\nA crafted name hangs.\n"), "A crafted name hangs");
        assert_eq!(
            opening(
                "urllib3 is a user-friendly HTTP client. urllib3 doesn't treat the `Cookie` header specially. It may leak."
            ),
            "urllib3 doesn't treat the `Cookie` header specially"
        );
        assert_eq!(opening("There is a flaw in x. Upgrade."), "There is a flaw in x");
        assert_eq!(opening("Flask App is a framework."), "Flask App is a framework");
        assert_eq!(opening(""), "");
        assert_eq!(opening("# Only a heading"), "");
    }

    #[test]
    fn a_long_one_is_cut_at_a_word() {
        let long = opening(&"word ".repeat(100));
        assert!(long.ends_with("word…") && long.chars().count() <= 121, "{long}");
        assert_eq!(opening(&"é".repeat(300)).chars().count(), 121);
    }
}

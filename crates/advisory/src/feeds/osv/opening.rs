//! One line out of many: for records that have details and no summary, such as most of PyPA's.

/// Characters that the line has at most.
const LONGEST: usize = 120;

/// The first sentence of a text in Markdown, headings passed over, cut at a word where it is long.
pub(super) fn opening(details: &str) -> String {
    let is_text = |line: &&str| !line.is_empty() && !line.starts_with('#');
    let Some(line) = details.lines().map(str::trim).find(is_text) else { return String::new() };
    let sentence = line.find(". ").and_then(|end| line.get(..end)).unwrap_or(line.trim_end_matches('.'));
    let Some((longest, _)) = sentence.char_indices().nth(LONGEST) else { return sentence.to_owned() };
    let cut = sentence.get(..longest).unwrap_or_default();
    let end = cut.rfind(' ').unwrap_or(cut.len());
    format!("{}…", cut.get(..end).unwrap_or(cut).trim_end_matches(','))
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

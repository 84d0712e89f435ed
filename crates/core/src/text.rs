use std::fmt;

/// Text from an image or a feed, made safe to print on a terminal or in a build log; see [`clean`].
#[derive(Clone, Copy, Debug)]
pub struct Clean<'a>(&'a str);

/// Shows `text` on one line without anything that a terminal or a build log would act on:
///
/// - control characters (C0, DEL and C1, so no escape sequences), the line and paragraph separators, and the
///   bidirectional and invisible formatting characters that make text read as what it is not each become U+FFFD;
/// - so does the first character of what build systems take for a command: `::` where the text begins with it,
///   `##[`, `##vso[` and `##teamcity[` anywhere.
///
/// ```
/// assert_eq!(plimsoll_core::clean("a\x1b[31mb\u{202e}c").to_string(), "a\u{fffd}[31mb\u{fffd}c");
/// assert_eq!(plimsoll_core::clean("::set-output name=a::b").to_string(), "\u{fffd}:set-output name=a::b");
/// ```
pub fn clean(text: &str) -> Clean<'_> {
    Clean(text)
}

/// Whether a terminal or a reader would take the character for something else than a character to show: what
/// [`clean`] replaces wherever it stands.
pub fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{2028}' | '\u{2029}'                    // line and paragraph separators
            | '\u{200b}'..='\u{200f}' | '\u{061c}'     // zero-width and directional marks
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' // embeddings, overrides, isolates
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// What GitHub's, Azure's and TeamCity's runners look for anywhere in a line.
const COMMANDS: [&str; 3] = ["##[", "##vso[", "##teamcity["];

impl fmt::Display for Clean<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        // GitHub's runner looks behind leading blanks.
        let begins = self.0.len() - self.0.trim_start().len();
        for (at, c) in self.0.char_indices() {
            let rest = || self.0.get(at..).unwrap_or_default();
            let command = (c == ':' && at == begins && rest().starts_with("::"))
                || (c == '#' && COMMANDS.iter().any(|command| rest().starts_with(command)));
            f.write_char(if command || is_harmful(c) { '\u{fffd}' } else { c })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn build_commands_are_broken_and_nothing_else() {
        for (text, shown) in [
            ("  ::error::x", "  \u{fffd}:error::x"),
            ("a ##[add-path]x", "a \u{fffd}#[add-path]x"),
            ("##vso[task]", "\u{fffd}#vso[task]"),
            ("a ##teamcity[x]", "a \u{fffd}#teamcity[x]"),
            ("std::vec and fe80::1", "std::vec and fe80::1"),
            ("# [a] ## b", "# [a] ## b"),
        ] {
            assert_eq!(clean(text).to_string(), shown);
        }
    }
}

use std::fmt;

/// Text from an image or a feed, made safe to print on a terminal or in a build log; see [`clean`].
#[derive(Clone, Copy, Debug)]
pub struct Clean<'a>(&'a str);

/// Shows `text` on one line without anything that a terminal would act on: control characters (C0, DEL and C1,
/// so no escape sequences), the line and paragraph separators, and the bidirectional and invisible formatting
/// characters that make text read as what it is not, each become U+FFFD.
///
/// ```
/// assert_eq!(plimsoll_core::clean("a\x1b[31mb\u{202e}c").to_string(), "a\u{fffd}[31mb\u{fffd}c");
/// ```
pub fn clean(text: &str) -> Clean<'_> {
    Clean(text)
}

fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{2028}' | '\u{2029}'                    // line and paragraph separators
            | '\u{200b}'..='\u{200f}' | '\u{061c}'     // zero-width and directional marks
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' // embeddings, overrides, isolates
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

impl fmt::Display for Clean<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        for c in self.0.chars() {
            f.write_char(if is_harmful(c) { '\u{fffd}' } else { c })?;
        }
        Ok(())
    }
}

use std::fmt;

use anstyle::{AnsiColor, Style as Ansi};
use plimsoll_core::Severity;

/// How a table is drawn. The default is for a file or a pipe: no colour, no width.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Whether to colour, by ANSI escapes.
    pub color: bool,
    /// The columns to keep within; none means as many as it takes.
    pub width: Option<usize>,
}

impl Style {
    pub(crate) fn paint<T: fmt::Display>(self, ansi: Ansi, text: T) -> Painted<T> {
        Painted { ansi: if self.color { ansi } else { Ansi::new() }, text }
    }

    pub(crate) fn severity(self, severity: Severity) -> Painted<String> {
        let ansi = match severity {
            Severity::Critical => Ansi::new().bold().fg_color(Some(AnsiColor::BrightMagenta.into())),
            Severity::High => Ansi::new().bold().fg_color(Some(AnsiColor::Red.into())),
            Severity::Medium => Ansi::new().fg_color(Some(AnsiColor::Yellow.into())),
            Severity::Low => Ansi::new().fg_color(Some(AnsiColor::Cyan.into())),
            _ => Ansi::new().dimmed(),
        };
        self.paint(ansi, severity.name().to_uppercase())
    }

    /// `text` cut to `columns` where the table has a width and it is longer.
    pub(crate) fn cut(self, text: String, used: usize) -> String {
        let Some(room) = self.width.map(|width| width.saturating_sub(used).max(8)) else { return text };
        if text.chars().count() <= room {
            return text;
        }
        text.chars().take(room - 1).chain(['…']).collect()
    }

    /// The same, cut in front: of a path the end tells most.
    pub(crate) fn cut_front(self, text: String, used: usize) -> String {
        let Some(room) = self.width.map(|width| width.saturating_sub(used).max(8)) else { return text };
        let count = text.chars().count();
        if count <= room {
            return text;
        }
        std::iter::once('…').chain(text.chars().skip(count + 1 - room)).collect()
    }

    /// `text` in lines of whole words, those after the first indented; the first begins after `used` columns.
    pub(crate) fn wrap(self, text: &str, used: usize, indent: usize) -> String {
        let Some(width) = self.width else { return text.to_owned() };
        let mut out = String::with_capacity(text.len() + indent);
        let mut column = used;
        for (at, word) in text.split(' ').enumerate() {
            let length = word.chars().count();
            // A line may not begin with what a build system takes for a command.
            if at > 0 && column + 1 + length > width && !word.starts_with("::") {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', indent));
                column = indent;
            } else if at > 0 {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += length;
        }
        out
    }
}

/// Text in a colour, padded by its own width and not by its escapes'.
pub(crate) struct Painted<T> {
    ansi: Ansi,
    text: T,
}

impl<T: fmt::Display> fmt::Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.ansi.render())?;
        self.text.fmt(f)?;
        write!(f, "{}", self.ansi.render_reset())
    }
}

#[cfg(test)]
mod tests {
    use super::Style;

    #[test]
    fn lines_keep_within_the_width() {
        let style = Style { color: false, width: Some(20) };
        assert_eq!(style.wrap("one two three four five", 4, 2), "one two three\n  four five");
        assert_eq!(
            style.wrap("a-word-that-is-longer-than-a-line b", 4, 2),
            "a-word-that-is-longer-than-a-line\n  b"
        );
        assert_eq!(
            style.wrap("one two three four ::error::x five", 0, 2),
            "one two three four ::error::x\n  five"
        );
        assert_eq!(Style::default().wrap("one two", 400, 2), "one two");
        assert_eq!(style.cut_front("/usr/lib/a/METADATA".into(), 8), "…/a/METADATA");
        assert_eq!(style.cut_front("/a/METADATA".into(), 8), "/a/METADATA");
        assert_eq!(style.cut("0123456789abcdef".into(), 8), "0123456789a…");
    }
}

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

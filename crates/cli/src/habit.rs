//! What people who come from other scanners type: an image without a command is scanned.

use std::ffi::OsString;
use std::path::Path;

use clap::Command;

/// Puts `scan` in front of a first argument that is no command and looks like an image or names something that exists.
/// A word alone is more likely a command that is misspelt.
pub(crate) fn with_command(mut arguments: Vec<OsString>, root: &Command) -> Vec<OsString> {
    let is_image = arguments.get(1).is_some_and(|first| {
        let text = first.to_string_lossy();
        !text.starts_with('-')
            && root.find_subcommand(&*text).is_none()
            && text != "help"
            && (text.contains([':', '/', '@']) || Path::new(first).exists())
    });
    if is_image {
        arguments.insert(1, "scan".into());
    }
    arguments
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::with_command;
    use crate::args::Cli;

    #[test]
    fn an_image_alone_is_scanned() {
        for (line, expected) in [
            ("plimsoll alpine:3.19 --layers", "plimsoll scan alpine:3.19 --layers"),
            ("plimsoll ghcr.io/org/app@sha256:00", "plimsoll scan ghcr.io/org/app@sha256:00"),
            ("plimsoll ./app.tar", "plimsoll scan ./app.tar"),
            ("plimsoll Cargo.toml", "plimsoll scan Cargo.toml"),
            ("plimsoll scan a:b", "plimsoll scan a:b"),
            ("plimsoll image a:b", "plimsoll image a:b"),
            ("plimsoll scann", "plimsoll scann"),
            ("plimsoll help", "plimsoll help"),
            ("plimsoll --color always", "plimsoll --color always"),
            ("plimsoll", "plimsoll"),
        ] {
            let given = line.split(' ').map(Into::into).collect();
            let read = with_command(given, &Cli::command());
            let read: Vec<_> = read.iter().map(|word| word.to_string_lossy()).collect();
            assert_eq!(read.join(" "), expected);
        }
    }
}

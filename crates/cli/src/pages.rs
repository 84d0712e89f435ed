//! What the help and the documentation show how to write can be written so, and what they point to is there.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory};

use crate::args::Cli;
use crate::habit;

/// Why a line as one types it would not be understood; nothing of lines that are no call of the command.
fn misunderstood(line: &str) -> Option<String> {
    // `… | plimsoll`
    let line = line.rsplit_once("| plimsoll ").map_or(line.to_owned(), |(_, own)| format!("plimsoll {own}"));
    let line = line.strip_prefix("$ ").unwrap_or(&line);
    if !line.starts_with("plimsoll ") {
        return None;
    }
    // What follows a gap or a hash is said of it; what follows a sign is the shell's.
    let text = line.split("   ").next().and_then(|text| text.split(" #").next()).unwrap_or_default();
    let text = text.split(['<', '>', '|', ';']).next().unwrap_or_default();
    let words = text.split_whitespace().map(|word| word.trim_matches(['"', '\'']).into()).collect();
    let mut root = Cli::command();
    root.build();
    root.try_get_matches_from_mut(habit::with_command(words, &Cli::command())).err().and_then(|error| {
        use clap::error::ErrorKind;
        let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
        (!asked).then(|| format!("{line}: {error}"))
    })
}

fn every(command: &Command, all: &mut Vec<(String, String)>) {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    all.push((name, command.get_after_help().map(ToString::to_string).unwrap_or_default()));
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        every(below, all);
    }
}

#[test]
fn every_command_has_examples_that_it_understands() {
    let mut command = Cli::command();
    command.build();
    let mut all = Vec::new();
    every(&command, &mut all);
    assert!(all.len() > 20);
    for (name, help) in all {
        let examples: Vec<&str> = help.lines().filter_map(|line| line.strip_prefix("  ")).collect();
        assert!(help.contains("Examples:\n") && !examples.is_empty(), "{name}");
        for line in examples {
            assert!(line.chars().count() <= 98, "{name}: {line}");
            assert_eq!(misunderstood(line), None, "{name}");
        }
    }
}

/// The pages of the repository; none where the crate stands alone.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let docs = fs::read_dir(root.join("docs")).into_iter().flatten().flatten().map(|entry| entry.path());
    let own = ["README.md", "CONTRIBUTING.md"].map(|name| root.join(name));
    docs.filter(|path| path.extension().is_some_and(|end| end == "md"))
        .chain(own)
        .filter(|path| path.exists())
        .collect()
}

#[test]
fn what_pages_show_is_understood() {
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let mut fenced = false;
        for line in text.lines() {
            if line.trim_start().starts_with("```") {
                fenced = !fenced;
            } else if fenced {
                assert_eq!(misunderstood(line.trim()), None, "{}", page.display());
            }
        }
    }
}

#[test]
fn the_index_has_every_page() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let Ok(index) = fs::read_to_string(docs.join("README.md")) else { return };
    for page in pages().iter().filter(|page| page.parent().is_some_and(|folder| folder.ends_with("docs"))) {
        let name = page.file_name().unwrap().to_str().unwrap();
        assert!(name == "README.md" || index.contains(&format!("]({name})")), "{name}");
    }
}

/// The anchor of a heading, as GitHub makes it.
fn anchor(heading: &str) -> String {
    let kept = heading
        .trim_start_matches('#')
        .trim()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect::<String>().to_lowercase()
}

#[test]
fn links_of_pages_lead_somewhere() {
    let mut links = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let folder = page.parent().unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.contains("://") || target.contains(char::is_whitespace) {
                continue;
            }
            let (path, fragment) = target.split_once('#').unwrap_or((target, ""));
            let file = if path.is_empty() { page.clone() } else { folder.join(path) };
            assert!(file.exists(), "{}: {target}", page.display());
            links += 1;
            if !fragment.is_empty() {
                let text = fs::read_to_string(&file).unwrap();
                let headings: HashSet<String> =
                    text.lines().filter(|line| line.starts_with('#')).map(anchor).collect();
                assert!(headings.contains(fragment), "{}: {target}", page.display());
            }
        }
    }
    assert!(pages().is_empty() || links > 20, "{links}");
}

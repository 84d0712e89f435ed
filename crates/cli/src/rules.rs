//! Rules as the arguments name them: our own files, other tools' ignore files, VEX documents.

use std::path::{Path, PathBuf};

use plimsoll::stages::rules::{Format, Import, Lost, VexDocument, import, vex_rules};
use plimsoll::{Ruleset, clean};

use crate::output::{self, Failure};

/// Files that are looked for by name, in the order in which they are reported.
const NAMES: [&str; 6] = [
    ".plimsoll.toml",
    ".trivyignore",
    ".trivyignore.yaml",
    ".trivyignore.yml",
    ".grype.yaml",
    "osv-scanner.toml",
];

/// What files of rules came to.
pub(crate) struct Loaded {
    pub(crate) rules: Ruleset,
    /// The entries of other tools' files that no rule says.
    pub(crate) lost: Vec<Lost>,
}

/// Reads files, and those that are found by name in a folder. What could not be carried over is said on standard
/// error.
pub(crate) fn load(files: &[PathBuf], vex: &[PathBuf], find_in: Option<&Path>) -> Result<Loaded, Failure> {
    let found = find_in.into_iter().flat_map(|folder| NAMES.iter().map(move |name| folder.join(name)));
    let found: Vec<PathBuf> = found.filter(|path| path.is_file()).collect();
    let mut sets = Vec::new();
    let mut lost = Vec::new();
    for path in files.iter().chain(&found) {
        let import = read(path, None)?;
        lost.extend(import.lost);
        sets.push(import.rules);
    }
    let documents = vex.iter().map(|path| document(path, &output::read(path)?));
    let import = vex_rules(&documents.collect::<Result<Vec<_>, _>>()?);
    lost.extend(import.lost);
    sets.push(import.rules);
    for lost in &lost {
        eprintln!("note: {}", clean(&lost.to_string()));
    }
    Ok(Loaded { rules: Ruleset::merge(sets).map_err(said)?, lost })
}

/// Reads a file of a format, or of the one that it seems to have.
pub(crate) fn read(path: &Path, format: Option<Format>) -> Result<Import, Failure> {
    let text = output::read(path)?;
    let name = path.display().to_string();
    match format.or_else(|| Format::detect(&name, &text)) {
        Some(format) => import(format, &name, &text).map_err(said),
        None if text.trim_start().starts_with('{') => Ok(vex_rules(&[document(path, &text)?])),
        None => Ok(Import { rules: Ruleset::parse(&name, &text).map_err(said)?, lost: Vec::new() }),
    }
}

fn document(path: &Path, text: &str) -> Result<VexDocument, Failure> {
    VexDocument::parse(&path.display().to_string(), text).map_err(said)
}

pub(crate) fn said(error: plimsoll::RulesError) -> Failure {
    Failure::Said(error.to_string())
}

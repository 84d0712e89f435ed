//! Versions that stand in another file than the package does.

use std::collections::HashMap;

use plimsoll_core::{ImagePath, Package, Role};

use super::Visible;
use crate::{Definitions, Undecided};

/// Files that build on one another, and values that refer to others.
const MAX_DEPTH: usize = 16;
/// The longest version that values may make.
const MAX_TEXT: usize = 256;

/// What the image's files define, by their paths.
pub(super) struct Defined<'a>(HashMap<&'a [u8], &'a Definitions>);

impl<'a> Defined<'a> {
    pub(super) fn new(visible: &'a [Visible<'a>]) -> Self {
        let defining =
            visible.iter().filter_map(|one| Some((one.path.as_bytes(), one.facts.definitions.as_ref()?)));
        Self(defining.collect())
    }

    /// The package with the version that the files give it. Without one it is nothing that is installed.
    pub(super) fn decide(&self, undecided: &Undecided) -> Option<Package> {
        let mut package = undecided.package.clone();
        if let Some(version) = self.expand(&undecided.version, &undecided.file) {
            if let Some(only) = version.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                set(&mut package, only.trim());
            } else {
                set(&mut package, &version);
            }
        }
        let declared = matches!(package.role, Role::Declared | Role::Development);
        (declared || !package.version.is_empty()).then_some(package)
    }

    /// The text with all names replaced by what they stand for, as the file sees them.
    fn expand(&self, text: &str, file: &ImagePath) -> Option<String> {
        let mut text = text.to_owned();
        for _ in 0..MAX_DEPTH {
            let Some(start) = text.find("${") else { return Some(text) };
            let end = start + text.get(start..)?.find('}')?;
            let value = self.value(text.get(start + 2..end)?, file)?;
            text.replace_range(start..=end, value);
            if text.len() > MAX_TEXT {
                return None;
            }
        }
        None
    }

    /// What the file, or the nearest one that it builds on, says of the name.
    fn value(&self, name: &str, file: &ImagePath) -> Option<&'a str> {
        let mut at: &Definitions = self.0.get(file.as_bytes())?;
        for _ in 0..MAX_DEPTH {
            if let Some(value) = at.values.get(name) {
                return Some(value);
            }
            let (base, identity) = at.base.as_ref()?;
            at = self.0.get(base.as_bytes()).filter(|found| found.identity == *identity)?;
        }
        None
    }
}

/// A range of versions is none.
fn set(package: &mut Package, version: &str) {
    if version.starts_with(|c: char| c.is_alphanumeric()) && !version.contains([',', ' ']) {
        package.version = version.to_owned();
        package.purl.version = Some(version.to_owned());
    }
}

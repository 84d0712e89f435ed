use std::path::PathBuf;

use plimsoll::Ruleset;

use crate::error::Error;

/// Reads the files of rules, as one set and as they are.
pub(crate) fn read(files: &[PathBuf]) -> Result<(Ruleset, Vec<(PathBuf, String)>), Error> {
    let mut texts = Vec::with_capacity(files.len());
    let mut sets = Vec::with_capacity(files.len());
    for path in files {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Io {
            doing: "read",
            path: path.clone(),
            source,
        })?;
        sets.push(Ruleset::parse(&path.display().to_string(), &text)?);
        texts.push((path.clone(), text));
    }
    Ok((Ruleset::merge(sets)?, texts))
}

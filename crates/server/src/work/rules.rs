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
        // Whoever asks for the rules is told which file they are from, and not where on this disk it is.
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        sets.push(Ruleset::parse(&name, &text)?);
        texts.push((path.clone(), text));
    }
    Ok((Ruleset::merge(sets)?, texts))
}

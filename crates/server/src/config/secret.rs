use std::path::PathBuf;

use serde::Deserialize;

use crate::Error;

/// Where a secret is: it never stands in the configuration itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Secret {
    /// A file that holds it; white space around it does not count.
    pub file: Option<PathBuf>,
    /// A variable of the environment that holds it.
    pub env: Option<String>,
}

impl Secret {
    /// The secret; nothing where none is named.
    ///
    /// # Errors
    /// The file can't be read, the variable is not set, or there is nothing in them.
    pub fn read(&self, whose: &str) -> Result<Option<String>, Error> {
        let text = match (&self.file, &self.env) {
            (Some(path), _) => std::fs::read_to_string(path).map_err(|source| Error::Io {
                doing: "read",
                path: path.clone(),
                source,
            })?,
            (None, Some(name)) => std::env::var(name).map_err(|_| Error::Setting {
                what: whose.to_owned(),
                why: format!("the environment has no variable {name}"),
            })?,
            (None, None) => return Ok(None),
        };
        let text = text.trim();
        if text.is_empty() {
            return Err(Error::Setting { what: whose.to_owned(), why: "its secret is empty".to_owned() });
        }
        Ok(Some(text.to_owned()))
    }
}

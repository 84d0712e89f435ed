//! Paths of a store and of what stands beside it while an import goes on.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The store as SQLite is to open it: read only and, because nobody ever writes to it, without locks
/// (<https://www.sqlite.org/uri.html>, "immutable").
pub(super) fn immutable(path: &Path) -> String {
    let mut uri = String::from("file:");
    // An absolute path may begin with two slashes, which would make the first component a host.
    let bytes = path.as_os_str().as_encoded_bytes();
    if bytes.first() == Some(&b'/') {
        uri.push_str("//");
    }
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"/._-~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri.push_str("?immutable=1");
    uri
}

/// The copy that an import works on.
pub(crate) fn draft(path: &Path) -> PathBuf {
    beside(path, ".draft")
}

/// The file whose lock an import holds. It is empty, and stays.
pub(super) fn lock(path: &Path) -> PathBuf {
    beside(path, ".lock")
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().map_or_else(OsString::new, OsString::from);
    name.push(suffix);
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_sort_become_uris() {
        assert_eq!(immutable(Path::new("/a b/c?d#%.db")), "file:///a%20b/c%3Fd%23%25.db?immutable=1");
        assert_eq!(immutable(Path::new("a.db")), "file:a.db?immutable=1");
    }

    #[test]
    fn the_draft_is_in_the_same_folder() {
        assert_eq!(draft(Path::new("/x/a.db")), Path::new("/x/a.db.draft"));
    }
}

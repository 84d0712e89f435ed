//! What fuzzers found worth keeping, run once more by an ordinary test.

use std::path::Path;

/// Runs `check` over every file of a fuzz target's corpus, in the order of their names. Says which file it is at, so
/// that a panic is told apart.
///
/// # Panics
/// Where the folder cannot be read or is empty.
pub fn replay(corpus: &Path, check: impl Fn(&[u8])) {
    let files = std::fs::read_dir(corpus).unwrap_or_else(|error| panic!("{}: {error}", corpus.display()));
    let mut files: Vec<_> = files.flatten().map(|file| file.path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{}: the corpus is empty", corpus.display());
    for file in files {
        eprintln!("{}", file.display());
        check(&std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display())));
    }
}

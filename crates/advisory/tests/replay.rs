//! What the fuzzers found worth keeping, once more and on a stable compiler.

#[path = "../fuzz/src/targets.rs"]
mod targets;

use std::path::Path;

fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut seen = 0;
    for file in files.flatten() {
        run(&std::fs::read(file.path()).expect("a file"));
        seen += 1;
    }
    assert!(seen > 0, "{}: the corpus is empty", folder.display());
}

#[test]
fn feed() {
    replay("feed", targets::feed);
}

#[test]
fn import() {
    replay("import", targets::import);
}

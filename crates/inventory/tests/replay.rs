//! What the fuzzers found worth keeping, once more and on a stable compiler.

#[path = "../fuzz/src/targets.rs"]
mod targets;

use std::path::Path;

fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut seen = 0;
    for file in
        std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())).flatten()
    {
        run(&std::fs::read(file.path()).expect("a file"));
        seen += 1;
    }
    assert!(seen > 0, "{}: the corpus is empty", folder.display());
}

#[test]
fn archive() {
    replay("archive", targets::archive);
}

#[test]
fn executable() {
    replay("executable", targets::executable);
}

#[test]
fn sbom() {
    replay("sbom", targets::sbom);
}

#[test]
fn rpmdb() {
    replay("rpmdb", targets::rpmdb);
}

#[test]
fn document() {
    replay("document", targets::document);
}

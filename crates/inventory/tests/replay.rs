//! What the fuzzers found worth keeping, once more and on a stable compiler.

#[path = "../fuzz/src/targets.rs"]
mod targets;

use std::path::Path;

fn replay(target: &str, run: fn(&[u8])) {
    plimsoll_testkit::replay(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target), run);
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

#[test]
fn wal() {
    replay("wal", targets::wal);
}

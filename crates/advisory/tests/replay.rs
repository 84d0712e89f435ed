//! What the fuzzers found worth keeping, once more and on a stable compiler.

#[path = "../fuzz/src/targets.rs"]
mod targets;

use std::path::Path;

fn replay(target: &str, run: fn(&[u8])) {
    plimsoll_testkit::replay(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target), run);
}

#[test]
fn feed() {
    replay("feed", targets::feed);
}

#[test]
fn import() {
    replay("import", targets::import);
}

#[test]
fn index() {
    replay("index", targets::index);
}

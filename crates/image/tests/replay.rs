//! What the fuzzers found worth keeping, once more and on a stable compiler.

#[path = "../fuzz/src/targets.rs"]
mod targets;

use std::path::Path;

fn replay(target: &str, run: fn(&[u8])) {
    plimsoll_testkit::replay(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target), run);
}

#[test]
fn manifest() {
    replay("manifest", targets::manifest);
}

#[test]
fn tar() {
    replay("tar", targets::tar);
}

#[test]
fn decoder() {
    replay("decoder", targets::decoder);
}

#[test]
fn overlay() {
    replay("overlay", targets::overlay);
}

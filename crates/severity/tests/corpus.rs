//! Replays the fuzz corpora.

#[path = "../fuzz/src/checks.rs"]
#[allow(unreachable_pub)]
mod checks;

use std::fs;
use std::path::Path;

#[test]
fn cvss() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/cvss");
    let mut count = 0;
    for entry in fs::read_dir(corpus).unwrap() {
        let text = fs::read(entry.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&text);
        // Whole, and cut off at every place.
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            checks::cvss(&text[..end]);
        }
        count += 1;
    }
    assert!(count > 0);
}

//! Replays the fuzz corpora.

#[path = "../fuzz/src/checks.rs"]
#[allow(unreachable_pub)]
mod checks;

use std::fs;
use std::path::Path;

/// Each file of a corpus, whole and cut off at every so many bytes.
fn replay(corpus: &str, check: impl Fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(corpus);
    let mut count = 0;
    for entry in fs::read_dir(corpus).unwrap() {
        let data = fs::read(entry.unwrap().path()).unwrap();
        for end in (0..data.len()).step_by(7).chain([data.len()]) {
            check(&data[..end]);
        }
        count += 1;
    }
    assert!(count > 0);
}

#[test]
fn rules() {
    replay("rules", |data| checks::rules(&String::from_utf8_lossy(data)));
}

#[test]
fn import() {
    replay("import", |data| {
        let Some((&first, rest)) = data.split_first() else { return };
        let text = String::from_utf8_lossy(rest);
        checks::foreign(checks::FORMATS[usize::from(first) % checks::FORMATS.len()], &text);
    });
}

#[test]
fn vex() {
    replay("vex", |data| checks::vex(&String::from_utf8_lossy(data)));
}

//! The fuzzers' corpus, and what they have found, without the fuzzers.

mod check;

use std::fs;
use std::path::Path;

use plimsoll_version::Scheme;

#[test]
fn the_corpus_of_every_scheme_passes() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for scheme in Scheme::ALL.iter().copied() {
        let dir = fs::read_dir(corpus.join(scheme.name()))
            .unwrap_or_else(|_| panic!("no corpus: {}", scheme.name()));
        for entry in dir {
            let Ok(text) = fs::read_to_string(entry.unwrap().path()) else { continue };
            let texts: Vec<&str> = text.split('\n').take(8).collect();
            let nth = |n: usize| texts.get(n).copied().unwrap_or_default();
            check::check(scheme, [nth(0), nth(1), nth(2)]);
            check::check_ranges(scheme, &texts);
        }
    }
}

#[test]
fn every_scheme_has_a_target() {
    let manifest = include_str!("../fuzz/Cargo.toml");
    for scheme in Scheme::ALL {
        assert!(manifest.contains(&format!("name = \"{}\"", scheme.name())), "{}", scheme.name());
    }
}

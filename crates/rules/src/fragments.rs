//! Patterns found by a piece of text that they must contain, so that not every pattern is tried on every text.

use std::collections::HashMap;

use crate::glob::Glob;

/// How many bytes of a fragment are looked up.
const KEY: usize = 3;
/// Bits of the table that rules out most places of a text.
const PLACES: usize = 1 << 14;

/// A piece of a pattern, and the rule whose pattern it is.
type Piece = (Box<[u8]>, usize);

/// Rules by pieces of their patterns, in lower case: a rule that is found may match, one that is not can't.
#[derive(Default)]
pub(crate) struct Fragments {
    /// What was added and is not arranged yet: for each pattern the pieces of which one is enough.
    added: Vec<(Vec<String>, usize)>,
    /// The pieces by their first bytes, each with its rule.
    by_start: HashMap<[u8; KEY], Vec<Piece>>,
    /// One bit for each hash of a start.
    starts: Vec<u64>,
    /// Pieces that are too short for that.
    short: Vec<Piece>,
}

fn place(key: [u8; KEY]) -> usize {
    let [a, b, c] = key.map(usize::from);
    (a ^ (b << 3) ^ (c << 6)) % PLACES
}

impl Fragments {
    /// Whether a pattern has anything to be found by.
    pub(crate) fn takes(glob: &Glob) -> bool {
        !glob.pieces().is_empty()
    }

    /// Adds a rule under a pattern.
    pub(crate) fn add(&mut self, glob: &Glob, rule: usize) {
        let pieces = glob.pieces().into_iter().map(|piece| piece.to_ascii_lowercase());
        self.added.push((pieces.collect(), rule));
    }

    /// Adds a rule under a text that is looked for, in lower case.
    pub(crate) fn add_text(&mut self, text: &str, rule: usize) {
        self.added.push((vec![text.to_owned()], rule));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_start.is_empty() && self.short.is_empty()
    }

    /// Arranges what was added: of each pattern the piece that is in fewest patterns, which tells most, and of those
    /// the longest.
    pub(crate) fn arrange(&mut self) {
        let added = std::mem::take(&mut self.added);
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for piece in added.iter().flat_map(|(pieces, _)| pieces) {
            *counts.entry(piece).or_default() += 1;
        }
        self.starts = vec![0; PLACES / 64];
        for (pieces, rule) in &added {
            let tells = |piece: &&String| {
                let count = counts.get(piece.as_str()).copied().unwrap_or_default();
                (piece.len() < KEY, count, usize::MAX - piece.len())
            };
            let Some(piece) = pieces.iter().min_by_key(tells) else { continue };
            let bytes: Box<[u8]> = piece.as_bytes().into();
            let Some(&start) = bytes.first_chunk::<KEY>() else {
                self.short.push((bytes, *rule));
                continue;
            };
            let at = place(start);
            if let Some(word) = self.starts.get_mut(at / 64) {
                *word |= 1 << (at % 64);
            }
            self.by_start.entry(start).or_default().push((bytes, *rule));
        }
    }

    /// Adds the rules of which a pattern may match a text, which is in lower case, to `found`; one that has several
    /// patterns perhaps several times.
    pub(crate) fn find(&self, lower: &[u8], found: &mut Vec<usize>) {
        for (piece, rule) in &self.short {
            if piece.is_empty() || lower.windows(piece.len()).any(|window| window == &**piece) {
                found.push(*rule);
            }
        }
        if self.by_start.is_empty() {
            return;
        }
        for (at, window) in lower.windows(KEY).enumerate() {
            let Some(&key) = window.first_chunk::<KEY>() else { continue };
            let bit = place(key);
            if self.starts.get(bit / 64).is_none_or(|word| word & (1 << (bit % 64)) == 0) {
                continue;
            }
            let rest = lower.get(at..).unwrap_or_default();
            for (piece, rule) in self.by_start.get(&key).into_iter().flatten() {
                if rest.starts_with(piece) {
                    found.push(*rule);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matches_is_found() {
        let patterns = ["lib*", "*-dev", "LIB*-dev", "a?c", "openssl", "x?y*z", "*é*", "CVE-*-1?"];
        let mut fragments = Fragments::default();
        for (rule, pattern) in patterns.iter().enumerate() {
            assert!(Fragments::takes(&Glob::name(pattern)));
            fragments.add(&Glob::name(pattern), rule);
        }
        fragments.arrange();
        for text in
            ["libssl-dev", "Lib", "abc", "OpenSSL", "a", "", "é-dev", "xyyz", "CVE-2020-17", "cve--1x"]
        {
            let mut found = Vec::new();
            fragments.find(text.to_ascii_lowercase().as_bytes(), &mut found);
            for (rule, pattern) in patterns.iter().enumerate() {
                assert!(!Glob::name(pattern).matches(text) || found.contains(&rule), "{pattern} {text}");
            }
        }
        let mut found = Vec::new();
        fragments.find(b"zlib1g", &mut found);
        // Only the beginning of `lib*` could have ruled it out.
        assert_eq!(found, [0]);
        assert!(!Fragments::takes(&Glob::name("*")) && !Fragments::takes(&Glob::name("?*?")));
    }

    #[test]
    fn every_text_that_is_there_is_found() {
        let texts = ["overflow", "over", "denial of service", "x", "", "été", "ow"];
        let mut titles = Fragments::default();
        texts.iter().enumerate().for_each(|(rule, text)| titles.add_text(text, rule));
        titles.arrange();
        for summary in
            ["heap overflow in x", "denial of service", "denial of servic", "l'été", "", "ov", "flow"]
        {
            let mut found = Vec::new();
            titles.find(summary.as_bytes(), &mut found);
            found.sort_unstable();
            found.dedup();
            let expected: Vec<usize> = (0..texts.len()).filter(|at| summary.contains(texts[*at])).collect();
            assert_eq!(found, expected, "{summary}");
        }
    }
}

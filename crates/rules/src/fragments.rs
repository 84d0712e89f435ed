//! Patterns found by a piece of text that they must contain, so that not every pattern is tried on every text.

use std::collections::HashMap;

use crate::glob::Glob;

/// How many bytes of a piece are looked up.
const KEY: usize = 3;
/// Bits of the table that rules out most places of a text.
const PLACES: usize = 1 << 14;

/// A piece of a pattern, and the rule whose pattern it is.
struct Piece {
    bytes: Box<[u8]>,
    /// Where in it the bytes are that it is looked up by.
    key_at: usize,
    rule: usize,
}

/// Rules by pieces of their patterns, in lower case: a rule that is found may match, one that is not can't.
#[derive(Default)]
pub(crate) struct Fragments {
    /// What was added and is not arranged yet: for each pattern the pieces of which one is enough.
    added: Vec<(Vec<String>, usize)>,
    /// The pieces, those together whose keys have the same place.
    by_key: Vec<Vec<Piece>>,
    /// For each place of a key, where its pieces are in `by_key`.
    lists: Vec<u16>,
    /// One bit for each place that has pieces: most places of a text are ruled out by it alone.
    places: Vec<u64>,
    /// Pieces that are too short for that.
    short: Vec<Piece>,
}

fn place(key: [u8; KEY]) -> usize {
    let [a, b, c] = key;
    (usize::from(a) ^ (usize::from(b) << 3) ^ (usize::from(c) << 6)) % PLACES
}

/// Every few bytes of a piece that it can be looked up by, with their place.
fn keys(piece: &str) -> impl Iterator<Item = (usize, [u8; KEY])> + '_ {
    piece.as_bytes().windows(KEY).enumerate().filter_map(|(at, window)| Some((at, *window.first_chunk()?)))
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
        self.by_key.is_empty() && self.short.is_empty()
    }

    /// Arranges what was added: each pattern is looked up by those bytes of its pieces that are in the fewest pieces,
    /// so that texts that many patterns share lead to none of them.
    pub(crate) fn arrange(&mut self) {
        let added = std::mem::take(&mut self.added);
        let mut counts: HashMap<[u8; KEY], usize> = HashMap::new();
        for (_, key) in added.iter().flat_map(|(pieces, _)| pieces).flat_map(|piece| keys(piece)) {
            *counts.entry(key).or_default() += 1;
        }
        self.places = vec![0; PLACES / 64];
        self.lists = vec![0; PLACES];
        for (pieces, rule) in added {
            let all = pieces.iter().flat_map(|piece| keys(piece).map(move |(at, key)| (piece, at, key)));
            let rarest = all.min_by_key(|(piece, _, key)| {
                (counts.get(key).copied().unwrap_or_default(), usize::MAX - piece.len())
            });
            let Some((piece, key_at, key)) = rarest else {
                let longest = pieces.iter().rev().max_by_key(|piece| piece.len());
                self.short.extend(longest.map(|piece| Piece {
                    bytes: piece.as_bytes().into(),
                    key_at: 0,
                    rule,
                }));
                continue;
            };
            let at = place(key);
            let (Some(word), Some(list)) = (self.places.get_mut(at / 64), self.lists.get_mut(at)) else {
                continue;
            };
            if *word & (1 << (at % 64)) == 0 {
                *word |= 1 << (at % 64);
                // There are fewer places than that.
                *list = u16::try_from(self.by_key.len()).unwrap_or(u16::MAX);
                self.by_key.push(Vec::new());
            }
            let piece = Piece { bytes: piece.as_bytes().into(), key_at, rule };
            if let Some(pieces) = self.by_key.get_mut(usize::from(*list)) {
                pieces.push(piece);
            }
        }
    }

    /// Adds the rules of which a pattern may match a text, which is in lower case, to `found`; one that has several
    /// patterns perhaps several times.
    pub(crate) fn find(&self, lower: &[u8], found: &mut Vec<usize>) {
        for Piece { bytes, rule, .. } in &self.short {
            if bytes.is_empty() || lower.windows(bytes.len()).any(|window| window == &**bytes) {
                found.push(*rule);
            }
        }
        if self.by_key.is_empty() {
            return;
        }
        for (at, window) in lower.windows(KEY).enumerate() {
            let Some(&key) = window.first_chunk::<KEY>() else { continue };
            let key = place(key);
            if self.places.get(key / 64).is_none_or(|word| word & (1 << (key % 64)) == 0) {
                continue;
            }
            let pieces = self.lists.get(key).and_then(|list| self.by_key.get(usize::from(*list)));
            for Piece { bytes, key_at, rule } in pieces.into_iter().flatten() {
                let start = at.checked_sub(*key_at).and_then(|start| lower.get(start..));
                if start.is_some_and(|text| text.starts_with(bytes)) {
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

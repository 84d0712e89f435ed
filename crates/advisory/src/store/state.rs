use sha2::{Digest, Sha256};

/// A digest of a set of records that does not depend on their order and follows each change: the sum of the
/// records' own digests, word by word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct State([u64; 4]);

impl State {
    pub(crate) fn add(&mut self, name: &str, feed: &str, digests: [&[u8]; 3]) {
        self.each(name, feed, digests, u64::wrapping_add);
    }

    pub(crate) fn remove(&mut self, name: &str, feed: &str, digests: [&[u8]; 3]) {
        self.each(name, feed, digests, u64::wrapping_sub);
    }

    fn each(&mut self, name: &str, feed: &str, digests: [&[u8]; 3], apply: fn(u64, u64) -> u64) {
        let mut hash = Sha256::new();
        hash.update(name);
        hash.update([0]);
        hash.update(feed);
        hash.update([0]);
        digests.iter().for_each(|digest| hash.update(digest));
        let hash: [u8; 32] = hash.finalize().into();
        for (word, bytes) in self.0.iter_mut().zip(hash.chunks_exact(8)) {
            *word = apply(*word, u64::from_le_bytes(bytes.try_into().unwrap_or_default()));
        }
    }

    pub(crate) fn bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (out, word) in bytes.chunks_exact_mut(8).zip(self.0) {
            out.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    pub(crate) fn from_bytes(bytes: [u8; 32]) -> Self {
        let mut state = Self::default();
        for (word, bytes) in state.0.iter_mut().zip(bytes.chunks_exact(8)) {
            *word = u64::from_le_bytes(bytes.try_into().unwrap_or_default());
        }
        state
    }
}

/// The three digests of a record: what decides a match, what decides a severity, and the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digests {
    pub(crate) matching: [u8; 16],
    pub(crate) rating: [u8; 16],
    pub(crate) text: [u8; 16],
}

impl Digests {
    pub(crate) fn of(advisory: &plimsoll_core::Advisory) -> Self {
        let mut bytes = Vec::new();
        let mut digest = |write: fn(&plimsoll_core::Advisory, &mut Vec<u8>)| {
            bytes.clear();
            write(advisory, &mut bytes);
            let mut short = [0; 16];
            short.iter_mut().zip(Sha256::digest(&bytes)).for_each(|(to, from)| *to = from);
            short
        };
        Self {
            matching: digest(crate::codec::write_match),
            rating: digest(crate::codec::write_ratings),
            text: digest(crate::codec::write_text),
        }
    }

    pub(crate) fn parts(&self) -> [&[u8]; 3] {
        [&self.matching, &self.rating, &self.text]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_records_does_not_matter() {
        let (mut a, mut b) = (State::default(), State::default());
        a.add("x", "f", [b"1", b"2", b"3"]);
        a.add("y", "f", [b"1", b"2", b"3"]);
        b.add("y", "f", [b"1", b"2", b"3"]);
        b.add("z", "f", [b"1", b"2", b"3"]);
        assert_ne!(a, b);
        b.remove("z", "f", [b"1", b"2", b"3"]);
        b.add("x", "f", [b"1", b"2", b"3"]);
        assert_eq!(a, b);
        assert_eq!(State::from_bytes(a.bytes()), a);
    }
}

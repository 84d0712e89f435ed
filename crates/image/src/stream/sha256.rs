//! SHA-256 (FIPS 180-4) over the library's compression function, for the sake of one thing: two streams that are
//! hashed in turns, block by block, take less time than one after the other, because the processor works on a block
//! of each at once. A layer has two, its stored and its unpacked bytes.

use sha2::block_api::compress256;

const BLOCK: usize = 64;

/// FIPS 180-4, 5.3.3.
const START: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

#[derive(Clone, Debug)]
pub(crate) struct Sha256 {
    state: [u32; 8],
    partial: [u8; BLOCK],
    /// Bytes in all; what is beyond the last whole block is in `partial`.
    length: u64,
}

impl Sha256 {
    pub(crate) fn new() -> Self {
        Self { state: START, partial: [0; BLOCK], length: 0 }
    }

    fn filled(&self) -> usize {
        usize::try_from(self.length % BLOCK as u64).unwrap_or(0)
    }

    /// Takes bytes until a block is full, and gives the rest.
    fn begin<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let filled = self.filled();
        if filled == 0 {
            return bytes;
        }
        let (head, rest) = bytes.split_at_checked(BLOCK - filled).unwrap_or((bytes, &[]));
        self.keep(head);
        if filled + head.len() == BLOCK {
            compress256(&mut self.state, std::slice::from_ref(&self.partial));
        }
        rest
    }

    /// Takes bytes of less than a block.
    fn keep(&mut self, bytes: &[u8]) {
        let filled = self.filled();
        if let Some(space) = self.partial.get_mut(filled..filled + bytes.len()) {
            space.copy_from_slice(bytes);
        }
        self.length = self.length.wrapping_add(bytes.len() as u64);
    }

    fn blocks(&mut self, blocks: &[[u8; BLOCK]]) {
        compress256(&mut self.state, blocks);
        self.length = self.length.wrapping_add((blocks.len() * BLOCK) as u64);
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        let (blocks, rest) = self.begin(bytes).as_chunks::<BLOCK>();
        self.blocks(blocks);
        self.keep(rest);
    }

    /// [`Self::update`] of two streams at once.
    pub(crate) fn update_two(one: &mut Self, bytes: &[u8], other: &mut Self, others: &[u8]) {
        let (blocks, rest) = one.begin(bytes).as_chunks::<BLOCK>();
        let (other_blocks, other_rest) = other.begin(others).as_chunks::<BLOCK>();
        let both = blocks.len().min(other_blocks.len());
        for (block, other_block) in blocks.iter().zip(other_blocks) {
            compress256(&mut one.state, std::slice::from_ref(block));
            compress256(&mut other.state, std::slice::from_ref(other_block));
        }
        let done = (both * BLOCK) as u64;
        one.length = one.length.wrapping_add(done);
        other.length = other.length.wrapping_add(done);
        one.blocks(blocks.get(both..).unwrap_or_default());
        other.blocks(other_blocks.get(both..).unwrap_or_default());
        one.keep(rest);
        other.keep(other_rest);
    }

    pub(crate) fn finish(mut self) -> [u8; 32] {
        // FIPS 180-4, 5.1.1: a one bit, zeros, and the length in bits.
        let bits = self.length.wrapping_mul(8);
        let filled = self.filled();
        let zeros = (2 * BLOCK - 9 - filled) % BLOCK;
        let mut end = [0; 2 * BLOCK];
        end[0] = 0x80;
        if let Some(place) = end.get_mut(1 + zeros..9 + zeros) {
            place.copy_from_slice(&bits.to_be_bytes());
        }
        self.update(end.get(..9 + zeros).unwrap_or_default());
        let mut out = [0; 32];
        for (place, word) in out.chunks_exact_mut(4).zip(self.state) {
            place.copy_from_slice(&word.to_be_bytes());
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::Digest as _;

    fn bytes(length: usize, seed: usize) -> Vec<u8> {
        (0..length).map(|i| u8::try_from((i * 7 + seed * 13 + i / 256) % 251).unwrap_or(0)).collect()
    }

    #[test]
    fn every_length_is_what_the_library_says() {
        for length in (0..300).chain([4096, 10_007]) {
            let bytes = bytes(length, 1);
            for step in [1, 3, 63, 64, 65, 1000] {
                let mut own = Sha256::new();
                bytes.chunks(step).for_each(|piece| own.update(piece));
                assert_eq!(
                    own.finish(),
                    <[u8; 32]>::from(sha2::Sha256::digest(&bytes)),
                    "{length} by {step}"
                );
            }
        }
    }

    #[test]
    fn two_streams_do_not_mix() {
        for (a, b) in
            [(0, 0), (1, 500), (500, 1), (64, 64), (63, 129), (10_000, 9_999), (128, 0), (700, 70_000)]
        {
            let (one, other) = (bytes(a, 2), bytes(b, 3));
            let (mut first, mut second) = (Sha256::new(), Sha256::new());
            let (cut, other_cut) = (a / 3, b / 5);
            Sha256::update_two(&mut first, &one[..cut], &mut second, &other[..other_cut]);
            Sha256::update_two(&mut first, &one[cut..], &mut second, &other[other_cut..]);
            assert_eq!(first.finish(), <[u8; 32]>::from(sha2::Sha256::digest(&one)), "{a} beside {b}");
            assert_eq!(second.finish(), <[u8; 32]>::from(sha2::Sha256::digest(&other)), "{b} beside {a}");
        }
    }
}

//! Sequences that compare as if zeros without end followed them, in bytes.
//!
//! The end of such a sequence is a run of zeros: words and whatever else is less than zero come before it, even after
//! more zeros, and numbers come after it. So zeros are not written but counted, in front of what follows them.

use crate::writer::Writer;

/// What comes next, in order.
const LESS: u8 = 1;
const END: u8 = 2;
const MORE_AFTER_ZEROS: u8 = 3;

/// Writes one sequence: each element with its sign, zeros as [`zero`](Self::zero), then the end.
#[derive(Default)]
pub(super) struct Padded {
    zeros: usize,
}

impl Padded {
    pub(super) fn zero(&mut self) {
        self.zeros += 1;
    }

    /// Before an element that is less than zero: the more zeros before it, the later it comes.
    pub(super) fn less(&mut self, out: &mut Writer) {
        out.byte(LESS);
        out.count(self.zeros);
        self.zeros = 0;
    }

    /// Before an element that is more than zero and whose bytes begin above 3: the more zeros, the earlier.
    pub(super) fn more(&mut self, out: &mut Writer) {
        if self.zeros > 0 {
            out.byte(MORE_AFTER_ZEROS);
            out.count_down(self.zeros);
            self.zeros = 0;
        }
    }

    pub(super) fn end(self, out: &mut Writer) {
        out.byte(END);
    }
}

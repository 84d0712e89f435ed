/// The groups of entries of a segment that were shown of a name: of most names a few, of the kernel's thousands.
pub(super) struct Marks {
    few: Vec<u32>,
    /// A bit for each group of the segment, once there are more than a few.
    many: Vec<u64>,
    /// Groups in the segment.
    len: usize,
}

/// How many are looked through one by one.
const FEW: usize = 32;

impl Marks {
    pub(super) fn new(len: usize) -> Self {
        Self { few: Vec::new(), many: Vec::new(), len }
    }

    /// Whether it is new.
    pub(super) fn insert(&mut self, entry: u32) -> bool {
        if self.many.is_empty() {
            if self.few.contains(&entry) {
                return false;
            }
            if self.few.len() < FEW {
                self.few.push(entry);
                return true;
            }
            self.many = vec![0; self.len.div_ceil(64)];
            for entry in std::mem::take(&mut self.few) {
                self.mark(entry);
            }
        }
        self.mark(entry)
    }

    /// An entry beyond the last one is always new: reading it says that it is not there.
    fn mark(&mut self, entry: u32) -> bool {
        let Some(word) = usize::try_from(entry / 64).ok().and_then(|at| self.many.get_mut(at)) else {
            return true;
        };
        let bit = 1u64 << (entry % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_new_once_few_or_many() {
        let mut marks = Marks::new(200);
        for entry in (0..200).rev() {
            assert!(marks.insert(entry));
            assert!(!marks.insert(entry) && !marks.insert(199));
        }
        assert!(marks.insert(5_000) && marks.insert(5_000));
    }
}

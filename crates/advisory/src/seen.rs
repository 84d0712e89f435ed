use std::collections::HashSet;

/// What was shown already of a name: of most names little, of the kernel's thousands.
pub(crate) struct Seen<T> {
    few: Vec<T>,
    many: HashSet<T>,
}

impl<T> Default for Seen<T> {
    fn default() -> Self {
        Self { few: Vec::new(), many: HashSet::new() }
    }
}

impl<T: Copy + Eq + std::hash::Hash> Seen<T> {
    /// Whether it is new.
    pub(crate) fn insert(&mut self, item: T) -> bool {
        if self.few.contains(&item) {
            return false;
        }
        if self.few.len() < 32 {
            self.few.push(item);
            return true;
        }
        self.many.insert(item)
    }
}

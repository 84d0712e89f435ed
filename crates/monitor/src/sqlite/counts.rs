//! The counts of an image, in the one order in which columns and notifications have them.

use rusqlite::Row;

use crate::subject::Counts;

/// How many there are.
pub(super) const COUNTS: usize = 10;

pub(super) fn in_order(counts: &Counts) -> [u32; COUNTS] {
    [
        counts.critical,
        counts.high,
        counts.medium,
        counts.low,
        counts.other,
        counts.fixable,
        counts.undetermined,
        counts.disabled,
        counts.packages,
        counts.unjudged,
    ]
}

fn from_order(counts: [u32; COUNTS]) -> Counts {
    let [critical, high, medium, low, other, fixable, undetermined, disabled, packages, unjudged] = counts;
    Counts { critical, high, medium, low, other, fixable, undetermined, disabled, packages, unjudged }
}

/// Reads one after the other.
pub(super) fn read<E>(next: impl FnMut() -> Result<u32, E>) -> Result<Counts, E> {
    let mut next = next;
    let mut counts = [0; COUNTS];
    for count in &mut counts {
        *count = next()?;
    }
    Ok(from_order(counts))
}

/// The columns of a row from `first` on.
pub(super) fn of_row(row: &Row<'_>, first: usize) -> rusqlite::Result<Counts> {
    let mut columns = first..;
    read(|| row.get(columns.next().unwrap_or(first)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_order_comes_back() {
        let mut number = 0;
        let counts = read(|| {
            number += 1;
            Ok::<_, ()>(number)
        });
        let counts = counts.unwrap();
        assert_eq!((counts.critical, counts.low, counts.fixable, counts.unjudged), (1, 4, 6, 10));
        assert_eq!(in_order(&counts), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    }
}

//! Which images have a package: for each package lists of images in the order of their numbers, one list for every 1,024
//! numbers. So a page of the images that have something is found without looking at any that have not.

use std::collections::{BTreeMap, HashSet, VecDeque};

use rusqlite::{Connection, OptionalExtension, params};

use super::codec;
use crate::error::Failed;

/// Bits of an image's number that tell it from the others of its list.
const BITS: u32 = 10;
const LOW: i64 = (1 << BITS) - 1;
/// Bytes of a list as a bit for each number. One of ascending differences is shorter, or is not written so.
const BITMAP: usize = 1 << (BITS - 3);

/// Lists that are found before they are read, at most; where there are more, a page is full soon.
const LISTS: usize = 8000;
/// Lists that are looked for in one page where they are not found before.
const LOOKS: usize = 20_000;

/// An image's list and its place in it.
fn split(subject: i64) -> (i64, u16) {
    (subject >> BITS, u16::try_from(subject & LOW).unwrap_or_default())
}

fn encode(numbers: &[u16]) -> Vec<u8> {
    let mut out = Vec::with_capacity(numbers.len() + 8);
    let mut last = 0;
    for &number in numbers {
        codec::push(&mut out, u64::from(number.saturating_sub(last)));
        last = number;
    }
    if out.len() < BITMAP {
        return out;
    }
    let mut bits = vec![0_u8; BITMAP];
    for &number in numbers {
        if let Some(byte) = bits.get_mut(usize::from(number >> 3)) {
            *byte |= 1 << (number & 7);
        }
    }
    bits
}

fn decode(mut bytes: &[u8], out: &mut Vec<u16>) -> Result<(), Failed> {
    if bytes.len() == BITMAP {
        for (at, byte) in (0_u16..).zip(bytes) {
            let mut left = *byte;
            while left != 0 {
                // At most seven zeros are before a one of eight bits.
                out.push(at * 8 + left.trailing_zeros() as u16);
                left &= left - 1;
            }
        }
        return Ok(());
    }
    let mut last = 0_u64;
    while !bytes.is_empty() {
        last = last.saturating_add(codec::pull(&mut bytes)?);
        let number = u16::try_from(last).ok().filter(|number| i64::from(*number) <= LOW);
        out.push(number.ok_or(Failed::Damaged("a list of images has an impossible number"))?);
    }
    Ok(())
}

/// Notes that an image has some packages, or has them no longer.
pub(super) fn note(
    conn: &Connection,
    subject: i64,
    coordinates: impl IntoIterator<Item = i64>,
    has: bool,
) -> Result<(), Failed> {
    let (chunk, number) = split(subject);
    let mut select = conn.prepare_cached("SELECT images FROM holder WHERE chunk = ?1 AND coordinate = ?2")?;
    let mut put = conn.prepare_cached(
        "INSERT INTO holder(chunk, coordinate, images) VALUES(?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET images = ?3",
    )?;
    let mut remove = conn.prepare_cached("DELETE FROM holder WHERE chunk = ?1 AND coordinate = ?2")?;
    let mut numbers: Vec<u16> = Vec::new();
    for coordinate in coordinates {
        numbers.clear();
        let mut rows = select.query([chunk, coordinate])?;
        if let Some(row) = rows.next()? {
            decode(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?, &mut numbers)?;
        }
        drop(rows);
        match (numbers.binary_search(&number), has) {
            (Ok(_), true) | (Err(_), false) => continue,
            (Err(at), true) => numbers.insert(at, number),
            (Ok(at), false) => drop(numbers.remove(at)),
        }
        if numbers.is_empty() {
            remove.execute([chunk, coordinate])?;
        } else {
            put.execute(params![chunk, coordinate, encode(&numbers)])?;
        }
    }
    Ok(())
}

/// Writes all lists anew, from the inventory that each image is counted for; `coordinates` appends what that has.
pub(super) fn build(
    conn: &Connection,
    mut coordinates: impl FnMut(i64, &mut Vec<i64>) -> Result<(), Failed>,
) -> Result<(), Failed> {
    conn.execute("DELETE FROM holder", [])?;
    let mut lists: BTreeMap<i64, Vec<u16>> = BTreeMap::new();
    let mut put = conn.prepare("INSERT INTO holder(chunk, coordinate, images) VALUES(?1, ?2, ?3)")?;
    let mut write = |chunk: i64, lists: &mut BTreeMap<i64, Vec<u16>>| -> Result<(), Failed> {
        for (coordinate, numbers) in std::mem::take(lists) {
            put.execute(params![chunk, coordinate, encode(&numbers)])?;
        }
        Ok(())
    };
    let mut select = conn.prepare("SELECT id, counted FROM subject WHERE counted <> 0 ORDER BY id")?;
    let mut rows = select.query([])?;
    let (mut current, mut has) = (0, Vec::new());
    while let Some(row) = rows.next()? {
        let (chunk, number) = split(row.get(0)?);
        if chunk != current {
            write(current, &mut lists)?;
            current = chunk;
        }
        has.clear();
        coordinates(row.get(1)?, &mut has)?;
        for &coordinate in &has {
            lists.entry(coordinate).or_default().push(number);
        }
    }
    write(current, &mut lists)
}

/// What comes next.
pub(super) enum Next {
    /// This image.
    Image(i64),
    /// None up to this number, and it was looked for long enough.
    Later(i64),
    /// None.
    End,
}

/// The images that have any of some packages, in their order.
pub(super) struct Held<'a> {
    conn: &'a Connection,
    coordinates: Vec<i64>,
    lists: Lists,
    after: i64,
    ahead: VecDeque<i64>,
    looks: usize,
}

enum Lists {
    /// These, by their chunks.
    Found(VecDeque<(i64, Vec<i64>)>),
    /// Whatever there is from a chunk on until before another.
    From(i64, i64),
}

impl<'a> Held<'a> {
    pub(super) fn after(
        conn: &'a Connection,
        coordinates: &HashSet<i64>,
        after: i64,
    ) -> Result<Self, Failed> {
        let mut coordinates: Vec<i64> = coordinates.iter().copied().collect();
        coordinates.sort_unstable();
        let first = after.saturating_add(1) >> BITS;
        let mut select = conn.prepare_cached(
            "SELECT chunk FROM holder INDEXED BY holder_coordinate WHERE coordinate = ?1 AND chunk >= ?2",
        )?;
        let (mut found, mut count) = (BTreeMap::<i64, Vec<i64>>::new(), 0);
        'all: for &coordinate in &coordinates {
            let mut rows = select.query([coordinate, first])?;
            while let Some(row) = rows.next()? {
                count += 1;
                if count > LISTS {
                    break 'all;
                }
                found.entry(row.get(0)?).or_default().push(coordinate);
            }
        }
        let lists = if count <= LISTS {
            Lists::Found(found.into_iter().collect())
        } else {
            let last: Option<i64> = conn.query_row("SELECT max(id) FROM subject", [], |row| row.get(0))?;
            Lists::From(first, (last.unwrap_or_default() >> BITS) + 1)
        };
        Ok(Self { conn, coordinates, lists, after, ahead: VecDeque::new(), looks: 0 })
    }

    pub(super) fn next(&mut self) -> Result<Next, Failed> {
        loop {
            if let Some(image) = self.ahead.pop_front() {
                return Ok(Next::Image(image));
            }
            let (chunk, coordinates) = match &mut self.lists {
                Lists::Found(lists) => match lists.pop_front() {
                    Some(list) => list,
                    None => return Ok(Next::End),
                },
                Lists::From(next, end) if *next < *end => {
                    if self.looks >= LOOKS {
                        return Ok(Next::Later((*next << BITS) - 1));
                    }
                    self.looks += self.coordinates.len();
                    *next += 1;
                    (*next - 1, self.coordinates.clone())
                }
                Lists::From(..) => return Ok(Next::End),
            };
            self.load(chunk, &coordinates)?;
        }
    }

    fn load(&mut self, chunk: i64, coordinates: &[i64]) -> Result<(), Failed> {
        let mut select =
            self.conn.prepare_cached("SELECT images FROM holder WHERE chunk = ?1 AND coordinate = ?2")?;
        let mut numbers = Vec::new();
        for &coordinate in coordinates {
            let bytes: Option<Vec<u8>> =
                select.query_row([chunk, coordinate], |row| row.get(0)).optional()?;
            decode(bytes.as_deref().unwrap_or_default(), &mut numbers)?;
        }
        numbers.sort_unstable();
        numbers.dedup();
        let images = numbers.into_iter().map(|number| (chunk << BITS) | i64::from(number));
        self.ahead.extend(images.filter(|image| *image > self.after));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_back_and_are_no_longer_than_bits() {
        for step in [1_usize, 2, 3, 7, 8, 9, 127, 128, 200, 1023] {
            for first in [0_u16, 1, 500, 1023] {
                let numbers: Vec<u16> = (first..1024).step_by(step).collect();
                let bytes = encode(&numbers);
                assert!(bytes.len() <= BITMAP);
                let mut back = Vec::new();
                decode(&bytes, &mut back).unwrap();
                assert_eq!(back, numbers);
            }
        }
        assert!(decode(&[0xff, 0x7f], &mut Vec::new()).is_err());
        assert!(decode(&[0x80], &mut Vec::new()).is_err());
    }
}

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use plimsoll_core::NameKind;
use plimsoll_matcher::Record;

use super::kept::{Kept, Shelf};
use super::layout::hash;
use super::marks::Marks;
use crate::codec::{self, Damaged, Reader};
use crate::span::Span;

/// Everything of one ecosystem.
pub(super) struct Segment {
    bytes: Vec<u8>,
    streams: HashMap<String, u32>,
    slots: Table,
    entries: Table,
    records: Table,
    /// Where what the tables point at begins.
    body: usize,
    /// Groups of entries that were decoded, with their records.
    kept: Kept,
}

/// Numbers of four bytes, in the segment's bytes.
#[derive(Clone, Copy)]
struct Table {
    start: usize,
    len: usize,
}

impl Segment {
    pub(super) fn read(bytes: Vec<u8>) -> Result<Self, Damaged> {
        let mut reader = Reader::new(&bytes);
        let names = reader.list(Reader::owned)?;
        let slots = reader.number()?;
        let entries = reader.number()?;
        let records = reader.number()?;
        let start = bytes.len() - reader.left();
        let mut at = start;
        let mut table = |len: usize| {
            let table = Table { start: at, len };
            at = len
                .checked_mul(4)
                .and_then(|size| at.checked_add(size))
                .filter(|&end| end <= bytes.len())
                .ok_or(Damaged)?;
            Ok(table)
        };
        let (slots, entries, records) = (table(slots)?, table(entries)?, table(records)?);
        if slots.len == 0 || !slots.len.is_power_of_two() {
            return Err(Damaged);
        }
        let body = at;
        let streams = (0u32..).zip(names).map(|(index, name)| (name, index)).collect();
        Ok(Self { streams, slots, entries, records, body, bytes, kept: Kept::new(entries.len) })
    }

    /// The number of a stream, where any record is of it.
    pub(super) fn stream(&self, stream: &str) -> Option<u32> {
        self.streams.get(stream).copied()
    }

    /// What is decoded already.
    pub(super) fn shelf(&self) -> Arc<Shelf> {
        self.kept.shelf()
    }

    /// Shows what is known by a name, whatever the version, and was not shown before.
    pub(super) fn named(
        &self,
        name: &str,
        shown: &mut HashSet<u32>,
        hit: &mut dyn FnMut(&Arc<Record>),
    ) -> Result<(), Damaged> {
        let Some(mut spans) = self.find(0, 0, name)? else { return Ok(()) };
        let shelf = self.shelf();
        for _ in 0..spans.number()? {
            let (_, _, entry) = (spans.blob()?, spans.blob()?, spans.index()?);
            if shown.insert(entry) {
                self.show(entry, &shelf, hit)?;
            }
        }
        Ok(())
    }

    /// Shows what may affect the version of this key, or, without one, everything that speaks of the name.
    pub(super) fn walk(
        &self,
        (stream, kind, name): (u32, u8, &str),
        key: Option<&[u8]>,
        shelf: &Shelf,
        hit: &mut dyn FnMut(&Arc<Record>),
    ) -> Result<(), Damaged> {
        let Some(mut spans) = self.find(stream, kind, name)? else { return Ok(()) };
        let mut shown = Marks::new(self.entries.len);
        for _ in 0..spans.number()? {
            let (lo, hi, entry) = (spans.blob()?, spans.blob()?, spans.index()?);
            if let Some(key) = key {
                // The spans are in the order of their beginnings.
                if lo > key {
                    break;
                }
                if hi <= key {
                    continue;
                }
            }
            // Several spans of one entry may hold the version.
            if shown.insert(entry) {
                self.show(entry, shelf, hit)?;
            }
        }
        Ok(())
    }

    /// Shows a group of entries with its record.
    fn show(&self, index: u32, shelf: &Shelf, hit: &mut dyn FnMut(&Arc<Record>)) -> Result<(), Damaged> {
        if let Some(kept) = shelf.get(index) {
            hit(kept);
            return Ok(());
        }
        let mut entry = self.at(self.entries, index)?;
        let start = entry.left();
        let record = entry.index()?;
        let mut head = self.at(self.records, record)?;
        let begin = head.left();
        let mut advisory = head.head()?;
        advisory.affected = entry.entries()?;
        let size = start.saturating_sub(entry.left()).saturating_add(begin.saturating_sub(head.left()));
        let record = Arc::new(Record::new(advisory));
        self.kept.keep(shelf, index, &record, size);
        hit(&record);
        Ok(())
    }

    /// The intervals of a name.
    fn find(&self, stream: u32, kind: u8, name: &str) -> Result<Option<Reader<'_>>, Damaged> {
        let mask = self.slots.len - 1;
        let mut slot =
            usize::try_from(hash(stream, kind, name) & u64::from(u32::MAX)).map_err(|_| Damaged)? & mask;
        for _ in 0..self.slots.len {
            let offset = self.number(self.slots, slot)?;
            if offset == 0 {
                return Ok(None);
            }
            let mut posting = self.body(offset - 1)?;
            if posting.index()? == stream && posting.byte()? == kind && posting.text()? == name {
                return Ok(Some(posting));
            }
            slot = (slot + 1) & mask;
        }
        Ok(None)
    }

    fn at(&self, table: Table, index: u32) -> Result<Reader<'_>, Damaged> {
        let index = usize::try_from(index).map_err(|_| Damaged)?;
        self.body(self.number(table, index)?)
    }

    fn body(&self, offset: u32) -> Result<Reader<'_>, Damaged> {
        let offset = usize::try_from(offset).map_err(|_| Damaged)?;
        let start = self.body.checked_add(offset).ok_or(Damaged)?;
        self.bytes.get(start..).map(Reader::new).ok_or(Damaged)
    }

    fn number(&self, table: Table, index: usize) -> Result<u32, Damaged> {
        if index >= table.len {
            return Err(Damaged);
        }
        let start = index.checked_mul(4).and_then(|at| at.checked_add(table.start)).ok_or(Damaged)?;
        let bytes = self.bytes.get(start..).and_then(|bytes| bytes.first_chunk()).ok_or(Damaged)?;
        Ok(u32::from_le_bytes(*bytes))
    }
}

pub(super) fn kind(kind: NameKind) -> u8 {
    match kind {
        NameKind::Binary => 0,
        NameKind::Source => 1,
    }
}

/// A segment being built.
#[derive(Default)]
pub(super) struct Builder {
    streams: Vec<String>,
    postings: std::collections::BTreeMap<(u32, u8, String), Vec<(Span, u32)>>,
    entries: Vec<u32>,
    records: Vec<u32>,
    body: Vec<u8>,
}

/// A segment that four bytes can't address.
pub(super) struct TooLarge;

impl Builder {
    /// Adds a record, by which [`entry`](Self::entry) refers to it.
    pub(super) fn record(&mut self, head: &[u8]) -> Result<u32, TooLarge> {
        self.records.push(offset(&self.body)?);
        self.body.extend_from_slice(head);
        index(self.records.len())
    }

    /// Adds a group of entries of a record.
    pub(super) fn entry(&mut self, record: u32, body: &[u8]) -> Result<u32, TooLarge> {
        self.entries.push(offset(&self.body)?);
        codec::write_number(&mut self.body, usize::try_from(record).map_err(|_| TooLarge)?);
        self.body.extend_from_slice(body);
        index(self.entries.len())
    }

    /// Adds an interval of a name.
    pub(super) fn span(
        &mut self,
        stream: &str,
        kind: u8,
        name: &str,
        span: Span,
        entry: u32,
    ) -> Result<(), TooLarge> {
        let stream = match self.streams.iter().rposition(|known| known == stream) {
            Some(known) => u32::try_from(known).map_err(|_| TooLarge)?,
            None => {
                self.streams.push(stream.to_owned());
                index(self.streams.len())?
            }
        };
        match self.postings.get_mut(&(stream, kind, name.to_owned())) {
            Some(spans) => spans.push((span, entry)),
            None => {
                self.postings.insert((stream, kind, name.to_owned()), vec![(span, entry)]);
            }
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Vec<u8>, TooLarge> {
        // At most half full, so that a probe seldom goes on.
        let len = self.postings.len().saturating_mul(2).next_power_of_two().max(2);
        let mut slots = vec![0u32; len];
        for ((stream, kind, name), mut spans) in std::mem::take(&mut self.postings) {
            let mut slot =
                usize::try_from(hash(stream, kind, &name) & u64::from(u32::MAX)).map_err(|_| TooLarge)?;
            while let Some(taken) = slots.get_mut(slot & (len - 1)) {
                if *taken == 0 {
                    *taken = offset(&self.body)?.checked_add(1).ok_or(TooLarge)?;
                    break;
                }
                slot += 1;
            }
            spans.sort_unstable();
            spans.dedup();
            codec::write_number(&mut self.body, usize::try_from(stream).map_err(|_| TooLarge)?);
            self.body.push(kind);
            codec::write_blob(&mut self.body, name.as_bytes());
            codec::write_number(&mut self.body, spans.len());
            for (Span { lo, hi }, entry) in spans {
                codec::write_blob(&mut self.body, &lo);
                codec::write_blob(&mut self.body, &hi);
                codec::write_number(&mut self.body, usize::try_from(entry).map_err(|_| TooLarge)?);
            }
        }
        let mut bytes = Vec::new();
        codec::write_number(&mut bytes, self.streams.len());
        self.streams.iter().for_each(|stream| codec::write_blob(&mut bytes, stream.as_bytes()));
        for table in [slots.len(), self.entries.len(), self.records.len()] {
            codec::write_number(&mut bytes, table);
        }
        for number in slots.iter().chain(&self.entries).chain(&self.records) {
            bytes.extend(number.to_le_bytes());
        }
        bytes.append(&mut self.body);
        Ok(bytes)
    }
}

fn offset(body: &[u8]) -> Result<u32, TooLarge> {
    u32::try_from(body.len()).map_err(|_| TooLarge)
}

/// The index of what was added last.
fn index(len: usize) -> Result<u32, TooLarge> {
    u32::try_from(len.saturating_sub(1)).map_err(|_| TooLarge)
}

//! Single entries of a layer, shown once more: files that turned out to matter after their layer had gone by.

use std::sync::Arc;

use plimsoll_core::{Content, Diagnostic, Entry, EntryKind, LayerVisitor, Take};

use super::packed::Passing;
use super::{Blobs, How, unreadable};
use crate::layer::{Reading, read_archive};
use crate::manifest::Store;
use crate::toc::TocStream;
use crate::{Error, Layer};

impl Blobs<'_> {
    /// Shows single entries of a layer again.
    pub(crate) fn reread<V: LayerVisitor + Send>(
        &self,
        layer: &Layer,
        again: Again<'_, V>,
    ) -> Result<Vec<Diagnostic>, Error> {
        let last = again.last();
        if let Store::Packed(packed) = self.store {
            let Some((offset, size)) =
                self.keys.get(layer.index as usize).and_then(|key| self.store.place(key))
            else {
                return Ok(Vec::new());
            };
            let mut again = Some(again);
            let mut diagnostics = Vec::new();
            packed.read_members(
                &std::iter::once(offset).collect(),
                self.image.limits(),
                self.observer,
                &mut |_, _, stream| {
                    let mut left = size;
                    let blob = Box::new(Passing { stream, left: &mut left, size });
                    if let Some(again) = again.take() {
                        let how = How { verify: false, last, pool: None };
                        diagnostics = self.read_open(layer, blob, again, &how)?.diagnostics;
                    }
                    Ok(size - left)
                },
            )?;
            return Ok(diagnostics);
        }
        // The numbers of the entries are those of the table where it was read by that, and only there.
        let table = self.tables.get(layer.index as usize).and_then(Option::as_ref);
        if let Some(Ok(toc)) = table.and_then(|table| table.read.get())
            && let Some(part) = self.part(layer)
        {
            let mut stream = TocStream::new(part, Arc::clone(toc), self.image.limits());
            let mut again = again;
            let reading =
                Reading { to_the_end: false, last, ..self.image.reading(self.observer, self.memory) };
            let (pass, result) = read_archive(&mut stream, &mut again, layer.index, &reading);
            return Ok(self.result(layer, pass, result, again, None)?.diagnostics);
        }
        let Some(blob) = self.open(layer)?.filter(|_| unreadable(layer).is_none()) else {
            return Ok(Vec::new());
        };
        let how = How { verify: false, last, pool: None };
        Ok(self.read_open(layer, blob, again, &how)?.diagnostics)
    }
}

/// A visitor that is shown single entries only, each under a path of the caller's.
pub(crate) struct Again<'a, V> {
    wanted: &'a [(u32, &'a [u8])],
    visitor: &'a mut V,
}

impl<'a, V> Again<'a, V> {
    /// `wanted` is in order of the ordinals, each of which is there once.
    pub(crate) fn new(wanted: &'a [(u32, &'a [u8])], visitor: &'a mut V) -> Self {
        Self { wanted, visitor }
    }

    fn last(&self) -> Option<u32> {
        self.wanted.last().map(|(ordinal, _)| *ordinal)
    }

    fn path(&self, entry: &Entry<'_>) -> Option<&'a [u8]> {
        let at = self.wanted.binary_search_by_key(&entry.ordinal, |(ordinal, _)| *ordinal).ok()?;
        self.wanted.get(at).map(|(_, path)| *path)
    }
}

impl<V: LayerVisitor> LayerVisitor for Again<'_, V> {
    fn entry(&mut self, entry: &Entry<'_>) -> Take {
        match self.path(entry) {
            Some(path) if entry.kind == EntryKind::File => self.visitor.entry(&Entry { path, ..*entry }),
            _ => Take::Skip,
        }
    }

    fn peeked(&mut self, entry: &Entry<'_>, head: &[u8]) -> Take {
        self.path(entry).map_or(Take::Skip, |path| self.visitor.peeked(&Entry { path, ..*entry }, head))
    }

    fn content(&mut self, entry: &Entry<'_>, content: Content<'_>) {
        if let Some(path) = self.path(entry) {
            self.visitor.content(&Entry { path, ..*entry }, content);
        }
    }
}

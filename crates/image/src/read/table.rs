//! Layers with a table of contents, of which only what is asked for is fetched.

use std::sync::Arc;

use plimsoll_core::{Diagnostic, DiagnosticKind, LayerVisitor};

use super::Blobs;
use crate::layer::{LayerRead, Reading, read_archive};
use crate::manifest::Store;
use crate::toc::{Part, Table, Toc, TocStream, Useless};
use crate::{Error, Layer};

impl Blobs<'_> {
    /// The layer by its table of contents, where it has one that is of use. It is read once.
    pub(super) fn table<'l>(&'l self, layer: &'l Layer) -> Option<TocStream<'l>> {
        let table = self.tables.get(layer.index as usize)?.as_ref()?;
        let read = table.read.get_or_init(|| self.read_table(layer, table));
        let (Ok(toc), Some(part)) = (read, self.part(layer)) else { return None };
        Some(TocStream::new(part, Arc::clone(toc), self.image.limits()))
    }

    /// The blob of a layer, where parts of it can be had.
    pub(super) fn part<'l>(&'l self, layer: &'l Layer) -> Option<Part<'l>> {
        let Store::Custom(source) = self.store else { return None };
        Some(Part { source: &**source, digest: layer.digest.as_ref()?, size: layer.size? })
    }

    fn read_table(&self, layer: &Layer, table: &Table) -> Result<Arc<Toc>, String> {
        let part = self.part(layer).ok_or_else(|| Useless::NoParts.to_string())?;
        Toc::read(&part, &table.hint, self.image.limits())
            .map(Arc::new)
            .map_err(|useless| useless.to_string())
    }

    /// Reads a layer by its table of contents: only what the visitor asks for is fetched.
    pub(super) fn read_by_table<V: LayerVisitor>(
        &self,
        layer: &Layer,
        mut stream: TocStream<'_>,
        mut visitor: V,
    ) -> Result<LayerRead<V>, Error> {
        visitor.random_access();
        let reading = Reading { to_the_end: false, ..self.image.reading(self.observer, self.memory) };
        let (pass, result) = read_archive(&mut stream, &mut visitor, layer.index, &reading);
        let mut read = self.result(layer, pass, result, visitor, None)?;
        let message = format!(
            "the layer was read by its table of contents: {} of its {} bytes were fetched for files",
            stream.fetched(),
            layer.size.unwrap_or(0)
        );
        read.diagnostics.push(Diagnostic::new(DiagnosticKind::Note, message).in_layer(layer.index));
        // The layer as a whole was not checked, so what was found is not to be believed of its diff id.
        read.complete = false;
        Ok(read)
    }
}

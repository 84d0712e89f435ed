use plimsoll_core::{Diagnostic, DiagnosticKind, ImagePath, Limits, Observer};
use plimsoll_image::{Image, LayerEntries, Tree};
use plimsoll_inventory::{Catalogers, Inventory, LayerFacts};
use plimsoll_report::Unidentified;

use crate::Error;

/// An inventory with what went wrong while the image was read for it.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// The inventory.
    pub inventory: Inventory,
    /// What was wrong in the image's manifests, layers and names. What was wrong in the files that name packages is
    /// in the inventory.
    pub diagnostics: Vec<Diagnostic>,
}

impl Taken {
    /// Everything that was wrong.
    pub fn all_diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().chain(&self.inventory.diagnostics)
    }

    /// What may be software and nothing identified, as reports say it.
    pub fn unidentified(&self) -> Unidentified {
        let found = &self.inventory.unidentified;
        Unidentified {
            executables: found.executables,
            archives: found.archives,
            paths: found.paths.iter().map(ImagePath::to_text).collect(),
        }
    }

    /// The first thing because of which something may be missing.
    pub fn partial(&self) -> Option<&Diagnostic> {
        self.all_diagnostics().find(|diagnostic| matters(diagnostic.kind))
    }
}

/// Whether packages may be missing because of a diagnostic of that kind. A version that can't be compared is a
/// coverage gap of its package and takes nothing else from the result.
pub(crate) fn matters(kind: DiagnosticKind) -> bool {
    kind.is_partial() && kind != DiagnosticKind::UnparsedVersion
}

/// Joins the reader of images and the catalogers: reads every layer once, merges what is visible, and takes the
/// inventory of that.
///
/// # Errors
/// The image can't be read: see [`plimsoll_image::Error`].
pub fn take_inventory(
    image: &Image,
    catalogers: &Catalogers,
    limits: &Limits,
    observer: &dyn Observer,
) -> Result<Taken, Error> {
    let info = image.info();
    let mut diagnostics = info.diagnostics.clone();
    let reads = image.read(&|_| true, &|_| catalogers.visitor(limits), observer)?;
    let mut entries: Vec<Option<LayerEntries>> = Vec::with_capacity(reads.len());
    let mut facts: Vec<Option<LayerFacts>> = Vec::with_capacity(reads.len());
    for read in reads {
        let Some(read) = read else {
            entries.push(None);
            facts.push(None);
            continue;
        };
        diagnostics.extend(read.diagnostics);
        entries.push(Some(read.entries));
        facts.push(Some(read.visitor.finish()));
    }
    let empty = (LayerEntries::default(), LayerFacts::default());
    // A layer that is there twice was read once.
    let source = |index: usize| {
        let earlier = info.layers.get(index).and_then(|layer| layer.same_as);
        earlier.and_then(|earlier| usize::try_from(earlier).ok()).unwrap_or(index)
    };
    let at = 0..info.layers.len();
    let layer_entries: Vec<&LayerEntries> = at
        .clone()
        .map(|index| entries.get(source(index)).and_then(Option::as_ref).unwrap_or(&empty.0))
        .collect();
    let layer_facts: Vec<&LayerFacts> =
        at.map(|index| facts.get(source(index)).and_then(Option::as_ref).unwrap_or(&empty.1)).collect();

    let (tree, wrong) = Tree::merge(&layer_entries, limits);
    diagnostics.extend(wrong);
    let wanted = catalogers.missing(&tree, &layer_facts);
    let mut reread = Vec::new();
    for layer in wanted.chunk_by(|a, b| a.layer == b.layer) {
        let Some(index) = layer.first().map(|wanted| wanted.layer) else { continue };
        let mut visitor = catalogers.rereader(index, layer, limits);
        let entries: Vec<(u32, &[u8])> = layer.iter().map(|w| (w.ordinal, w.path.as_bytes())).collect();
        diagnostics.extend(image.reread(index, &entries, &mut visitor, observer)?);
        reread.push((index, visitor.finish()));
    }
    let layers: Vec<_> = info.layers.iter().map(plimsoll_image::Layer::reference).collect();
    let inventory = catalogers.merge(&tree, &layer_facts, &reread, &layers);
    Ok(Taken { inventory, diagnostics })
}

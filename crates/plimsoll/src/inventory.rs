use plimsoll_core::{Diagnostic, DiagnosticKind, ImagePath, Limits, Observer};
use plimsoll_image::{Image, LayerCache, LayerEntries, Tree};
use plimsoll_inventory::{Catalogers, Inventory, LayerFacts};
use plimsoll_report::Unidentified;

use crate::Error;
use crate::kept::{Kept, Known};

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
            sha1: found.unnamed.iter().map(|it| (it.path.to_text(), it.sha1.clone())).collect(),
        }
    }

    /// Everything because of which something may be missing.
    pub fn gaps(&self) -> impl Iterator<Item = &Diagnostic> {
        self.all_diagnostics().filter(|diagnostic| matters(diagnostic.kind))
    }

    /// The first thing because of which something may be missing.
    pub fn partial(&self) -> Option<&Diagnostic> {
        self.gaps().next()
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
    take_inventory_with(image, catalogers, limits, None, observer)
}

/// [`take_inventory`], and layers that are known to the cache are not read.
///
/// # Errors
/// The image can't be read: see [`plimsoll_image::Error`].
pub fn take_inventory_with(
    image: &Image,
    catalogers: &Catalogers,
    limits: &Limits,
    cache: Option<&dyn LayerCache>,
    observer: &dyn Observer,
) -> Result<Taken, Error> {
    let info = image.info();
    let mut diagnostics = info.diagnostics.clone();
    let kept = Kept::new(image, catalogers, limits, cache);
    if let Some((inventory, known)) = kept.image(image) {
        diagnostics.extend(known);
        return Ok(Taken { inventory, diagnostics });
    }
    let before = diagnostics.len();
    let mut layers: Vec<Option<Known>> = info.layers.iter().map(|layer| kept.layer(layer)).collect();
    let unknown: Vec<bool> = layers.iter().map(Option::is_none).collect();
    let want = |index: u32| usize::try_from(index).is_ok_and(|index| unknown.get(index) == Some(&true));
    let reads = image.read(&want, &|_| catalogers.visitor(limits), observer)?;
    for ((place, layer), read) in layers.iter_mut().zip(&info.layers).zip(reads) {
        if let Some(read) = read {
            *place = Some(kept.keep(layer, read));
        }
    }
    diagnostics.extend(layers.iter().flatten().flat_map(|known| known.diagnostics.iter().cloned()));
    let empty = Known::default();
    // A layer that is there twice was read once.
    let known: Vec<&Known> = (0..info.layers.len())
        .map(|index| {
            let earlier = info.layers.get(index).and_then(|layer| layer.same_as);
            let index = earlier.and_then(|earlier| usize::try_from(earlier).ok()).unwrap_or(index);
            layers.get(index).and_then(Option::as_ref).unwrap_or(&empty)
        })
        .collect();
    let layer_entries: Vec<&LayerEntries> = known.iter().map(|known| &known.entries).collect();
    let layer_facts: Vec<&LayerFacts> = known.iter().map(|known| &known.facts).collect();

    let (tree, wrong) = Tree::merge(&layer_entries, limits);
    diagnostics.extend(wrong);
    let wanted = catalogers.missing(&tree, &layer_facts);
    let mut reread = Vec::new();
    for layer in wanted.chunk_by(|a, b| a.layer == b.layer) {
        let Some(index) = layer.first().map(|wanted| wanted.layer) else { continue };
        let at = usize::try_from(index).ok();
        let whole = at.and_then(|at| known.get(at)).is_some_and(|known| known.whole);
        let which = at.and_then(|at| info.layers.get(at)).filter(|_| whole);
        if let Some(facts) = which.and_then(|which| kept.again(which, layer)) {
            reread.push((index, facts));
            continue;
        }
        let mut visitor = catalogers.rereader(index, layer, limits);
        let entries: Vec<(u32, &[u8])> = layer.iter().map(|w| (w.ordinal, w.path.as_bytes())).collect();
        let wrong = image.reread(index, &entries, &mut visitor, observer)?;
        let facts = visitor.finish();
        if let Some(which) = which.filter(|_| wrong.is_empty()) {
            kept.keep_again(which, layer, &facts);
        }
        diagnostics.extend(wrong);
        reread.push((index, facts));
    }
    let layers: Vec<_> = info.layers.iter().map(plimsoll_image::Layer::reference).collect();
    let inventory = catalogers.merge(&tree, &layer_facts, &reread, &layers);
    let taken = Taken { inventory, diagnostics };
    let whole = known.iter().all(|known| known.whole);
    if whole && taken.partial().is_none() {
        kept.keep_image(image, &taken.inventory, taken.diagnostics.get(before..).unwrap_or_default());
    }
    Ok(taken)
}

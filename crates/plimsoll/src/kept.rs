//! What is known of layers from earlier scans, and kept for later ones.

use std::fmt::Write;
use std::sync::Arc;

use plimsoll_core::{Diagnostic, Limits};
use plimsoll_image::{CachedLayer, Image, Layer, LayerCache, LayerEntries, LayerKey, LayerRead};
use plimsoll_inventory::{Catalogers, Inventory, LayerCatalog, LayerFacts, Wanted, path_hash};

/// What is known of one layer.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) entries: LayerEntries,
    pub(crate) facts: LayerFacts,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Whether the layer was read and checked as a whole, so that its entries have the archive's numbers.
    pub(crate) whole: bool,
}

/// The cache, if there is one, and what a scan's results depend on besides the layer.
pub(crate) struct Kept<'a> {
    cache: Option<&'a dyn LayerCache>,
    reader: String,
}

impl<'a> Kept<'a> {
    pub(crate) fn new(
        image: &Image,
        catalogers: &Catalogers,
        limits: &Limits,
        cache: Option<&'a dyn LayerCache>,
    ) -> Self {
        // What was not verified is nothing to be believed later.
        let cache = cache.filter(|_| image.verifies());
        Self { cache, reader: format!("{} {limits:?}", catalogers.key()) }
    }

    fn key(&self, layer: &Layer) -> Option<(&'a dyn LayerCache, LayerKey)> {
        let diff_id = layer.diff_id.clone()?;
        Some((self.cache?, LayerKey { diff_id, reader: self.reader.clone() }))
    }

    /// The image as a whole: its configuration, and the layers that its manifest makes of it.
    fn image_key(&self, image: &Image) -> Option<(&'a dyn LayerCache, LayerKey)> {
        let diff_id = image.info().config.clone()?;
        let mut reader = format!("image {}", self.reader);
        for layer in &image.info().layers {
            let _ = write!(reader, "\n{}", layer.diff_id.as_ref()?);
        }
        Some((self.cache?, LayerKey { diff_id, reader }))
    }

    /// What is known of the whole image: its layers need not even be put together again.
    pub(crate) fn image(&self, image: &Image) -> Option<(Inventory, Vec<Diagnostic>)> {
        let (cache, key) = self.image_key(image)?;
        let cached = cache.get(&key)?;
        Some((Inventory::from_bytes(&cached.facts)?, cached.diagnostics.clone()))
    }

    /// Keeps what came of the whole image, where nothing is missing from it.
    pub(crate) fn keep_image(&self, image: &Image, inventory: &Inventory, diagnostics: &[Diagnostic]) {
        let Some((cache, key)) = self.image_key(image) else { return };
        if let Some(facts) = inventory.to_bytes() {
            let diagnostics = diagnostics.to_vec();
            cache.put(&key, Arc::new(CachedLayer { facts, diagnostics, ..CachedLayer::default() }));
        }
    }

    /// What is known of a layer.
    pub(crate) fn layer(&self, layer: &Layer) -> Option<Known> {
        let (cache, key) = self.key(layer)?;
        let cached = cache.get(&key)?;
        let facts = LayerFacts::from_bytes(&cached.facts)?;
        let CachedLayer { entries, diagnostics, .. } = Arc::unwrap_or_clone(cached);
        // The layer may have another place in this image.
        let diagnostics =
            diagnostics.into_iter().map(|diagnostic| diagnostic.in_layer(layer.index)).collect();
        Some(Known { entries, facts, diagnostics, whole: true })
    }

    /// Takes what was read of a layer, and keeps it where it is whole.
    pub(crate) fn keep(&self, layer: &Layer, read: LayerRead<LayerCatalog<'_>>) -> Known {
        let known = Known {
            entries: read.entries,
            facts: read.visitor.finish(),
            diagnostics: read.diagnostics,
            whole: read.complete,
        };
        if let Some((cache, key)) = self.key(layer).filter(|_| read.complete) {
            let facts = known.facts.to_bytes();
            let (entries, diagnostics) = (known.entries.clone(), known.diagnostics.clone());
            cache.put(&key, Arc::new(CachedLayer { entries, facts, diagnostics }));
        }
        known
    }

    fn again_key(&self, layer: &Layer, wanted: &[Wanted]) -> Option<(&'a dyn LayerCache, LayerKey)> {
        let (cache, mut key) = self.key(layer)?;
        for wanted in wanted {
            let _ = write!(key.reader, "\n{} {:?}", wanted.ordinal, wanted.path);
            if let Some(journal) = &wanted.journal {
                let _ = write!(key.reader, " {:x}", path_hash(journal.as_bytes()));
            }
        }
        Some((cache, key))
    }

    /// What is known of single entries of a layer that were looked at again.
    pub(crate) fn again(&self, layer: &Layer, wanted: &[Wanted]) -> Option<LayerFacts> {
        let (cache, key) = self.again_key(layer, wanted)?;
        LayerFacts::from_bytes(&cache.get(&key)?.facts)
    }

    pub(crate) fn keep_again(&self, layer: &Layer, wanted: &[Wanted], facts: &LayerFacts) {
        if let Some((cache, key)) = self.again_key(layer, wanted) {
            cache.put(&key, Arc::new(CachedLayer { facts: facts.to_bytes(), ..CachedLayer::default() }));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Mutex;

    use plimsoll_core::{Observer, Progress};
    use plimsoll_image::{FolderCache, MemoryCache, OpenOptions};
    use plimsoll_testkit::dpkg::{self, DebPackage};
    use plimsoll_testkit::node::NodePackage;
    use plimsoll_testkit::{ImageBuilder, TarBuilder};

    use super::*;
    use crate::{Taken, take_inventory_with};

    /// Notes which layers are read.
    #[derive(Default)]
    struct Reads(Mutex<BTreeSet<u32>>);

    impl Observer for Reads {
        fn progress(&self, progress: Progress<'_>) {
            if let Progress::Layer { index, .. } = progress {
                self.0.lock().unwrap().insert(index);
            }
        }
    }

    fn base() -> [TarBuilder; 2] {
        let packages = [DebPackage::new("bash", "5.2.15-2")];
        let debian = TarBuilder::new()
            .file("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n")
            .file("var/lib/dpkg/status", dpkg::status(&packages));
        // A link whose content came first under a name of no interest.
        let (path, content) = NodePackage::new("left-pad", "1.3.0").files("app").swap_remove(0);
        let store = TarBuilder::new().file("store/blob", content).hardlink(path, "store/blob");
        [debian, store]
    }

    fn take(image: ImageBuilder, verify: bool, cache: &dyn LayerCache) -> (Taken, Vec<u32>) {
        let folder = tempfile::tempdir().unwrap();
        image.write_oci_layout(folder.path()).unwrap();
        let options = OpenOptions { verify, ..OpenOptions::default() };
        let image = Image::open(folder.path(), &options).unwrap();
        let reads = Reads::default();
        let catalogers = Catalogers::all();
        let taken = take_inventory_with(&image, &catalogers, &options.limits, Some(cache), &reads).unwrap();
        (taken, reads.0.into_inner().unwrap().into_iter().collect())
    }

    #[test]
    fn a_known_layer_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let caches: [Box<dyn LayerCache>; 2] =
            [Box::new(MemoryCache::default()), Box::new(FolderCache::open(folder.path()).unwrap())];
        for cache in caches {
            let one = || ImageBuilder::new().layers(base()).layer(TarBuilder::new().file("srv/a", "a"));
            let (first, read) = take(one(), true, &*cache);
            assert_eq!(read, [0, 1, 2]);
            let names: BTreeSet<&str> =
                first.inventory.precise().map(|package| package.name.as_str()).collect();
            assert_eq!(names, BTreeSet::from(["bash", "left-pad"]));
            let (again, read) = take(one(), true, &*cache);
            assert_eq!(read, [0; 0]);
            assert_eq!(again.inventory.packages, first.inventory.packages);
            // Another image on the same base reads its own layers.
            let other = ImageBuilder::new().layer(TarBuilder::new().file("b", "b")).layers(base());
            let (other, read) = take(other, true, &*cache);
            assert_eq!(read, [0]);
            assert_eq!(
                other.inventory.packages[0].locations[0].layer.as_ref().map(|layer| layer.index),
                Some(1)
            );
        }
    }

    #[test]
    fn what_was_not_verified_is_not_kept() {
        let cache = MemoryCache::default();
        let image = || ImageBuilder::new().layers(base());
        take(image(), false, &cache);
        assert_eq!(take(image(), false, &cache).1.len(), 2);
        assert_eq!(cache.weight(), 0);
        // Nor is what was read in part.
        let broken = plimsoll_testkit::LayerBuilder::from_tar(plimsoll_testkit::hostile::pax_claim(1 << 30));
        let broken = || ImageBuilder::new().layers(base()).layer(broken.clone());
        assert!(take(broken(), true, &cache).0.partial().is_some());
        let (again, read) = take(broken(), true, &cache);
        assert_eq!(read, [2]);
        assert!(again.partial().is_some(), "the second scan says so as well");
    }
}

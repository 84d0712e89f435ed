use plimsoll_core::{ImagePath, Limits, MergedView};

use crate::dispatch::Dispatch;
use crate::{Cataloger, Journal, LayerCatalog, LayerFacts, catalogers};

/// The shape of [`LayerFacts`]; raised when stored ones can't be read any more.
const FORMAT: u32 = 3;

/// A set of catalogers, compiled: what reads layers and what merges the results.
///
/// ```
/// use plimsoll_core::{Content, Entry, EntryKind, LayerVisitor, Limits, Take};
/// let catalogers = plimsoll_inventory::Catalogers::all();
/// let mut visitor = catalogers.visitor(&Limits::default());
/// // A layer reader does this for every entry of a layer.
/// let status = b"Package: bash\nStatus: install ok installed\nVersion: 5.2.15-2\n";
/// let entry = Entry {
///     ordinal: 0,
///     path: b"var/lib/dpkg/status",
///     kind: EntryKind::File,
///     size: 59,
///     mode: 0o644,
/// };
/// if let Take::Whole { .. } = visitor.entry(&entry) {
///     visitor.content(&entry, Content::Whole(status));
/// }
/// assert_eq!(visitor.finish().packages(), 1);
/// ```
pub struct Catalogers {
    pub(crate) list: Vec<Box<dyn Cataloger>>,
    pub(crate) dispatch: Dispatch,
}

/// Content to be read again: a file whose visible name interests a cataloger, and whose content stands in its
/// layer under a name that did not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// The index of the layer that holds the content.
    pub layer: u32,
    /// The entry of that layer.
    pub ordinal: u32,
    /// The visible path, for which the content is wanted.
    pub path: ImagePath,
    /// Changes to it that stand in another file.
    pub journal: Option<Journal>,
}

impl Default for Catalogers {
    fn default() -> Self {
        Self::all()
    }
}

impl std::fmt::Debug for Catalogers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.list.iter().map(|cataloger| cataloger.id())).finish()
    }
}

impl Catalogers {
    /// Every cataloger of this crate.
    pub fn all() -> Self {
        Self::new(catalogers::all())
    }

    /// Any set of catalogers. The order matters only for [`key`](Self::key).
    pub fn new(list: Vec<Box<dyn Cataloger>>) -> Self {
        let dispatch = Dispatch::new(&list);
        Self { list, dispatch }
    }

    /// The catalogers themselves.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Cataloger> {
        self.list.iter().map(AsRef::as_ref)
    }

    /// What a layer's results depend on besides the layer: the catalogers and their revisions. Stored
    /// [`LayerFacts`] are good only where this is the same.
    pub fn key(&self) -> String {
        let mut key = format!("facts:{FORMAT}");
        for cataloger in &self.list {
            key.push_str(&format!(" {}:{}", cataloger.id(), cataloger.revision()));
        }
        key
    }

    /// Reads one layer.
    pub fn visitor(&self, limits: &Limits) -> LayerCatalog<'_> {
        LayerCatalog::new(self, limits)
    }

    /// Reads the layer `layer` again, for what [`missing`](Self::missing) found wanting in it.
    pub fn rereader(&self, layer: u32, wanted: &[Wanted], limits: &Limits) -> LayerCatalog<'_> {
        LayerCatalog::again(self, wanted.iter().filter(|wanted| wanted.layer == layer), limits)
    }

    /// The visible files whose visible names interest a cataloger that has not seen their content: hard links
    /// whose content came first under another name, and the links that an exact path is. Sorted by layer and
    /// ordinal; nearly always empty.
    ///
    /// `facts` are the layers', in order.
    pub fn missing(&self, view: &dyn MergedView, facts: &[&LayerFacts]) -> Vec<Wanted> {
        let mut links: Vec<&[u8]> =
            facts.iter().flat_map(|layer| &layer.links).map(|path| path.as_bytes()).collect();
        links.sort_unstable();
        links.dedup();
        let mut wanted = Vec::new();
        let mut asked = std::collections::HashSet::new();
        let mut hits = Vec::new();
        let mut check = |path: &[u8], file: plimsoll_core::FileRef| {
            hits.clear();
            self.dispatch.hits(path, &mut hits);
            let Some(layer) = usize::try_from(file.layer).ok().and_then(|layer| facts.get(layer)) else {
                return;
            };
            let mut any = false;
            for hit in &hits {
                let unseen = !layer.was_seen(file.ordinal, hit.cataloger);
                any |= unseen && asked.insert((file.layer, file.ordinal, hit.cataloger));
            }
            if any && let Ok(path) = ImagePath::new(path) {
                wanted.push(Wanted { layer: file.layer, ordinal: file.ordinal, path, journal: None });
            }
        };
        if !links.is_empty() {
            view.visit_files(&mut |path, file| {
                if links.binary_search(&path).is_ok() {
                    check(path, file);
                }
            });
        }
        for path in self.dispatch.exact_paths() {
            if let Some(file) = view.resolve(path) {
                check(path, file);
            }
        }
        self.journals(view, facts, &mut wanted);
        wanted.sort_unstable();
        wanted
    }

    /// Adds the visible files to which there are changes beside them.
    fn journals(&self, view: &dyn MergedView, facts: &[&LayerFacts], wanted: &mut Vec<Wanted>) {
        if facts.iter().all(|layer| layer.files.iter().all(|file| file.journal.is_none())) {
            return;
        }
        for path in self.dispatch.exact_paths() {
            let Some(name) = path.iter().rposition(|&b| b == b'-').and_then(|end| path.get(..end)) else {
                continue;
            };
            let (Some(log), Some(file), Ok(path)) =
                (view.resolve(path), view.resolve(name), ImagePath::new(name))
            else {
                continue;
            };
            let layer = usize::try_from(log.layer).ok().and_then(|layer| facts.get(layer));
            let journal =
                layer.and_then(|layer| layer.of(log.ordinal).find_map(|facts| facts.journal.clone()));
            if journal.is_some()
                && wanted.iter().all(|it| (it.layer, it.ordinal) != (file.layer, file.ordinal))
            {
                wanted.push(Wanted { layer: file.layer, ordinal: file.ordinal, path, journal });
            }
        }
    }
}

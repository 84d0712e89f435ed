use std::collections::{HashMap, HashSet};

use plimsoll_core::{Content, Diagnostic, DiagnosticKind, Entry, EntryKind, LayerVisitor, Limits, Take};

use crate::dispatch::{Hit, ends_with_ignore_case};
use crate::facts::{FileFacts, RawPath};
use crate::linked::{self, Kept};
use crate::{Cataloger, Catalogers, File, Journal, LayerFacts, Magic, Sink, Wanted, magic, path_hash, tee};

/// Packages that one layer may give. A layer of ten million entries could give gigabytes of them.
const PACKAGES: usize = 250_000;
/// Owned paths that one layer may give: 64 MiB of hashes.
const OWNED: usize = 8 << 20;
/// Directories of stores that one layer may have.
const CHILDREN: usize = 1 << 20;
/// Hard links of interesting names that one layer may have.
const LINKS: usize = 1 << 20;

/// Names of archives of packaged software. What no cataloger finds anything in is reported as unidentified.
const ARCHIVES: &[&[u8]] =
    &[b".jar", b".war", b".ear", b".par", b".jpi", b".hpi", b".whl", b".egg", b".gem", b".nupkg", b".phar"];

/// Shows a layer's files to the catalogers that want them. Made by [`Catalogers::visitor`].
pub struct LayerCatalog<'a> {
    catalogers: &'a Catalogers,
    limits: Limits,
    facts: LayerFacts,
    /// Who wants the current entry.
    hits: Vec<Hit>,
    /// When a layer is read again: for which names which entries are wanted.
    again: Option<HashMap<u32, Vec<RawPath>>>,
    /// The changes that are read with an entry then.
    journals: HashMap<u32, Journal>,
    /// Whether the current entry is looked at although its name interests nobody.
    guessing: bool,
    /// Whether the current entry may be something that is known by how it begins.
    sniffing: bool,
    /// Whether the beginning of the current entry has been looked at.
    settled: bool,
    linked: Kept,
    /// Where each content is fetched by itself: the paths that packages of this layer own, as far as is known.
    far: Option<HashSet<u64>>,
    /// Hashes of the directories that one of their files has stood for.
    children: HashSet<u64>,
    packages: usize,
    owned: usize,
    /// Diagnostics kept, and those left out.
    diagnostics: usize,
    dropped: usize,
}

impl std::fmt::Debug for LayerCatalog<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LayerCatalog").field("facts", &self.facts).finish_non_exhaustive()
    }
}

impl<'a> LayerCatalog<'a> {
    pub(crate) fn new(catalogers: &'a Catalogers, limits: &Limits) -> Self {
        Self {
            catalogers,
            limits: limits.clone(),
            facts: LayerFacts::default(),
            hits: Vec::new(),
            again: None,
            journals: HashMap::new(),
            guessing: false,
            sniffing: false,
            settled: false,
            linked: Kept::default(),
            far: None,
            children: HashSet::new(),
            packages: 0,
            owned: 0,
            diagnostics: 0,
            dropped: 0,
        }
    }

    pub(crate) fn again<'w>(
        catalogers: &'a Catalogers,
        wanted: impl Iterator<Item = &'w Wanted>,
        limits: &Limits,
    ) -> Self {
        let mut again: HashMap<u32, Vec<RawPath>> = HashMap::new();
        let mut journals = HashMap::new();
        for wanted in wanted {
            journals.extend(wanted.journal.clone().map(|journal| (wanted.ordinal, journal)));
            again.entry(wanted.ordinal).or_default().push(RawPath::new(wanted.path.as_bytes()));
        }
        Self { again: Some(again), journals, ..Self::new(catalogers, limits) }
    }

    /// What was found.
    pub fn finish(mut self) -> LayerFacts {
        if self.facts.links.len() >= LINKS {
            let message = format!("more than {LINKS} hard links in one layer; the rest was not followed");
            self.facts.diagnostics.push(limit(message));
        }
        if self.dropped > 0 {
            let message = format!("{} more diagnostics of this layer are not listed", self.dropped);
            self.facts.diagnostics.push(Diagnostic::new(DiagnosticKind::LimitPassed, message));
        }
        self.facts.sort();
        self.facts
    }

    /// The name under which the catalogers are shown the entry.
    fn shown_path<'p>(&'p self, entry: &'p Entry<'_>) -> &'p [u8] {
        let again = self.again.as_ref().and_then(|again| again.get(&entry.ordinal));
        again.and_then(|paths| paths.first()).map_or(entry.path, RawPath::as_bytes)
    }

    /// Looks up who wants a regular file.
    fn look_up(&mut self, entry: &Entry<'_>) {
        let dispatch = &self.catalogers.dispatch;
        match &self.again {
            Some(again) => {
                for path in again.get(&entry.ordinal).into_iter().flatten() {
                    dispatch.hits(path.as_bytes(), &mut self.hits);
                }
            }
            None => {
                dispatch.hits(entry.path, &mut self.hits);
                if let Some((hit, child)) = dispatch.child(entry.path)
                    && self.children.len() < CHILDREN
                    && self.children.insert(path_hash(child))
                {
                    self.show_child(entry, hit);
                }
                if ARCHIVES.iter().any(|suffix| ends_with_ignore_case(entry.path, suffix)) {
                    self.facts.archives.push(entry.ordinal);
                }
            }
        }
        self.guessing = self.again.is_none()
            && self.hits.is_empty()
            && (1..=linked::MAX).contains(&entry.size)
            // What a link leads to can then be fetched when the link is there.
            && self.far.is_none()
            && self.linked.has_room();
        // Programs that nobody may execute are rare, and no reason to fetch every file.
        let asked = self.far.is_none() || entry.is_executable() || !self.hits.is_empty();
        self.sniffing = self.again.is_none() && entry.size >= magic::SMALLEST && asked;
        self.facts.seen.extend(self.hits.iter().map(|hit| (entry.ordinal, hit.cataloger)));
    }

    /// Shows a file that stands for the whole directory it is in.
    fn show_child(&mut self, entry: &Entry<'_>, hit: Hit) {
        let Some(cataloger) = self.catalogers.list.get(usize::from(hit.cataloger)) else { return };
        let mut sink = Sink::default();
        let file = File { path: entry.path, size: 0, content: Content::Whole(b"") };
        cataloger.parse(file, &mut sink);
        self.absorb(entry, &RawPath::new(entry.path), hit, sink);
    }

    /// The largest file that this interest gets whole.
    fn whole(&self, take: Take) -> Option<u64> {
        match take {
            Take::Whole { max } => Some(max.min(self.limits.file)),
            _ => None,
        }
    }

    /// One answer for all who want the entry. Whoever asked for a stream or a peek gets the same out of a whole
    /// file, so that comes first.
    fn joined(&self, entry: &Entry<'_>, may_peek: bool) -> Take {
        let whole = self.hits.iter().filter_map(|hit| self.whole(hit.take)).max();
        if whole.is_some_and(|max| entry.size <= max) {
            return Take::Whole { max: whole.unwrap_or(0) };
        }
        let peek = self.hits.iter().filter_map(|hit| match hit.take {
            Take::Peek(bytes) => Some(bytes),
            _ => None,
        });
        let sniff = self.sniffing.then_some(magic::HEAD);
        let guess = self.guessing.then_some(linked::HEAD);
        if let Some(bytes) = peek.chain(sniff).chain(guess).max().filter(|_| may_peek) {
            return Take::Peek(bytes);
        }
        match whole {
            _ if self.hits.iter().any(|hit| hit.take == Take::Stream) => Take::Stream,
            // Too large; asking for it lets the reader report it.
            Some(max) => Take::Whole { max },
            None => Take::Skip,
        }
    }

    /// Notes what has to be identified by someone.
    fn count(&mut self, entry: &Entry<'_>, magic: Magic) {
        let list = match magic {
            Magic::Program => &mut self.facts.programs,
            Magic::JavaArchive => &mut self.facts.archives,
        };
        if list.last() != Some(&entry.ordinal) {
            list.push(entry.ordinal);
        }
    }

    /// Asks those who wanted to peek what they want now.
    fn settle(&mut self, entry: &Entry<'_>, head: &[u8]) {
        self.settled = true;
        let mut hits = std::mem::take(&mut self.hits);
        if self.sniffing
            && let Some(magic) = Magic::of(head)
        {
            self.count(entry, magic);
            self.catalogers.dispatch.begins(magic, &mut hits);
        }
        if self.guessing {
            linked::guess(&self.catalogers.dispatch, head, &mut hits);
        }
        let path = self.shown_path(entry);
        hits.retain_mut(|hit| {
            if let Take::Peek(bytes) = hit.take {
                let head = head.get(..usize::from(bytes)).unwrap_or(head);
                let cataloger = self.catalogers.list.get(usize::from(hit.cataloger));
                let path = hit.stand_in.unwrap_or(path);
                hit.take = cataloger.map_or(Take::Skip, |it| it.peeked(path, entry.size, head));
            }
            !matches!(hit.take, Take::Peek(_) | Take::Skip)
        });
        self.hits = hits;
    }

    fn parse(&mut self, entry: &Entry<'_>, content: Content<'_>) {
        let hits = std::mem::take(&mut self.hits);
        let path = RawPath::new(self.shown_path(entry));
        let list = &self.catalogers.list;
        let cataloger = |hit: &Hit| list.get(usize::from(hit.cataloger)).map(AsRef::as_ref);
        let mut sinks: Vec<(Hit, Sink)> = Vec::with_capacity(hits.len());
        match content {
            Content::Whole(bytes) => {
                for hit in hits {
                    let mut sink = Sink::default();
                    let fits = self.whole(hit.take).is_none_or(|max| entry.size <= max);
                    let path = hit.stand_in.unwrap_or(path.as_bytes());
                    let journal = self.journals.get(&entry.ordinal);
                    if let (Some(cataloger), Some(journal)) = (cataloger(&hit), journal) {
                        match cataloger.with_journal(bytes, journal.as_bytes()) {
                            Some(whole) => tee::give(cataloger, path, &whole, false, &mut sink),
                            None => {
                                tee::give(cataloger, path, bytes, false, &mut sink);
                                let message = "the changes in the log beside it are not this file's; they were not read";
                                sink.diagnostics.push(Diagnostic::new(DiagnosticKind::Malformed, message));
                            }
                        }
                    } else if let Some(cataloger) = cataloger(&hit).filter(|_| fits) {
                        tee::give(cataloger, path, bytes, hit.take == Take::Stream, &mut sink);
                    } else {
                        sink.diagnostics.push(too_large(entry));
                    }
                    sinks.push((hit, sink));
                }
            }
            Content::Stream(reader) => {
                let (streamed, rest): (Vec<_>, Vec<_>) =
                    hits.into_iter().partition(|hit| hit.take == Take::Stream);
                sinks.extend(
                    rest.into_iter()
                        .map(|hit| (hit, Sink { diagnostics: vec![too_large(entry)], ..Sink::default() })),
                );
                let readers: Vec<&dyn Cataloger> = streamed.iter().filter_map(cataloger).collect();
                let found = tee::share(&readers, path.as_bytes(), entry.size, reader);
                sinks.extend(streamed.into_iter().zip(found));
            }
        }
        for (hit, sink) in sinks {
            self.absorb(entry, &path, hit, sink);
        }
    }

    /// Whether nobody need look at a program or library of a layer that is far away, because a package owns it: what
    /// is in it would be left out of the precise view.
    fn is_left_to_owner(&self, entry: &Entry<'_>) -> bool {
        let Some(owned) = self.far.as_ref().filter(|_| self.again.is_none()) else { return false };
        let only_peeks = self.hits.iter().all(|hit| matches!(hit.take, Take::Peek(_)));
        // A package from before the directories were merged says /lib for what is in /usr/lib.
        let older = entry.path.strip_prefix(b"usr/").map(path_hash);
        let owned = owned.contains(&path_hash(entry.path)) || older.is_some_and(|hash| owned.contains(&hash));
        only_peeks && owned
    }

    fn absorb(&mut self, entry: &Entry<'_>, path: &RawPath, hit: Hit, mut sink: Sink) {
        let room = PACKAGES.saturating_sub(self.packages);
        if sink.packages.len() > room {
            sink.packages.truncate(room);
            sink.diagnostics.push(limit(format!("more than {PACKAGES} packages in one layer")));
        }
        self.packages += sink.packages.len();
        let room = PACKAGES.saturating_sub(self.packages);
        if sink.hearsay.len() > room {
            sink.hearsay.truncate(room);
            sink.diagnostics.push(limit(format!("more than {PACKAGES} packages in one layer")));
        }
        self.packages += sink.hearsay.len();
        let room = PACKAGES.saturating_sub(self.packages);
        if sink.undecided.len() > room {
            sink.undecided.truncate(room);
            sink.diagnostics.push(limit(format!("more than {PACKAGES} packages in one layer")));
        }
        self.packages += sink.undecided.len();
        let defined = sink.definitions.as_ref().map_or(0, |definitions| definitions.values.len());
        if defined > PACKAGES.saturating_sub(self.packages) {
            sink.definitions = None;
            sink.diagnostics
                .push(limit(format!("more than {PACKAGES} packages and properties in one layer")));
        } else {
            self.packages += defined;
        }
        let mut room = OWNED.saturating_sub(self.owned);
        let mut cut = false;
        for owned in &mut sink.owned {
            cut |= owned.paths.len() > room;
            owned.paths.truncate(room);
            owned.paths.shrink_to_fit();
            room -= owned.paths.len();
            self.owned += owned.paths.len();
        }
        cut |= sink.installed.len() > room;
        sink.installed.truncate(room);
        sink.installed.shrink_to_fit();
        self.owned += sink.installed.len();
        sink.owned.retain(|owned| !owned.paths.is_empty());
        if let Some(far) = &mut self.far {
            far.extend(sink.owned.iter().flat_map(|owned| &owned.paths));
        }
        if cut {
            sink.diagnostics.push(limit(format!("more than {OWNED} owned files in one layer")));
        }
        let room = self.limits.diagnostics.saturating_sub(self.diagnostics);
        self.dropped += sink.diagnostics.len().saturating_sub(room);
        sink.diagnostics.truncate(room);
        self.diagnostics += sink.diagnostics.len();
        let Sink {
            packages,
            distro,
            owned,
            installed,
            origins,
            hearsay,
            unnamed,
            undecided,
            definitions,
            journal,
            diagnostics,
        } = sink;
        let facts = FileFacts {
            ordinal: entry.ordinal,
            cataloger: hit.cataloger,
            by_content: hit.by_content,
            path: path.clone(),
            packages,
            distro,
            owned,
            installed,
            origins,
            hearsay,
            unnamed,
            undecided,
            definitions,
            journal,
            diagnostics,
        };
        if hit.stand_in.is_some() {
            self.linked.keep(facts);
        } else if !facts.is_empty() {
            self.facts.files.push(facts);
        }
    }

    /// A name for content that came earlier.
    fn link(&mut self, entry: &Entry<'_>, target: &[u8]) {
        self.catalogers.dispatch.hits(entry.path, &mut self.hits);
        if !self.hits.is_empty() && self.facts.links.len() < LINKS {
            self.facts.links.push(RawPath::new(entry.path));
        }
        for hit in self.hits.drain(..) {
            if let Some(facts) = self.linked.take(target, hit.cataloger) {
                self.facts.seen.push((facts.ordinal, hit.cataloger));
                if !facts.is_empty() {
                    self.facts.files.push(facts);
                }
            }
        }
    }
}

fn limit(message: String) -> Diagnostic {
    Diagnostic::new(DiagnosticKind::LimitPassed, message)
}

fn too_large(entry: &Entry<'_>) -> Diagnostic {
    limit(format!("{} bytes are more than may be held of this file; it was not read", entry.size))
}

impl LayerVisitor for LayerCatalog<'_> {
    fn random_access(&mut self) {
        self.far = Some(HashSet::new());
    }

    fn entry(&mut self, entry: &Entry<'_>) -> Take {
        self.hits.clear();
        self.settled = false;
        match entry.kind {
            EntryKind::File => {
                self.look_up(entry);
                if self.is_left_to_owner(entry) {
                    self.hits.clear();
                    return Take::Skip;
                }
                return self.joined(entry, true);
            }
            EntryKind::Hardlink(target) if self.again.is_none() => self.link(entry, target),
            EntryKind::Whiteout if self.again.is_none() => self.facts.whiteouts.push(path_hash(entry.path)),
            EntryKind::Opaque if self.again.is_none() => self.facts.opaques.push(path_hash(entry.path)),
            _ => {}
        }
        Take::Skip
    }

    fn peeked(&mut self, entry: &Entry<'_>, head: &[u8]) -> Take {
        self.settle(entry, head);
        self.joined(entry, false)
    }

    fn content(&mut self, entry: &Entry<'_>, content: Content<'_>) {
        if let Content::Whole(bytes) = content {
            // Nobody has peeked yet where the whole was asked for at once.
            if !self.settled {
                self.settle(entry, bytes);
            }
        }
        self.parse(entry, content);
    }
}

//! Build information of Go before 1.18. It holds only the addresses of two string headers, which hold the
//! addresses of the strings. The strings most often went by before: they are caught in passing, the list of modules
//! by the marks around it, the version by the places where one could begin.

use memchr::memmem;

use super::super::layout::{Bytes, Layout};
use super::super::window::Window;
use super::blob::{self, MAX_MODULES, MAX_VERSION};

/// Places at which a version could begin that are remembered, and how much is kept of each.
const MAX_PLACES: usize = 4096;
const KEPT: usize = 40;

/// What was caught in passing, and what is still to come.
#[derive(Default)]
pub(super) struct Older {
    /// File offset and first bytes of each place where `go1.` stands, in the order of the file.
    places: Vec<(u64, [u8; KEPT])>,
    marked: Marked,
    version: Reference,
    modules: Reference,
}

/// A list of modules between its marks.
#[derive(Default)]
enum Marked {
    #[default]
    Unseen,
    Open(Vec<u8>),
    Whole(Vec<u8>),
}

/// A string that is reached through a header, in the order in which its parts become known.
#[derive(Default)]
enum Reference {
    #[default]
    Unknown,
    Header(Span, Words),
    Text(Span),
    /// The text, or nothing where it can't be had.
    Done(Option<Vec<u8>>),
}

/// How the program's machine writes numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) wide: bool,
    pub(super) big: bool,
}

/// A run of the file's bytes that is copied as it goes by.
struct Span {
    offset: u64,
    length: usize,
    bytes: Vec<u8>,
}

impl Span {
    fn new(offset: u64, length: usize) -> Self {
        Self { offset, length, bytes: Vec::new() }
    }

    /// Copies what the window has of it; `false` where the beginning of what is missing went by before.
    fn feed(&mut self, window: &Window<'_>) -> bool {
        let next = self.offset.saturating_add(u64::try_from(self.bytes.len()).unwrap_or(0));
        let missing = self.length - self.bytes.len();
        if let Some(rest) = window.from(next) {
            self.bytes.extend_from_slice(rest.get(..missing).unwrap_or(rest));
        }
        missing == 0 || next >= window.offset
    }

    fn is_whole(&self) -> bool {
        self.bytes.len() == self.length
    }
}

impl Older {
    /// Catches strings that the build information may turn out to point at.
    pub(super) fn catch(&mut self, window: &Window<'_>) {
        self.catch_versions(window);
        self.marked.catch(window);
    }

    /// The string headers are at these places of the file.
    pub(super) fn expect(&mut self, version: Option<u64>, modules: Option<u64>, words: Words) {
        let size = if words.wide { 16 } else { 8 };
        let header = |offset| Reference::Header(Span::new(offset, size), words);
        if matches!(self.version, Reference::Unknown) {
            self.version = version.map_or(Reference::Done(None), header);
            self.modules = modules.map_or(Reference::Done(None), header);
        }
    }

    /// Follows the headers as far as the window goes.
    pub(super) fn follow(&mut self, window: &Window<'_>, layout: &Layout) {
        let places = &self.places;
        self.version.follow(window, layout, MAX_VERSION, |offset, length| {
            let at = places.binary_search_by_key(&offset, |(place, _)| *place).ok()?;
            places.get(at)?.1.get(..length).map(<[u8]>::to_vec)
        });
        let marked = &mut self.marked;
        self.modules.follow(window, layout, MAX_MODULES, |_, length| match std::mem::take(marked) {
            Marked::Whole(text) if text.len() == length => Some(text),
            other => {
                *marked = other;
                None
            }
        });
    }

    /// The version and the list of modules, as far as they were caught.
    pub(super) fn take(&mut self) -> (Option<String>, Option<String>) {
        let version = self.version.text().and_then(|text| blob::version_text(&text).map(str::to_owned));
        let marked = match std::mem::take(&mut self.marked) {
            Marked::Whole(text) => Some(text),
            _ => None,
        };
        let modules = self.modules.text().or(marked);
        (version, modules.and_then(|text| blob::between_marks(&text)))
    }

    fn catch_versions(&mut self, window: &Window<'_>) {
        // Enough must follow to keep: what begins too late is found in the next window.
        let from = window.search_from(KEPT);
        let last = window.bytes.len().saturating_sub(KEPT);
        let Some(part) = window.bytes.get(from..) else { return };
        for at in memmem::find_iter(part, b"go1.").map(|at| from + at) {
            if at > last || self.places.len() >= MAX_PLACES {
                break;
            }
            let offset = window.at(at);
            if let Some(kept) = window.bytes.get(at..at + KEPT).and_then(|kept| kept.try_into().ok())
                && self.places.last().is_none_or(|(other, _)| *other < offset)
            {
                self.places.push((offset, kept));
            }
        }
    }
}

impl Marked {
    fn catch(&mut self, window: &Window<'_>) {
        let (mut text, fresh) = match std::mem::take(self) {
            whole @ Self::Whole(_) => {
                *self = whole;
                return;
            }
            Self::Open(text) => (text, window.fresh()),
            Self::Unseen => {
                let part = window.bytes.get(window.search_from(blob::START.len())..).unwrap_or_default();
                match memmem::find(part, &blob::START) {
                    Some(at) => (Vec::new(), part.get(at..).unwrap_or_default()),
                    None => return,
                }
            }
        };
        let from = text.len().saturating_sub(blob::END.len() - 1);
        text.extend_from_slice(fresh);
        *self = match memmem::find(text.get(from..).unwrap_or_default(), &blob::END) {
            Some(at) => {
                text.truncate(from + at + blob::END.len());
                Self::Whole(text)
            }
            None if text.len() > MAX_MODULES => Self::Unseen,
            None => Self::Open(text),
        };
    }
}

impl Reference {
    /// Goes on as far as the window allows; `caught` gives a text that went by before its header did, by its place
    /// and its length.
    fn follow(
        &mut self,
        window: &Window<'_>,
        layout: &Layout,
        max: usize,
        caught: impl FnOnce(u64, usize) -> Option<Vec<u8>>,
    ) {
        if let Self::Header(span, words) = self {
            let reachable = span.feed(window);
            if !span.is_whole() {
                if !reachable {
                    *self = Self::Done(None);
                }
                return;
            }
            let numbers = Bytes(&span.bytes, words.big);
            let address = numbers.word(0, words.wide).and_then(|address| layout.offset_of(address));
            let length =
                numbers.word(span.length / 2, words.wide).and_then(|length| usize::try_from(length).ok());
            *self = match (address, length.filter(|&length| length <= max)) {
                (Some(offset), Some(length)) => match caught(offset, length) {
                    Some(text) => Self::Done(Some(text)),
                    None => Self::Text(Span::new(offset, length)),
                },
                _ => Self::Done(None),
            };
        }
        if let Self::Text(span) = self {
            let reachable = span.feed(window);
            if span.is_whole() {
                *self = Self::Done(Some(std::mem::take(&mut span.bytes)));
            } else if !reachable {
                *self = Self::Done(None);
            }
        }
    }

    fn text(&mut self) -> Option<Vec<u8>> {
        match std::mem::take(self) {
            Self::Done(text) => text,
            _ => None,
        }
    }
}

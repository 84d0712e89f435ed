//! Build information of Go before 1.18. It holds only the addresses of two string headers, which hold the
//! addresses of the strings. The headers follow later in the file, but the strings went by before it: they are
//! caught in passing, the list of modules by the marks around it, the version by the places where one could begin.

use memchr::memmem;

use super::super::layout::{Bytes, Layout};
use super::super::window::Window;
use super::blob;

/// Places at which a version could begin that are remembered, and how much is kept of each.
const MAX_PLACES: usize = 4096;
const KEPT: usize = 40;
/// The longest list of modules that is caught.
const MAX_MODULES: usize = 8 << 20;

/// What was caught in passing.
#[derive(Default)]
pub(super) struct Older {
    /// File offset and first bytes of each place where `go1.` stands, in the order of the file.
    places: Vec<(u64, [u8; KEPT])>,
    modules: Option<Vec<u8>>,
    complete: bool,
    header: Option<Header>,
    version: Option<String>,
}

/// The string header of the version, and what has gone by of it.
struct Header {
    offset: u64,
    wide: bool,
    big: bool,
    bytes: Vec<u8>,
}

impl Older {
    /// Looks for strings, and for the header once [`Self::expect`] has said where it is.
    pub(super) fn look(&mut self, window: &Window<'_>, layout: &Layout) {
        self.catch_versions(window);
        self.catch_modules(window);
        self.catch_header(window, layout);
    }

    /// The version's string header is at this place of the file.
    pub(super) fn expect(&mut self, offset: u64, wide: bool, big: bool) {
        if self.header.is_none() {
            self.header = Some(Header { offset, wide, big, bytes: Vec::new() });
        }
    }

    /// The version and the list of modules, as far as they were caught.
    pub(super) fn take(&mut self) -> (Option<String>, Option<String>) {
        let modules = self.modules.take().filter(|_| self.complete);
        (self.version.take(), modules.and_then(|text| blob::between_marks(&text)))
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

    fn catch_modules(&mut self, window: &Window<'_>) {
        if self.complete {
            return;
        }
        let fresh = match &self.modules {
            Some(_) => window.fresh(),
            None => {
                let from = window.search_from(blob::START.len());
                let part = window.bytes.get(from..).unwrap_or_default();
                match memmem::find(part, &blob::START) {
                    Some(at) => part.get(at..).unwrap_or_default(),
                    None => return,
                }
            }
        };
        let modules = self.modules.get_or_insert_default();
        let from = modules.len().saturating_sub(blob::END.len() - 1);
        modules.extend_from_slice(fresh);
        if let Some(at) = memmem::find(modules.get(from..).unwrap_or_default(), &blob::END) {
            modules.truncate(from + at + blob::END.len());
            self.complete = true;
        } else if modules.len() > MAX_MODULES {
            self.modules = None;
        }
    }

    fn catch_header(&mut self, window: &Window<'_>, layout: &Layout) {
        let Some(header) = self.header.as_mut().filter(|_| self.version.is_none()) else { return };
        let size = if header.wide { 16 } else { 8 };
        let next = header.offset.saturating_add(u64::try_from(header.bytes.len()).unwrap_or(0));
        if header.bytes.len() < size
            && let Some(rest) = window.from(next)
        {
            header.bytes.extend(rest.iter().take(size - header.bytes.len()));
        }
        if header.bytes.len() < size {
            return;
        }
        let words = Bytes(&header.bytes, header.big);
        let (address, length) = (words.word(0, header.wide), words.word(size / 2, header.wide));
        let place = address.and_then(|address| layout.offset_of(address));
        let kept = place.and_then(|place| {
            let at = self.places.binary_search_by_key(&place, |(offset, _)| *offset).ok()?;
            self.places.get(at)
        });
        if let (Some((_, kept)), Some(length)) = (kept, length)
            && let Some(text) = usize::try_from(length).ok().and_then(|length| kept.get(..length))
        {
            self.version = blob::version_text(text).map(str::to_owned);
        }
    }
}

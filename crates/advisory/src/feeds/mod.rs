//! Feeds: pure parsers from the bytes of a document to advisories. Fetching is not theirs.

pub mod osv;

use plimsoll_core::{Advisory, Diagnostic};

use crate::Error;

/// A document of a feed: one file as it was published.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// Its name or path; some feeds say in it what the content does not.
    pub name: &'a str,
    /// Its content, decompressed.
    pub bytes: &'a [u8],
}

/// What a document holds.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Parsed {
    /// A record.
    Advisory(Box<Advisory>),
    /// A record that can't be read: which one, and why. The rest of the document is not lost.
    Skipped(Diagnostic),
    /// Something odd in a record that was read.
    Note(Diagnostic),
}

/// What a feed is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// The name that records carry in [`Advisory::feed`].
    pub id: &'static str,
    /// What its publisher calls it.
    pub title: &'static str,
    /// Where it is published.
    pub address: &'static str,
    /// Under which terms.
    pub licence: &'static str,
    /// What it decides that nothing else does.
    pub decides: &'static str,
}

/// A feed: the reader of one format of one publisher.
pub trait Feed: Send + Sync {
    /// What it is.
    fn about(&self) -> &'static About;

    /// Whether the document looks like one of this feed's. Cheap: looks at the name and the head alone.
    fn recognises(&self, document: &Document<'_>) -> bool;

    /// Reads the document. What is wrong with a record loses that record; it is emitted as
    /// [`Parsed::Skipped`].
    ///
    /// # Errors
    ///
    /// What `emit` returns, and [`Error::Document`] where the document as a whole can't be read.
    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error>;
}

/// Where a feed's records go.
pub type Emit<'a> = dyn FnMut(Parsed) -> Result<(), Error> + 'a;

/// Every feed, in the order in which they are asked whether a document is theirs.
pub fn all() -> &'static [&'static dyn Feed] {
    &[&osv::Osv]
}

/// The feed that the document is one of.
pub fn recognise(document: &Document<'_>) -> Option<&'static dyn Feed> {
    all().iter().copied().find(|feed| feed.recognises(document))
}

//! Feeds: pure parsers from the bytes of a document to advisories. Fetching is not theirs.

mod alas;
mod alma;
mod alpine_tracker;
mod arch;
mod beside;
mod bodhi;
mod csaf;
mod cve5;
mod cvemap;
mod cvrf;
mod debian_lists;
mod debian_tracker;
mod deletions;
mod echo;
mod eol;
mod epss;
mod facts;
mod friendsofphp;
mod ghsa_api;
mod glad;
mod glsa;
mod kev;
mod msrc;
mod nvd;
pub mod osv;
mod oval;
mod photon;
mod ranges;
mod redhat_data;
mod rocky;
mod rootio;
mod rubysec;
mod rustsec;
mod secdb;
mod shape;
mod ubuntu;
mod updateinfo;
mod xml;
mod yaml;

use std::borrow::Cow;
use std::fmt::Display;

use plimsoll_core::{Advisory, Diagnostic, DiagnosticKind};
use serde::Deserialize;

use crate::Error;

pub use alas::Alas;
pub use alma::Alma;
pub use alpine_tracker::AlpineTracker;
pub use arch::Arch;
pub use bodhi::Bodhi;
pub use csaf::Csaf2;
pub use cve5::Cve5;
pub use cvemap::CveMap;
pub use cvrf::Cvrf;
pub use debian_lists::DebianLists;
pub use debian_tracker::DebianTracker;
pub use deletions::Deletions;
pub use echo::Echo;
pub use eol::{EndOfLife, Life};
pub use epss::{Epss, Score};
pub use friendsofphp::FriendsOfPhp;
pub use ghsa_api::GithubApi;
pub use glad::Glad;
pub use glsa::Glsa;
pub use kev::Kev;
pub use msrc::Msrc;
pub use nvd::Nvd;
pub use osv::Osv;
pub use oval::{ALMA, ALT, ANOLIS, AzureLinux, DEBIAN, ORACLE, Oval, PHOTON, RED_HAT, SUSE, UBUNTU};
pub use photon::Photon;
pub use redhat_data::RedHatData;
pub use rocky::Rocky;
pub use rootio::Root;
pub use rubysec::Rubysec;
pub use rustsec::Rustsec;
pub use secdb::Secdb;
pub use shape::{Form, Shape};
pub use ubuntu::{UbuntuApi, UbuntuTracker, UbuntuVex, UsnDatabase};
pub use updateinfo::Updateinfo;

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
    /// The scores that follow are those of a day, `YYYY-MM-DD`, and take the place of all before.
    Scores {
        /// The day.
        date: String,
    },
    /// How likely a vulnerability is to be exploited.
    Score(Score),
    /// Until when a release is supported.
    Life(Life),
    /// The document holds everything that there is of this feed ([`Advisory::feed`]): what is known of it from
    /// before and was not in the document is gone.
    Complete(String),
    /// A record that its publisher has taken back, unless it has been changed since.
    Gone {
        /// The feed that it was of ([`Advisory::feed`]).
        feed: String,
        /// Its id.
        id: String,
        /// When, RFC 3339.
        at: String,
    },
    /// A record that can't be read: which one, and why. The rest of the document is not lost.
    Skipped(Diagnostic),
    /// Something odd in a record that was read.
    Note(Diagnostic),
}

/// What a feed is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Its short name, with which its records' [`Advisory::feed`] begins.
    pub id: &'static str,
    /// What its publisher calls it.
    pub title: &'static str,
    /// Where it is published.
    pub address: &'static str,
    /// Under which terms.
    pub licence: &'static str,
    /// What it decides.
    pub decides: &'static str,
}

/// A feed: the reader of one format.
pub trait Feed: Send + Sync {
    /// What it is.
    fn about(&self) -> &About;

    /// Whether the document looks like one of this feed's. Cheap: looks at the name, the head and the shape alone.
    fn recognises(&self, document: &Document<'_>, shape: &Shape<'_>) -> bool;

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
    FEEDS
}

static FEEDS: &[&dyn Feed] = &[
    &Csaf2,
    &Deletions,
    &UbuntuVex,
    &UbuntuApi,
    &UsnDatabase,
    &UbuntuTracker,
    &DebianLists,
    &Echo,
    &DebianTracker,
    &Secdb,
    &AlpineTracker,
    &Root,
    &Updateinfo,
    &Alas,
    &Bodhi,
    &ORACLE,
    &PHOTON,
    &ALMA,
    &RED_HAT,
    &SUSE,
    &DEBIAN,
    &UBUNTU,
    &ANOLIS,
    &ALT,
    &AzureLinux,
    &RedHatData,
    &CveMap,
    &Photon,
    &Arch,
    &Glsa,
    &Rocky,
    &Alma,
    &Cvrf,
    &Msrc,
    &Nvd,
    &Kev,
    &Cve5,
    &Epss,
    &EndOfLife,
    &Glad,
    &GithubApi,
    &Rubysec,
    &FriendsOfPhp,
    &Rustsec,
    // Any object may be an attempt at an OSV record.
    &Osv,
];

/// The feed that the document is one of.
pub fn recognise(document: &Document<'_>) -> Option<&'static dyn Feed> {
    let shape = Shape::of(document.bytes);
    all().iter().copied().find(|feed| feed.recognises(document, &shape))
}

/// What a document is that stands beside advisories and is none, such as a list of documents; nothing where it is none of
/// those that are known.
pub fn beside(document: &Document<'_>) -> Option<&'static str> {
    beside::what(document, &Shape::of(document.bytes))
}

/// The document as its feed reads it: YAML, which some databases keep their records in, becomes JSON.
///
/// # Errors
///
/// [`Error::NotAdvisories`] where a document that is called YAML is none.
pub fn plain<'a>(document: &Document<'a>) -> Result<Cow<'a, [u8]>, Error> {
    let name = document.name;
    if !(name.ends_with(".yaml") || name.ends_with(".yml")) || Shape::of(document.bytes).form != Form::Text {
        return Ok(Cow::Borrowed(document.bytes));
    }
    let json = std::str::from_utf8(document.bytes).map_err(|e| e.to_string()).and_then(yaml::to_json);
    json.map(Cow::Owned).map_err(|why| Error::NotAdvisories { path: name.to_owned(), why })
}

/// Reads a document that is one JSON value.
fn json<'a, T: Deserialize<'a>>(feed: &dyn Feed, document: &Document<'a>) -> Result<T, Error> {
    let bytes = document.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document.bytes);
    serde_json::from_slice(bytes).map_err(|e| unreadable(feed, document, e))
}

/// Shows the elements of these names of a document that is XML.
fn elements(
    feed: &dyn Feed,
    document: &Document<'_>,
    names: &[&str],
    show: &mut dyn FnMut(xml::Element) -> Result<(), Error>,
) -> Result<(), Error> {
    let text = std::str::from_utf8(document.bytes).map_err(|e| unreadable(feed, document, e))?;
    xml::each(text, names, show).map_err(|stop| match stop {
        xml::Stop::Shown(error) => error,
        xml::Stop::Broken(why) => unreadable(feed, document, why),
    })
}

fn unreadable(feed: &dyn Feed, document: &Document<'_>, why: impl Display) -> Error {
    Error::Document { feed: feed.about().id, path: document.name.to_owned(), why: why.to_string() }
}

/// A record that is lost.
fn skipped(document: &Document<'_>, what: &str, why: impl Display) -> Parsed {
    Parsed::Skipped(Diagnostic::new(DiagnosticKind::Malformed, format!("{what}: {why}")).at(document.name))
}

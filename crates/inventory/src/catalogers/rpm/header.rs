//! An rpm header as package databases hold it: an index of tags and the store of their values, without the lead
//! and the magic of a package file (RPM documentation, "Package format", "Header structure").

use plimsoll_core::{Names, Package, PackageType, Purl, Source};

use super::bytes::{be16, be32, place, slice};
use super::signature;
use crate::Owned;
use crate::cataloger::{path_hash, path_hash_on};
use crate::catalogers::os::{role, text, word};
use crate::catalogers::stated;

/// Tags, as rpm numbers them (RPM documentation, "Tags").
mod tag {
    pub(super) const DSA_HEADER: u32 = 267;
    pub(super) const RSA_HEADER: u32 = 268;
    pub(super) const OPENPGP: u32 = 278;
    pub(super) const SIG_PGP: u32 = 259;
    pub(super) const NAME: u32 = 1000;
    pub(super) const VERSION: u32 = 1001;
    pub(super) const RELEASE: u32 = 1002;
    pub(super) const EPOCH: u32 = 1003;
    pub(super) const VENDOR: u32 = 1011;
    pub(super) const LICENSE: u32 = 1014;
    pub(super) const ARCH: u32 = 1022;
    pub(super) const OLD_FILE_NAMES: u32 = 1027;
    pub(super) const SOURCE_RPM: u32 = 1044;
    pub(super) const PROVIDE_NAME: u32 = 1047;
    pub(super) const REQUIRE_NAME: u32 = 1049;
    pub(super) const DIR_INDEXES: u32 = 1116;
    pub(super) const BASE_NAMES: u32 = 1117;
    pub(super) const DIR_NAMES: u32 = 1118;
    pub(super) const MODULARITY_LABEL: u32 = 5096;
}

const INT32: u32 = 4;
const STRING: u32 = 6;
const BIN: u32 = 7;
const STRING_ARRAY: u32 = 8;
const I18N_STRING: u32 = 9;

/// rpm's own limit on the number of tags.
const TAGS: usize = 0xffff;

/// The facts of an installed package, wherever they were written down.
#[derive(Default)]
pub(in crate::catalogers) struct Facts {
    pub(in crate::catalogers) name: String,
    pub(in crate::catalogers) version: String,
    pub(in crate::catalogers) release: String,
    pub(in crate::catalogers) epoch: u32,
    pub(in crate::catalogers) arch: Option<String>,
    /// The file name of the source package.
    pub(in crate::catalogers) source: Option<String>,
    pub(in crate::catalogers) vendor: Option<String>,
    pub(in crate::catalogers) module: Option<String>,
}

impl Facts {
    /// The package. Its URL has the epoch as a qualifier and the source package's file name as `upstream`
    /// (package-url specification, "rpm").
    pub(in crate::catalogers) fn package(self) -> Package {
        let bare = format!("{}-{}", self.version, self.release);
        let with_epoch = |bare: &str| match self.epoch {
            0 => bare.to_owned(),
            epoch => format!("{epoch}:{bare}"),
        };
        let version = with_epoch(&bare);
        let purl = Purl::new("rpm", None, &self.name, Some(&bare))
            .with("arch", self.arch.as_deref().unwrap_or_default())
            .with("upstream", self.source.as_deref().unwrap_or_default())
            .with("epoch", &if self.epoch == 0 { String::new() } else { self.epoch.to_string() });
        // A source package's file name has no epoch; its binaries have it from their source.
        let source = self
            .source
            .as_deref()
            .and_then(split_source)
            .map(|(name, bare)| Source { name: name.to_owned(), version: with_epoch(bare) })
            .filter(|source| source.name != self.name || source.version != version);
        Package {
            arch: self.arch,
            source,
            vendor: self.vendor,
            module: self.module,
            role: role(&self.name),
            ..Package::new(PackageType::Rpm, self.name, version, purl)
        }
    }
}

/// Name and version with release of `NAME-VERSION-RELEASE.src.rpm`.
fn split_source(file: &str) -> Option<(&str, &str)> {
    let stem = file.strip_suffix(".src.rpm").or_else(|| file.strip_suffix(".nosrc.rpm"))?;
    let release = stem.rfind('-')?;
    let version = stem.get(..release)?.rfind('-')?;
    Some((stem.get(..version).filter(|name| !name.is_empty())?, stem.get(version + 1..)?))
}

/// Why a header can't be used.
pub(super) type Fault = &'static str;

/// Reads a header: the package, and what it owns.
pub(super) fn read(blob: &[u8]) -> Result<(Package, Option<Owned>), Fault> {
    let header = Header::new(blob)?;
    let needed = |tag| header.string(tag).and_then(word);
    let name = needed(tag::NAME).ok_or("the header has no name")?;
    let version = needed(tag::VERSION).ok_or("the header has no version")?;
    let release = needed(tag::RELEASE).ok_or("the header has no release")?;
    let paths = header.paths();
    let owned = (!paths.is_empty()).then(|| Owned { package: name.clone(), paths });
    let facts = Facts {
        name,
        version,
        release,
        epoch: header.number(tag::EPOCH).unwrap_or(0),
        arch: needed(tag::ARCH),
        source: needed(tag::SOURCE_RPM).filter(|source| source != "(none)"),
        vendor: header.string(tag::VENDOR).and_then(text),
        module: needed(tag::MODULARITY_LABEL),
    };
    let licence = header.string(tag::LICENSE).and_then(text).and_then(|text| stated::licence(&text));
    let package = Package {
        signed_by: header.signing_key(),
        licences: licence.into_iter().collect(),
        requires: header.capabilities(tag::REQUIRE_NAME),
        provides: header.capabilities(tag::PROVIDE_NAME),
        ..facts.package()
    };
    Ok((package, owned))
}

struct Header<'a> {
    /// Entries of 16 bytes: tag, type, offset, count.
    index: &'a [u8],
    store: &'a [u8],
}

#[derive(Clone, Copy)]
struct Entry {
    kind: u32,
    offset: usize,
    count: usize,
}

impl<'a> Header<'a> {
    fn new(blob: &'a [u8]) -> Result<Self, Fault> {
        let number = |at| be32(blob, at).map(place).ok_or("the header is cut short");
        let (tags, length) = (number(0)?, number(4)?);
        if tags == 0 || tags > TAGS {
            return Err("the header claims an impossible number of tags");
        }
        let index = slice(blob, 8, tags * 16).ok_or("the header's index is cut short")?;
        let store = slice(blob, 8 + tags * 16, length).ok_or("the header's store is cut short")?;
        Ok(Self { index, store })
    }

    fn find(&self, tag: u32) -> Option<Entry> {
        let entry = self.index.chunks_exact(16).find(|entry| be32(entry, 0) == Some(tag))?;
        Some(Entry { kind: be32(entry, 4)?, offset: place(be32(entry, 8)?), count: place(be32(entry, 12)?) })
    }

    fn number(&self, tag: u32) -> Option<u32> {
        let entry = self.find(tag).filter(|entry| entry.kind == INT32 && entry.count > 0)?;
        be32(self.store, entry.offset)
    }

    fn string(&self, tag: u32) -> Option<&'a [u8]> {
        let entry = self.find(tag).filter(|it| matches!(it.kind, STRING | STRING_ARRAY | I18N_STRING))?;
        self.strings(entry).next().filter(|text| *text != b"(none)")
    }

    /// The key of the first signature that names one: since rpm 4.20 in base64 texts, before as packets.
    fn signing_key(&self) -> Option<String> {
        [tag::RSA_HEADER, tag::DSA_HEADER, tag::SIG_PGP]
            .into_iter()
            .find_map(|tag| {
                let entry = self.find(tag).filter(|entry| entry.kind == BIN)?;
                signature::key_id(slice(self.store, entry.offset, entry.count)?)
            })
            .or_else(|| {
                let entry = self.find(tag::OPENPGP).filter(|entry| entry.kind == STRING_ARRAY)?;
                self.strings(entry).find_map(|text| signature::key_id(&signature::decode(text)?))
            })
    }

    /// What a package needs or provides. A library's name stands for all versions of its symbols; what rpm itself must
    /// be able to do, and conditions, are not other packages'.
    fn capabilities(&self, tag: u32) -> Names {
        let Some(entry) = self.find(tag).filter(|entry| entry.kind == STRING_ARRAY) else {
            return Names::default();
        };
        let names = self.strings(entry).filter_map(|name| std::str::from_utf8(name).ok());
        let foreign = ["(", "rpmlib(", "config(", "ksym(", "kernel("];
        names
            .filter(|name| !foreign.iter().any(|prefix| name.starts_with(prefix)))
            .map(|name| match name.split_once('(') {
                Some((library, _)) if library.contains(".so") => library,
                _ => name,
            })
            .collect()
    }

    /// As many of the NUL-terminated strings as are there.
    fn strings(&self, entry: Entry) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let bytes = self.store.get(entry.offset..).unwrap_or_default();
        bytes.split_inclusive(|&b| b == 0).map_while(|text| text.strip_suffix(b"\0")).take(entry.count)
    }

    /// The hashes of the paths that the package owns.
    fn paths(&self) -> Vec<u64> {
        let array = |tag| self.find(tag).filter(|entry| entry.kind == STRING_ARRAY);
        if let (Some(bases), Some(directories), Some(indexes)) =
            (array(tag::BASE_NAMES), array(tag::DIR_NAMES), self.find(tag::DIR_INDEXES))
        {
            let root = path_hash(b"");
            let directories: Vec<u64> = self
                .strings(directories)
                .map(|directory| path_hash_on(root, directory.strip_prefix(b"/").unwrap_or(directory)))
                .collect();
            let directory = |number: usize| {
                let at = be32(self.store, indexes.offset.checked_add(number.checked_mul(4)?)?)?;
                directories.get(place(at)).copied()
            };
            let indexes = (0..indexes.count).map(directory);
            let pairs = self.strings(bases).zip(indexes);
            return pairs.filter_map(|(base, directory)| Some(path_hash_on(directory?, base))).collect();
        }
        let old = array(tag::OLD_FILE_NAMES).map(|entry| self.strings(entry));
        old.into_iter().flatten().map(|path| path_hash(path.strip_prefix(b"/").unwrap_or(path))).collect()
    }
}

/// Whether a value can be a header at all, and not the bookkeeping of a database.
pub(super) fn is_plausible(blob: &[u8]) -> bool {
    be16(blob, 0) == Some(0) && blob.len() >= 24
}

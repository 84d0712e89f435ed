//! rpm headers and the SQLite form of the rpm database, `var/lib/rpm/rpmdb.sqlite`.

use crate::sqlite::{Database, Value};

/// An rpm package as the rpm database holds it.
#[derive(Clone, Debug)]
pub struct RpmPackage {
    entries: Vec<(u32, Data)>,
}

/// A header entry's value, by type (rpm's "Header" format, index entry types).
#[derive(Clone, Debug)]
pub enum Data {
    /// `INT32`.
    Int32(Vec<u32>),
    /// `INT16`.
    Int16(Vec<u16>),
    /// `INT64`.
    Int64(Vec<u64>),
    /// `STRING`.
    Text(String),
    /// `STRING_ARRAY`.
    Texts(Vec<String>),
    /// `I18NSTRING`.
    Translated(Vec<String>),
    /// `BIN`.
    Bytes(Vec<u8>),
}

/// Tags of header entries.
pub mod tag {
    #![allow(missing_docs)]
    pub const HEADERIMMUTABLE: u32 = 63;
    pub const HEADERI18NTABLE: u32 = 100;
    pub const SIGMD5: u32 = 261;
    pub const SHA1HEADER: u32 = 269;
    pub const NAME: u32 = 1000;
    pub const VERSION: u32 = 1001;
    pub const RELEASE: u32 = 1002;
    pub const EPOCH: u32 = 1003;
    pub const SUMMARY: u32 = 1004;
    pub const INSTALLTIME: u32 = 1008;
    pub const SIZE: u32 = 1009;
    pub const VENDOR: u32 = 1011;
    pub const LICENSE: u32 = 1014;
    pub const OS: u32 = 1021;
    pub const ARCH: u32 = 1022;
    pub const FILESIZES: u32 = 1028;
    pub const FILEMODES: u32 = 1030;
    pub const FILEDIGESTS: u32 = 1035;
    pub const SOURCERPM: u32 = 1044;
    pub const DIRINDEXES: u32 = 1116;
    pub const BASENAMES: u32 = 1117;
    pub const DIRNAMES: u32 = 1118;
    pub const FILEDIGESTALGO: u32 = 5011;
    pub const MODULARITYLABEL: u32 = 5096;
}

impl RpmPackage {
    /// A package of epoch "none" for x86_64, built from the source package of the same name.
    pub fn new(name: &str, version: &str, release: &str) -> Self {
        let package = Self { entries: Vec::new() };
        package
            .entry(tag::HEADERI18NTABLE, Data::Texts(vec!["C".into()]))
            .entry(tag::NAME, Data::Text(name.into()))
            .entry(tag::VERSION, Data::Text(version.into()))
            .entry(tag::RELEASE, Data::Text(release.into()))
            .entry(tag::SUMMARY, Data::Translated(vec![format!("the package {name}")]))
            .entry(tag::SIZE, Data::Int32(vec![100]))
            .entry(tag::LICENSE, Data::Text("MIT".into()))
            .entry(tag::OS, Data::Text("linux".into()))
            .entry(tag::ARCH, Data::Text("x86_64".into()))
            .entry(tag::SOURCERPM, Data::Text(format!("{name}-{version}-{release}.src.rpm")))
    }

    /// Sets an entry, in place of the one that has this tag.
    pub fn entry(mut self, tag: u32, data: Data) -> Self {
        self = self.without(tag);
        self.entries.push((tag, data));
        self.entries.sort_by_key(|(tag, _)| *tag);
        self
    }

    /// Takes an entry away.
    pub fn without(mut self, tag: u32) -> Self {
        self.entries.retain(|(known, _)| *known != tag);
        self
    }

    /// The epoch.
    pub fn epoch(self, epoch: u32) -> Self {
        self.entry(tag::EPOCH, Data::Int32(vec![epoch]))
    }

    /// The architecture: `aarch64`, `noarch`.
    pub fn arch(self, arch: &str) -> Self {
        self.entry(tag::ARCH, Data::Text(arch.into()))
    }

    /// The source package's file name: `openssl-1.1.1k-4.el8.src.rpm`.
    pub fn source_rpm(self, name: &str) -> Self {
        self.entry(tag::SOURCERPM, Data::Text(name.into()))
    }

    /// The vendor.
    pub fn vendor(self, vendor: &str) -> Self {
        self.entry(tag::VENDOR, Data::Text(vendor.into()))
    }

    /// The modularity label: `nodejs:14:8040020210708154809:522a0ee4`.
    pub fn module(self, label: &str) -> Self {
        self.entry(tag::MODULARITYLABEL, Data::Text(label.into()))
    }

    /// The files that it owns, by their absolute paths.
    pub fn files(self, paths: &[&str]) -> Self {
        let mut dirs: Vec<String> = Vec::new();
        let mut indexes = Vec::new();
        let mut names = Vec::new();
        for path in paths {
            let (dir, name) = path.split_at(path.rfind('/').map_or(0, |slash| slash + 1));
            let index = dirs.iter().position(|known| known == dir).unwrap_or_else(|| {
                dirs.push(dir.into());
                dirs.len() - 1
            });
            indexes.push(u32::try_from(index).unwrap_or(u32::MAX));
            names.push(name.to_owned());
        }
        let count = names.len();
        self.entry(tag::DIRINDEXES, Data::Int32(indexes))
            .entry(tag::BASENAMES, Data::Texts(names))
            .entry(tag::DIRNAMES, Data::Texts(dirs))
            .entry(tag::FILESIZES, Data::Int32(vec![1; count]))
            .entry(tag::FILEMODES, Data::Int16(vec![0o100_644; count]))
            .entry(tag::FILEDIGESTS, Data::Texts(vec![String::new(); count]))
    }

    /// The header as the database holds it: the counts of index entries and of data bytes, the index with the
    /// immutable region first, the data; without the magic that files of packages have.
    pub fn header(&self) -> Vec<u8> {
        let mut data = Vec::new();
        let mut index = Vec::new();
        let (own, installed): (Vec<_>, Vec<_>) =
            self.entries.iter().partition(|(tag, _)| *tag != tag::INSTALLTIME);
        for (tag, value) in own {
            index.extend(value.write(*tag, &mut data));
        }
        let region_entries = u32::try_from(index.len() / 16 + 1).unwrap_or(u32::MAX);
        let trailer_at = to_u32(data.len());
        let mut region = index_entry(tag::HEADERIMMUTABLE, 7, trailer_at, 16).to_vec();
        region.append(&mut index);
        // The trailer of the region is an index entry whose offset counts back over the index.
        let back = (region_entries * 16).wrapping_neg();
        data.extend(index_entry(tag::HEADERIMMUTABLE, 7, back, 16));
        let mut index = region;
        // What rpm adds at installation stands behind the region.
        let time = (tag::INSTALLTIME, Data::Int32(vec![crate::header::MTIME]));
        let added = installed.is_empty().then_some(&time);
        for (tag, value) in added.into_iter().chain(installed) {
            index.extend(value.write(*tag, &mut data));
        }
        let mut header = Vec::new();
        header.extend(to_u32(index.len() / 16).to_be_bytes());
        header.extend(to_u32(data.len()).to_be_bytes());
        header.extend(index);
        header.extend(data);
        header
    }
}

impl Data {
    /// Appends the value to `data`, aligned as its type asks, and returns its index entry.
    fn write(&self, tag: u32, data: &mut Vec<u8>) -> [u8; 16] {
        let (kind, align, count) = match self {
            Self::Int16(values) => (3, 2, values.len()),
            Self::Int32(values) => (4, 4, values.len()),
            Self::Int64(values) => (5, 8, values.len()),
            Self::Text(_) => (6, 1, 1),
            Self::Bytes(bytes) => (7, 1, bytes.len()),
            Self::Texts(texts) => (8, 1, texts.len()),
            Self::Translated(texts) => (9, 1, texts.len()),
        };
        data.resize(data.len().next_multiple_of(align), 0);
        let entry = index_entry(tag, kind, to_u32(data.len()), to_u32(count));
        let mut text = |text: &str| data.extend([text.as_bytes(), b"\0"].concat());
        match self {
            Self::Int16(values) => data.extend(values.iter().flat_map(|v| v.to_be_bytes())),
            Self::Int32(values) => data.extend(values.iter().flat_map(|v| v.to_be_bytes())),
            Self::Int64(values) => data.extend(values.iter().flat_map(|v| v.to_be_bytes())),
            Self::Text(value) => text(value),
            Self::Texts(values) | Self::Translated(values) => values.iter().for_each(|v| text(v)),
            Self::Bytes(bytes) => data.extend(bytes),
        }
        entry
    }
}

fn index_entry(tag: u32, kind: u32, offset: u32, count: u32) -> [u8; 16] {
    let mut entry = [0; 16];
    for (slot, value) in entry.chunks_exact_mut(4).zip([tag, kind, offset, count]) {
        slot.copy_from_slice(&value.to_be_bytes());
    }
    entry
}

fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// `var/lib/rpm/rpmdb.sqlite` with these packages.
pub fn sqlite<'a>(packages: impl IntoIterator<Item = &'a RpmPackage>) -> Vec<u8> {
    sqlite_of_headers(packages.into_iter().map(RpmPackage::header))
}

/// `var/lib/rpm/rpmdb.sqlite` with headers that are bytes already, in whatever state.
pub fn sqlite_of_headers(headers: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let rows: Vec<(i64, Vec<Value>)> =
        (1..).zip(headers).map(|(hnum, header)| (hnum, vec![Value::Null, Value::Blob(header)])).collect();
    let last = rows.last().map_or(0, |(hnum, _)| *hnum);
    let mut database = Database::new();
    // rpm opens no database that lacks the tables of its indexes.
    for (name, key) in INDEXES {
        let sql = format!(
            "CREATE TABLE '{name}' (key '{key}' NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL, \
             FOREIGN KEY (hnum) REFERENCES 'Packages'(hnum))"
        );
        database.table(*name, sql, Vec::new());
    }
    database.table(
        "Packages",
        "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)",
        rows,
    );
    database.table(
        "sqlite_sequence",
        "CREATE TABLE sqlite_sequence(name,seq)",
        vec![(1, vec![Value::Text("Packages".into()), Value::Integer(last)])],
    );
    database.finish()
}

const INDEXES: &[(&str, &str)] = &[
    ("Name", "TEXT"),
    ("Basenames", "TEXT"),
    ("Group", "TEXT"),
    ("Requirename", "TEXT"),
    ("Providename", "TEXT"),
    ("Conflictname", "TEXT"),
    ("Obsoletename", "TEXT"),
    ("Triggername", "TEXT"),
    ("Dirnames", "TEXT"),
    ("Installtid", "BLOB"),
    ("Sigmd5", "BLOB"),
    ("Sha1header", "TEXT"),
    ("Filetriggername", "TEXT"),
    ("Transfiletriggername", "TEXT"),
    ("Recommendname", "TEXT"),
    ("Suggestname", "TEXT"),
    ("Supplementname", "TEXT"),
    ("Enhancename", "TEXT"),
];

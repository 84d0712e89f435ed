/// What marks a file as a store: SQLite's `application_id`, "PLIM".
pub(crate) const APPLICATION_ID: i64 = 0x504c_494d;

/// The version of the tables below and of what is in them: the keys of `plimsoll-version` and the records of
/// [`codec`](crate::codec). `docs/schema.md` describes it.
pub(crate) const SCHEMA: i64 = 1;

/// Everything that a new store begins with.
pub(crate) const TABLES: &str = "
CREATE TABLE ecosystem (
    id INTEGER PRIMARY KEY,
    stream TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    records INTEGER NOT NULL DEFAULT 0,
    oldest TEXT,
    newest TEXT
);
CREATE TABLE generation (
    id INTEGER PRIMARY KEY,
    at TEXT,
    added INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    removed INTEGER NOT NULL,
    records INTEGER NOT NULL,
    digest BLOB NOT NULL
);
CREATE TABLE feed (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE record (
    id INTEGER PRIMARY KEY,
    feed INTEGER NOT NULL,
    name TEXT NOT NULL,
    realm TEXT NOT NULL,
    modified TEXT,
    since INTEGER NOT NULL,
    until INTEGER,
    match BLOB NOT NULL,
    rating BLOB NOT NULL,
    text BLOB NOT NULL,
    head BLOB NOT NULL
);
CREATE INDEX record_live ON record (name, feed) WHERE until IS NULL;
CREATE INDEX record_since ON record (since);
CREATE INDEX record_until ON record (until) WHERE until IS NOT NULL;
CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    record INTEGER NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX entry_record ON entry (record);
CREATE TABLE span (
    ecosystem INTEGER NOT NULL,
    name TEXT NOT NULL,
    kind INTEGER NOT NULL,
    lo BLOB NOT NULL,
    hi BLOB NOT NULL,
    entry INTEGER NOT NULL,
    PRIMARY KEY (ecosystem, name, kind, lo, hi, entry)
) WITHOUT ROWID;
CREATE TABLE place (
    ecosystem INTEGER NOT NULL,
    record INTEGER NOT NULL,
    PRIMARY KEY (ecosystem, record)
) WITHOUT ROWID;
CREATE TABLE score (
    id TEXT PRIMARY KEY,
    probability INTEGER NOT NULL,
    percentile INTEGER
) WITHOUT ROWID;
CREATE TABLE life (
    product TEXT NOT NULL,
    release TEXT NOT NULL,
    codename TEXT,
    until TEXT,
    extended TEXT,
    ended INTEGER,
    PRIMARY KEY (product, release)
) WITHOUT ROWID;
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE known (
    id TEXT NOT NULL,
    record INTEGER NOT NULL,
    PRIMARY KEY (id, record)
) WITHOUT ROWID;
";

/// The entries that may affect a version: the one query that matching makes.
pub(crate) const MATCH: &str = "
SELECT entry FROM span WHERE ecosystem = ?1 AND name = ?2 AND kind = ?3 AND lo <= ?4 AND hi > ?4";

/// The entries that speak of a package at all.
pub(crate) const ALL: &str = "
SELECT entry FROM span WHERE ecosystem = ?1 AND name = ?2 AND kind = ?3";

/// A group of entries with its record.
pub(crate) const ENTRY: &str = "
SELECT record.head, entry.body FROM entry JOIN record ON record.id = entry.record WHERE entry.id = ?1";

/// The records that an id is one of.
pub(crate) const IDS: &str = "SELECT record FROM known WHERE id = ?1";

/// How likely a vulnerability is to be exploited, in millionths.
pub(crate) const SCORE: &str = "SELECT probability FROM score WHERE id = ?1";

/// The live records of a feed.
pub(crate) const OF_FEED: &str = "
SELECT id, name, since, match, rating, text FROM record WHERE feed = ?1 AND until IS NULL";

/// A record without its affected entries.
pub(crate) const HEAD: &str = "SELECT head FROM record WHERE id = ?1";

/// The records of an id that are valid. There are several where several publishers use the id for packages of
/// different ecosystems.
pub(crate) const KNOWN: &str = "
SELECT id, modified, since, match, rating, text, realm FROM record
WHERE name = ?1 AND feed = ?2 AND until IS NULL";

/// Every record that is valid, with its digests.
pub(crate) const LIVE: &str = "
SELECT record.id, record.name, feed.name, record.match, record.rating, record.text, record.head
FROM record JOIN feed ON feed.id = record.feed
WHERE record.until IS NULL";

pub(crate) const INSERT_SPAN: &str =
    "INSERT INTO span (ecosystem, name, kind, lo, hi, entry) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

pub(crate) const DELETE_SPAN: &str = "
DELETE FROM span
WHERE ecosystem = ?1 AND name = ?2 AND kind = ?3 AND lo = ?4 AND hi = ?5 AND entry = ?6";

/// The records that were valid at a generation and are no longer at a later one.
pub(crate) const ENDED: &str = "
SELECT record.name, feed.name, record.id, realm, match, rating, text
FROM record JOIN feed ON feed.id = record.feed
WHERE since <= ?1 AND until > ?1 AND until <= ?2";

/// The records that are valid at a generation and were not at an earlier one.
pub(crate) const BEGUN: &str = "
SELECT record.name, feed.name, record.id, realm, match, rating, text
FROM record JOIN feed ON feed.id = record.feed
WHERE since > ?1 AND since <= ?2 AND (until IS NULL OR until > ?2)";

pub(crate) const SPAN: &str = "
SELECT 1 FROM span
WHERE ecosystem = ?1 AND name = ?2 AND kind = ?3 AND lo = ?4 AND hi = ?5 AND entry = ?6";

//! The tables. Everything that many images share is a row of its own, found by a hash of its content.

/// `PRAGMA application_id`: "PLMN".
pub(super) const APPLICATION_ID: i64 = 0x504c_4d4e;

/// `PRAGMA user_version`. Raised with every change of the tables.
pub(super) const SCHEMA: i64 = 1;

pub(super) const TABLES: &str = "
CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;

CREATE TABLE repository(
    id INTEGER PRIMARY KEY, organisation TEXT, registry TEXT NOT NULL, project TEXT, name TEXT NOT NULL,
    UNIQUE(registry, name));

-- Images and indexes.
CREATE TABLE subject(
    id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, is_index INTEGER NOT NULL DEFAULT 0, media_type TEXT,
    platform TEXT, scan INTEGER NOT NULL DEFAULT 0, present INTEGER NOT NULL DEFAULT 0,
    first_seen INTEGER NOT NULL, first_scanned INTEGER, last_match INTEGER, last_push INTEGER, last_pull INTEGER,
    inventory INTEGER, distro TEXT, gaps TEXT, reasons TEXT, assessment INTEGER, worst INTEGER NOT NULL DEFAULT 0,
    critical INTEGER NOT NULL DEFAULT 0, high INTEGER NOT NULL DEFAULT 0, medium INTEGER NOT NULL DEFAULT 0,
    low INTEGER NOT NULL DEFAULT 0, other INTEGER NOT NULL DEFAULT 0, fixable INTEGER NOT NULL DEFAULT 0,
    undetermined INTEGER NOT NULL DEFAULT 0, disabled INTEGER NOT NULL DEFAULT 0,
    packages INTEGER NOT NULL DEFAULT 0, unjudged INTEGER NOT NULL DEFAULT 0, exempt INTEGER NOT NULL DEFAULT 0);
CREATE INDEX subject_inventory ON subject(inventory) WHERE inventory IS NOT NULL;
CREATE INDEX subject_assessment ON subject(assessment, id);
CREATE INDEX subject_worst ON subject(worst, id);
CREATE INDEX subject_scanned ON subject(first_scanned) WHERE first_scanned IS NOT NULL;
CREATE INDEX subject_pull ON subject(last_pull) WHERE last_pull IS NOT NULL;

CREATE TABLE child(parent INTEGER, subject INTEGER, PRIMARY KEY(parent, subject)) WITHOUT ROWID;
CREATE INDEX child_of ON child(subject);

CREATE TABLE place(
    subject INTEGER, repository INTEGER, first_seen INTEGER NOT NULL, pushed INTEGER, removed INTEGER,
    PRIMARY KEY(subject, repository)) WITHOUT ROWID;
CREATE INDEX place_repository ON place(repository, subject);

-- What a tag named from an instant until the next; subject 0 is nothing. What is derived follows from a deletion.
CREATE TABLE tag(
    repository INTEGER, name TEXT, since INTEGER, subject INTEGER NOT NULL, until INTEGER,
    derived INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY(repository, name, since)) WITHOUT ROWID;
CREATE TABLE deletion(
    repository INTEGER, subject INTEGER, at INTEGER, PRIMARY KEY(repository, subject, at)) WITHOUT ROWID;
CREATE INDEX tag_subject ON tag(subject);
CREATE INDEX tag_name ON tag(name) WHERE until IS NULL;

CREATE TABLE event(key BLOB PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE activity(
    id INTEGER PRIMARY KEY, subject INTEGER NOT NULL, at INTEGER NOT NULL, action TEXT NOT NULL,
    repository INTEGER NOT NULL, tag TEXT, actor TEXT, agent TEXT, own INTEGER NOT NULL);
CREATE INDEX activity_subject ON activity(subject, at);

CREATE TABLE job(
    subject INTEGER, kind INTEGER, reason INTEGER NOT NULL, repository INTEGER, running INTEGER NOT NULL DEFAULT 0,
    due INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(subject, kind)) WITHOUT ROWID;
CREATE INDEX job_due ON job(running, due);

-- A distinct (ecosystem, name, version, arch): what verdicts are kept of.
CREATE TABLE coordinate(
    id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, ecosystem TEXT, coverage INTEGER NOT NULL DEFAULT 0,
    name TEXT NOT NULL, body BLOB NOT NULL);
CREATE INDEX coordinate_ecosystem ON coordinate(ecosystem);
CREATE INDEX coordinate_name ON coordinate(name);
-- The names under which advisories may speak of it.
CREATE TABLE name(
    name TEXT, ecosystem TEXT, kind INTEGER, coordinate INTEGER,
    PRIMARY KEY(name, ecosystem, kind, coordinate)) WITHOUT ROWID;
CREATE TABLE ecosystem(name TEXT PRIMARY KEY, covered INTEGER NOT NULL) WITHOUT ROWID;

-- A coordinate and where in an image it is.
CREATE TABLE package(id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, coordinate INTEGER NOT NULL, body BLOB NOT NULL);
-- What one layer brings.
CREATE TABLE part(id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, coordinates BLOB NOT NULL, packages BLOB NOT NULL);
CREATE TABLE layer(id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, body BLOB NOT NULL);
-- What the layers of an image bring together.
CREATE TABLE inventory(id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, parts BLOB NOT NULL);
-- The posting lists: from a coordinate to the parts that have it, from a part to the inventories.
CREATE TABLE posting(coordinate INTEGER, part INTEGER, PRIMARY KEY(coordinate, part)) WITHOUT ROWID;
CREATE TABLE part_of(part INTEGER, inventory INTEGER, PRIMARY KEY(part, inventory)) WITHOUT ROWID;

-- A vulnerability of a coordinate. One that is gone stays until nobody is to be told of it any more.
CREATE TABLE finding(
    id INTEGER PRIMARY KEY, coordinate INTEGER NOT NULL, vulnerability TEXT NOT NULL, severity INTEGER NOT NULL,
    undetermined INTEGER NOT NULL, fixable INTEGER NOT NULL, since INTEGER NOT NULL, gone INTEGER, body BLOB NOT NULL);
CREATE INDEX finding_coordinate ON finding(coordinate);
CREATE TABLE alias(id TEXT, finding INTEGER, PRIMARY KEY(id, finding)) WITHOUT ROWID;

CREATE TABLE rule(id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, body TEXT NOT NULL);
CREATE TABLE exemption(id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, body BLOB NOT NULL);

CREATE TABLE outbox(
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, subject INTEGER NOT NULL,
    cause INTEGER NOT NULL, before INTEGER, after INTEGER NOT NULL, counts BLOB NOT NULL, changes BLOB NOT NULL);
CREATE TABLE subscriber(name TEXT PRIMARY KEY, cursor INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE listing(registry TEXT PRIMARY KEY, started INTEGER NOT NULL, after TEXT) WITHOUT ROWID;
";

//! The tables. Everything that many images share is a row of its own, found by a hash of its content.

/// `PRAGMA application_id`: "PLMN".
pub(super) const APPLICATION_ID: i64 = 0x504c_4d4e;

/// `PRAGMA user_version`. Raised with every change of the tables.
pub(super) const SCHEMA: i64 = 4;

/// What came with the fourth version: what images were built on.
pub(super) const FOURTH: &str = "
CREATE TABLE IF NOT EXISTS base(id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS built(subject INTEGER PRIMARY KEY, base INTEGER NOT NULL);
";

/// What came with the third version: lists of the images that have a package; what is a package of a lower part already;
/// how many rows there are.
pub(super) const THIRD: &str = "
CREATE TABLE holder(chunk INTEGER, coordinate INTEGER, images BLOB NOT NULL, PRIMARY KEY(chunk, coordinate))
    WITHOUT ROWID;
CREATE INDEX holder_coordinate ON holder(coordinate, chunk);
-- A coordinate that a part of lower number brings to the inventory as well.
CREATE TABLE doubled(inventory INTEGER, coordinate INTEGER, part INTEGER, PRIMARY KEY(inventory, coordinate, part))
    WITHOUT ROWID;
DROP INDEX coordinate_ecosystem;
CREATE INDEX coordinate_named ON coordinate(ecosystem, name);
CREATE INDEX repository_project ON repository(project) WHERE project IS NOT NULL;
CREATE TABLE queued(id INTEGER PRIMARY KEY, jobs INTEGER NOT NULL);
INSERT INTO queued SELECT 1, count(*) FROM job;
CREATE TRIGGER job_new AFTER INSERT ON job BEGIN UPDATE queued SET jobs = jobs + 1; END;
-- Only of what it counts by.
DROP TRIGGER IF EXISTS subject_counted;
CREATE TRIGGER subject_counted AFTER UPDATE OF present, registries, named, is_index, assessment, scan, worst,
    places, os ON subject
WHEN OLD.class IS NOT NEW.class OR OLD.places <> NEW.places OR OLD.os <> NEW.os BEGIN
    UPDATE tally_place SET images = images - 1 WHERE places = OLD.places AND class = OLD.class;
    DELETE FROM tally_place WHERE places = OLD.places AND class = OLD.class AND images = 0;
    UPDATE tally_os SET images = images - 1 WHERE os = OLD.os AND class = OLD.class;
    DELETE FROM tally_os WHERE os = OLD.os AND class = OLD.class AND images = 0;
    INSERT INTO tally_place SELECT NEW.places, NEW.class, 1 WHERE NEW.class IS NOT NULL
        ON CONFLICT DO UPDATE SET images = images + 1;
    INSERT INTO tally_os SELECT NEW.os, NEW.class, 1 WHERE NEW.class IS NOT NULL
        ON CONFLICT DO UPDATE SET images = images + 1;
    UPDATE fare SET healthy = healthy - (OLD.class >> 6 & 7 = 1), exempt = exempt - (OLD.class >> 6 & 7 = 2),
        unhealthy = unhealthy - (OLD.class >> 6 & 7 = 6), not_applicable = not_applicable - (OLD.class >> 6 & 7 IN (3, 4, 5))
        WHERE OLD.class & 512 = 0 AND repository IN (SELECT repository FROM placed WHERE places = OLD.places);
    UPDATE fare SET healthy = healthy + (NEW.class >> 6 & 7 = 1), exempt = exempt + (NEW.class >> 6 & 7 = 2),
        unhealthy = unhealthy + (NEW.class >> 6 & 7 = 6), not_applicable = not_applicable + (NEW.class >> 6 & 7 IN (3, 4, 5))
        WHERE NEW.class & 512 = 0 AND repository IN (SELECT repository FROM placed WHERE places = NEW.places);
END;
CREATE TRIGGER job_gone AFTER DELETE ON job BEGIN UPDATE queued SET jobs = jobs - 1; END;
";

pub(super) const TABLES: &str = "
CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;

CREATE TABLE repository(
    id INTEGER PRIMARY KEY, organisation TEXT, registry TEXT NOT NULL, project TEXT, name TEXT NOT NULL,
    UNIQUE(registry, name));
CREATE INDEX repository_name ON repository(name);

-- Images and indexes.
CREATE TABLE subject(
    id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, is_index INTEGER NOT NULL DEFAULT 0, media_type TEXT,
    platform TEXT, scan INTEGER NOT NULL DEFAULT 0, present INTEGER NOT NULL DEFAULT 0,
    first_seen INTEGER NOT NULL, first_scanned INTEGER, last_match INTEGER, last_push INTEGER, last_pull INTEGER,
    inventory INTEGER, distro TEXT, gaps TEXT, reasons TEXT, assessment INTEGER, worst INTEGER NOT NULL DEFAULT 0,
    critical INTEGER NOT NULL DEFAULT 0, high INTEGER NOT NULL DEFAULT 0, medium INTEGER NOT NULL DEFAULT 0,
    low INTEGER NOT NULL DEFAULT 0, other INTEGER NOT NULL DEFAULT 0, fixable INTEGER NOT NULL DEFAULT 0,
    undetermined INTEGER NOT NULL DEFAULT 0, disabled INTEGER NOT NULL DEFAULT 0,
    packages INTEGER NOT NULL DEFAULT 0, unjudged INTEGER NOT NULL DEFAULT 0, exempt INTEGER NOT NULL DEFAULT 0,
    -- What follows from places and tags: the sets of repositories and of registries that it is in, whether a tag
    -- names it or an index that lists it, and the inventory that it counts for in `reach`.
    places INTEGER NOT NULL DEFAULT 0, registries INTEGER NOT NULL DEFAULT 0, named INTEGER NOT NULL DEFAULT 0,
    counted INTEGER NOT NULL DEFAULT 0, os INTEGER NOT NULL DEFAULT 0, metered INTEGER,
    -- Everything that lists are filtered by as one number, so that each combination is one range of an index.
    class INTEGER GENERATED ALWAYS AS (CASE WHEN present THEN (registries << 11) | (named << 10)
        | (is_index << 9) | (ifnull(assessment, 0) << 6) | (scan << 3) | worst END) VIRTUAL);
CREATE INDEX subject_inventory ON subject(inventory) WHERE inventory IS NOT NULL;
CREATE INDEX subject_class ON subject(class) WHERE class IS NOT NULL;
CREATE INDEX subject_scanned ON subject(first_scanned) WHERE first_scanned IS NOT NULL;
CREATE INDEX subject_seen ON subject(first_seen);
CREATE INDEX subject_pull ON subject(last_pull) WHERE last_pull IS NOT NULL;
CREATE INDEX subject_unnamed ON subject(named, last_pull) WHERE present AND NOT named;
CREATE INDEX subject_exempt ON subject(exempt) WHERE exempt <> 0;
CREATE INDEX subject_os ON subject(os);

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
CREATE INDEX tag_subject ON tag(subject, until);
CREATE INDEX tag_name ON tag(name, subject) WHERE until IS NULL;

-- Sets of repositories that images are in, each set once, and the set of their registries.
CREATE TABLE placeset(id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, registries INTEGER NOT NULL);
CREATE TABLE placed(places INTEGER, repository INTEGER, PRIMARY KEY(places, repository)) WITHOUT ROWID;
CREATE INDEX placed_repository ON placed(repository, places);
CREATE TABLE registryset(id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE);
CREATE TABLE registered(registries INTEGER, registry TEXT, PRIMARY KEY(registries, registry)) WITHOUT ROWID;
CREATE TABLE os(id INTEGER PRIMARY KEY, name TEXT NOT NULL, version TEXT NOT NULL, UNIQUE(name, version));
INSERT INTO os VALUES(0, '', '');

-- How many images there are of each kind; kept by triggers.
CREATE TABLE tally_place(places INTEGER, class INTEGER, images INTEGER NOT NULL, PRIMARY KEY(places, class)) WITHOUT ROWID;
CREATE TABLE tally_os(os INTEGER, class INTEGER, images INTEGER NOT NULL, PRIMARY KEY(os, class)) WITHOUT ROWID;
CREATE TABLE fare(
    repository INTEGER PRIMARY KEY, healthy INTEGER NOT NULL DEFAULT 0, exempt INTEGER NOT NULL DEFAULT 0,
    unhealthy INTEGER NOT NULL DEFAULT 0, not_applicable INTEGER NOT NULL DEFAULT 0);
CREATE TRIGGER repository_new AFTER INSERT ON repository BEGIN INSERT INTO fare(repository) VALUES(NEW.id); END;
-- Images that were scanned for the first time in an hour, by the registry that they are metered for.
CREATE TABLE meter(hour INTEGER, registry TEXT, images INTEGER NOT NULL, PRIMARY KEY(hour, registry)) WITHOUT ROWID;
-- How scopes fared: a row where it is another than before; and the last of each.
CREATE TABLE score(
    scope TEXT, at INTEGER, healthy INTEGER NOT NULL, exempt INTEGER NOT NULL, unhealthy INTEGER NOT NULL,
    not_applicable INTEGER NOT NULL, PRIMARY KEY(scope, at)) WITHOUT ROWID;
CREATE TABLE scored(
    scope TEXT PRIMARY KEY, at INTEGER NOT NULL, healthy INTEGER NOT NULL, exempt INTEGER NOT NULL,
    unhealthy INTEGER NOT NULL, not_applicable INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE event(key BLOB PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE activity(
    id INTEGER PRIMARY KEY, subject INTEGER NOT NULL, at INTEGER NOT NULL, action TEXT NOT NULL,
    repository INTEGER NOT NULL, tag TEXT, actor TEXT, agent TEXT, own INTEGER NOT NULL);
CREATE INDEX activity_subject ON activity(subject, at);

CREATE TABLE job(
    subject INTEGER, kind INTEGER, reason INTEGER NOT NULL, repository INTEGER, running INTEGER NOT NULL DEFAULT 0,
    due INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(subject, kind)) WITHOUT ROWID;
CREATE INDEX job_due ON job(running, kind, due);

-- A distinct (ecosystem, name, version, arch): what verdicts are kept of.
CREATE TABLE coordinate(
    id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, ecosystem TEXT, coverage INTEGER NOT NULL DEFAULT 0,
    name TEXT NOT NULL, version TEXT NOT NULL, body BLOB NOT NULL);
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
CREATE INDEX posting_part ON posting(part, coordinate);
CREATE INDEX part_of_inventory ON part_of(inventory, part);
-- How many images have a coordinate, and how many findings of each level it has.
CREATE TABLE reach(
    coordinate INTEGER PRIMARY KEY, images INTEGER NOT NULL DEFAULT 0, critical INTEGER NOT NULL DEFAULT 0,
    high INTEGER NOT NULL DEFAULT 0, medium INTEGER NOT NULL DEFAULT 0, low INTEGER NOT NULL DEFAULT 0,
    other INTEGER NOT NULL DEFAULT 0, fixable INTEGER NOT NULL DEFAULT 0);

-- A vulnerability of a coordinate. One that is gone stays until nobody is to be told of it any more.
CREATE TABLE finding(
    id INTEGER PRIMARY KEY, coordinate INTEGER NOT NULL, vulnerability TEXT NOT NULL, severity INTEGER NOT NULL,
    undetermined INTEGER NOT NULL, fixable INTEGER NOT NULL, since INTEGER NOT NULL, gone INTEGER, body BLOB NOT NULL);
CREATE INDEX finding_coordinate ON finding(coordinate);
CREATE INDEX finding_vulnerability ON finding(vulnerability);
CREATE INDEX finding_since ON finding(since);
CREATE TABLE alias(id TEXT, finding INTEGER, PRIMARY KEY(id, finding)) WITHOUT ROWID;

CREATE TABLE rule(id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, body TEXT NOT NULL);
CREATE TABLE exemption(id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE);
CREATE TABLE exempted(exemption INTEGER, finding INTEGER, rule INTEGER NOT NULL, PRIMARY KEY(exemption, finding))
    WITHOUT ROWID;

CREATE TABLE outbox(
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, subject INTEGER NOT NULL,
    cause INTEGER NOT NULL, before INTEGER, after INTEGER NOT NULL, counts BLOB NOT NULL, changes BLOB NOT NULL);
CREATE TABLE subscriber(name TEXT PRIMARY KEY, cursor INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE listing(registry TEXT PRIMARY KEY, started INTEGER NOT NULL, after TEXT) WITHOUT ROWID;
";

/// The views and the indexes that they are fast by, as statements.
pub(super) fn views() -> String {
    let view = |view: &crate::view::View| format!("CREATE VIEW {} AS {};\n", view.name, view.select);
    std::iter::once(crate::view::INDEXES.to_owned()).chain(crate::view::VIEWS.iter().map(view)).collect()
}

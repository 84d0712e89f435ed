//! The views that people query: names that stay, whatever becomes of the tables behind them.

/// A view of the store: a table to read, for whoever asks it in SQL.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Its name.
    pub name: &'static str,
    /// What a row is.
    pub about: &'static str,
    /// Its columns, in their order, and what each holds. Times are milliseconds since 1970 (UTC).
    pub columns: &'static [(&'static str, &'static str)],
    pub(crate) select: &'static str,
}

/// The text of a digest, as the index over it has it: the query planner compares expressions word by word.
macro_rules! digest {
    ($table:literal) => {
        concat!(
            "CASE length(",
            $table,
            "digest) WHEN 64 THEN 'sha512:' ELSE 'sha256:' END || lower(hex(",
            $table,
            "digest))"
        )
    };
}

/// What an image comes to, in a word; also as the index over it has it.
macro_rules! state {
    ($assessment:literal) => {
        concat!(
            "CASE ",
            $assessment,
            " WHEN 6 THEN 'unhealthy' WHEN 1 THEN 'healthy' WHEN 2 THEN 'healthy-by-exemption' WHEN 5 THEN 'partial'
             WHEN 3 THEN 'nothing-to-scan' WHEN 4 THEN 'not-applicable' ELSE 'unscanned' END"
        )
    };
}

/// The level of an image's worst finding, in a word; also as the index over it has it.
macro_rules! worst {
    ($worst:literal) => {
        concat!(
            "CASE ",
            $worst,
            " WHEN 7 THEN 'critical' WHEN 6 THEN 'high' WHEN 5 THEN 'medium' WHEN 4 THEN 'low' WHEN 0 THEN 'none'
             ELSE 'other' END"
        )
    };
}

/// A finding's severity, in a word.
macro_rules! severity {
    () => {
        "CASE f.severity WHEN 6 THEN 'critical' WHEN 5 THEN 'high' WHEN 4 THEN 'medium' WHEN 3 THEN 'low'
             WHEN 2 THEN 'negligible' WHEN 1 THEN 'none' ELSE 'unknown' END"
    };
}

/// The indexes over what the views say in words.
pub(crate) const INDEXES: &str = concat!(
    "CREATE INDEX subject_digest ON subject(",
    digest!(""),
    ");\nCREATE INDEX subject_state ON subject(",
    state!("assessment"),
    ", ",
    worst!("worst"),
    ", last_pull);\nCREATE INDEX subject_severity ON subject(",
    worst!("worst"),
    ", last_pull);\n"
);

const COUNTS: [(&str, &str); 10] = [
    ("critical", "findings that are critical and that no rule disables"),
    ("high", "the same, high"),
    ("medium", "the same, medium"),
    ("low", "the same, low"),
    ("other", "the same, negligible, without impact or rated by nobody"),
    ("fixable", "of all these, those that a published version fixes"),
    ("undetermined", "of all these, those that someone has to look at"),
    ("disabled", "findings that rules disable; they are in none of the others"),
    ("packages", "packages"),
    ("unjudged", "packages that could not be judged"),
];

/// All views, in the order of their names.
pub const VIEWS: &[View] = &[
    View {
        name: "activities",
        about: "what was done with an image: pushes, pulls, imports, deletions; the last 32 of each image",
        columns: &[
            ("image", "the image's number"),
            ("at", "when"),
            ("action", "`push`, `pull`, `mount`, `import`, `replicate`, `retag`, `delete`"),
            ("registry", "where"),
            ("repository", "where"),
            ("tag", "the tag that was used"),
            ("actor", "by whom"),
            ("agent", "with which client"),
            ("own", "1 where it was the scanner itself"),
        ],
        select: "SELECT a.subject AS image, a.at, a.action, r.registry, r.name AS repository, a.tag, a.actor, a.agent,
            a.own FROM activity a JOIN repository r ON r.id = a.repository",
    },
    View {
        name: "aliases",
        about: "an id of a vulnerability, and a finding that it is an id of",
        columns: &[("id", "any of its ids"), ("finding", "the finding's number")],
        select: "SELECT a.id, a.finding FROM alias a JOIN finding f ON f.id = a.finding WHERE f.gone IS NULL",
    },
    View {
        name: "assessments",
        about: "what an image comes to, and why it is not called healthy where it has no finding",
        columns: &[
            ("image", "the image's number"),
            ("digest", "its digest"),
            ("state", "as in `images`"),
            ("severity", "as in `images`"),
            ("findings", "findings that no rule disables"),
            ("reasons", "why it can't be scanned or could not be read: a JSON array of sentences"),
            ("gaps", "what could not be read of it: a JSON array of sentences"),
            ("first_scanned", "when it was first scanned"),
            ("last_match", "when the whole image was last matched"),
        ],
        select: concat!(
            "SELECT s.id AS image, ",
            digest!("s."),
            " AS digest, ",
            state!("s.assessment"),
            " AS state, ",
            worst!("s.worst"),
            " AS severity, s.critical + s.high + s.medium + s.low + s.other AS findings, s.reasons, s.gaps,
            s.first_scanned, s.last_match FROM subject s WHERE s.present"
        ),
    },
    View {
        name: "disabled",
        about: "a finding of an image that a rule disables",
        columns: &[
            ("image", "the image's number"),
            ("digest", "its digest"),
            ("finding", "the finding's number"),
            ("vulnerability", "the vulnerability"),
            ("severity", "the finding's severity"),
            ("package", "the package's name"),
            ("version", "its version"),
            ("rule", "the rule's id"),
            ("reason", "why, as the rule says"),
            ("until", "the last day that the rule holds, `YYYY-MM-DD`; null where it holds for good"),
        ],
        select: concat!(
            "SELECT s.id AS image, ",
            digest!("s."),
            " AS digest, f.id AS finding, f.vulnerability, ",
            severity!(),
            " AS severity, c.name AS package, c.version, json_extract(r.body, '$.rule') AS rule, json_extract(r.body, '$.reason') AS reason,
            json_extract(r.body, '$.until') AS until
            FROM subject s JOIN exempted e ON e.exemption = s.exempt JOIN finding f ON f.id = e.finding
            JOIN coordinate c ON c.id = f.coordinate JOIN rule r ON r.id = e.rule
            WHERE s.present AND s.exempt <> 0 AND f.gone IS NULL"
        ),
    },
    View {
        name: "findings",
        about: "a vulnerability of a package of an image",
        columns: &[
            ("image", "the image's number"),
            ("digest", "its digest"),
            ("finding", "the finding's number: the same in all images that have the package"),
            ("vulnerability", "the vulnerability's id: a CVE where there is one"),
            ("severity", "`critical`, `high`, `medium`, `low`, `negligible`, `none`, `unknown`"),
            ("undetermined", "1 where someone has to look at it"),
            ("fixable", "1 where a published version fixes it"),
            ("ecosystem", "the package's ecosystem, as OSV names it"),
            ("package", "the package's name"),
            ("version", "its version"),
            ("since", "since when it is known of the package"),
            ("disabled", "1 where a rule disables it"),
        ],
        // A package that two layers bring is one: the one of the lowest number counts.
        select: concat!(
            "SELECT s.id AS image, ",
            digest!("s."),
            " AS digest, f.id AS finding, f.vulnerability, ",
            severity!(),
            " AS severity, f.undetermined, f.fixable, c.ecosystem, c.name AS package, c.version, f.since,
            s.exempt <> 0 AND EXISTS(SELECT 1 FROM exempted e WHERE e.exemption = s.exempt AND e.finding = f.id)
                AS disabled
            FROM finding f JOIN coordinate c ON c.id = f.coordinate JOIN posting p ON p.coordinate = f.coordinate
            JOIN part_of o ON o.part = p.part JOIN subject s ON s.inventory = o.inventory
            WHERE s.present AND f.gone IS NULL AND NOT EXISTS(SELECT 1 FROM doubled d
                WHERE d.inventory = o.inventory AND d.coordinate = p.coordinate AND d.part = o.part)"
        ),
    },
    View {
        name: "images",
        about: "an image or an index that is in a repository",
        columns: &[
            ("image", "its number in the store"),
            ("digest", "its digest"),
            ("is_index", "1 for an index: it comes to the worst of its images"),
            ("media_type", "its media type, where it is known"),
            ("platform", "`os/architecture[/variant]`"),
            (
                "state",
                "`unhealthy`, `partial`, `healthy-by-exemption`, `healthy`, `nothing-to-scan`, `not-applicable`; \
                 `unscanned` before its scan",
            ),
            ("scan", "`never`, `queued`, `running`, `done`, `unsupported`, `failed`"),
            ("severity", "of its worst finding: `critical`, `high`, `medium`, `low`, `other`; `none` without any"),
            COUNTS[0],
            COUNTS[1],
            COUNTS[2],
            COUNTS[3],
            COUNTS[4],
            COUNTS[5],
            COUNTS[6],
            COUNTS[7],
            COUNTS[8],
            COUNTS[9],
            ("os", "the distribution: `debian`; empty where there is none"),
            ("os_version", "its version: `12`"),
            ("tagged", "1 where a tag names it, or an index that lists it"),
            ("first_seen", "when it was first heard of"),
            ("first_scanned", "when it was first scanned"),
            ("last_match", "when the whole image was last matched"),
            ("last_push", "when it was last pushed or imported"),
            ("last_pull", "when someone other than the scanner last pulled it; null where nobody has"),
        ],
        select: concat!(
            "SELECT s.id AS image, ",
            digest!("s."),
            " AS digest, s.is_index, s.media_type, s.platform, ",
            state!("s.assessment"),
            " AS state,
            CASE s.scan WHEN 0 THEN 'never' WHEN 1 THEN 'queued' WHEN 2 THEN 'running' WHEN 3 THEN 'done'
                WHEN 4 THEN 'unsupported' ELSE 'failed' END AS scan, ",
            worst!("s.worst"),
            " AS severity, s.critical, s.high, s.medium, s.low, s.other, s.fixable, s.undetermined, s.disabled, s.packages, s.unjudged, o.name AS os,
            o.version AS os_version, s.named AS tagged, s.first_seen, s.first_scanned, s.last_match, s.last_push,
            s.last_pull FROM subject s JOIN os o ON o.id = s.os WHERE s.present"
        ),
    },
    View {
        name: "installed",
        about: "a package of an image",
        columns: &[
            ("image", "the image's number"),
            ("digest", "its digest"),
            ("package", "the package's number"),
            ("ecosystem", "its ecosystem, as OSV names it"),
            ("name", "its name"),
            ("version", "its version"),
        ],
        select: concat!(
            "SELECT s.id AS image, ",
            digest!("s."),
            " AS digest, c.id AS package, c.ecosystem, c.name, c.version
            FROM coordinate c JOIN posting p ON p.coordinate = c.id JOIN part_of o ON o.part = p.part
            JOIN subject s ON s.inventory = o.inventory
            WHERE s.present AND NOT EXISTS(SELECT 1 FROM doubled d
                WHERE d.inventory = o.inventory AND d.coordinate = p.coordinate AND d.part = o.part)"
        ),
    },
    View {
        name: "packages",
        about: "a distinct package: a name, a version and an architecture of an ecosystem",
        columns: &[
            ("package", "its number"),
            ("ecosystem", "its ecosystem, as OSV names it"),
            ("name", "its name"),
            ("version", "its version"),
            ("purl", "its package URL"),
            ("judged", "1 where advisories cover it"),
            ("images", "images that have it"),
            ("critical", "its critical findings, whatever rules say"),
            ("high", "the same, high"),
            ("medium", "the same, medium"),
            ("low", "the same, low"),
            ("other", "the same, negligible, without impact or rated by nobody"),
            ("fixable", "of all these, those that a published version fixes"),
        ],
        select: "SELECT c.id AS package, c.ecosystem, c.name, c.version, json_extract(c.body, '$.purl') AS purl,
            c.coverage AS judged, n.images, n.critical, n.high, n.medium, n.low, n.other, n.fixable
            FROM reach n JOIN coordinate c ON c.id = n.coordinate WHERE n.images > 0",
    },
    View {
        name: "places",
        about: "an image and a repository that it is in",
        columns: &[
            ("image", "the image's number"),
            ("organisation", "the organisation, where one is known"),
            ("registry", "the registry's host"),
            ("project", "the project: what stands before the repository's first slash"),
            ("repository", "the repository's whole name"),
            ("first_seen", "when the image was first heard of there"),
            ("pushed", "when it was last pushed or imported there"),
        ],
        select: "SELECT p.subject AS image, r.organisation, r.registry, r.project, r.name AS repository, p.first_seen,
            p.pushed FROM place p JOIN repository r ON r.id = p.repository
            WHERE p.removed IS NULL OR p.pushed > p.removed",
    },
    View {
        name: "repositories",
        about: "a repository, and how the images in it fare; indexes are not counted",
        columns: &[
            ("organisation", "the organisation, where one is known"),
            ("registry", "the registry's host"),
            ("project", "the project"),
            ("repository", "the repository's whole name"),
            ("images", "images that were assessed"),
            ("healthy", "images without findings"),
            ("exempt", "images whose findings are all disabled"),
            ("unhealthy", "images with findings"),
            ("not_applicable", "images that can't be assessed, or only in part"),
            ("score", "the healthy ones of the healthy and the unhealthy, in per cent"),
        ],
        select: "SELECT r.organisation, r.registry, r.project, r.name AS repository,
            t.healthy + t.exempt + t.unhealthy + t.not_applicable AS images, t.healthy, t.exempt, t.unhealthy,
            t.not_applicable, 100.0 * t.healthy / nullif(t.healthy + t.unhealthy, 0) AS score
            FROM fare t JOIN repository r ON r.id = t.repository
            WHERE t.healthy + t.exempt + t.unhealthy + t.not_applicable > 0",
    },
    View {
        name: "scores",
        about: "how a scope fared from an instant on, until its next row",
        columns: &[
            ("scope", "empty for everything, else `organisation:…`, `registry:…`, `project:REGISTRY/…`, `repository:REGISTRY/…`"),
            ("at", "from when on"),
            ("healthy", "images without findings"),
            ("exempt", "images whose findings are all disabled"),
            ("unhealthy", "images with findings"),
            ("not_applicable", "images that can't be assessed, or only in part"),
            ("score", "the healthy ones of the healthy and the unhealthy, in per cent"),
        ],
        select: "SELECT scope, at, healthy, exempt, unhealthy, not_applicable,
            100.0 * healthy / nullif(healthy + unhealthy, 0) AS score FROM score",
    },
    View {
        name: "tags",
        about: "what a tag named, from when until when",
        columns: &[
            ("image", "the image's number, or the index's"),
            ("registry", "where"),
            ("repository", "where"),
            ("tag", "the tag"),
            ("since", "from when"),
            ("until", "until when; null where it still does"),
        ],
        select: "SELECT t.subject AS image, r.registry, r.name AS repository, t.name AS tag, t.since, t.until
            FROM tag t JOIN repository r ON r.id = t.repository WHERE t.subject <> 0",
    },
    View {
        name: "totals",
        about: "how many images there are of each kind",
        columns: &[
            ("state", "as in `images`"),
            ("severity", "as in `images`"),
            ("tagged", "as in `images`"),
            ("is_index", "as in `images`"),
            ("os", "as in `images`"),
            ("os_version", "as in `images`"),
            ("images", "how many"),
        ],
        select: concat!(
            "SELECT ",
            state!("t.class >> 6 & 7"),
            " AS state, ",
            worst!("t.class & 7"),
            " AS severity, t.class >> 10 & 1 AS tagged, t.class >> 9 & 1 AS is_index, o.name AS os,
            o.version AS os_version, t.images FROM tally_os t JOIN os o ON o.id = t.os"
        ),
    },
    View {
        name: "usage",
        about: "images that were scanned for the first time in an hour: what is metered",
        columns: &[
            ("at", "the hour's beginning"),
            ("registry", "the registry in which they were first"),
            ("images", "how many"),
        ],
        select: "SELECT hour * 3600000 AS at, registry, images FROM meter",
    },
    View {
        name: "vulnerabilities",
        about: "a vulnerability of a distinct package, whatever images have it",
        columns: &[
            ("finding", "the finding's number"),
            ("vulnerability", "the vulnerability's id"),
            ("severity", "as in `findings`"),
            ("undetermined", "as in `findings`"),
            ("fixable", "as in `findings`"),
            ("package", "the package's number"),
            ("ecosystem", "its ecosystem"),
            ("name", "its name"),
            ("version", "its version"),
            ("since", "since when it is known"),
            ("images", "images that have the package, whatever rules say"),
        ],
        select: concat!(
            "SELECT f.id AS finding, f.vulnerability, ",
            severity!(),
            " AS severity, f.undetermined, f.fixable, c.id AS package, c.ecosystem, c.name, c.version, f.since, n.images
            FROM finding f JOIN reach n ON n.coordinate = f.coordinate JOIN coordinate c ON c.id = f.coordinate
            WHERE f.gone IS NULL AND n.images > 0"
        ),
    },
];

//! The questions that a store of images is asked most, in SQL.

/// A question that people ask of images, ready to be asked of the views.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// Its name, as in an address.
    pub name: &'static str,
    /// What is asked.
    pub about: &'static str,
    /// The statement.
    pub sql: &'static str,
    /// What it has in its place to be given, by name, and what each is.
    pub parameters: &'static [(&'static str, &'static str)],
}

const SINCE: (&str, &str) = (":since", "an instant, in milliseconds since 1970");
const BEFORE: (&str, &str) = (":before", "an instant, in milliseconds since 1970");

/// The questions that are asked most.
pub const QUESTIONS: &[Question] = &[
    Question {
        name: "unhealthy-by-severity",
        about: "How many images are unhealthy, by their worst finding?",
        sql: "SELECT severity, sum(images) AS images FROM totals\nWHERE state = 'unhealthy' AND NOT is_index\n\
              GROUP BY severity ORDER BY images DESC",
        parameters: &[],
    },
    Question {
        name: "images-with-vulnerability",
        about: "Which images have a vulnerability, by any of its ids?",
        sql: "SELECT f.digest, f.vulnerability, f.severity, f.package, f.version, f.fixable, f.disabled\n\
              FROM aliases a JOIN findings f ON f.finding = a.finding WHERE a.id = :id LIMIT 100",
        parameters: &[(":id", "the vulnerability's id")],
    },
    Question {
        name: "unused-with-criticals",
        about: "Which images have critical findings and were not pulled since?",
        sql: "SELECT digest, critical, high, last_pull, tagged FROM images\n\
              WHERE severity = 'critical' AND (last_pull IS NULL OR last_pull < :before) AND NOT is_index LIMIT 100",
        parameters: &[BEFORE],
    },
    Question {
        name: "fixable",
        about: "Which upgrades remove most: packages with fixable findings, by the images that have them?",
        sql: "SELECT ecosystem, name, version, images, fixable, images * fixable AS removed FROM packages\n\
              WHERE fixable > 0 ORDER BY removed DESC LIMIT 100",
        parameters: &[],
    },
    Question {
        name: "findings-by-package",
        about: "Which packages have the worst findings, in how many images?",
        sql: "SELECT ecosystem, name, sum(images) AS images, sum(critical) AS critical, sum(high) AS high\n\
              FROM packages WHERE critical + high > 0 GROUP BY ecosystem, name\n\
              ORDER BY sum(images * critical) DESC, sum(images * high) DESC LIMIT 100",
        parameters: &[],
    },
    Question {
        name: "images-by-os",
        about: "How many images are built on which operating system, and how do they fare?",
        sql: "SELECT os, os_version, sum(images) AS images,\n    \
              sum(images) FILTER (WHERE state = 'unhealthy') AS unhealthy\n\
              FROM totals WHERE NOT is_index GROUP BY os, os_version ORDER BY images DESC",
        parameters: &[],
    },
    Question {
        name: "disabled-by-rule",
        about: "Which findings do rules disable, by which rule, and until when?",
        sql: "SELECT rule, reason, until, vulnerability, package, version, digest FROM disabled LIMIT 100",
        parameters: &[],
    },
    Question {
        name: "new-since",
        about: "What became known since an instant, and how many images have it?",
        sql: "SELECT vulnerability, severity, ecosystem, name, version, fixable, images, since\n\
              FROM vulnerabilities WHERE since > :since LIMIT 100",
        parameters: &[SINCE],
    },
    Question {
        name: "untagged-but-pulled",
        about: "Which images does no tag name any more, and who pulled them all the same since?",
        sql: "SELECT i.digest, i.severity, i.critical, i.last_pull FROM images i\n\
              WHERE NOT i.tagged AND i.last_pull > :since LIMIT 100",
        parameters: &[SINCE],
    },
    Question {
        name: "score-by-repository",
        about: "How do the images of each repository fare, the worst first?",
        sql: "SELECT registry, repository, healthy, exempt, unhealthy, round(score, 1) AS score\n\
              FROM repositories ORDER BY score, unhealthy DESC LIMIT 100",
        parameters: &[],
    },
];

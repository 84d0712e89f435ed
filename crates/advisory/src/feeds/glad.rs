//! GitLab's advisory database (Gemnasium DB): one YAML document a package and vulnerability.

use plimsoll_core::{Advisory, Affected, Ecosystem, NameKind, Reference};
use plimsoll_version::Scheme;
use plimsoll_version::expression::Syntax;
use serde::Deserialize;

use super::facts::vector;
use super::ranges::Ranges;
use super::{About, Document, Emit, Feed, Parsed, Shape, skipped};
use crate::Error;

/// The advisories of the community edition.
#[derive(Clone, Copy, Debug, Default)]
pub struct Glad;

#[derive(Deserialize)]
struct Record {
    identifier: String,
    #[serde(default)]
    identifiers: Vec<String>,
    package_slug: String,
    title: Option<String>,
    date: Option<String>,
    pubdate: Option<String>,
    affected_range: Option<String>,
    #[serde(default)]
    urls: Vec<String>,
    cvss_v2: Option<String>,
    cvss_v3: Option<String>,
    cvss_v4: Option<String>,
    #[serde(default)]
    cwe_ids: Vec<String>,
}

impl Feed for Glad {
    fn about(&self) -> &'static About {
        &About {
            id: "glad",
            title: "GitLab Advisory Database (Gemnasium DB), community edition",
            address: "https://gitlab.com/gitlab-org/advisories-community",
            licence: "MIT; its entries are 30 days behind GitLab's own",
            decides: "which versions of a language's package are affected",
        }
    }

    fn recognises(&self, _: &Document<'_>, shape: &Shape<'_>) -> bool {
        shape.has(&["identifier", "package_slug"])
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let record: Record = match super::json(self, &document) {
            Ok(record) => record,
            Err(e) => return emit(skipped(&document, "the advisory", e)),
        };
        let (id, slug) = (record.identifier.clone(), record.package_slug.clone());
        match advisory(record) {
            Ok(advisory) => emit(Parsed::Advisory(Box::new(advisory))),
            Err(why) => emit(skipped(&document, &format!("{id} of {slug}"), why)),
        }
    }
}

fn advisory(record: Record) -> Result<Advisory, String> {
    let (kind, name) = record.package_slug.split_once('/').ok_or("its package has no kind")?;
    let (ecosystem, scheme) = ecosystem(kind).ok_or_else(|| format!("{kind:?} is no kind of package"))?;
    let syntax = match scheme {
        Scheme::Maven => Syntax::Maven,
        Scheme::NuGet => Syntax::NuGet,
        scheme => Syntax::Comparators(scheme),
    };
    let name = match scheme {
        Scheme::Maven => name.replacen('/', ":", 1),
        _ => name.to_owned(),
    };
    let mut affected = Affected::new(Ecosystem::new(ecosystem), name, NameKind::Binary);
    let text = record.affected_range.as_deref().unwrap_or_default();
    let ranges = Ranges::read(syntax, text).map_err(|e| format!("its range {text:?}: {e}"))?;
    affected.ranges = ranges.ranges;
    affected.versions = ranges.versions;
    // `cvE-2014-3530` is how somebody has typed it once.
    let id = upper_cve(record.identifier);
    let mut aliases: Vec<String> = record.identifiers.into_iter().map(upper_cve).collect();
    aliases.retain(|alias| *alias != id);
    let vectors = [record.cvss_v4, record.cvss_v3, record.cvss_v2];
    Ok(Advisory {
        // The same vulnerability has a document for each package.
        feed: format!("glad/{}", record.package_slug),
        id,
        aliases,
        summary: record.title.unwrap_or_default(),
        published: record.pubdate.map(day),
        modified: record.date.map(day),
        ratings: vectors.into_iter().flatten().map(|text| vector("GitLab", &text)).collect(),
        // CWE-937 and CWE-1035 say that a component is vulnerable, as all of these are.
        cwes: record.cwe_ids.into_iter().filter(|cwe| cwe != "CWE-937" && cwe != "CWE-1035").collect(),
        affected: vec![affected],
        references: record.urls.into_iter().map(|url| Reference { kind: "WEB".to_owned(), url }).collect(),
        ..Advisory::default()
    })
}

fn day(date: String) -> String {
    if date.len() == 10 { format!("{date}T00:00:00Z") } else { date }
}

fn upper_cve(id: String) -> String {
    if id.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("cve-")) {
        id.to_ascii_uppercase()
    } else {
        id
    }
}

fn ecosystem(kind: &str) -> Option<(&'static str, Scheme)> {
    Some(match kind {
        "cargo" => ("crates.io", Scheme::Semver),
        "conan" => ("ConanCenter", Scheme::Conan),
        "gem" => ("RubyGems", Scheme::RubyGems),
        "go" => ("Go", Scheme::Go),
        "maven" => ("Maven", Scheme::Maven),
        "npm" => ("npm", Scheme::Npm),
        "nuget" => ("NuGet", Scheme::NuGet),
        "packagist" => ("Packagist", Scheme::Packagist),
        "pub" => ("Pub", Scheme::Pub),
        "pypi" => ("PyPI", Scheme::Pep440),
        "swift" => ("SwiftURL", Scheme::Swift),
        _ => return None,
    })
}

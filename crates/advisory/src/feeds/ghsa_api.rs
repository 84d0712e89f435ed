//! GitHub's advisories as its two APIs answer: GraphQL and REST. (The database itself is published as OSV.)

use plimsoll_core::{Advisory, Affected, Ecosystem, NameKind, Reference};
use plimsoll_version::Scheme;
use plimsoll_version::expression::Syntax;
use serde::Deserialize;
use serde_json::Value;

use super::facts::{vector, word};
use super::ranges::Ranges;
use super::{About, Document, Emit, Feed, Parsed, Shape, skipped};
use crate::Error;

/// `securityAdvisories` of the GraphQL API, and `/advisories` of the REST API: one record, a list, or a page.
#[derive(Clone, Copy, Debug, Default)]
pub struct GithubApi;

/// Both APIs, by either's names.
#[derive(Deserialize)]
struct Record {
    #[serde(alias = "ghsaId")]
    ghsa_id: String,
    #[serde(default)]
    identifiers: Vec<Identifier>,
    summary: Option<String>,
    severity: Option<String>,
    cvss: Option<Cvss>,
    #[serde(alias = "cvssSeverities")]
    cvss_severities: Option<Severities>,
    #[serde(default)]
    cwes: Value,
    #[serde(default)]
    references: Vec<Value>,
    #[serde(alias = "publishedAt")]
    published_at: Option<String>,
    #[serde(alias = "updatedAt")]
    updated_at: Option<String>,
    #[serde(alias = "withdrawnAt")]
    withdrawn_at: Option<String>,
    #[serde(default)]
    vulnerabilities: Value,
}

#[derive(Deserialize)]
struct Identifier {
    value: String,
}

#[derive(Deserialize)]
struct Cvss {
    #[serde(alias = "vectorString")]
    vector_string: Option<String>,
}

#[derive(Deserialize)]
struct Severities {
    #[serde(alias = "cvssV3")]
    cvss_v3: Option<Cvss>,
    #[serde(alias = "cvssV4")]
    cvss_v4: Option<Cvss>,
}

#[derive(Deserialize)]
struct Vulnerability {
    package: Package,
    #[serde(alias = "vulnerableVersionRange")]
    vulnerable_version_range: Option<String>,
}

#[derive(Deserialize)]
struct Package {
    ecosystem: String,
    name: String,
}

impl Feed for GithubApi {
    fn about(&self) -> &'static About {
        &About {
            id: "github",
            title: "GitHub Advisory Database, GraphQL and REST",
            address: "https://api.github.com/advisories",
            licence: "CC-BY-4.0",
            decides: "which versions of a language's package are affected",
        }
    }

    fn recognises(&self, _: &Document<'_>, shape: &Shape<'_>) -> bool {
        shape.has(&["ghsaId"])
            || shape.has(&["ghsa_id"])
            || shape.has(&["data"]) && shape.inner.iter().any(|name| name == "securityAdvisories")
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let value: Value = super::json(self, &document)?;
        let page = value.pointer("/data/securityAdvisories/nodes").cloned();
        let records = match page.unwrap_or(value) {
            Value::Array(records) => records,
            record => vec![record],
        };
        for (index, record) in records.into_iter().enumerate() {
            let id =
                ["ghsaId", "ghsa_id"].iter().find_map(|name| record.get(name)?.as_str()).map(str::to_owned);
            let id = id.unwrap_or_else(|| format!("advisory {index}"));
            match Record::deserialize(record).map_err(|e| e.to_string()).and_then(advisory) {
                Ok(advisory) => emit(Parsed::Advisory(Box::new(advisory)))?,
                Err(why) => emit(skipped(&document, &id, why))?,
            }
        }
        Ok(())
    }
}

fn advisory(record: Record) -> Result<Advisory, String> {
    let mut affected = Vec::new();
    for vulnerability in nodes(record.vulnerabilities) {
        let vulnerability = Vulnerability::deserialize(vulnerability).map_err(|e| e.to_string())?;
        let Some((ecosystem, scheme)) = ecosystem(&vulnerability.package.ecosystem) else { continue };
        let text = vulnerability.vulnerable_version_range.unwrap_or_default();
        let ranges = Ranges::read(Syntax::Comparators(scheme), &text)
            .map_err(|e| format!("its range {text:?}: {e}"))?;
        let mut entry =
            Affected::new(Ecosystem::new(ecosystem), vulnerability.package.name, NameKind::Binary);
        entry.ranges = ranges.ranges;
        entry.versions = ranges.versions;
        affected.push(entry);
    }
    let severities =
        record.cvss_severities.map(|all| [all.cvss_v4, all.cvss_v3]).into_iter().flatten().flatten();
    let vectors = severities.chain(record.cvss).filter_map(|cvss| cvss.vector_string);
    let mut ratings = Vec::new();
    for rating in
        vectors.map(|text| vector("GHSA", &text)).chain(record.severity.map(|text| word("GHSA", &text)))
    {
        if !ratings.contains(&rating) {
            ratings.push(rating);
        }
    }
    let cwe =
        |cwe: Value| ["cweId", "cwe_id"].iter().find_map(|name| cwe.get(name)?.as_str()).map(str::to_owned);
    let url = |link: Value| link.as_str().or_else(|| link.get("url")?.as_str()).map(str::to_owned);
    let id = record.ghsa_id;
    Ok(Advisory {
        feed: "github".to_owned(),
        aliases: record.identifiers.into_iter().map(|id| id.value).filter(|alias| *alias != id).collect(),
        id,
        summary: record.summary.unwrap_or_default(),
        published: record.published_at,
        modified: record.updated_at,
        withdrawn: record.withdrawn_at,
        ratings,
        cwes: nodes(record.cwes).into_iter().filter_map(cwe).collect(),
        affected,
        references: record
            .references
            .into_iter()
            .filter_map(|link| Some(Reference { kind: "WEB".to_owned(), url: url(link)? }))
            .collect(),
        ..Advisory::default()
    })
}

/// A list: GraphQL puts it into `nodes`.
fn nodes(value: Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list,
        Value::Object(mut object) => match object.remove("nodes") {
            Some(Value::Array(list)) => list,
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// `SecurityAdvisoryEcosystem` of GraphQL, and the same in small letters of REST.
fn ecosystem(name: &str) -> Option<(&'static str, Scheme)> {
    Some(match name.to_ascii_uppercase().as_str() {
        "ACTIONS" => ("GitHub Actions", Scheme::Semver),
        "COMPOSER" => ("Packagist", Scheme::Packagist),
        "ERLANG" => ("Hex", Scheme::Hex),
        "GO" => ("Go", Scheme::Go),
        "MAVEN" => ("Maven", Scheme::Maven),
        "NPM" => ("npm", Scheme::Npm),
        "NUGET" => ("NuGet", Scheme::NuGet),
        "PIP" => ("PyPI", Scheme::Pep440),
        "PUB" => ("Pub", Scheme::Pub),
        "RUBYGEMS" => ("RubyGems", Scheme::RubyGems),
        "RUST" => ("crates.io", Scheme::Semver),
        "SWIFT" => ("SwiftURL", Scheme::Swift),
        _ => return None,
    })
}

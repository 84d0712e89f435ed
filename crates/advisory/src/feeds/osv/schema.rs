//! The parts of an OSV record that are read, as the OSV schema (1.7) writes them. What is not named here is skipped.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
pub(super) struct Record<'a> {
    #[serde(borrow)]
    pub(super) id: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) modified: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) published: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) withdrawn: Option<Cow<'a, str>>,
    pub(super) aliases: Option<Vec<String>>,
    pub(super) upstream: Option<Vec<String>>,
    pub(super) related: Option<Vec<String>>,
    pub(super) summary: Option<String>,
    #[serde(borrow)]
    pub(super) details: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) severity: Option<Vec<Severity<'a>>>,
    #[serde(borrow)]
    pub(super) affected: Option<Vec<Affected<'a>>>,
    #[serde(borrow)]
    pub(super) references: Option<Vec<Reference<'a>>>,
    #[serde(borrow)]
    pub(super) database_specific: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Severity<'a> {
    #[serde(rename = "type", borrow)]
    pub(super) kind: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) score: Cow<'a, str>,
}

#[derive(Deserialize)]
pub(super) struct Reference<'a> {
    #[serde(rename = "type", borrow)]
    pub(super) kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) url: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
pub(super) struct Affected<'a> {
    #[serde(borrow)]
    pub(super) package: Option<Package<'a>>,
    #[serde(borrow)]
    pub(super) severity: Option<Vec<Severity<'a>>>,
    #[serde(borrow)]
    pub(super) ranges: Option<Vec<Range<'a>>>,
    pub(super) versions: Option<Vec<String>>,
    #[serde(borrow)]
    pub(super) ecosystem_specific: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) database_specific: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Package<'a> {
    #[serde(borrow)]
    pub(super) ecosystem: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) name: Cow<'a, str>,
}

#[derive(Deserialize)]
pub(super) struct Range<'a> {
    /// Kubernetes' records leave it out where it is the ecosystem's own order.
    #[serde(rename = "type", borrow)]
    pub(super) kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) events: Option<Vec<Event<'a>>>,
}

/// An event has exactly one member by the schema; some records carry several, each of which counts.
#[derive(Deserialize)]
pub(super) struct Event<'a> {
    #[serde(borrow)]
    pub(super) introduced: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) fixed: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) last_affected: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) limit: Option<Cow<'a, str>>,
}

/// The members of `database_specific` and `ecosystem_specific` that are known to mean something. Their types are
/// every database's own affair, so that each is taken as it comes and looked at on its own.
#[derive(Default, Deserialize)]
pub(super) struct Specific<'a> {
    /// GHSA, Bitnami, RetireJS: a word.
    #[serde(borrow)]
    pub(super) severity: Option<&'a RawValue>,
    /// GHSA: `["CWE-79"]`.
    #[serde(borrow)]
    pub(super) cwe_ids: Option<&'a RawValue>,
    /// GHSA in its affected entries: `[{"cweId": "CWE-79"}]`.
    #[serde(borrow)]
    pub(super) cwes: Option<&'a RawValue>,
    /// RustSec: a vector.
    #[serde(borrow)]
    pub(super) cvss: Option<&'a RawValue>,
    /// RustSec: `unmaintained`, `unsound`, `notice`.
    #[serde(borrow)]
    pub(super) informational: Option<&'a RawValue>,
    /// RustSec: `{"arch": [], "os": ["windows"]}`.
    #[serde(borrow)]
    pub(super) affects: Option<&'a RawValue>,
    /// Debian: `unimportant`, `low`, `end-of-life`.
    #[serde(borrow)]
    pub(super) urgency: Option<&'a RawValue>,
    /// Go: the packages of the module, with the systems that they are built on.
    #[serde(borrow)]
    pub(super) imports: Option<&'a RawValue>,
    /// Go: ranges over versions that are no Go module versions.
    #[serde(borrow)]
    pub(super) custom_ranges: Option<&'a RawValue>,
    /// SUSE: the binary packages with their fixed versions.
    #[serde(borrow)]
    pub(super) binaries: Option<&'a RawValue>,
    /// RubyGems and Maven: scores without their vectors.
    #[serde(borrow)]
    pub(super) cvss_v2_score: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) cvss_v3_score: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) cvss_v4_score: Option<&'a RawValue>,
    /// OpenSSF malicious packages.
    #[serde(rename = "malicious-packages-origins", borrow)]
    pub(super) malicious: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Affects {
    pub(super) os: Option<Vec<String>>,
    pub(super) arch: Option<Vec<String>>,
}

#[derive(Deserialize)]
pub(super) struct Import {
    pub(super) goos: Option<Vec<String>>,
    pub(super) goarch: Option<Vec<String>>,
}

#[derive(Deserialize)]
pub(super) struct Weakness<'a> {
    #[serde(rename = "cweId", borrow)]
    pub(super) id: Option<Cow<'a, str>>,
}

impl<'a> Specific<'a> {
    /// What is known of a `…_specific` member; nothing where it is no object.
    pub(super) fn read(raw: Option<&'a RawValue>) -> Self {
        read(raw).unwrap_or_default()
    }
}

/// The value as a `T`, where it is one.
pub(super) fn read<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Option<T> {
    serde_json::from_str(raw?.get()).ok()
}

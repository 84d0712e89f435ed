//! Other tools' ignore files, allowlists and policies, read as rules as far as each can be said.

mod azure;
mod grype;
mod harbor;
mod inspector;
mod node;
mod osv_scanner;
mod trivy;

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use serde::Serialize;

pub(crate) use node::Node;

use crate::ruleset::Place;
use crate::{Date, Error, Rule, Ruleset};

/// A file format of another tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Trivy's `.trivyignore`.
    TrivyIgnore,
    /// Trivy's `.trivyignore.yaml`.
    TrivyIgnoreYaml,
    /// The `ignore` section of Grype's configuration.
    Grype,
    /// `osv-scanner.toml`.
    OsvScanner,
    /// A CVE allowlist of Harbor, of a project or of the system, as its API gives it.
    HarborAllowlist,
    /// A policy exemption of Azure, or a list of them.
    AzureExemption,
    /// Filters of Amazon Inspector, which Amazon ECR's enhanced scanning obeys.
    InspectorFilters,
}

/// What became of a file.
#[derive(Clone, Debug, Default)]
pub struct Import {
    /// The rules that say the same as entries of the file.
    pub rules: Ruleset,
    /// The entries that no rule was made of.
    pub lost: Vec<Lost>,
}

/// An entry that was not carried over: a rule that said less would disable more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lost {
    /// The file, and the line where the format tells it.
    pub source: String,
    /// The entry.
    pub entry: String,
    /// Why no rule says the same.
    pub why: String,
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} was not carried over: {}", self.source, self.entry, self.why)
    }
}

impl Format {
    const ALL: [(Format, &'static str); 7] = [
        (Self::TrivyIgnore, "trivyignore"),
        (Self::TrivyIgnoreYaml, "trivyignore-yaml"),
        (Self::Grype, "grype"),
        (Self::OsvScanner, "osv-scanner"),
        (Self::HarborAllowlist, "harbor-allowlist"),
        (Self::AzureExemption, "azure-exemption"),
        (Self::InspectorFilters, "inspector-filters"),
    ];

    /// The format's name.
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(format, _)| *format == self).map_or("", |(_, name)| name)
    }

    /// The format that a file seems to have, by its name and what is in it.
    pub fn detect(file: &str, text: &str) -> Option<Self> {
        let file = file.rsplit(['/', '\\']).next().unwrap_or(file).to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().all(|word| text.contains(word));
        let yaml = file.ends_with(".yaml") || file.ends_with(".yml");
        if yaml && (file.contains("trivyignore") || has(&["vulnerabilities:", "id:"])) {
            return Some(Self::TrivyIgnoreYaml);
        }
        if file.ends_with("trivyignore") {
            return Some(Self::TrivyIgnore);
        }
        if yaml && (file.contains("grype") || has(&["ignore:", "vulnerability:"])) {
            return Some(Self::Grype);
        }
        if file.ends_with(".toml")
            && (file.contains("osv-scanner")
                || text.contains("[[IgnoredVulns]]")
                || text.contains("[[PackageOverrides]]"))
        {
            return Some(Self::OsvScanner);
        }
        let json = text.trim_start().starts_with(['{', '[']);
        match () {
            () if !json => None,
            () if has(&["\"cve_id\""]) || has(&["\"cve_allowlist\""]) => Some(Self::HarborAllowlist),
            () if has(&["policyExemptions"]) || has(&["\"exemptionCategory\""]) => Some(Self::AzureExemption),
            () if has(&["\"criteria\""]) || has(&["\"filterCriteria\""]) => Some(Self::InspectorFilters),
            () => None,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name of no [`Format`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a format: expected trivyignore, trivyignore-yaml, grype, osv-scanner, harbor-allowlist, \
     azure-exemption or inspector-filters"
)]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        let found = Self::ALL.into_iter().find(|(_, name)| name.eq_ignore_ascii_case(text));
        found.map(|(format, _)| format).ok_or_else(|| UnknownFormat(text.chars().take(40).collect()))
    }
}

/// Reads a file of another tool. `name` is what errors and reports call it, and begins the ids of its rules.
///
/// # Errors
/// A text that does not follow the format's syntax. Entries that can't be said as rules are no error: they are in
/// [`Import::lost`], each with the reason.
///
/// ```
/// use plimsoll_rules::{Format, import};
/// let import = import(Format::TrivyIgnore, ".trivyignore", "CVE-2019-0004 exp:2030-01-01\nAVD-DS-0002\n")?;
/// let rule = import.rules.rules().next().unwrap();
/// assert_eq!(rule.cve, ["CVE-2019-0004"]);
/// // Trivy's date is the first day on which the entry no longer holds.
/// assert_eq!(rule.expires.unwrap().to_string(), "2029-12-31");
/// assert_eq!(import.lost[0].entry, "AVD-DS-0002");
/// # Ok::<(), plimsoll_rules::Error>(())
/// ```
pub fn import(format: Format, name: &str, text: &str) -> Result<Import, Error> {
    let mut draft = Draft::new(name);
    match format {
        Format::TrivyIgnore => trivy::lines(&mut draft, text)?,
        Format::TrivyIgnoreYaml => trivy::yaml(&mut draft, text)?,
        Format::Grype => grype::read(&mut draft, text)?,
        Format::OsvScanner => osv_scanner::read(&mut draft, text)?,
        Format::HarborAllowlist => harbor::read(&mut draft, text)?,
        Format::AzureExemption => azure::read(&mut draft, text)?,
        Format::InspectorFilters => inspector::read(&mut draft, text)?,
    }
    Ok(draft.finish())
}

/// An import that is being made.
pub(crate) struct Draft {
    pub(crate) file: String,
    import: Import,
    ids: HashSet<String>,
}

impl Draft {
    pub(crate) fn new(file: &str) -> Self {
        Self { file: file.to_owned(), import: Import::default(), ids: HashSet::new() }
    }

    /// Adds a rule. Its id is made of the file's name and what the entry is about.
    pub(crate) fn add(&mut self, line: usize, about: &str, rule: Rule) {
        let mut id = format!("{}:{about}", self.file);
        // Entries may repeat each other.
        let mut count = 1;
        while !self.ids.insert(id.clone()) {
            count += 1;
            id = format!("{}:{about}#{}", self.file, self.import.rules.len() + count);
        }
        let reason =
            if rule.reason.trim().is_empty() { format!("listed in {}", self.file) } else { rule.reason };
        let place = Place { file: self.file.clone(), line };
        let rule = Rule { id, reason: one_line(&reason), ..rule };
        if let Err(Error::Rule { problem, .. }) = self.import.rules.add(rule, place) {
            self.lose(line, about, &problem.to_string());
        }
    }

    pub(crate) fn finish(self) -> Import {
        self.import
    }

    /// Notes an entry that is not carried over.
    pub(crate) fn lose(&mut self, line: usize, entry: &str, why: &str) {
        let source = Place { file: self.file.clone(), line }.to_string();
        self.import.lost.push(Lost { source, entry: one_line(entry), why: one_line(why) });
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(500).collect()
}

/// A text that is compared as it is there, and so must have none of the characters by which rules mean more.
pub(crate) fn literal(text: &str) -> Result<String, String> {
    if text.contains(['*', '?']) {
        return Err(format!("{text:?} has wildcards, which are plain characters there"));
    }
    Ok(text.to_owned())
}

/// The same for a package URL.
pub(crate) fn literal_purl(text: &str) -> Result<String, String> {
    let purl: plimsoll_core::Purl = text.parse().map_err(|e: plimsoll_core::PurlError| e.to_string())?;
    let optional = [&purl.namespace, &purl.version, &purl.subpath].into_iter().flatten();
    for part in optional.chain([&purl.name]).chain(purl.qualifiers.values()) {
        literal(part)?;
    }
    Ok(text.to_owned())
}

/// The same for a version.
pub(crate) fn literal_version(text: &str) -> Result<String, String> {
    if text.contains(['<', '>', '=', '!', ',']) {
        return Err(format!("the version {text:?} is a range, which is plain text there"));
    }
    Ok(text.to_owned())
}

/// The last day that is whole before an instant that a file names.
pub(crate) fn until(text: Option<&str>) -> Result<Option<Date>, String> {
    text.map(Date::last_before).transpose().map_err(|e| e.to_string())
}

/// The beginnings of vulnerability ids (OSV schema, "Database-specific prefixes", and vendors' own).
static PREFIXES: &[&str] = &[
    "A",
    "ALAS",
    "ALAS2",
    "ALAS2022",
    "ALAS2023",
    "ALBA",
    "ALEA",
    "ALPINE",
    "ALSA",
    "ASA",
    "ASB",
    "AVG",
    "AZL",
    "BELL",
    "BIT",
    "CAN",
    "CGA",
    "CLEANSTART",
    "COUNTRY",
    "CURL",
    "CVE",
    "DEBIAN",
    "DHI",
    "DLA",
    "DRUPAL",
    "DSA",
    "DTSA",
    "ECHO",
    "EEF",
    "ELA",
    "ELBA",
    "ELSA",
    "EUVD",
    "FEDORA",
    "GCVE",
    "GHSA",
    "GLSA",
    "GMS",
    "GO",
    "GSD",
    "HSEC",
    "JLSEC",
    "JVNDB",
    "KUBE",
    "LBSEC",
    "LSN",
    "MAL",
    "MGASA",
    "MINI",
    "NPM",
    "NSWG",
    "OESA",
    "OPENSUSE",
    "ORACLE",
    "OSEC",
    "OSV",
    "PHSA",
    "PSF",
    "PUB",
    "PYSEC",
    "RHBA",
    "RHEA",
    "RHSA",
    "RLBA",
    "RLSA",
    "ROOT",
    "RSEC",
    "RUSTSEC",
    "RXSA",
    "SNYK",
    "SUSE",
    "TEMP",
    "UBUNTU",
    "USN",
    "V8",
    "VU",
    "WOLFI",
    "CVE",
    "XSA",
];

/// Whether a text looks like the id of a vulnerability, not of a misconfiguration, a secret or a licence.
pub(crate) fn is_vulnerability_id(text: &str) -> bool {
    let Some((prefix, rest)) = text.split_once('-') else { return false };
    PREFIXES.iter().any(|known| known.eq_ignore_ascii_case(prefix))
        && rest.bytes().any(|b| b.is_ascii_alphanumeric())
}

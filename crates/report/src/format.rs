use std::io::{self, Write};

use crate::{Report, Style, formats};

/// A form in which a report can be written: [`FORMATS`] has all of them, [`Format::find`] finds one by its name.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// The name that people choose it by: `sarif`.
    pub id: &'static str,
    /// What it is and who reads it, in a line.
    pub about: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// How files of it end, without the dot.
    pub extension: &'static str,
    /// What of a report it has.
    pub content: Content,
    pub(crate) write: fn(&Report, &Options, &mut dyn Write) -> io::Result<()>,
}

/// What a [`Format`] has of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Content {
    /// Packages alone: it says as much of an inventory as of a scan.
    Packages,
    /// Packages, and findings where there are any.
    Both,
    /// Findings: it makes sense of a scan alone.
    Findings,
}

/// What a document says that no report knows. Every field has a default, with which the document is whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The time that the document states, as RFC 3339 or a date. None: the time of the newest advisory, else that of
    /// the image, else the beginning of 1970, so that the same report always gives the same document.
    pub time: Option<String>,
    /// How tables are drawn.
    pub style: Style,
    /// Whether tables name the layer of each finding.
    pub layers: bool,
    /// Whether the report is of packages that nobody matched: nothing is said of findings then.
    pub inventory: bool,
    /// Who issues the document, where the format asks. None: the tool's name.
    pub author: Option<String>,
    /// The AWS account and region that findings are imported into; none means `000000000000` and `us-east-1`.
    pub aws: Option<(String, String)>,
    /// The commit that a dependency snapshot is of.
    pub commit: Commit,
}

/// Which commit and which run of which job a document belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The commit's SHA-1, in hexadecimal. Default: all zeros.
    pub sha: String,
    /// The branch or tag. Default: `refs/heads/main`.
    pub reference: String,
    /// The run. Default: `0`.
    pub run: String,
    /// The workflow and job. Default: `plimsoll`.
    pub job: String,
}

impl Default for Commit {
    fn default() -> Self {
        Self {
            sha: "0".repeat(40),
            reference: "refs/heads/main".to_owned(),
            run: "0".to_owned(),
            job: "plimsoll".to_owned(),
        }
    }
}

impl Format {
    /// The format of that name.
    ///
    /// ```
    /// assert_eq!(plimsoll_report::Format::find("sarif").unwrap().extension, "sarif");
    /// assert!(plimsoll_report::Format::find("word").is_none());
    /// ```
    pub fn find(id: &str) -> Option<&'static Format> {
        FORMATS.iter().find(|format| format.id == id)
    }

    /// Writes the report.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
        (self.write)(report, options, out)
    }
}

/// A line of [`FORMATS`].
macro_rules! formats {
    ($($(#[$when:meta])? $id:literal, $content:ident, $media:literal, $extension:literal, $about:literal, $write:expr;)*) => {
        &[$($(#[$when])? Format {
            id: $id,
            about: $about,
            media_type: $media,
            extension: $extension,
            content: Content::$content,
            write: $write,
        },)*]
    };
}

/// Every format, in the order in which people look for them.
pub const FORMATS: &[Format] = formats![
    "table", Findings, "text/plain", "txt",
        "for people, on a terminal", formats::table;
    "json", Findings, "application/json", "json",
        "for scripts, with everything that is known (docs/json.md)", formats::json;
    "html", Findings, "text/html", "html",
        "for people, one file for a browser", formats::html::write;
    "markdown", Findings, "text/markdown", "md",
        "for comments and job summaries", formats::markdown::write;
    "csv", Findings, "text/csv", "csv",
        "for spreadsheets: a line for each finding", formats::csv::write;
    #[cfg(feature = "parquet")]
    "parquet", Findings, "application/vnd.apache.parquet", "parquet",
        "Apache Parquet, for fleets: a row for each finding, with its image", formats::parquet::write;
    "sarif", Findings, "application/sarif+json", "sarif",
        "SARIF 2.1.0: code scanning", formats::sarif::write;
    "cyclonedx", Both, "application/vnd.cyclonedx+json; version=1.6", "cdx.json",
        "CycloneDX 1.6 JSON: bill of materials and vulnerabilities", formats::cyclonedx::json_1_6;
    "cyclonedx-xml", Both, "application/vnd.cyclonedx+xml; version=1.6", "cdx.xml",
        "CycloneDX 1.6 XML", formats::cyclonedx::xml_1_6;
    "cyclonedx-1.5", Both, "application/vnd.cyclonedx+json; version=1.5", "cdx.json",
        "CycloneDX 1.5 JSON", formats::cyclonedx::json_1_5;
    "cyclonedx-1.5-xml", Both, "application/vnd.cyclonedx+xml; version=1.5", "cdx.xml",
        "CycloneDX 1.5 XML", formats::cyclonedx::xml_1_5;
    "spdx", Both, "application/spdx+json", "spdx.json",
        "SPDX 2.3 JSON: bill of materials", formats::spdx::json;
    "spdx-tag-value", Both, "text/spdx", "spdx",
        "SPDX 2.3 tag-value", formats::spdx::tag_value;
    "spdx-3", Both, "application/spdx+json; version=3.0.1", "spdx3.json",
        "SPDX 3.0 JSON-LD: bill of materials and vulnerabilities", formats::spdx3::write;
    "openvex", Findings, "application/json", "openvex.json",
        "OpenVEX 0.2: which vulnerabilities affect the image", formats::openvex::write;
    "csaf", Findings, "application/json", "csaf.json",
        "CSAF 2.0, profile VEX", formats::csaf::write;
    "junit", Findings, "application/xml", "xml",
        "JUnit XML: each finding a failed test", formats::junit::write;
    "gitlab", Findings, "application/json", "json",
        "GitLab container scanning 15.0", formats::gitlab::write;
    "gitlab-codequality", Findings, "application/json", "json",
        "GitLab Code Quality", formats::codequality::write;
    "github", Packages, "application/json", "json",
        "GitHub dependency snapshot", formats::github::write;
    "harbor", Findings, "application/vnd.security.vulnerability.report; version=1.1", "json",
        "Harbor scanner adapter report 1.1", formats::harbor::write;
    "azure", Findings, "application/json", "json",
        "Azure sub-assessments, AzureContainerRegistryVulnerability", formats::azure::write;
    "azure-2019", Findings, "application/json", "json",
        "Azure sub-assessments, ContainerRegistryVulnerability (2019-01-01-preview)", formats::azure::write_2019;
    "asff", Findings, "application/json", "json",
        "AWS Security Finding Format", formats::asff::write;
    "ecr", Findings, "application/json", "json",
        "Amazon ECR scan findings", formats::ecr::write;
    "prometheus", Findings, "text/plain; version=0.0.4", "prom",
        "Prometheus text: counts for monitoring", formats::prometheus::write;
];

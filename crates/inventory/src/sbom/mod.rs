//! Bills of materials as an input: what another tool found, in the form of an inventory, so that it can be matched
//! like an image.

mod component;
mod cyclonedx;
mod cyclonedx_xml;
mod spdx;
mod syft;
mod tag_value;
#[cfg(test)]
mod tests;

use plimsoll_core::{Diagnostic, DiagnosticKind, Distro};
use serde::Deserialize;

use crate::catalogers::json::{self, Text};
use crate::{Error, Inventory};
use component::Stated;

/// The forms in which bills of materials are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SbomFormat {
    /// CycloneDX 1.x, JSON (ECMA-424).
    CycloneDxJson,
    /// CycloneDX 1.x, XML.
    CycloneDxXml,
    /// SPDX 2.x, JSON (ISO/IEC 5962).
    SpdxJson,
    /// SPDX 2.x, tag-value.
    SpdxTagValue,
    /// Syft's own JSON.
    SyftJson,
}

impl SbomFormat {
    /// Its name, for reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::CycloneDxJson => "CycloneDX JSON",
            Self::CycloneDxXml => "CycloneDX XML",
            Self::SpdxJson => "SPDX JSON",
            Self::SpdxTagValue => "SPDX tag-value",
            Self::SyftJson => "Syft JSON",
        }
    }

    /// The format of a document, by what it says of itself; nothing where it is none of them.
    ///
    /// # Errors
    /// It is a bill of materials in a form that is not read, such as SPDX 3.
    pub fn of(bytes: &[u8]) -> Result<Option<Self>, Error> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let start = bytes.trim_ascii_start();
        if start.starts_with(b"<") {
            let head = String::from_utf8_lossy(start.get(..4096).unwrap_or(start)).into_owned();
            let is_bom = head.contains("<bom") || head.contains(":bom");
            return Ok((is_bom && head.contains("cyclonedx.org")).then_some(Self::CycloneDxXml));
        }
        if start.starts_with(b"{") {
            return json::read::<Probe>(bytes).map_or(Ok(None), |probe| probe.format());
        }
        let head = start.get(..4096).unwrap_or(start);
        let mut lines = head.split(|&b| b == b'\n').map(<[u8]>::trim_ascii);
        let first = lines.find(|line| !line.is_empty() && !line.starts_with(b"#"));
        Ok(first.is_some_and(|line| line.starts_with(b"SPDXVersion:")).then_some(Self::SpdxTagValue))
    }
}

/// What tells the JSON formats apart: keys that each of them must have.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Probe {
    bom_format: Text,
    spdx_version: Text,
    artifacts: Option<serde::de::IgnoredAny>,
    descriptor: Option<serde::de::IgnoredAny>,
    #[serde(rename = "@context")]
    context: Text,
}

impl Probe {
    fn format(&self) -> Result<Option<SbomFormat>, Error> {
        if self.bom_format.some().is_some_and(|name| name.eq_ignore_ascii_case("CycloneDX")) {
            return Ok(Some(SbomFormat::CycloneDxJson));
        }
        if let Some(version) = self.spdx_version.some() {
            return if version.starts_with("SPDX-2.") {
                Ok(Some(SbomFormat::SpdxJson))
            } else {
                Err(Error::UnsupportedSbom { found: version.chars().take(40).collect() })
            };
        }
        if self.context.some().is_some_and(|context| context.contains("spdx.org")) {
            return Err(Error::UnsupportedSbom { found: "SPDX 3".to_owned() });
        }
        Ok((self.artifacts.is_some() && self.descriptor.is_some()).then_some(SbomFormat::SyftJson))
    }
}

/// A bill of materials that was read.
#[derive(Clone, Debug)]
pub struct Sbom {
    /// Its format.
    pub format: SbomFormat,
    /// What it says that it describes.
    pub subject: Option<String>,
    /// What it lists. What it says of a package that cannot be used is a diagnostic.
    pub inventory: Inventory,
}

/// What a format's reader takes out of a document.
#[derive(Default)]
struct Document {
    subject: Option<String>,
    distro: Option<Distro>,
    stated: Vec<Stated>,
    diagnostics: Vec<Diagnostic>,
}

impl Sbom {
    /// Reads a document whose format is recognised by its content.
    ///
    /// # Errors
    /// It is none of the formats, or does not follow its own. What is wrong with a single component is a diagnostic.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let format = SbomFormat::of(bytes)?.ok_or(Error::NotAnSbom)?;
        let broken = |reason: String| Error::BrokenSbom { format: format.name(), reason };
        let document = match format {
            SbomFormat::CycloneDxJson => cyclonedx::read(bytes).map_err(|error| broken(error.to_string()))?,
            SbomFormat::CycloneDxXml => cyclonedx_xml::read(bytes).map_err(broken)?,
            SbomFormat::SpdxJson => spdx::read(bytes).map_err(|error| broken(error.to_string()))?,
            SbomFormat::SpdxTagValue => tag_value::read(bytes),
            SbomFormat::SyftJson => syft::read(bytes).map_err(|error| broken(error.to_string()))?,
        };
        let Document { subject, distro, stated, mut diagnostics } = document;
        let packages = component::packages(stated, distro.as_ref(), &mut diagnostics);
        if packages.is_empty() {
            let message = format!("the {} document lists no package", format.name());
            diagnostics.push(Diagnostic::new(DiagnosticKind::Note, message));
        }
        let inventory = Inventory { distro, packages, diagnostics, ..Inventory::default() };
        Ok(Self { format, subject, inventory })
    }
}

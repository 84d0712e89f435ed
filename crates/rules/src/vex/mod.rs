//! VEX: what makers of software say about vulnerabilities in it.

mod compile;
mod csaf;
mod cyclonedx;
mod instant;
mod openvex;
mod write;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use compile::vex_rules;
pub use write::{OpenVex, openvex};

use crate::import::Node;
use crate::{Error, Lost};

/// A VEX document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VexDocument {
    /// What errors and reports call it.
    pub file: String,
    /// Its own id.
    pub id: Option<String>,
    /// Who says what it says.
    pub author: Option<String>,
    /// Its statements, one for each vulnerability, product and part of it.
    pub statements: Vec<VexStatement>,
    /// What of it could not be read.
    pub lost: Vec<Lost>,
}

/// One statement of a VEX document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VexStatement {
    /// The vulnerability's id.
    pub vulnerability: String,
    /// Its other ids.
    pub aliases: Vec<String>,
    /// The product.
    pub product: VexProduct,
    /// The part of the product that the vulnerability is in.
    pub subcomponent: Option<VexProduct>,
    /// Versions of the product that it is limited to, one by one or as ranges (`vers:npm/>=1.0|<2.0`).
    pub versions: Vec<String>,
    /// What it says.
    pub status: VexStatus,
    /// Why the product is not affected, as the document's format words it.
    pub justification: Option<String>,
    /// The same in prose.
    pub impact: Option<String>,
    /// When it was said, RFC 3339.
    pub timestamp: Option<String>,
}

/// A product, or a part of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VexProduct {
    /// The id as written.
    pub id: String,
    /// The package URLs that identify it, any one of them.
    pub purls: Vec<String>,
    /// The CPE name that identifies it.
    pub cpe: Option<String>,
}

/// What a statement says of a vulnerability in a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum VexStatus {
    /// It has no effect on the product.
    NotAffected,
    /// It has.
    Affected,
    /// It had, in earlier versions.
    Fixed,
    /// Nobody knows yet.
    UnderInvestigation,
}

impl fmt::Display for VexStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAffected => "not_affected",
            Self::Affected => "affected",
            Self::Fixed => "fixed",
            Self::UnderInvestigation => "under_investigation",
        })
    }
}

/// Why a product is not affected (OpenVEX specification, "Status Justifications").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Justification {
    /// The vulnerable component is not in the product.
    ComponentNotPresent,
    /// The component is, without the vulnerable code.
    VulnerableCodeNotPresent,
    /// The code is, and never runs.
    VulnerableCodeNotInExecutePath,
    /// The code runs, and no attacker controls what it works on.
    VulnerableCodeCannotBeControlledByAdversary,
    /// Something else in the product stops the attack.
    InlineMitigationsAlreadyExist,
}

impl fmt::Display for Justification {
    /// As OpenVEX writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ComponentNotPresent => "component_not_present",
            Self::VulnerableCodeNotPresent => "vulnerable_code_not_present",
            Self::VulnerableCodeNotInExecutePath => "vulnerable_code_not_in_execute_path",
            Self::VulnerableCodeCannotBeControlledByAdversary => {
                "vulnerable_code_cannot_be_controlled_by_adversary"
            }
            Self::InlineMitigationsAlreadyExist => "inline_mitigations_already_exist",
        })
    }
}

impl Justification {
    /// Reads the justification of any of the formats.
    pub(crate) fn read(text: &str) -> Option<Self> {
        Some(match text {
            "component_not_present" => Self::ComponentNotPresent,
            "vulnerable_code_not_present" | "code_not_present" => Self::VulnerableCodeNotPresent,
            "vulnerable_code_not_in_execute_path" | "code_not_reachable" => {
                Self::VulnerableCodeNotInExecutePath
            }
            "vulnerable_code_cannot_be_controlled_by_adversary" => {
                Self::VulnerableCodeCannotBeControlledByAdversary
            }
            // CycloneDX tells apart by what the attack is stopped.
            "inline_mitigations_already_exist"
            | "protected_by_mitigating_control"
            | "protected_at_perimeter"
            | "protected_at_runtime"
            | "protected_by_compiler" => Self::InlineMitigationsAlreadyExist,
            _ => return None,
        })
    }
}

impl VexDocument {
    /// Reads a document: OpenVEX (v0.0.1 to v0.2.0), CSAF (2.0, 2.1) or CycloneDX (1.4 and later), told apart by
    /// what is in it. `name` is what errors and reports call it.
    ///
    /// # Errors
    /// A text that is not JSON, or none of the three.
    pub fn parse(name: &str, json: &str) -> Result<Self, Error> {
        let node = Node::json(name, json)?;
        let mut document = Self { file: name.to_owned(), ..Self::default() };
        if node.text_at("bomFormat").is_some_and(|format| format == "CycloneDX") {
            cyclonedx::read(&node, &mut document);
        } else if node.get("document").and_then(|of| of.text_at("csaf_version")).is_some() {
            csaf::read(&node, &mut document);
        } else if node.get("statements").is_some()
            || node.text_at("@context").is_some_and(|c| c.contains("openvex"))
        {
            openvex::read(&node, &mut document);
        } else {
            return Err(Error::Syntax {
                file: name.to_owned(),
                line: 1,
                problem: "not a VEX document: neither OpenVEX nor CSAF nor CycloneDX".to_owned(),
            });
        }
        Ok(document)
    }

    fn lose(&mut self, entry: &str, why: &str) {
        self.lost.push(Lost { source: self.file.clone(), entry: entry.to_owned(), why: why.to_owned() });
    }
}

impl VexProduct {
    /// A product whose id may be a package URL.
    fn new(id: &str) -> Self {
        let purls = if id.starts_with("pkg:") { vec![id.to_owned()] } else { Vec::new() };
        Self { id: id.to_owned(), purls, cpe: None }
    }
}

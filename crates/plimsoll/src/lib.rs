//! Scan container images for known vulnerabilities.
//!
//! A [`Scanner`] joins Plimsoll's stages: it opens an [`Image`], takes its [`Inventory`], matches the packages
//! against the advisories of a [`Store`], chooses each finding's [`Severity`] by a [`Policy`], applies the owner's
//! [`Ruleset`], and returns a [`Report`]. Each stage is a crate of its own, re-exported here, and can be used alone.
//!
//! ```no_run
//! let scanner = plimsoll::Scanner::new(plimsoll::Store::open("advisories.db")?)?;
//! let report = scanner.scan(&"app.tar".parse()?)?;
//! for finding in report.active() {
//!     println!("{} {} {} {:?}", finding.severity, finding.id, finding.package.purl, finding.fixed_versions);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod asked;
mod assessment;
mod error;
mod facts;
mod inventory;
mod kept;
mod order;
mod reference;
mod remedy;
#[cfg(feature = "registry")]
mod remote;
mod scanner;
mod seen;
mod severity;
pub mod starter;
mod subject;
mod support;
mod threat;

pub use asked::rules_image;
pub use error::Error;
pub use facts::Stated;
pub use inventory::{Taken, take_inventory, take_inventory_with};
pub use order::order;
pub use plimsoll_advisory::{Error as StoreError, ImportOptions, ImportReport, Store, StoreStatus};
pub use plimsoll_core::{
    Advisory, Assessment, Coverage, Diagnostic, Digest, Ecosystem, Finding, Limits, Observer, Package,
    PackageType, Progress, Purl, PurlError, Severity, Silent, Status, clean,
};
pub use plimsoll_image::{
    Error as ImageError, FolderCache, Image, LayerCache, MemoryCache, OpenOptions, Platform,
};
pub use plimsoll_inventory::{Catalogers, Inventory, Sbom, SbomFormat};
pub use plimsoll_matcher::{Candidates, match_packages};
#[cfg(feature = "registry")]
pub use plimsoll_registry::{
    Client, ClientOptions, Credential, Credentials, DockerConfig, Error as RegistryError, ForRegistry,
    Registries,
};
pub use plimsoll_registry::{ImageName, ImageNameError};
pub use plimsoll_report::{AdvisorySet, Report, Style, Upgrade};
pub use plimsoll_rules::{Date, Error as RulesError, Ruleset};
pub use plimsoll_severity::{Cvss, Policy};
pub use plimsoll_version::Scheme;
pub use reference::{Reference, ReferenceError};
pub use remedy::{base_of, ended};
#[cfg(feature = "registry")]
pub use remote::open_remote;
pub use scanner::{ScanOptions, Scanner, View, not_applicable, summary, today};
pub use seen::Seen;
pub use severity::decide as rate;
pub use subject::{Listed, Subject};
pub use support::support_of;

/// The stages, whole.
pub mod stages {
    pub use plimsoll_advisory as advisory;
    pub use plimsoll_core as core;
    pub use plimsoll_image as image;
    pub use plimsoll_inventory as inventory;
    pub use plimsoll_matcher as matcher;
    pub use plimsoll_registry as registry;
    pub use plimsoll_remedy as remedy;
    pub use plimsoll_report as report;
    pub use plimsoll_rules as rules;
    pub use plimsoll_severity as severity;
    pub use plimsoll_version as version;
}

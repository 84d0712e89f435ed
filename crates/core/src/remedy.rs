use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Ecosystem, FixState, PackageType, Severity};

/// Something to do about a finding, for programs and as one sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// What.
    #[serde(flatten)]
    pub remedy: Remedy,
    /// The same as one sentence.
    pub text: String,
}

/// What there is to do about a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Remedy {
    /// Install a version that fixes it.
    Upgrade {
        /// What to upgrade: the source package for operating-system packages.
        package: String,
        /// The installed version.
        from: String,
        /// The version to install.
        to: String,
        /// The package manager's command for it, or the coordinates to ask for; none where there is no such thing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        command: Option<String>,
    },
    /// Build the image again, on the present state of the same base and without what a cache kept.
    Rebuild {
        /// The base image, where it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        base: Option<String>,
        /// The command for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        command: Option<String>,
    },
    /// Build on another base.
    ChangeBase {
        /// The present base, where it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        base: Option<String>,
    },
    /// Remove the package.
    Remove {
        /// The package.
        package: String,
        /// The package manager's command for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        command: Option<String>,
    },
    /// Find out whether the image is affected, and where it is not, say so in a VEX document or a rule.
    ApplyVex {
        /// The justification that what is known suggests, in OpenVEX's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        justification: Option<String>,
    },
    /// Wait for whoever publishes the package.
    Wait {
        /// Who has to fix it: an ecosystem, a distribution.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        vendor: Option<Ecosystem>,
        /// What is said of a fix.
        state: FixState,
        /// Since when that is known, RFC 3339.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<String>,
    },
    /// Leave a release that gets no fixes any more.
    EndOfLife {
        /// The release.
        product: String,
        /// The last day of its support, `YYYY-MM-DD`, where it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<String>,
    },
    /// Remove the image from its registry, or block its digest: no tag names it any more.
    RemoveImage,
}

/// An upgrade that fixes findings: a language package, or all binary packages of one source package. What it fixes
/// was found by matching the version that it leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upgrade {
    /// How it is packaged.
    #[serde(rename = "type")]
    pub kind: PackageType,
    /// The name: the source package's for operating-system packages.
    pub name: String,
    /// The version that is installed.
    pub from: String,
    /// The version to install: where one of the installed major version fixes everything that any fixes, the lowest
    /// such; otherwise the lowest that leaves least.
    pub to: String,
    /// Whether that is of the installed major version, where the ecosystem has such a thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_major: Option<bool>,
    /// The vulnerabilities that are gone with it, sorted.
    pub fixes: Vec<String>,
    /// The vulnerabilities that stay.
    #[serde(default)]
    pub leaves: Vec<String>,
    /// The vulnerabilities that come with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub brings: Vec<String>,
    /// What can be had without leaving the installed major version, where `to` does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_major: Option<WithinMajor>,
    /// The package manager's command for it, or the coordinates to ask for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

/// The best version of the installed major version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithinMajor {
    /// The version.
    pub to: String,
    /// The vulnerabilities that are gone with it.
    pub fixes: Vec<String>,
}

/// The image that an image was built on, as far as it can be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// Its name, `debian:12`, where something says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its digest, where something says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// How many of the lowest layers are its.
    pub layers: u32,
    /// When it was made, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// What says so.
    pub evidence: String,
}

/// What to do about an image: the fewest actions that remove all findings that can be removed, first what removes
/// most.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The base image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Base>,
    /// The findings that there are, without those that rules disable.
    pub findings: usize,
    /// Those that are gone when every step is done.
    pub fixed: usize,
    /// The actions.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// What stays, by the reason.
    #[serde(default)]
    pub remaining: Vec<Remaining>,
}

/// One action of a [`Plan`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What to do.
    #[serde(flatten)]
    pub action: Action,
    /// How many findings it removes.
    pub fixes: usize,
    /// The sum of their priorities.
    pub risk: u64,
    /// How many of each level.
    #[serde(default)]
    pub severities: BTreeMap<Severity, usize>,
    /// Where, by layer.
    #[serde(default)]
    pub places: Vec<Place>,
    /// The vulnerabilities, worst first.
    #[serde(default)]
    pub vulnerabilities: Vec<String>,
}

/// A layer in which a [`Step`] removes findings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The layer's index.
    pub layer: u32,
    /// The build instruction that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instruction: Option<String>,
    /// Whether it is the base image's.
    pub base: bool,
    /// The findings that are removed there.
    pub fixes: usize,
}

/// Findings that no step removes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remaining {
    /// What is said of a fix.
    pub state: FixState,
    /// Whether it is not even decided that they affect the image.
    pub undetermined: bool,
    /// How many.
    pub findings: usize,
}

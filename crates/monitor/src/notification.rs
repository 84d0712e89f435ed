//! What is told when something changes.

use plimsoll_core::{Assessment, Digest, Severity};
use plimsoll_registry::to_rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::subject::{Counts, TagInterval};
use crate::time::Millis;

/// What has changed in one image, by one cause. Images are told of only when something changes for better or worse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Its number: it rises, and no two notifications of a store have the same.
    pub sequence: u64,
    /// The same and unique beyond the store: what a receiver tells repetitions by.
    pub id: String,
    /// When.
    pub at: Millis,
    /// The image.
    pub image: Digest,
    /// The tags that name it or an index that lists it.
    pub tags: Vec<TagInterval>,
    /// What called for it.
    pub cause: Cause,
    /// What the image came to before; nothing where it is the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Assessment>,
    /// What it comes to now.
    pub after: Assessment,
    /// How many findings it has now.
    pub counts: Counts,
    /// What has changed.
    pub changes: Vec<Change>,
    /// That no tag names the image any more: `was :latest until …`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<String>,
}

/// What led to a [`Notification`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The image was scanned.
    Scan,
    /// Advisories have changed.
    Advisories,
    /// Rules have changed or expired.
    Rules,
    /// A distribution's support has ended.
    Support,
}

/// One transition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What happened.
    pub kind: ChangeKind,
    /// The vulnerability; empty for [`ChangeKind::Healthy`] and [`ChangeKind::SupportEnded`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub vulnerability: String,
    /// The package, as a package URL.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub package: String,
    /// The severity before, where it was another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Severity>,
    /// The severity.
    pub severity: Severity,
    /// The versions that fix it, as is known when it is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixed_versions: Vec<String>,
}

/// The transitions that anyone is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// A finding that was not there, or was not certain.
    NewFinding,
    /// A finding is worse than was thought.
    SeverityRaised,
    /// There is a fixed version now.
    FixAvailable,
    /// A finding is no more: an advisory says otherwise now.
    Resolved,
    /// The rule that disabled a finding has expired or is gone.
    ExceptionExpired,
    /// The last finding is resolved.
    Healthy,
    /// The image's distribution gets no fixes any more, so that silence about its packages says nothing.
    SupportEnded,
}

/// The type of the CloudEvents that [`Notification::cloud_event`] makes.
pub const CLOUD_EVENT_TYPE: &str = "io.github.plimsoll-rs.image.changed.v1";

impl Notification {
    /// As an event of the CloudEvents specification, version 1.0.2, in its JSON format. `source` is a URI reference
    /// that names who sends it.
    pub fn cloud_event(&self, source: &str) -> Value {
        json!({
            "specversion": "1.0",
            "id": self.id,
            "source": source,
            "type": CLOUD_EVENT_TYPE,
            "subject": self.image.to_string(),
            "time": to_rfc3339(self.at),
            "datacontenttype": "application/json",
            "data": self,
        })
    }
}

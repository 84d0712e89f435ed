//! What registries tell when something happens in them, in one form for all of them.

mod aws;
mod azure;
mod decode;
mod distribution;
mod docker_hub;
mod fields;
mod github;
mod google;
mod harbor;
mod quay;

use std::fmt;

use plimsoll_core::Digest;
use serde::{Deserialize, Serialize};

pub use decode::decode;

/// One thing that happened to an image in a registry.
///
/// Registries may send an event twice, in any order, or not at all; [`key`](Self::key) is the same each time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RegistryEvent {
    /// The form in which it came.
    pub format: Format,
    /// What happened.
    pub action: Action,
    /// The registry's host, with its port, where the event says.
    pub registry: Option<String>,
    /// The repository, by the grammar of the OCI distribution specification.
    pub repository: String,
    /// For a mount, an import or a replication: the repository it came from, where the event says.
    pub from: Option<String>,
    /// The digest of the manifest or index. A replication, the removal of a tag, and a push to Docker Hub or Quay may
    /// come without: whoever wants to know asks the registry what the tag names.
    pub digest: Option<Digest>,
    /// The tag, where one was named.
    pub tag: Option<String>,
    /// The media type of the manifest or index.
    pub media_type: Option<String>,
    /// The artifact's type: something that is no image.
    pub artifact_type: Option<String>,
    /// Who did it, as the registry knows them.
    pub actor: Option<String>,
    /// The client that asked for it.
    pub user_agent: Option<String>,
    /// The HTTP method of the request. A `HEAD` asks whether the manifest is there and moves nothing.
    pub method: Option<String>,
    /// When it happened: milliseconds since 1970 (UTC).
    pub time: Option<i64>,
    /// The registry's own name of the event.
    pub id: Option<String>,
}

impl RegistryEvent {
    /// What tells the event from others and is the same when it is sent again: the registry's own name of it, or,
    /// where it gives none, all that happened and when.
    pub fn key(&self) -> String {
        match &self.id {
            // A name may be used again for each resource of one message.
            Some(id) => format!("{}|{}|{}", self.format, id, self.subject()),
            None => format!("{}|{}|{}", self.format, self.time.unwrap_or_default(), self.subject()),
        }
    }

    fn subject(&self) -> String {
        let digest = self.digest.as_ref().map(ToString::to_string).unwrap_or_default();
        format!("{}|{}|{digest}|{}", self.action, self.repository, self.tag.as_deref().unwrap_or_default())
    }
}

/// What happened to an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// A manifest was pushed.
    Push,
    /// A manifest was pulled.
    Pull,
    /// An image was copied in from another registry.
    Import,
    /// An image was mounted from another repository of the registry.
    Mount,
    /// An image was copied in by a replication rule.
    Replicate,
    /// A manifest was deleted; where there is no digest, a tag was removed.
    Delete,
    /// An image that is there was given a further tag.
    Retag,
}

impl Action {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Pull => "pull",
            Self::Import => "import",
            Self::Mount => "mount",
            Self::Replicate => "replicate",
            Self::Delete => "delete",
            Self::Retag => "retag",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The forms in which registries tell of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Format {
    /// The notification envelope of the distribution registry (`application/vnd.docker.distribution.events.v2+json`).
    Distribution,
    /// A webhook of Azure Container Registry: one such event without the envelope.
    AcrWebhook,
    /// Azure Event Grid, in its own schema or as CloudEvents.
    EventGrid,
    /// A webhook of Harbor, in its own schema or as CloudEvents.
    Harbor,
    /// Amazon EventBridge, with events of Elastic Container Registry.
    Ecr,
    /// A webhook of Docker Hub.
    DockerHub,
    /// A notification of Quay.
    Quay,
    /// A webhook of GitHub: `registry_package` or `package`.
    #[serde(rename = "github")]
    GitHub,
    /// Google Cloud Pub/Sub, with notifications of Artifact Registry.
    GoogleArtifactRegistry,
}

impl Format {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Distribution => "distribution",
            Self::AcrWebhook => "acr-webhook",
            Self::EventGrid => "event-grid",
            Self::Harbor => "harbor",
            Self::Ecr => "ecr",
            Self::DockerHub => "docker-hub",
            Self::Quay => "quay",
            Self::GitHub => "github",
            Self::GoogleArtifactRegistry => "google-artifact-registry",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What a message came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    /// The events, in the message's order.
    pub events: Vec<RegistryEvent>,
    /// What was passed over, and why.
    pub skipped: Vec<Skipped>,
    /// Event Grid asks a new subscriber to prove itself: the code to answer with, as `{"validationResponse": …}`.
    pub validation: Option<String>,
}

/// A part of a message that is no event of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its place in the message.
    pub at: usize,
    /// Why it was passed over.
    pub reason: SkippedReason,
}

/// Why a part of a message is no event of an image.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SkippedReason {
    /// It is of a layer or another blob.
    #[error("it is of a blob ({0}), not of a manifest")]
    Blob(String),
    /// It is of an artifact that is no container image: a chart, say.
    #[error("it is of {0}, which is no image")]
    NotAnImage(String),
    /// It tells of something else.
    #[error("it tells of {0:?}, which changes no image")]
    Other(String),
    /// The registry says that it failed.
    #[error("what it tells of has failed ({0})")]
    Failed(String),
    /// Something that it must have is not there.
    #[error("it has no {0}")]
    Missing(&'static str),
    /// The digest is none.
    #[error("its digest is none: {0}")]
    Digest(#[from] plimsoll_core::DigestError),
    /// The repository is none.
    #[error("{0:?} is no repository")]
    Repository(String),
    /// The tag is none.
    #[error("{0:?} is no tag")]
    Tag(String),
}

/// Why a message can't be understood at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// It is larger than allowed.
    #[error("the message has {actual} bytes, more than the limit of {limit} (EventLimits::body)")]
    TooLarge {
        /// Its size in bytes.
        actual: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// It has more events than allowed.
    #[error("the message has {actual} events, more than the limit of {limit} (EventLimits::events)")]
    TooMany {
        /// The events it has.
        actual: usize,
        /// The limit.
        limit: usize,
    },
    /// It is no JSON.
    #[error("the message is no JSON: {0}")]
    Json(#[source] serde_json::Error),
    /// It is none of the known forms.
    #[error(
        "the message is of no known form; expected a notification of the distribution registry, an Azure Container \
         Registry webhook, Event Grid, a webhook of Harbor, Docker Hub, Quay or GitHub, an EventBridge event of ECR, or \
         a Pub/Sub message of Artifact Registry"
    )]
    Unknown,
}

/// What a message may use up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventLimits {
    /// Bytes of a message. Default 1 MiB.
    pub body: usize,
    /// Events of a message. Default 1000.
    pub events: usize,
}

impl Default for EventLimits {
    fn default() -> Self {
        Self { body: 1 << 20, events: 1000 }
    }
}

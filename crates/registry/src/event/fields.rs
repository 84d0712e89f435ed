//! Fields of foreign JSON. Registries add fields and change their types where nobody looks, so what is not needed is
//! not looked at, and what has the wrong type counts as not there.

use plimsoll_core::Digest;
use serde_json::Value;

use super::{Action, Format, RegistryEvent, SkippedReason};
use crate::grammar::{is_repository, is_tag};

/// Characters of a text that is kept only to be shown: an actor, a client.
const SHOWN: usize = 512;

/// The text at a path of members.
pub(super) fn text<'v>(value: &'v Value, path: &[&str]) -> Option<&'v str> {
    path.iter().try_fold(value, |value, name| value.get(name))?.as_str().filter(|text| !text.is_empty())
}

/// The text at a path of members, cut where it is longer than anyone reads.
pub(super) fn shown(value: &Value, path: &[&str]) -> Option<String> {
    text(value, path).map(cut)
}

pub(super) fn cut(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

/// An event of a repository and nothing else yet.
pub(super) fn event(
    format: Format,
    action: Action,
    repository: Option<&str>,
) -> Result<RegistryEvent, SkippedReason> {
    let repository = repository.ok_or(SkippedReason::Missing("repository"))?;
    if !is_repository(repository) {
        return Err(SkippedReason::Repository(cut(repository)));
    }
    Ok(RegistryEvent {
        format,
        action,
        registry: None,
        repository: repository.to_owned(),
        from: None,
        digest: None,
        tag: None,
        media_type: None,
        artifact_type: None,
        actor: None,
        user_agent: None,
        method: None,
        time: None,
        id: None,
    })
}

/// A tag, checked.
pub(super) fn tag(text: Option<&str>) -> Result<Option<String>, SkippedReason> {
    match text {
        Some(text) if !is_tag(text) => Err(SkippedReason::Tag(cut(text))),
        text => Ok(text.map(str::to_owned)),
    }
}

/// A digest, checked.
pub(super) fn digest(text: Option<&str>) -> Result<Option<Digest>, SkippedReason> {
    Ok(text.map(str::parse).transpose()?)
}

/// What a media type says an event is of.
pub(super) fn of_manifest(media_type: &str) -> Result<(), SkippedReason> {
    let kind = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "application/vnd.oci.image.manifest.v1+json"
        | "application/vnd.oci.image.index.v1+json"
        | "application/vnd.oci.artifact.manifest.v1+json"
        | "application/vnd.docker.distribution.manifest.v2+json"
        | "application/vnd.docker.distribution.manifest.list.v2+json"
        | "application/vnd.docker.distribution.manifest.v1+json"
        | "application/vnd.docker.distribution.manifest.v1+prettyjws"
        | "application/json" => Ok(()),
        _ if kind.contains("helm") || kind.contains("acr.manifest") => {
            Err(SkippedReason::NotAnImage(cut(media_type)))
        }
        _ => Err(SkippedReason::Blob(cut(media_type))),
    }
}

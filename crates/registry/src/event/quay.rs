//! Quay's repository notifications ("Repository Notifications", of its documentation). A push names the tags that were
//! changed and neither a digest nor a time.

use serde_json::Value;

use super::fields::{self, cut, text};
use super::{Action, Format, RegistryEvent, SkippedReason};

pub(super) fn is(value: &Value) -> bool {
    value.get("docker_url").is_some() && value.get("homepage").is_some()
}

/// One event for each tag.
pub(super) fn events(value: &Value) -> Vec<Result<RegistryEvent, SkippedReason>> {
    let one = |tag: &str| {
        let repository = text(value, &["repository"]);
        let registry = text(value, &["docker_url"]).and_then(|url| url.split_once('/'));
        Ok(RegistryEvent {
            registry: registry.map(|(host, _)| cut(host)),
            tag: fields::tag(Some(tag))?,
            ..fields::event(Format::Quay, Action::Push, repository)?
        })
    };
    match value.get("updated_tags") {
        Some(Value::Array(tags)) => {
            tags.iter().map(|tag| tag.as_str().map_or(Err(SkippedReason::Missing("tag")), one)).collect()
        }
        // As it was: the tag and an id that is no digest.
        Some(Value::Object(tags)) => tags.keys().map(|tag| one(tag)).collect(),
        // Builds and what Quay's own scanner found.
        _ => vec![Err(SkippedReason::Other("a notification without updated_tags".into()))],
    }
}

//! Google Artifact Registry's notifications ("Configuring Pub/Sub notifications"), as Pub/Sub pushes them, wrapped or
//! not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::fields::{self, cut, shown, text};
use super::{Action, Format, RegistryEvent, SkippedReason};
use crate::ImageName;
use crate::time::from_rfc3339;

pub(super) fn is(value: &Value) -> bool {
    is_wrapped(value) || is_bare(value)
}

fn is_wrapped(value: &Value) -> bool {
    value.get("subscription").is_some_and(Value::is_string) && text(value, &["message", "data"]).is_some()
}

fn is_bare(value: &Value) -> bool {
    matches!(text(value, &["action"]), Some("INSERT" | "DELETE"))
        && (text(value, &["digest"]).is_some() || text(value, &["tag"]).is_some())
}

pub(super) fn event(value: &Value) -> Result<RegistryEvent, SkippedReason> {
    if !is_wrapped(value) {
        return bare(value);
    }
    let message = value.get("message").unwrap_or(&Value::Null);
    let data = text(message, &["data"]).and_then(|data| STANDARD.decode(data).ok());
    let inner = data.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let inner = inner.filter(is_bare).ok_or_else(|| SkippedReason::Other("a message of Pub/Sub".into()))?;
    let time = text(message, &["publishTime"]).or_else(|| text(message, &["publish_time"]));
    Ok(RegistryEvent {
        id: shown(message, &["messageId"]).or_else(|| shown(message, &["message_id"])),
        time: time.and_then(from_rfc3339),
        ..bare(&inner)?
    })
}

fn bare(value: &Value) -> Result<RegistryEvent, SkippedReason> {
    let name = |member: &str| -> Result<Option<ImageName>, SkippedReason> {
        let Some(text) = text(value, &[member]) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| SkippedReason::Repository(cut(text)))
    };
    let (by_digest, by_tag) = (name("digest")?, name("tag")?);
    let action = match text(value, &["action"]) {
        Some("DELETE") => Action::Delete,
        _ => Action::Push,
    };
    let any = by_digest.as_ref().or(by_tag.as_ref()).ok_or(SkippedReason::Missing("digest"))?;
    let digest = by_digest.as_ref().and_then(ImageName::digest).cloned();
    let tag = by_tag.as_ref().and_then(ImageName::tag).map(str::to_owned);
    if digest.is_none() && tag.is_none() {
        return Err(SkippedReason::Missing("digest"));
    }
    Ok(RegistryEvent {
        registry: Some(any.registry().to_owned()),
        digest,
        tag,
        ..fields::event(Format::GoogleArtifactRegistry, action, Some(any.repository()))?
    })
}

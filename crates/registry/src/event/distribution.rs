//! Events of the distribution registry ("Work with notifications"), which Azure Container Registry sends as well.

use serde_json::Value;

use super::fields::{self, cut, of_manifest, shown, text};
use super::{Action, Format, RegistryEvent, SkippedReason};
use crate::time::from_rfc3339;

pub(super) fn event(value: &Value, format: Format) -> Result<RegistryEvent, SkippedReason> {
    let target = value.get("target").unwrap_or(&Value::Null);
    let word = text(value, &["action"]).ok_or(SkippedReason::Missing("action"))?;
    let action = match word.to_ascii_lowercase().as_str() {
        // Azure keeps a pushed image in quarantine until someone has looked at it.
        "push" | "quarantine" => Action::Push,
        "pull" => Action::Pull,
        "mount" => Action::Mount,
        "import" => Action::Import,
        "delete" => Action::Delete,
        "chart_push" | "chart_delete" => return Err(SkippedReason::NotAnImage("a chart".into())),
        _ => return Err(SkippedReason::Other(cut(word))),
    };
    let media_type = text(target, &["mediaType"]);
    match media_type {
        Some(media_type) => of_manifest(media_type)?,
        // A deletion says no more than the digest. Elsewhere the address tells what it is of.
        None => {
            if let Some(url) = text(target, &["url"]).filter(|url| url.contains("/blobs/")) {
                return Err(SkippedReason::Blob(cut(url)));
            }
        }
    }
    let digest = fields::digest(text(target, &["digest"]))?;
    let tag = fields::tag(text(target, &["tag"]))?;
    if digest.is_none() && (action != Action::Delete || tag.is_none()) {
        return Err(SkippedReason::Missing("digest"));
    }
    Ok(RegistryEvent {
        registry: shown(value, &["request", "host"]),
        from: text(target, &["fromRepository"]).filter(|from| crate::is_repository(from)).map(str::to_owned),
        digest,
        tag,
        media_type: media_type.map(cut),
        artifact_type: shown(target, &["artifactType"]),
        actor: shown(value, &["actor", "name"]),
        user_agent: shown(value, &["request", "useragent"]),
        method: shown(value, &["request", "method"]),
        time: text(value, &["timestamp"]).and_then(from_rfc3339),
        id: shown(value, &["id"]),
        ..fields::event(format, action, text(target, &["repository"]))?
    })
}

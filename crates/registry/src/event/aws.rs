//! Amazon EventBridge's events of Elastic Container Registry ("Amazon ECR events and EventBridge").

use serde_json::Value;

use super::fields::{self, cut, of_manifest, shown, text};
use super::{Action, Format, RegistryEvent, SkippedReason};
use crate::time::from_rfc3339;

pub(super) fn event(value: &Value) -> Result<RegistryEvent, SkippedReason> {
    let detail = value.get("detail").unwrap_or(&Value::Null);
    let kind = text(value, &["detail-type"]).ok_or(SkippedReason::Missing("detail-type"))?;
    let word = text(detail, &["action-type"]).unwrap_or_default();
    let action = match (kind, word.to_ascii_uppercase().as_str()) {
        ("ECR Image Action", "PUSH") => Action::Push,
        ("ECR Image Action", "DELETE") => Action::Delete,
        ("ECR Replication Action", _) => Action::Replicate,
        ("ECR Pull Through Cache Action", _) => Action::Import,
        ("ECR Image Action", _) => return Err(SkippedReason::Other(cut(word))),
        _ => return Err(SkippedReason::Other(cut(kind))),
    };
    let result = text(detail, &["result"]).or_else(|| text(detail, &["sync-status"]));
    if let Some(result) = result.filter(|result| !result.eq_ignore_ascii_case("SUCCESS")) {
        return Err(SkippedReason::Failed(cut(result)));
    }
    let media_type = shown(detail, &["manifest-media-type"]);
    if let Some(media_type) = &media_type {
        of_manifest(media_type)?;
    }
    let digest = fields::digest(text(detail, &["image-digest"]))?;
    let tag = fields::tag(text(detail, &["image-tag"]))?;
    if digest.is_none() && tag.is_none() {
        return Err(SkippedReason::Missing("image-digest"));
    }
    // A configuration's type is an image's; anything else is an artifact of that type.
    let artifact_type = shown(detail, &["artifact-media-type"]).filter(|kind| {
        !kind.starts_with("application/vnd.docker.container.image.")
            && !kind.starts_with("application/vnd.oci.image.config.")
    });
    Ok(RegistryEvent {
        registry: host(value),
        digest,
        tag,
        media_type,
        artifact_type,
        actor: shown(value, &["account"]),
        time: text(value, &["time"]).and_then(from_rfc3339),
        id: shown(value, &["id"]),
        ..fields::event(Format::Ecr, action, text(detail, &["repository-name"]))?
    })
}

/// A registry's host follows from the account and the region.
fn host(value: &Value) -> Option<String> {
    let (account, region) = (text(value, &["account"])?, text(value, &["region"])?);
    let plain = account.bytes().all(|b| b.is_ascii_digit())
        && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && account.len() <= 20
        && region.len() <= 40;
    let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    plain.then(|| format!("{account}.dkr.ecr.{region}.{suffix}"))
}

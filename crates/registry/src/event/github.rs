//! GitHub's webhooks of packages ("Webhook events and payloads": `registry_package`, `package`), for its container
//! registry.

use serde_json::Value;

use super::fields::{self, cut, shown, text};
use super::{Action, Format, RegistryEvent, SkippedReason};
use crate::time::from_rfc3339;

/// The package, whichever of the two events it is.
fn package(value: &Value) -> Option<&Value> {
    value.get("registry_package").or_else(|| value.get("package")).filter(|package| package.is_object())
}

pub(super) fn is(value: &Value) -> bool {
    package(value).is_some_and(|package| package.get("package_type").is_some())
}

pub(super) fn event(value: &Value) -> Result<RegistryEvent, SkippedReason> {
    let package = package(value).unwrap_or(&Value::Null);
    let kind = text(package, &["package_type"]).unwrap_or_default();
    if !kind.eq_ignore_ascii_case("container") {
        return Err(SkippedReason::NotAnImage(format!("a package of type {}", cut(kind))));
    }
    let action = match text(value, &["action"]) {
        Some("published" | "updated" | "created") => Action::Push,
        Some(other) => return Err(SkippedReason::Other(cut(other))),
        None => return Err(SkippedReason::Missing("action")),
    };
    let version = package.get("package_version").unwrap_or(&Value::Null);
    let metadata = version.get("container_metadata").unwrap_or(&Value::Null);
    let digest = text(metadata, &["tag", "digest"])
        .or_else(|| text(metadata, &["manifest", "digest"]))
        .or_else(|| text(version, &["version"]).filter(|text| text.contains(':')));
    let digest = fields::digest(digest)?.ok_or(SkippedReason::Missing("digest"))?;
    // `ghcr.io/owner/name:tag`; what is pushed by its digest alone has nothing after the colon.
    let url = text(version, &["package_url"]).unwrap_or_default();
    let (host, path) = url.split_once('/').unwrap_or(("ghcr.io", ""));
    let path = path.rsplit_once(':').map_or(path, |(path, _)| path);
    let own = || Some(format!("{}/{}", text(package, &["namespace"])?, text(package, &["name"])?));
    let repository = if path.is_empty() { own() } else { Some(path.to_owned()) };
    let repository = repository.map(|name| name.to_ascii_lowercase());
    let time = ["updated_at", "created_at"]
        .iter()
        .find_map(|name| text(version, &[name]).or_else(|| text(package, &[name])).and_then(from_rfc3339));
    Ok(RegistryEvent {
        registry: Some(cut(host)),
        digest: Some(digest),
        tag: fields::tag(text(metadata, &["tag", "name"]))?,
        media_type: shown(metadata, &["manifest", "media_type"]),
        actor: shown(value, &["sender", "login"]),
        time,
        ..fields::event(Format::GitHub, action, repository.as_deref())?
    })
}

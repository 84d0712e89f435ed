//! Harbor's webhooks ("Configure Webhook Notifications"), in its own schema and as CloudEvents.

use serde_json::Value;

use super::fields::{self, cut, shown, text};
use super::{Action, Format, RegistryEvent, SkippedReason};
use crate::time::from_rfc3339;

/// What tells one message from another form.
pub(super) fn is_cloud_event(value: &Value) -> bool {
    text(value, &["type"]).is_some_and(|kind| kind.starts_with("harbor."))
}

/// The events of a message: one for each resource.
pub(super) fn events(value: &Value) -> Vec<Result<RegistryEvent, SkippedReason>> {
    let Some(kind) = text(value, &["type"]) else { return vec![Err(SkippedReason::Missing("type"))] };
    let data = value.get("event_data").or_else(|| value.get("data")).unwrap_or(&Value::Null);
    let action = match kind.to_ascii_uppercase().as_str() {
        "PUSH_ARTIFACT" | "HARBOR.ARTIFACT.PUSHED" | "PUSHIMAGE" => Action::Push,
        "PULL_ARTIFACT" | "HARBOR.ARTIFACT.PULLED" | "PULLIMAGE" => Action::Pull,
        "DELETE_ARTIFACT" | "HARBOR.ARTIFACT.DELETED" | "DELETEIMAGE" => Action::Delete,
        "CREATE_TAG" | "HARBOR.TAG.CREATED" => Action::Retag,
        "DELETE_TAG" | "HARBOR.TAG.DELETED" => return resources(value, data, Action::Delete, true),
        "REPLICATION" | "HARBOR.REPLICATION.STATUS.CHANGED" => return replication(value, data),
        "TAG_RETENTION" | "HARBOR.TAG_RETENTION.FINISHED" => return retention(value, data),
        _ => return vec![Err(SkippedReason::Other(cut(kind)))],
    };
    resources(value, data, action, false)
}

fn resources(
    value: &Value,
    data: &Value,
    action: Action,
    tag_only: bool,
) -> Vec<Result<RegistryEvent, SkippedReason>> {
    let Some(resources) = data.get("resources").and_then(Value::as_array) else {
        return vec![Err(SkippedReason::Missing("resources"))];
    };
    let repository = repository(data);
    let one = |resource: &Value| {
        // A tag that is written as a digest is what Harbor calls an untagged artifact.
        let tag = text(resource, &["tag"]).filter(|tag| !tag.contains(':'));
        let digest = fields::digest(text(resource, &["digest"]).filter(|_| !tag_only))?;
        let tag = fields::tag(tag)?;
        if digest.is_none() && (action != Action::Delete || tag.is_none()) {
            return Err(SkippedReason::Missing("digest"));
        }
        let registry = text(resource, &["resource_url"]).and_then(|url| {
            let url = url.split_once("://").map_or(url, |(_, rest)| rest);
            url.split_once('/').map(|(host, _)| cut(host))
        });
        Ok(RegistryEvent { registry, digest, tag, ..told(value, action, repository.as_deref())? })
    };
    resources.iter().map(one).collect()
}

/// What every event of a message says: who and when.
fn told(value: &Value, action: Action, repository: Option<&str>) -> Result<RegistryEvent, SkippedReason> {
    let seconds = value.get("occur_at").and_then(Value::as_i64);
    Ok(RegistryEvent {
        actor: shown(value, &["operator"]),
        time: seconds
            .and_then(|seconds| seconds.checked_mul(1000))
            .or_else(|| text(value, &["time"]).and_then(from_rfc3339)),
        id: shown(value, &["id"]),
        ..fields::event(Format::Harbor, action, repository)?
    })
}

fn repository(data: &Value) -> Option<String> {
    let repository = data.get("repository")?;
    if let Some(name) = text(repository, &["repo_full_name"]) {
        return Some(name.to_owned());
    }
    Some(format!("{}/{}", text(repository, &["namespace"])?, text(repository, &["name"])?))
}

/// A finished replication names its artifacts by repository and, in newer versions, tag; their digests are found by
/// asking the registry.
fn replication(value: &Value, data: &Value) -> Vec<Result<RegistryEvent, SkippedReason>> {
    let told_of = data.get("replication").unwrap_or(&Value::Null);
    let artifacts = told_of.get("successful_artifact").and_then(Value::as_array);
    let Some(artifacts) = artifacts.filter(|artifacts| !artifacts.is_empty()) else {
        let status = text(told_of, &["job_status"]).unwrap_or("no artifact");
        return vec![Err(SkippedReason::Failed(cut(status)))];
    };
    let into = text(told_of, &["dest_resource", "namespace"]);
    let from = text(told_of, &["src_resource", "namespace"]);
    let registry = text(told_of, &["dest_resource", "endpoint"]).map(|endpoint| {
        cut(endpoint.split_once("://").map_or(endpoint, |(_, rest)| rest).trim_end_matches('/'))
    });
    let one = |artifact: &Value| {
        if let Some(kind) = text(artifact, &["type"]).filter(|kind| !matches!(*kind, "image" | "artifact")) {
            return Err(SkippedReason::NotAnImage(cut(kind)));
        }
        let (name, tag) = name_tag(artifact)?;
        let under = |namespace: &str| match name.starts_with(&format!("{namespace}/")) {
            true => name.to_owned(),
            false => format!("{namespace}/{name}"),
        };
        let event = told(value, Action::Replicate, Some(&into.map_or_else(|| name.to_owned(), under)))?;
        let from = from.map(under).filter(|from| crate::is_repository(from));
        Ok(RegistryEvent { registry: registry.clone(), from, tag: fields::tag(tag)?, ..event })
    };
    artifacts.iter().map(one).collect()
}

/// A retention rule removed tags.
fn retention(value: &Value, data: &Value) -> Vec<Result<RegistryEvent, SkippedReason>> {
    let told_of = data.get("retention").unwrap_or(&Value::Null);
    let Some(artifacts) = told_of.get("deleted_artifact").and_then(Value::as_array) else {
        return vec![Err(SkippedReason::Missing("deleted_artifact"))];
    };
    let project = text(told_of, &["project_name"]);
    let one = |artifact: &Value| {
        let (name, tag) = name_tag(artifact)?;
        let name = match project.filter(|project| !name.starts_with(&format!("{project}/"))) {
            Some(project) => format!("{project}/{name}"),
            None => name.to_owned(),
        };
        let tag = fields::tag(tag)?.ok_or(SkippedReason::Missing("tag"))?;
        Ok(RegistryEvent { tag: Some(tag), ..told(value, Action::Delete, Some(&name))? })
    };
    artifacts.iter().map(one).collect()
}

/// `name:tag`, or `name [2 item(s) in total]`.
fn name_tag(artifact: &Value) -> Result<(&str, Option<&str>), SkippedReason> {
    let text = text(artifact, &["name_tag"]).ok_or(SkippedReason::Missing("name_tag"))?;
    let text = text.split_once(" [").map_or(text, |(name, _)| name);
    Ok(match text.rsplit_once(':') {
        Some((name, tag)) => (name, Some(tag)),
        None => (text, None),
    })
}

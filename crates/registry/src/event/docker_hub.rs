//! Docker Hub's webhooks ("Webhooks", of its documentation): a push, by its tag alone.

use serde_json::Value;

use super::fields::{self, shown, text};
use super::{Action, Format, RegistryEvent, SkippedReason};
use crate::DOCKER_HUB;

pub(super) fn event(value: &Value) -> Result<RegistryEvent, SkippedReason> {
    let push = value.get("push_data").unwrap_or(&Value::Null);
    let tag = fields::tag(text(push, &["tag"]))?.ok_or(SkippedReason::Missing("tag"))?;
    Ok(RegistryEvent {
        registry: Some(DOCKER_HUB.to_owned()),
        tag: Some(tag),
        actor: shown(push, &["pusher"]),
        time: push.get("pushed_at").and_then(Value::as_i64).and_then(|seconds| seconds.checked_mul(1000)),
        ..fields::event(Format::DockerHub, Action::Push, text(value, &["repository", "repo_name"]))?
    })
}

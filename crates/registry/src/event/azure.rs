//! Azure Event Grid ("Azure Container Registry as an Event Grid source"): the registry's own event inside another,
//! in Event Grid's schema or as a CloudEvent.

use serde_json::Value;

use super::fields::{cut, shown, text};
use super::{Format, RegistryEvent, SkippedReason, distribution};
use crate::time::from_rfc3339;

const PREFIX: &str = "Microsoft.ContainerRegistry.";

/// What Event Grid sends to a new subscriber, and the code that it wants back.
pub(super) fn validation(value: &Value) -> Option<String> {
    let kind = kind(value)?;
    (kind == "Microsoft.EventGrid.SubscriptionValidationEvent")
        .then(|| shown(value, &["data", "validationCode"]))?
}

/// The event's type, which the two schemas call differently.
pub(super) fn kind(value: &Value) -> Option<&str> {
    text(value, &["eventType"]).or_else(|| text(value, &["type"]))
}

pub(super) fn event(value: &Value) -> Result<RegistryEvent, SkippedReason> {
    let kind = kind(value).ok_or(SkippedReason::Missing("eventType"))?;
    match kind.strip_prefix(PREFIX) {
        Some("ImagePushed" | "ImageDeleted") => {}
        Some(chart @ ("ChartPushed" | "ChartDeleted")) => {
            return Err(SkippedReason::NotAnImage(chart.to_owned()));
        }
        _ => return Err(SkippedReason::Other(cut(kind))),
    }
    let data = value.get("data").unwrap_or(&Value::Null);
    let mut event = distribution::event(data, Format::EventGrid)?;
    // What Event Grid says itself counts where the registry does not.
    event.id = event.id.or_else(|| shown(value, &["id"]));
    let time = || text(value, &["eventTime"]).or_else(|| text(value, &["time"])).and_then(from_rfc3339);
    event.time = event.time.or_else(time);
    event.registry = event.registry.or_else(|| {
        let topic = text(value, &["topic"]).or_else(|| text(value, &["source"]))?;
        let (_, name) = topic.rsplit_once("/registries/")?;
        let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric());
        plain.then(|| format!("{}.azurecr.io", name.to_ascii_lowercase()))
    });
    Ok(event)
}

use serde_json::Value;

use super::{
    Decoded, EventError, EventLimits, Format, RegistryEvent, Skipped, SkippedReason, aws, azure,
    distribution, docker_hub, github, google, harbor, quay,
};

/// Understands what a registry posted: the form is recognised by its content. Fields that are not known are ignored;
/// an event that can't be used is passed over, with its reason, and takes nothing from the others.
///
/// # Errors
/// The message is too large, no JSON, or of no known form.
pub fn decode(body: &[u8], limits: &EventLimits) -> Result<Decoded, EventError> {
    if body.len() > limits.body {
        return Err(EventError::TooLarge { actual: body.len(), limit: limits.body });
    }
    let value: Value = serde_json::from_slice(body).map_err(EventError::Json)?;
    let mut parts = Parts { decoded: Decoded::default(), at: 0, limits };
    match &value {
        // Event Grid sends several at once, and CloudEvents may come as a batch.
        Value::Array(all) => {
            parts.check(all.len())?;
            for one in all {
                if !parts.single(one)? {
                    return Err(EventError::Unknown);
                }
            }
        }
        _ if value.get("events").is_some_and(Value::is_array) => {
            let all = value.get("events").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            parts.check(all.len())?;
            for one in all {
                parts.take(distribution::event(one, Format::Distribution));
            }
        }
        _ => {
            if !parts.single(&value)? {
                return Err(EventError::Unknown);
            }
        }
    }
    Ok(parts.decoded)
}

struct Parts<'a> {
    decoded: Decoded,
    at: usize,
    limits: &'a EventLimits,
}

impl Parts<'_> {
    fn check(&self, actual: usize) -> Result<(), EventError> {
        let limit = self.limits.events;
        if actual > limit { Err(EventError::TooMany { actual, limit }) } else { Ok(()) }
    }

    fn take(&mut self, event: Result<RegistryEvent, SkippedReason>) {
        match event {
            Ok(event) => self.decoded.events.push(event),
            Err(reason) => self.decoded.skipped.push(Skipped { at: self.at, reason }),
        }
        self.at += 1;
    }

    fn all(&mut self, events: Vec<Result<RegistryEvent, SkippedReason>>) -> Result<(), EventError> {
        self.check(self.at.saturating_add(events.len()))?;
        events.into_iter().for_each(|event| self.take(event));
        Ok(())
    }

    /// Takes one message that stands by itself. False where it is of no known form.
    fn single(&mut self, value: &Value) -> Result<bool, EventError> {
        let has = |name: &str| value.get(name).is_some();
        if let Some(code) = azure::validation(value) {
            self.decoded.validation = Some(code);
        } else if has("detail-type") {
            self.take(aws::event(value));
        } else if has("event_data") || harbor::is_cloud_event(value) {
            self.all(harbor::events(value))?;
        } else if azure::kind(value).is_some() && (has("eventType") || has("specversion")) {
            self.take(azure::event(value));
        } else if has("action") && has("target") {
            self.take(distribution::event(value, Format::AcrWebhook));
        } else if github::is(value) {
            self.take(github::event(value));
        } else if google::is(value) {
            self.take(google::event(value));
        } else if has("push_data") {
            self.take(docker_hub::event(value));
        } else if quay::is(value) {
            self.all(quay::events(value))?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }
}

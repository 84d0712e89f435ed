//! Google Artifact Registry's notifications ("Configuring Pub/Sub notifications"), as Pub/Sub pushes them, wrapped or
//! not.

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
    let data = text(message, &["data"]).and_then(unwrapped);
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

/// What base64 stands for (RFC 4648, section 4); nothing where it is none.
fn unwrapped(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in text.trim_end_matches('=').bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held & 0xff) as u8);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::unwrapped;

    #[test]
    fn base64_of_rfc_4648() {
        for (text, bytes) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg==", "foob"),
            ("Zm9vYmE=", "fooba"),
            ("Zm9vYmFy", "foobar"),
        ] {
            assert_eq!(unwrapped(text).as_deref(), Some(bytes.as_bytes()));
        }
        assert_eq!(unwrapped("Zm9v\n"), None);
    }
}

//! JSON that holds no byte that a terminal or a build log would act on.

use std::io::{self, Write};

use plimsoll_core::{clean, is_harmful};
use serde::Serialize;
use serde_json::Value;

/// Writes a value of ours as it is, indented, with a line feed at its end. What is harmful to show is written as an
/// escape (RFC 8259, section 7), so that a reader gets the text verbatim and a terminal gets nothing.
pub(crate) fn verbatim(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    let mut rest = text.as_str();
    // Outside of strings JSON has neither of them. The second `#` is what makes a build command of the first.
    while let Some(at) = rest.find(|c: char| (is_harmful(c) && c != '\n') || c == '#') {
        let (before, from) = rest.split_at(at);
        out.write_all(before.as_bytes())?;
        let mut chars = from.chars();
        let Some(c) = chars.next() else { break };
        rest = chars.as_str();
        if c != '#' {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                write!(out, "\\u{unit:04x}")?;
            }
        } else {
            out.write_all(b"#")?;
            if let Some(after) = rest.strip_prefix('#') {
                out.write_all(b"\\u0023")?;
                rest = after;
            }
        }
    }
    out.write_all(rest.as_bytes())?;
    out.write_all(b"\n")
}

/// Writes a document of another tool's format, with every text in it made safe to show: who reads it will.
pub(crate) fn document(mut value: Value, out: &mut dyn Write) -> io::Result<()> {
    tidy(&mut value);
    verbatim(&value, out)
}

/// Cleans every text, and drops the members that are null: they stand for what is not known.
fn tidy(value: &mut Value) {
    match value {
        Value::String(text) if needs_cleaning(text) => *text = clean(text).to_string(),
        Value::Array(items) => items.iter_mut().for_each(tidy),
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            if members.keys().any(|key| needs_cleaning(key)) {
                *members = std::mem::take(members)
                    .into_iter()
                    .map(|(key, member)| (clean(&key).to_string(), member))
                    .collect();
            }
            members.values_mut().for_each(tidy);
        }
        _ => {}
    }
}

fn needs_cleaning(text: &str) -> bool {
    text.contains(|c| is_harmful(c) || c == '#') || text.trim_start().starts_with("::")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_ours_stays_verbatim_and_shows_nothing_harmful() {
        let value = json!({"a##[b]\u{202e}": "\u{9b}31m##vso[x]#\u{e0001}\u{1b}\n\"\\#"});
        let mut out = Vec::new();
        verbatim(&value, &mut out).unwrap();
        let text = String::from_utf8(out.clone()).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&out).unwrap(), value);
        assert!(!text.contains("##") && !text.trim_end().contains(|c| is_harmful(c) && c != '\n'), "{text}");
    }

    #[test]
    fn what_is_for_others_is_cleaned_and_has_no_nulls() {
        let mut out = Vec::new();
        document(json!({"a\u{7}": ["::x", null], "b": null}), &mut out).unwrap();
        let value: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(value, json!({"a\u{fffd}": ["\u{fffd}:x", null]}));
    }
}

use super::{Draft, Node, literal};
use crate::{Date, Error, Rule};

/// `{"items": [{"cve_id": …}], "expires_at": seconds}`, alone or as a project's `cve_allowlist`.
pub(super) fn read(draft: &mut Draft, text: &str) -> Result<(), Error> {
    let document = Node::json(&draft.file, text)?;
    let list = document.get("cve_allowlist").unwrap_or(&document);
    let expires = match list.scalar("expires_at").and_then(|text| text.map_or(Ok(None), expiry)) {
        Ok(day) => day,
        Err(why) => {
            draft.lose(0, "the whole list", &why);
            return Ok(());
        }
    };
    // A list has no other scope than its project; whose it is stands outside of the document as a number at most.
    for item in list.get("items").map(Node::items).unwrap_or_default() {
        match item.text_at("cve_id").ok_or("it has no cve_id".to_owned()).and_then(literal) {
            Ok(id) => draft.add(0, &id, Rule { cve: vec![id.clone()], expires, ..Rule::default() }),
            Err(why) => draft.lose(0, &item.shown(), &why),
        }
    }
    Ok(())
}

/// Seconds since 1970, as Harbor writes the instant at which the list ends; 0 is for good.
fn expiry(text: &str) -> Result<Option<Date>, String> {
    let seconds: i64 = text.parse().map_err(|_| format!("expires_at is {text}, not a number of seconds"))?;
    if seconds == 0 {
        return Ok(None);
    }
    // The last minute of a day counts as its end.
    let day = (seconds + 60).div_euclid(86_400) - 1;
    Date::from_days_since_1970(day).map(Some).ok_or_else(|| format!("expires_at is {text}, which is no day"))
}

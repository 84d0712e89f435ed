use super::{Draft, Node, is_vulnerability_id, literal, literal_purl, until};
use crate::{Error, Rule};

const NOT_A_VULNERABILITY: &str =
    "it is no vulnerability's id; misconfigurations, secrets and licences have no findings";

/// `.trivyignore`: an id a line, `exp:YYYY-MM-DD` for the day from which it no longer holds, `#` for comments.
pub(super) fn lines(draft: &mut Draft, text: &str) -> Result<(), Error> {
    crate::ruleset::check_size(&draft.file, text)?;
    let mut comment = String::new();
    for (at, line) in text.lines().enumerate() {
        let (line, number) = (line.trim(), at + 1);
        if let Some(text) = line.strip_prefix('#') {
            comment = text.trim_matches(['#', ' ']).to_owned();
            continue;
        }
        let (entry, remark) = line.split_once(" #").unwrap_or((line, ""));
        let mut words = entry.split_whitespace();
        let Some(id) = words.next() else {
            comment.clear();
            continue;
        };
        // The remark on the line, else the comment above it, is the only reason the format has.
        let reason = if remark.trim().is_empty() { &comment } else { remark };
        match literal(id).and_then(|_| until(words.find_map(|word| word.strip_prefix("exp:")))) {
            Err(e) => draft.lose(number, entry, &e),
            Ok(_) if !is_vulnerability_id(id) => draft.lose(number, id, NOT_A_VULNERABILITY),
            Ok(expires) => {
                let rule =
                    Rule { cve: vec![id.to_owned()], reason: reason.to_owned(), expires, ..Rule::default() };
                draft.add(number, id, rule);
            }
        }
    }
    Ok(())
}

/// `.trivyignore.yaml`: sections of entries with `id`, `paths`, `purls`, `expired_at`, `statement`.
pub(super) fn yaml(draft: &mut Draft, text: &str) -> Result<(), Error> {
    let document = Node::yaml(&draft.file, text)?;
    for (section, entries) in document.entries() {
        for entry in entries.items() {
            let id = entry.text_at("id").unwrap_or_default();
            if section != "vulnerabilities" {
                draft.lose(entry.line, id, &format!("it is of the section {section}, which has no findings"));
            } else if let Err(why) = vulnerability(draft, entry, id) {
                draft.lose(entry.line, &format!("{id} {}", entry.shown()), &why);
            }
        }
    }
    Ok(())
}

fn vulnerability(draft: &mut Draft, entry: &Node, id: &str) -> Result<(), String> {
    let known = ["id", "paths", "purls", "expired_at", "statement"];
    if let Some((key, _)) = entry.entries().find(|(key, _)| !known.contains(key)) {
        return Err(format!("{key} is not known"));
    }
    if id.is_empty() {
        return Err("it has no id".to_owned());
    }
    let each = |texts: Vec<String>, make: fn(&str) -> Result<String, String>| {
        texts.iter().map(|text| make(text)).collect::<Result<Vec<_>, _>>()
    };
    let rule = Rule {
        cve: vec![literal(id)?],
        path: each(entry.texts("paths")?, super::grype::path)?,
        purl: each(entry.texts("purls")?, literal_purl)?,
        expires: until(entry.scalar("expired_at")?)?,
        reason: entry.text_at("statement").unwrap_or_default().to_owned(),
        ..Rule::default()
    };
    draft.add(entry.line, id, rule);
    Ok(())
}

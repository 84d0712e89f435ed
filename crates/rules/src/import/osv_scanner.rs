use super::{Draft, Node, literal, literal_version, until};
use crate::{Error, Rule};

/// `osv-scanner.toml`. Its reader compares keys without regard to case.
pub(super) fn read(draft: &mut Draft, text: &str) -> Result<(), Error> {
    let document = Node::toml(&draft.file, text)?;
    for (key, value) in document.entries() {
        let make = match key.to_ascii_lowercase().as_str() {
            "ignoredvulns" => ignored,
            "packageoverrides" => overridden,
            _ => {
                draft.lose(value.line, key, "it says nothing about findings");
                continue;
            }
        };
        for entry in value.items() {
            match make(entry) {
                Ok((about, rule)) => draft.add(entry.line, &about, rule),
                Err(why) => {
                    let name = entry.text_at("id").or(entry.text_at("name")).or(entry.text_at("ecosystem"));
                    draft.lose(entry.line, name.unwrap_or(key), &why);
                }
            }
        }
    }
    Ok(())
}

/// A key that is not known may have been meant to narrow the entry.
fn known(entry: &Node, keys: &[&str]) -> Result<(), String> {
    match entry.entries().find(|(key, _)| !keys.iter().any(|known| known.eq_ignore_ascii_case(key))) {
        Some((key, _)) => Err(format!("{key} is not known")),
        None => Ok(()),
    }
}

fn ignored(entry: &Node) -> Result<(String, Rule), String> {
    known(entry, &["id", "ignoreUntil", "reason"])?;
    let id = entry.text_at("id").ok_or("it has no id")?;
    let rule = Rule {
        cve: vec![literal(id)?],
        expires: until(entry.scalar("ignoreUntil")?)?,
        reason: entry.text_at("reason").unwrap_or_default().to_owned(),
        ..Rule::default()
    };
    Ok((id.to_owned(), rule))
}

fn overridden(entry: &Node) -> Result<(String, Rule), String> {
    known(
        entry,
        &[
            "name",
            "version",
            "ecosystem",
            "group",
            "ignore",
            "vulnerability",
            "license",
            "effectiveUntil",
            "reason",
        ],
    )?;
    let vulnerability = entry.get("vulnerability");
    if let Some(vulnerability) = vulnerability {
        known(vulnerability, &["ignore"])?;
    }
    let ignores = entry.get("ignore").is_some_and(Node::is_true)
        || vulnerability.and_then(|of| of.get("ignore")).is_some_and(Node::is_true);
    if !ignores {
        return Err("it is about licences, which have no findings".to_owned());
    }
    if entry.get("group").is_some() {
        return Err("packages of an image have no dependency groups".to_owned());
    }
    let list = |key, make: fn(&str) -> Result<String, String>| {
        entry.scalar(key)?.map(make).transpose().map(|text| text.into_iter().collect::<Vec<_>>())
    };
    let rule = Rule {
        // Advisories of distributions speak of source packages, and these entries do as they do.
        source_package: list("name", literal)?,
        version: list("version", literal_version)?,
        ecosystem: list("ecosystem", literal)?,
        expires: until(entry.scalar("effectiveUntil")?)?,
        reason: entry.text_at("reason").unwrap_or_default().to_owned(),
        ..Rule::default()
    };
    let about = [&rule.ecosystem, &rule.source_package, &rule.version].map(|part| part.concat());
    Ok((about.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("+"), rule))
}

//! SPDX 2.x, tag-value: `Tag: value` by the line, and texts of several lines between `<text>` and `</text>`.

use super::Document;
use super::spdx::{Described, Reference};
use crate::catalogers::json::Text;

pub(super) fn read(bytes: &[u8]) -> Document {
    let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    let mut document = Document::default();
    let mut package: Option<Described> = None;
    let mut rest = &*text;
    // Looked for once: a document can open as many texts as it has lines, and close none.
    let mut closes = true;
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        rest = after;
        let Some((tag, value)) = line.split_once(':').filter(|_| !line.starts_with('#')) else { continue };
        let mut value = value.trim();
        if let Some(start) = value.strip_prefix("<text>") {
            value = match start.split_once("</text>") {
                Some((inside, _)) => inside,
                None => {
                    // A text that nobody ends is only as long as its line, so that it takes nothing with it.
                    match closes.then(|| rest.split_once("</text>")).flatten() {
                        Some((_, behind)) => rest = behind,
                        None => closes = false,
                    }
                    start
                }
            };
        }
        let value = value.trim();
        match tag.trim() {
            "DocumentName" => document.subject = Some(value.to_owned()),
            "PackageName" => {
                let next = Described { name: Text(Some(value.to_owned())), ..Described::default() };
                if let Some(done) = package.replace(next) {
                    document.describe(&done);
                }
            }
            // Files and snippets follow the package that they are of.
            "FileName" | "SnippetSPDXID" => {
                if let Some(done) = package.take() {
                    document.describe(&done);
                }
            }
            tag => {
                if let Some(package) = &mut package {
                    add(package, tag, value);
                }
            }
        }
    }
    if let Some(done) = package {
        document.describe(&done);
    }
    document
}

fn add(package: &mut Described, tag: &str, value: &str) {
    let text = || Text(Some(value.to_owned()));
    match tag {
        "PackageVersion" => package.version_info = text(),
        "PackageSourceInfo" => package.source_info = text(),
        "PrimaryPackagePurpose" => package.primary_package_purpose = text(),
        "ExternalRef" => {
            let mut words = value.split_whitespace();
            if let (Some(_), Some(kind), Some(locator)) = (words.next(), words.next(), words.next()) {
                package.external_refs.0.push(Reference {
                    reference_type: Text(Some(kind.to_owned())),
                    reference_locator: Text(Some(locator.to_owned())),
                });
            }
        }
        _ => {}
    }
}

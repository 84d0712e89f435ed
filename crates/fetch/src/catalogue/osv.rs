//! OSV.dev publishes a zip for each ecosystem, and a list of them (<https://google.github.io/osv.dev/data/>).

use super::{Document, Lists, odd};
use crate::Error;
use crate::address::encoded;

const ROOT: &str = "https://osv-vulnerabilities.storage.googleapis.com";

/// Ecosystems of which no image has a package: commits and kernels by their ranges of commits, what runs elsewhere.
const ELSEWHERE: &[&str] =
    &["", "GIT", "OSS-Fuzz", "Linux", "Android", "GitHub Actions", "VSCode", "DWF", "GSD", "UVI"];

pub(super) fn documents(lists: &mut Lists<'_>) -> Result<Vec<Document>, Error> {
    let zip = |name: &str| format!("{ROOT}/{}/all.zip", encoded(name));
    if let Some(part) = lists.part {
        return Ok(vec![Document::at(zip(part))]);
    }
    let list = format!("{ROOT}/ecosystems.txt");
    let text = lists.read(&list)?;
    // Releases (`Debian:12`) are in their ecosystem's zip as well.
    let names = text.lines().map(str::trim).filter(|name| !name.contains(':') && !ELSEWHERE.contains(name));
    let documents: Vec<Document> =
        names.map(|name| Document { optional: true, ..Document::at(zip(name)) }).collect();
    if documents.is_empty() { Err(odd(&list, "it names no ecosystem")) } else { Ok(documents) }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{addresses, found};
    use super::*;

    #[test]
    fn ecosystems_without_their_releases() {
        let list = "AlmaLinux\nAlmaLinux:8\nGIT\nRocky Linux\ncrates.io\n";
        let lists = [("https://osv-vulnerabilities.storage.googleapis.com/ecosystems.txt", list)];
        let found = |part| found(documents, part, &lists).unwrap();
        assert_eq!(
            addresses(&found(None)),
            [
                "https://osv-vulnerabilities.storage.googleapis.com/AlmaLinux/all.zip",
                "https://osv-vulnerabilities.storage.googleapis.com/Rocky%20Linux/all.zip",
                "https://osv-vulnerabilities.storage.googleapis.com/crates.io/all.zip",
            ]
        );
        assert_eq!(
            addresses(&found(Some("PyPI"))),
            ["https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip"]
        );
    }
}

//! Photon OS publishes a file for each release, and a list of the releases.

use serde::Deserialize;

use super::{Document, Lists, odd};
use crate::Error;

const ROOT: &str = "https://packages.broadcom.com/photon/photon_cve_metadata/";

#[derive(Deserialize)]
struct Versions {
    branches: Vec<String>,
}

pub(super) fn documents(lists: &mut Lists<'_>) -> Result<Vec<Document>, Error> {
    let list = format!("{ROOT}photon_versions.json");
    let text = lists.read(&list)?;
    let versions: Versions = serde_json::from_str(&text).map_err(|e| odd(&list, &e.to_string()))?;
    let part = lists.part;
    let plain = |branch: &str| branch.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.');
    let documents = versions
        .branches
        .into_iter()
        .filter(|branch| plain(branch) && part.is_none_or(|part| part == branch))
        .map(|branch| Document::at(format!("{ROOT}cve_data_photon{branch}.json")));
    let documents: Vec<Document> = documents.collect();
    if documents.is_empty() { Err(odd(&list, "it names no such release")) } else { Ok(documents) }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{addresses, found};
    use super::*;

    #[test]
    fn releases() {
        let list = format!("{ROOT}photon_versions.json");
        let found = |text| found(documents, None, &[(&list, text)]);
        assert_eq!(
            addresses(&found(r#"{"branches": ["4.0", "5.0", "../x"]}"#).unwrap()),
            [format!("{ROOT}cve_data_photon4.0.json"), format!("{ROOT}cve_data_photon5.0.json")]
        );
        assert!(found("<html>").is_err());
    }
}

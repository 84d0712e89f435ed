//! NVD publishes a file for each year, and beside each what its content's checksum is.

use super::{Document, Lists, odd};
use crate::{Checksum, Error, checksum};

const ROOT: &str = "https://nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-";

/// The first file holds all earlier years.
const FIRST: u32 = 2002;

pub(super) fn documents(lists: &mut Lists<'_>) -> Result<Vec<Document>, Error> {
    let years = match lists.part {
        None => FIRST..=lists.year.max(FIRST),
        Some(part) => {
            let year = part.parse().map_err(|_| odd(ROOT, "parts are years, such as 2026"))?;
            year..=year
        }
    };
    let mut documents = Vec::new();
    for year in years {
        let meta = format!("{ROOT}{year}.meta");
        let text = match lists.read(&meta) {
            // A year begins before its file does.
            Err(Error::Refused { status: 404, .. }) if year == lists.year => continue,
            read => read?,
        };
        let sha256 = text.lines().find_map(|line| checksum::first(line.trim().strip_prefix("sha256:")?));
        let sha256 = sha256.ok_or_else(|| odd(&meta, "it holds no SHA-256"))?;
        documents.push(Document {
            address: format!("{ROOT}{year}.json.gz"),
            stamp: Some(sha256.clone()),
            checksum: Some(Checksum::Unpacked(sha256)),
            optional: false,
        });
    }
    Ok(documents)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{addresses, found};
    use super::*;

    #[test]
    fn years_with_their_checksums() {
        let sum = "D165E29D8D911F3F1E0919A5C1E8C423B14AF1C38F57847DD0A8CC9DBD027618";
        let meta = format!("lastModifiedDate:2025-08-07T03:01:41-04:00\r\nsize:66078439\r\nsha256:{sum}\r\n");
        let at = |year: u32, end: &str| format!("{ROOT}{year}.{end}");
        let names = [at(2002, "meta"), at(2003, "meta")];
        let lists: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), meta.as_str())).collect();
        // Of 2004, this year, there is no file yet.
        let all = found(documents, None, &lists).unwrap();
        assert_eq!(addresses(&all), [at(2002, "json.gz"), at(2003, "json.gz")]);
        assert_eq!(all[0].checksum, Some(Checksum::Unpacked(sum.to_lowercase())));
        assert_eq!(found(documents, Some("2003"), &lists).unwrap().len(), 1);
        assert!(found(documents, Some("x"), &lists).is_err());
        assert!(found(documents, None, &lists[..1]).is_err(), "a year of the past is missing");
    }
}

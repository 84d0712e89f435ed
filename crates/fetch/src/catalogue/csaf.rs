//! Red Hat publishes its CSAF documents as archives, and apart from them those that changed since
//! (<https://security.access.redhat.com/data/csaf/v2/>).

use super::{Document, Lists, odd};
use crate::{Checksum, Error, checksum};

const VEX: &str = "https://security.access.redhat.com/data/csaf/v2/vex/";
const ADVISORIES: &str = "https://security.access.redhat.com/data/csaf/v2/advisories/";

pub(super) fn redhat_vex(lists: &mut Lists<'_>) -> Result<Vec<Document>, Error> {
    documents(VEX, lists)
}

pub(super) fn redhat_advisories(lists: &mut Lists<'_>) -> Result<Vec<Document>, Error> {
    documents(ADVISORIES, lists)
}

fn documents(root: &str, lists: &mut Lists<'_>) -> Result<Vec<Document>, Error> {
    let latest = format!("{root}archive_latest.txt");
    let name = lists.read(&latest)?.trim().to_owned();
    let day = day(&name).ok_or_else(|| odd(&latest, "it names no archive"))?;
    let address = format!("{root}{name}");
    let sums = format!("{address}.sha256");
    let sha256 = checksum::first(&lists.read(&sums)?).ok_or_else(|| odd(&sums, "it holds no SHA-256"))?;
    let archive = Document {
        address,
        stamp: Some(sha256.clone()),
        checksum: Some(Checksum::Stored(sha256)),
        optional: false,
    };
    let changes = lists.read(&format!("{root}changes.csv"))?;
    let changed =
        changes.lines().filter_map(change).filter(|(_, at)| at.get(..10).is_some_and(|at| at >= day));
    let changed = changed.map(|(path, at)| Document {
        stamp: Some(at.to_owned()),
        // What was taken back stands in the list of changes until the next archive.
        optional: true,
        ..Document::at(format!("{root}{path}"))
    });
    // Read last: what it names is gone from the archive as well, as soon as that is made anew.
    let gone = Document { optional: true, ..Document::at(format!("{root}deletions.csv")) };
    Ok(std::iter::once(archive).chain(changed).chain([gone]).collect())
}

/// The day of `csaf_vex_2026-11-20.tar.zst`.
fn day(name: &str) -> Option<&str> {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    let day = name.split(".tar").next()?.rsplit('_').next()?;
    (plain && name.contains(".tar") && day.len() == 10).then_some(day)
}

/// Path and time of `"2024/cve-2024-1.json","2024-08-15T11:45:05+00:00"`.
fn change(line: &str) -> Option<(&str, &str)> {
    let (path, at) = line.split_once(',')?;
    let (path, at) = (path.trim().trim_matches('"'), at.trim().trim_matches('"'));
    let plain = path.ends_with(".json")
        && !path.contains("..")
        && !path.starts_with('/')
        && path.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/".contains(&b));
    plain.then_some((path, at))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{addresses, found};
    use super::*;

    #[test]
    fn the_archive_and_what_changed_since() {
        let sum = "0".repeat(64);
        let sums = format!("{sum}  csaf_vex_2024-08-11.tar.zst\n");
        let at = |path: &str| format!("{VEX}{path}");
        let names = ["archive_latest.txt", "csaf_vex_2024-08-11.tar.zst.sha256", "changes.csv"].map(at);
        let changes = "\"2024/cve-2024-2.json\",\"2024-08-15T11:45:05+00:00\"\n\
                       \"2023/cve-2023-1.json\",\"2024-08-10T08:04:44+00:00\"\n\
                       \"../../etc/x.json\",\"2024-08-15T11:45:05+00:00\"\n";
        let texts = ["csaf_vex_2024-08-11.tar.zst\n", &sums, changes];
        let lists: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(texts).collect();
        let found = found(redhat_vex, None, &lists).unwrap();
        assert_eq!(
            addresses(&found),
            [at("csaf_vex_2024-08-11.tar.zst"), at("2024/cve-2024-2.json"), at("deletions.csv")]
        );
        assert_eq!(found[0].checksum, Some(Checksum::Stored(sum)));
        assert_eq!(found[1].stamp.as_deref(), Some("2024-08-15T11:45:05+00:00"));
        for odd in ["<html>", "x", "../x_2024-08-11.tar.zst", "csaf_vex_.tar.zst"] {
            assert_eq!(day(odd), None, "{odd}");
        }
    }
}

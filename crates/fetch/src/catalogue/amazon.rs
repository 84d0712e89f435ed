//! Amazon Linux publishes its errata in its repositories: a list of mirrors leads to the newest state of one, whose
//! `repomd.xml` names the file and its checksum.

use super::{Document, Lists, odd};
use crate::address::join;
use crate::{Checksum, Error};

const MIRRORS: &[(&str, &str)] = &[
    ("2", "https://cdn.amazonlinux.com/2/core/latest/x86_64/mirror.list"),
    ("2", "https://cdn.amazonlinux.com/2/core/latest/aarch64/mirror.list"),
    ("2023", "https://cdn.amazonlinux.com/al2023/core/mirrors/latest/x86_64/mirror.list"),
    ("2023", "https://cdn.amazonlinux.com/al2023/core/mirrors/latest/aarch64/mirror.list"),
];

pub(super) fn documents(lists: &mut Lists<'_>) -> Result<Vec<Document>, Error> {
    let mut documents = Vec::new();
    for (release, list) in MIRRORS {
        if lists.part.is_some_and(|part| part != *release) {
            continue;
        }
        let mirrors = lists.read(list)?;
        let mirror = mirrors.lines().map(str::trim).find(|line| line.starts_with("https://"));
        let mirror = mirror.ok_or_else(|| odd(list, "it names no mirror"))?;
        let repomd = format!("{}/repodata/repomd.xml", mirror.trim_end_matches('/'));
        let text = lists.read(&repomd)?;
        let (link, sha256) = updateinfo(&text).ok_or_else(|| odd(&repomd, "it names no updateinfo"))?;
        // Locations are relative to the repository, not to its folder of metadata.
        let address = join(&format!("{}/", mirror.trim_end_matches('/')), link);
        let address = address.ok_or_else(|| odd(&repomd, "its updateinfo is elsewhere"))?;
        let checksum = sha256.map(|sha256| Checksum::Stored(sha256.to_owned()));
        let stamp = sha256.map(str::to_owned);
        documents.push(Document { address, stamp, checksum, optional: false });
    }
    if documents.is_empty() { Err(odd("amazon", "releases are 2 and 2023")) } else { Ok(documents) }
}

/// Where the errata are, and their SHA-256.
fn updateinfo(repomd: &str) -> Option<(&str, Option<&str>)> {
    let after = |text: &'_ str, what: &str| text.find(what).map(|at| at + what.len());
    let mut rest = repomd;
    while let Some(at) = after(rest, "<data ") {
        rest = rest.get(at..)?;
        let data = rest.split("</data>").next()?;
        let head = data.split('>').next()?;
        if !head.contains("\"updateinfo\"") {
            continue;
        }
        let link = data.get(after(data, "<location ")?..)?;
        let link = link.get(after(link, "href=\"")?..)?.split('"').next()?;
        let sha256 =
            after(data, "<checksum type=\"sha256\">").and_then(|at| data.get(at..)?.split('<').next());
        return Some((link, sha256.map(str::trim)));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::tests::{addresses, found};
    use super::*;

    #[test]
    fn the_repository_names_the_file_and_its_checksum() {
        let repomd = r#"<repomd><data type="primary"><checksum type="sha256">aa</checksum>
            <location href="repodata/primary.xml.gz"/></data>
            <data type="updateinfo"><checksum type="sha256">bb</checksum>
            <open-checksum type="sha256">cc</open-checksum>
            <location href="repodata/updateinfo.xml.gz"/></data></repomd>"#;
        let mirror = "https://cdn.amazonlinux.com/2/core/2.0/x86_64/abc\n";
        let lists = [
            (MIRRORS[0].1, mirror),
            (MIRRORS[1].1, "https://cdn.amazonlinux.com/2/core/2.0/aarch64/def/"),
            ("https://cdn.amazonlinux.com/2/core/2.0/x86_64/abc/repodata/repomd.xml", repomd),
            ("https://cdn.amazonlinux.com/2/core/2.0/aarch64/def/repodata/repomd.xml", repomd),
        ];
        let found = found(documents, Some("2"), &lists).unwrap();
        assert_eq!(
            addresses(&found),
            [
                "https://cdn.amazonlinux.com/2/core/2.0/x86_64/abc/repodata/updateinfo.xml.gz",
                "https://cdn.amazonlinux.com/2/core/2.0/aarch64/def/repodata/updateinfo.xml.gz",
            ]
        );
        assert_eq!(found[0].checksum, Some(Checksum::Stored("bb".into())));
        assert_eq!(updateinfo("<repomd><data type=\"primary\"></data></repomd>"), None);
    }
}

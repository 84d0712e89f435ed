//! SUSE's and Canonical's OVAL: a file for each product or release, in a folder that the server lists.

use super::{Document, Lists, odd};
use crate::Error;
use crate::links::links;

const SUSE: &str = "https://ftp.suse.com/pub/projects/security/oval/";
const UBUNTU: &str = "https://security-metadata.canonical.com/oval/";

/// Every product once: with what is affected and not fixed, where there is such a file.
pub(super) fn suse(lists: &mut Lists<'_>) -> Result<Vec<Document>, Error> {
    let page = lists.read(SUSE)?;
    let names: Vec<&str> = names(&page, ".xml.gz").collect();
    let wanted = |name: &&&str| {
        let fuller = format!("{name}-affected");
        !name.ends_with("-patch") && !names.contains(&fuller.as_str())
    };
    let part = lists.part;
    let of = |name: &&&str| part.is_none_or(|part| name.strip_suffix("-affected").unwrap_or(name) == part);
    let chosen = names.iter().filter(wanted).filter(of);
    some(SUSE, chosen.map(|name| Document::at(format!("{SUSE}{name}.xml.gz"))).collect())
}

/// Every release once, by its CVEs: its notices say less, and those for images the same.
pub(super) fn ubuntu(lists: &mut Lists<'_>) -> Result<Vec<Document>, Error> {
    let page = lists.read(UBUNTU)?;
    let part = lists.part;
    let releases = names(&page, ".cve.oval.xml.bz2").filter_map(|name| {
        let release = name.strip_prefix("com.ubuntu.")?;
        part.is_none_or(|part| part == release).then_some(name)
    });
    some(UBUNTU, releases.map(|name| Document::at(format!("{UBUNTU}{name}.cve.oval.xml.bz2"))).collect())
}

fn some(root: &str, documents: Vec<Document>) -> Result<Vec<Document>, Error> {
    if documents.is_empty() { Err(odd(root, "it lists no such document")) } else { Ok(documents) }
}

/// The names of files of the folder itself that end so, without that end.
fn names<'a>(page: &'a str, end: &'a str) -> impl Iterator<Item = &'a str> {
    let plain = |name: &&str| {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        !name.is_empty() && !name.starts_with('.') && name.bytes().all(allowed)
    };
    links(page)
        .into_iter()
        .filter_map(move |link| link.strip_prefix("./").unwrap_or(link).strip_suffix(end))
        .filter(plain)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{addresses, found};
    use super::*;

    #[test]
    fn every_product_of_suse_once() {
        let page = "<a href=\"../\">up</a><a href=\"./suse.linux.enterprise.15.xml.gz\">x</a>\
                    <a href=\"suse.linux.enterprise.15-affected.xml.gz\">x</a><a href=\"suse.linux.enterprise.15-patch.xml.gz\">x</a>\
                    <a href=\"opensuse.leap.15.2.xml.gz\">x</a><a href=\"opensuse.leap.15.2.xml\">x</a>\
                    <a href=\"/etc/x.xml.gz\">x</a><a href=\"//evil.example/x.xml.gz\">x</a>";
        let all = found(suse, None, &[(SUSE, page)]).unwrap();
        let at = |name: &str| format!("{SUSE}{name}.xml.gz");
        assert_eq!(addresses(&all), [at("suse.linux.enterprise.15-affected"), at("opensuse.leap.15.2")]);
        let one = found(suse, Some("suse.linux.enterprise.15"), &[(SUSE, page)]).unwrap();
        assert_eq!(addresses(&one), [at("suse.linux.enterprise.15-affected")]);
        assert!(found(suse, Some("x"), &[(SUSE, page)]).is_err());
    }

    #[test]
    fn every_release_of_ubuntu_once() {
        let page = "<a href=\"com.ubuntu.jammy.cve.oval.xml.bz2\">x</a><a href=\"oci.com.ubuntu.jammy.cve.oval.xml.bz2\">x</a>\
                    <a href=\"com.ubuntu.jammy.usn.oval.xml.bz2\">x</a><a href=\"com.ubuntu.noble.cve.oval.xml.bz2\">x</a>";
        let all = found(ubuntu, None, &[(UBUNTU, page)]).unwrap();
        let at = |name: &str| format!("{UBUNTU}com.ubuntu.{name}.cve.oval.xml.bz2");
        assert_eq!(addresses(&all), [at("jammy"), at("noble")]);
        assert_eq!(addresses(&found(ubuntu, Some("noble"), &[(UBUNTU, page)]).unwrap()), [at("noble")]);
        assert!(found(ubuntu, None, &[(UBUNTU, "")]).is_err());
    }
}

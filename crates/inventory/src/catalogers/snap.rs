//! Snaps: the manifest of each, and the lists of Debian packages that base snaps and built snaps carry.

use plimsoll_core::{Content, Package, PackageType, Purl, Take};

use super::os::{malformed, word};
use crate::{Cataloger, File, Interest, Pattern, Sink};

/// Snaps, and the Debian packages in them.
pub(crate) struct Snap;

const TAKE: Take = Take::Whole { max: 16 << 20 };

const INTERESTS: &[Interest] = &[
    Interest { pattern: Pattern::In("meta", "snap.yaml"), take: TAKE },
    Interest { pattern: Pattern::In("snappy", "dpkg.yaml"), take: TAKE },
    Interest { pattern: Pattern::In("snap", "manifest.yaml"), take: TAKE },
];

impl Cataloger for Snap {
    fn id(&self) -> &'static str {
        "snap"
    }

    fn revision(&self) -> u32 {
        1
    }

    fn interests(&self) -> &'static [Interest] {
        INTERESTS
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        if file.path.ends_with(b"dpkg.yaml") || file.path.ends_with(b"manifest.yaml") {
            out.packages.extend(bytes.split(|&b| b == b'\n').filter_map(debian));
            return;
        }
        let (Some(name), Some(version)) = (scalar(bytes, b"name"), scalar(bytes, b"version")) else {
            out.diagnostics.push(malformed("the manifest has no name or no version"));
            return;
        };
        let purl = Purl::new("snap", None, &name, Some(&version));
        out.packages.push(Package::new(PackageType::Snap, name, version, purl));
    }
}

/// The value of a key at the top level of a YAML mapping, where it is a plain or quoted scalar of one line.
fn scalar(bytes: &[u8], key: &[u8]) -> Option<String> {
    bytes.split(|&b| b == b'\n').find_map(|line| {
        let value = line.strip_prefix(key)?.strip_prefix(b":")?.trim_ascii();
        word(match value {
            [b'\'', inner @ .., b'\''] | [b'"', inner @ .., b'"'] => inner,
            plain => plain,
        })
    })
}

/// `- NAME=VERSION` or `- NAME:ARCH=VERSION`. A snap's packages are Ubuntu's, whatever it is installed in.
fn debian(line: &[u8]) -> Option<Package> {
    let item = line.trim_ascii().strip_prefix(b"- ")?.trim_ascii();
    let equals = item.iter().position(|&b| b == b'=')?;
    let (name, version) = (item.get(..equals)?, word(item.get(equals + 1..)?)?);
    let mut parts = name.splitn(2, |&b| b == b':');
    let (name, arch) = (parts.next().and_then(word)?, parts.next().and_then(word));
    let purl = Purl::new("deb", Some("ubuntu"), &name, Some(&version))
        .with("arch", arch.as_deref().unwrap_or_default());
    Some(Package { arch, ..Package::new(PackageType::Deb, name, version, purl) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, text: &str) -> Sink {
        let mut out = Sink::default();
        let content = Content::Whole(text.as_bytes());
        Snap.parse(File { path: path.as_bytes(), size: text.len() as u64, content }, &mut out);
        out
    }

    #[test]
    fn snaps_and_their_packages() {
        let snap = read(
            "snap/core/1/meta/snap.yaml",
            "name: core\nversion: '16-2.61'\ntype: os\napps:\n  name: x\n",
        );
        assert_eq!(snap.packages[0].purl.to_string(), "pkg:snap/core@16-2.61");
        let list = read(
            "usr/share/snappy/dpkg.yaml",
            "package-repositories:\n- type: apt\npackages:\n- adduser=3.118ubuntu2\n- gcc-10-base:amd64=10.5.0-1ubuntu1",
        );
        let purls: Vec<String> = list.packages.iter().map(|package| package.purl.to_string()).collect();
        assert_eq!(
            purls,
            ["pkg:deb/ubuntu/adduser@3.118ubuntu2", "pkg:deb/ubuntu/gcc-10-base@10.5.0-1ubuntu1?arch=amd64"]
        );
        assert_eq!(read("meta/snap.yaml", "nam: x\n").diagnostics.len(), 1);
    }
}

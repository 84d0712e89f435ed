//! Which distribution it is: os-release(5), and the release files of distributions that have none.

use plimsoll_core::{Content, Distro, Take};

use super::os::{text, word};
use crate::{Cataloger, File, Interest, Pattern, Sink};

/// The distribution.
pub(crate) struct OsRelease;

const fn on(path: &'static str) -> Interest {
    Interest { pattern: Pattern::Path(path), take: Take::Whole { max: 1 << 20 } }
}

const INTERESTS: &[Interest] = &[
    on("etc/os-release"),
    on("usr/lib/os-release"),
    on("etc/alpine-release"),
    on("etc/openwrt_release"),
    // Ubuntu's debian_version names the Debian release it was made from.
    on("etc/lsb-release"),
    on("etc/debian_version"),
    // Oracle's redhat-release names Red Hat.
    on("etc/oracle-release"),
    on("etc/almalinux-release"),
    on("etc/rocky-release"),
    on("etc/centos-release"),
    on("etc/fedora-release"),
    on("etc/photon-release"),
    on("etc/openEuler-release"),
    on("etc/SuSE-release"),
    on("etc/redhat-release"),
    on("etc/system-release"),
    on("usr/lib/system-release"),
];

impl Cataloger for OsRelease {
    fn id(&self) -> &'static str {
        "os-release"
    }

    fn revision(&self) -> u32 {
        1
    }

    fn interests(&self) -> &'static [Interest] {
        // The order is the rank: of the files that are there, the first that names a distribution counts.
        INTERESTS
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        out.distro = match file.path.rsplit(|&b| b == b'/').next().unwrap_or_default() {
            b"os-release" => os_release(bytes),
            b"lsb-release" | b"openwrt_release" => lsb_release(bytes),
            b"alpine-release" => plain("alpine", bytes),
            b"debian_version" => debian_version(bytes),
            b"SuSE-release" => suse_release(bytes),
            b"oracle-release" => {
                red_hat_release(bytes).map(|distro| Distro { id: "ol".to_owned(), ..distro })
            }
            name if name.ends_with(b"-release") => red_hat_release(bytes),
            // A link's other name says nothing of the form; only os-release is linked to.
            _ => os_release(bytes),
        };
    }
}

/// The assignments of a file that a shell could read, in order.
fn assignments(bytes: &[u8]) -> impl Iterator<Item = (&[u8], String)> {
    bytes.split(|&b| b == b'\n').filter_map(|line| {
        let line = line.trim_ascii();
        let equals = line.iter().position(|&b| b == b'=')?;
        let (name, value) = (line.get(..equals)?, line.get(equals + 1..)?);
        (!name.starts_with(b"#")).then(|| Some((name, unquote(value)?)))?
    })
}

/// A value as os-release(5) allows it: bare, in single quotes, or in double quotes with backslashes before `$`,
/// `"`, `\` and the backtick.
fn unquote(value: &[u8]) -> Option<String> {
    let value = match value {
        [b'\'', inner @ .., b'\''] => inner.to_vec(),
        [b'"', inner @ .., b'"'] => {
            let mut out = Vec::with_capacity(inner.len());
            let mut rest = inner.iter();
            while let Some(&byte) = rest.next() {
                out.push(match (byte, rest.as_slice().first()) {
                    (b'\\', Some(&next @ (b'$' | b'"' | b'\\' | b'`'))) => {
                        rest.next();
                        next
                    }
                    _ => byte,
                });
            }
            out
        }
        bare => bare.to_vec(),
    };
    text(&value)
}

fn os_release(bytes: &[u8]) -> Option<Distro> {
    let mut distro = Distro::default();
    for (name, value) in assignments(bytes) {
        match name {
            b"ID" => distro.id = value,
            b"VERSION_ID" => distro.version = value,
            b"VERSION_CODENAME" => distro.codename = Some(value),
            b"ID_LIKE" => distro.like = value.split_whitespace().map(str::to_owned).collect(),
            b"PRETTY_NAME" => distro.pretty_name = Some(value),
            b"CPE_NAME" => distro.cpe = Some(value),
            _ => {}
        }
    }
    checked(distro)
}

fn lsb_release(bytes: &[u8]) -> Option<Distro> {
    let mut distro = Distro::default();
    for (name, value) in assignments(bytes) {
        match name {
            b"DISTRIB_ID" => distro.id = value.to_ascii_lowercase(),
            b"DISTRIB_RELEASE" => distro.version = value,
            b"DISTRIB_CODENAME" => distro.codename = Some(value.to_ascii_lowercase()),
            b"DISTRIB_DESCRIPTION" => distro.pretty_name = Some(value),
            _ => {}
        }
    }
    checked(distro)
}

/// A distribution is one only by an `ID` that could be one: no blanks and nothing that a path or URL gives meaning.
fn checked(distro: Distro) -> Option<Distro> {
    let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let version = |c: char| !c.is_whitespace() && !c.is_control();
    (!distro.id.is_empty() && distro.id.chars().all(valid) && distro.version.chars().all(version))
        .then_some(distro)
}

/// The version alone, as `/etc/alpine-release` has it.
fn plain(id: &str, bytes: &[u8]) -> Option<Distro> {
    let version = word(first_line(bytes))?;
    checked(Distro { id: id.to_owned(), version, ..Distro::default() })
}

/// `12.5`, or `trixie/sid` before a release.
fn debian_version(bytes: &[u8]) -> Option<Distro> {
    let value = word(first_line(bytes))?;
    let distro = Distro { id: "debian".to_owned(), ..Distro::default() };
    checked(match value.split_once('/') {
        Some((codename, _)) => Distro { codename: Some(codename.to_owned()), ..distro },
        None if value.starts_with(|c: char| c.is_ascii_digit()) => {
            // os-release names the release without its point.
            Distro { version: value.split('.').next().unwrap_or_default().to_owned(), ..distro }
        }
        None => Distro { codename: Some(value), ..distro },
    })
}

fn first_line(bytes: &[u8]) -> &[u8] {
    bytes.split(|&b| b == b'\n').next().unwrap_or_default().trim_ascii()
}

/// `NAME release VERSION (CODENAME)`, as `/etc/redhat-release` and its like have it.
fn red_hat_release(bytes: &[u8]) -> Option<Distro> {
    let line = text(first_line(bytes))?;
    // Photon writes no `release`.
    let (name, rest) = line.split_once(" release ").or_else(|| line.split_once(" Linux "))?;
    let version = rest.split_whitespace().next()?.to_owned();
    let id = [
        ("Red Hat", "rhel"),
        ("CentOS", "centos"),
        ("AlmaLinux", "almalinux"),
        ("Rocky", "rocky"),
        ("Oracle", "ol"),
        ("Fedora", "fedora"),
        ("Amazon", "amzn"),
        ("openEuler", "openEuler"),
        ("VMware Photon", "photon"),
        ("CBL-Mariner", "mariner"),
        ("CloudLinux", "cloudlinux"),
        ("Scientific", "scientific"),
    ]
    .iter()
    .find_map(|(prefix, id)| name.starts_with(prefix).then(|| (*id).to_owned()))?;
    checked(Distro { id, version, pretty_name: Some(line), ..Distro::default() })
}

/// The name in the first line, then `VERSION = 11` and `PATCHLEVEL = 4`.
fn suse_release(bytes: &[u8]) -> Option<Distro> {
    let line = text(first_line(bytes))?;
    let id = match line.as_str() {
        line if line.starts_with("openSUSE") => "opensuse",
        line if line.starts_with("SUSE Linux Enterprise") => "sles",
        _ => return None,
    };
    let value = |key: &[u8]| {
        let found = bytes.split(|&b| b == b'\n').find_map(|line| {
            line.strip_prefix(key)?.trim_ascii_start().strip_prefix(b"=").map(<[u8]>::trim_ascii)
        })?;
        word(found)
    };
    let version = match (value(b"VERSION")?, value(b"PATCHLEVEL")) {
        (version, Some(level)) if level != "0" => format!("{version}.{level}"),
        (version, _) => version,
    };
    checked(Distro { id: id.to_owned(), version, pretty_name: Some(line), ..Distro::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, text: &str) -> Option<(String, String)> {
        let mut out = Sink::default();
        let content = Content::Whole(text.as_bytes());
        OsRelease.parse(File { path: path.as_bytes(), size: text.len() as u64, content }, &mut out);
        out.distro.map(|distro| (distro.id, distro.version))
    }

    #[test]
    fn os_release_in_all_its_quotes() {
        let distro = os_release(
            b"# a comment\nPRETTY_NAME=\"Debian \\\"GNU\\\"/Linux 12\"\nID=debian\nVERSION_ID=\"12\"\n\
              VERSION_CODENAME='bookworm'\nID_LIKE=\"a b\"\nCPE_NAME=\"cpe:/o:debian:debian_linux:12\"\nnonsense\n",
        )
        .unwrap();
        assert_eq!((&distro.id[..], &distro.version[..]), ("debian", "12"));
        assert_eq!(distro.codename.as_deref(), Some("bookworm"));
        assert_eq!(distro.pretty_name.as_deref(), Some("Debian \"GNU\"/Linux 12"));
        assert_eq!(distro.like, ["a", "b"]);
        assert_eq!(distro.cpe.as_deref(), Some("cpe:/o:debian:debian_linux:12"));
    }

    #[test]
    fn every_release_file_in_its_form() {
        // The texts are those of the distributions' own images.
        for (path, text, id, version) in [
            ("etc/alpine-release", "3.19.1\n", "alpine", "3.19.1"),
            ("etc/debian_version", "12.5\n", "debian", "12"),
            ("etc/debian_version", "trixie/sid\n", "debian", ""),
            (
                "etc/lsb-release",
                "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=14.04\nDISTRIB_CODENAME=trusty\n",
                "ubuntu",
                "14.04",
            ),
            (
                "etc/openwrt_release",
                "DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='21.02.1'\n",
                "openwrt",
                "21.02.1",
            ),
            ("etc/centos-release", "CentOS Linux release 7.9.2009 (Core)\n", "centos", "7.9.2009"),
            ("etc/centos-release", "CentOS release 6.10 (Final)\n", "centos", "6.10"),
            (
                "etc/redhat-release",
                "Red Hat Enterprise Linux Server release 6.10 (Santiago)\n",
                "rhel",
                "6.10",
            ),
            ("etc/almalinux-release", "AlmaLinux release 8.4 (Electric Cheetah)\n", "almalinux", "8.4"),
            ("etc/rocky-release", "Rocky Linux release 8.4 (Green Obsidian)\n", "rocky", "8.4"),
            ("etc/oracle-release", "Oracle Linux Server release 8.4\n", "ol", "8.4"),
            ("etc/fedora-release", "Fedora release 34 (Thirty Four)\n", "fedora", "34"),
            ("etc/system-release", "Amazon Linux release 2 (Karoo)\n", "amzn", "2"),
            ("etc/system-release", "Amazon Linux AMI release 2018.03\n", "amzn", "2018.03"),
            ("etc/photon-release", "VMware Photon Linux 1.0\nPHOTON_BUILD_NUMBER=62c543d\n", "photon", "1.0"),
            (
                "etc/SuSE-release",
                "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n",
                "sles",
                "11.4",
            ),
            (
                "etc/SuSE-release",
                "openSUSE 13.2 (x86_64)\nVERSION = 13.2\nCODENAME = Harlequin\n",
                "opensuse",
                "13.2",
            ),
        ] {
            assert_eq!(read(path, text), Some((id.to_owned(), version.to_owned())), "{path} {text}");
        }
    }

    #[test]
    fn what_names_no_distribution_is_none() {
        for (path, text) in [
            ("etc/os-release", ""),
            ("etc/os-release", "NAME=x\nVERSION_ID=1\n"),
            ("etc/os-release", "ID=\"a b\"\n"),
            ("etc/os-release", "ID=../..\u{7}\n"),
            ("etc/redhat-release", "hello\n"),
            ("etc/redhat-release", "Strange release 1\n"),
            ("etc/alpine-release", "\n"),
            ("etc/SuSE-release", "openSUSE\n"),
        ] {
            assert_eq!(read(path, text), None, "{text}");
        }
    }
}

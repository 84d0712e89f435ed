//! The feeds that are published, and under which addresses their documents are.

mod alpine;
mod amazon;
mod bodhi;
mod csaf;
mod msrc;
mod nvd;
mod nvd_api;
mod osv;
mod oval;
mod photon;
mod rocky;

use crate::{Checksum, Error};

/// A feed that can be fetched.
#[derive(Debug)]
pub struct Source {
    /// Its short name: `osv`, `debian-tracker`.
    pub id: &'static str,
    /// What its publisher calls it.
    pub title: &'static str,
    /// Where it is published.
    pub address: &'static str,
    /// Under which terms.
    pub licence: &'static str,
    /// Whether it is fetched where nothing else is asked for: all that decides what affects what, and how bad it is,
    /// except for what the others say as well and for what takes hours.
    pub default: bool,
    /// What its parts are called, where it has any that can be had alone (`osv:PyPI`).
    pub parts: Option<&'static str>,
    pub(crate) documents: Documents,
}

/// How a feed's documents are found.
#[derive(Debug)]
pub(crate) enum Documents {
    /// They have always been there.
    Fixed(&'static [&'static str]),
    /// They stand in lists, which have to be read first.
    Listed(fn(&mut Lists<'_>) -> Result<Vec<Document>, Error>),
}

/// One document of a feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Document {
    /// Where it is.
    pub(crate) address: String,
    /// What a list says of its state: where that is known, nobody has to be asked.
    pub(crate) stamp: Option<String>,
    /// What its publisher says of its bytes.
    pub(crate) checksum: Option<Checksum>,
    /// Whether the feed is whole without it: a list may name what is not there yet.
    pub(crate) optional: bool,
}

impl Document {
    fn at(address: impl Into<String>) -> Self {
        Self { address: address.into(), ..Self::default() }
    }
}

/// What finding documents may read.
pub(crate) struct Lists<'a> {
    /// Reads a list.
    pub(crate) read: &'a mut dyn FnMut(&str) -> Result<String, Error>,
    /// The part that is asked for, where it is not the whole feed.
    pub(crate) part: Option<&'a str>,
    /// This year.
    pub(crate) year: u32,
}

impl Lists<'_> {
    fn read(&mut self, address: &str) -> Result<String, Error> {
        (self.read)(address)
    }
}

/// A list that does not say what it should.
fn odd(address: &str, why: &str) -> Error {
    Error::Index { address: address.to_owned(), why: why.to_owned() }
}

/// A feed, or one part of it.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The feed.
    pub source: &'static Source,
    /// The part; the whole where none.
    pub part: Option<String>,
}

/// Every feed.
pub fn all() -> &'static [Source] {
    ALL
}

/// The feeds that are fetched where nothing else is asked for.
pub fn defaults() -> Vec<Chosen> {
    all().iter().filter(|source| source.default).map(|source| Chosen { source, part: None }).collect()
}

/// The feed that a name names: `osv`, `osv:PyPI`; nothing where there is none.
pub fn choose(name: &str) -> Option<Chosen> {
    let (id, part) = name.split_once(':').map_or((name, None), |(id, part)| (id, Some(part)));
    let source = all().iter().find(|source| source.id.eq_ignore_ascii_case(id))?;
    if part.is_some_and(|part| source.parts.is_none() || part.is_empty()) {
        return None;
    }
    Some(Chosen { source, part: part.map(str::to_owned) })
}

static ALL: &[Source] = &[
    Source {
        id: "osv",
        title: "OSV.dev: every ecosystem that publishes OSV",
        address: "https://osv-vulnerabilities.storage.googleapis.com/",
        licence: "each database its own: CC-BY-4.0 (GHSA, PyPA, Go), CC0-1.0 (RustSec), …",
        default: true,
        parts: Some("an ecosystem"),
        documents: Documents::Listed(osv::documents),
    },
    Source {
        id: "debian-tracker",
        title: "Debian Security Tracker",
        address: "https://security-tracker.debian.org/tracker/data/json",
        licence: "none stated",
        default: true,
        parts: None,
        documents: Documents::Fixed(&["https://security-tracker.debian.org/tracker/data/json"]),
    },
    Source {
        id: "alpine",
        title: "Alpine secdb",
        address: "https://secdb.alpinelinux.org/",
        licence: "none stated",
        default: true,
        parts: Some("a release"),
        documents: Documents::Listed(alpine::documents),
    },
    Source {
        id: "wolfi",
        title: "Wolfi secdb",
        address: "https://packages.wolfi.dev/os/security.json",
        licence: "CC-BY-NC-ND-4.0 and the publisher's terms: not to be passed on in derived form",
        default: true,
        parts: None,
        documents: Documents::Fixed(&["https://packages.wolfi.dev/os/security.json"]),
    },
    Source {
        id: "chainguard",
        title: "Chainguard secdb",
        address: "https://packages.cgr.dev/chainguard/security.json",
        licence: "CC-BY-NC-ND-4.0 and the publisher's terms: not to be passed on in derived form",
        default: true,
        parts: None,
        documents: Documents::Fixed(&["https://packages.cgr.dev/chainguard/security.json"]),
    },
    Source {
        id: "minimos",
        title: "MinimOS secdb",
        address: "https://packages.mini.dev/advisories/secdb/security.json",
        licence: "none stated",
        default: true,
        parts: None,
        documents: Documents::Fixed(&["https://packages.mini.dev/advisories/secdb/security.json"]),
    },
    Source {
        id: "amazon",
        title: "Amazon Linux errata",
        address: "https://cdn.amazonlinux.com/",
        licence: "the distribution's own",
        default: true,
        parts: Some("a release"),
        documents: Documents::Listed(amazon::documents),
    },
    Source {
        id: "oracle",
        title: "Oracle Linux OVAL",
        address: "https://linux.oracle.com/security/oval/",
        licence: "the distribution's own",
        default: true,
        parts: None,
        documents: Documents::Fixed(&["https://linux.oracle.com/security/oval/com.oracle.elsa-all.xml.bz2"]),
    },
    Source {
        id: "photon",
        title: "Photon OS CVE metadata",
        address: "https://packages.broadcom.com/photon/photon_cve_metadata/",
        licence: "none stated",
        default: true,
        parts: Some("a release"),
        documents: Documents::Listed(photon::documents),
    },
    Source {
        id: "azure-linux",
        title: "Azure Linux and CBL-Mariner OVAL",
        address: "https://github.com/microsoft/AzureLinuxVulnerabilityData",
        licence: "MIT",
        default: true,
        parts: None,
        documents: Documents::Fixed(&[
            "https://raw.githubusercontent.com/microsoft/AzureLinuxVulnerabilityData/main/azurelinux-3.0-oval.xml",
            "https://raw.githubusercontent.com/microsoft/AzureLinuxVulnerabilityData/main/cbl-mariner-2.0-oval.xml",
        ]),
    },
    Source {
        id: "arch",
        title: "Arch Linux security tracker",
        address: "https://security.archlinux.org/all.json",
        licence: "none stated",
        default: true,
        parts: None,
        documents: Documents::Fixed(&["https://security.archlinux.org/all.json"]),
    },
    Source {
        id: "redhat-vex",
        title: "Red Hat CSAF VEX: also what is not fixed",
        address: "https://security.access.redhat.com/data/csaf/v2/vex/",
        licence: "CC-BY-4.0",
        default: false,
        parts: None,
        documents: Documents::Listed(csaf::redhat_vex),
    },
    Source {
        id: "redhat-advisories",
        title: "Red Hat CSAF advisories: what is fixed",
        address: "https://security.access.redhat.com/data/csaf/v2/advisories/",
        licence: "CC-BY-4.0",
        default: false,
        parts: None,
        documents: Documents::Listed(csaf::redhat_advisories),
    },
    Source {
        id: "suse-vex",
        title: "SUSE CSAF VEX: also what is not fixed",
        address: "https://ftp.suse.com/pub/projects/security/csaf-vex.tar.bz2",
        licence: "CC-BY-4.0",
        default: false,
        parts: None,
        documents: Documents::Fixed(&["https://ftp.suse.com/pub/projects/security/csaf-vex.tar.bz2"]),
    },
    Source {
        id: "suse-advisories",
        title: "SUSE CSAF advisories: what is fixed",
        address: "https://ftp.suse.com/pub/projects/security/csaf.tar.bz2",
        licence: "CC-BY-4.0",
        default: false,
        parts: None,
        documents: Documents::Fixed(&["https://ftp.suse.com/pub/projects/security/csaf.tar.bz2"]),
    },
    Source {
        id: "ubuntu-vex",
        title: "Ubuntu OpenVEX: also what is not fixed",
        address: "https://security-metadata.canonical.com/vex/vex-all.tar.xz",
        licence: "CC-BY-SA-4.0",
        default: false,
        parts: None,
        documents: Documents::Fixed(&["https://security-metadata.canonical.com/vex/vex-all.tar.xz"]),
    },
    Source {
        id: "usn",
        title: "Ubuntu Security Notices",
        address: "https://usn.ubuntu.com/usn-db/database-all.json.bz2",
        licence: "CC-BY-SA-4.0",
        default: false,
        parts: None,
        documents: Documents::Fixed(&["https://usn.ubuntu.com/usn-db/database-all.json.bz2"]),
    },
    Source {
        id: "alma-errata",
        title: "AlmaLinux errata",
        address: "https://errata.almalinux.org/",
        licence: "MIT",
        default: false,
        parts: None,
        documents: Documents::Fixed(&[
            "https://errata.almalinux.org/8/errata.full.json",
            "https://errata.almalinux.org/9/errata.full.json",
            "https://errata.almalinux.org/10/errata.full.json",
        ]),
    },
    Source {
        id: "rocky-errata",
        title: "Rocky Linux errata",
        address: "https://apollo.build.resf.org/api/v3/advisories/",
        licence: "BSD-3-Clause",
        default: false,
        parts: None,
        documents: Documents::Listed(rocky::documents),
    },
    Source {
        id: "bodhi",
        title: "Fedora and EPEL updates (Bodhi)",
        address: "https://bodhi.fedoraproject.org/updates/",
        licence: "none stated",
        default: false,
        parts: Some("a release, such as F41 or EPEL-9"),
        documents: Documents::Listed(bodhi::documents),
    },
    Source {
        id: "suse-oval",
        title: "SUSE and openSUSE OVAL",
        address: "https://ftp.suse.com/pub/projects/security/oval/",
        licence: "SUSE's terms",
        default: false,
        parts: Some("a file, such as suse.linux.enterprise.15"),
        documents: Documents::Listed(oval::suse),
    },
    Source {
        id: "ubuntu-oval",
        title: "Ubuntu OVAL of CVEs",
        address: "https://security-metadata.canonical.com/oval/",
        licence: "GPL-3.0",
        default: false,
        parts: Some("a release, such as jammy"),
        documents: Documents::Listed(oval::ubuntu),
    },
    Source {
        id: "debian-oval",
        title: "Debian OVAL",
        address: "https://www.debian.org/security/oval/",
        licence: "none stated",
        default: false,
        parts: None,
        documents: Documents::Fixed(&[
            "https://www.debian.org/security/oval/oval-definitions-bullseye.xml.bz2",
            "https://www.debian.org/security/oval/oval-definitions-bookworm.xml.bz2",
            "https://www.debian.org/security/oval/oval-definitions-trixie.xml.bz2",
        ]),
    },
    Source {
        id: "glsa",
        title: "Gentoo Linux Security Advisories",
        address: "https://gitweb.gentoo.org/data/glsa.git",
        licence: "CC-BY-SA-4.0",
        default: false,
        parts: None,
        documents: Documents::Fixed(&["https://gitweb.gentoo.org/data/glsa.git/snapshot/glsa-master.tar.gz"]),
    },
    Source {
        id: "glad",
        title: "GitLab Advisory Database, community edition",
        address: "https://gitlab.com/gitlab-org/advisories-community",
        licence: "MIT",
        default: false,
        parts: None,
        documents: Documents::Fixed(&[
            "https://gitlab.com/gitlab-org/advisories-community/-/archive/main/advisories-community-main.zip",
        ]),
    },
    Source {
        id: "echo",
        title: "Echo",
        address: "https://advisory.echohq.com/data.json",
        licence: "none stated",
        default: false,
        parts: None,
        documents: Documents::Fixed(&["https://advisory.echohq.com/data.json"]),
    },
    Source {
        id: "root",
        title: "Root.io patches",
        address: "https://api.root.io/external/patch_feed",
        licence: "none stated",
        default: false,
        parts: None,
        documents: Documents::Fixed(&["https://api.root.io/external/patch_feed"]),
    },
    Source {
        id: "rubysec",
        title: "Ruby Advisory Database",
        address: "https://github.com/rubysec/ruby-advisory-db",
        licence: "public domain",
        default: false,
        parts: None,
        documents: Documents::Fixed(&[
            "https://github.com/rubysec/ruby-advisory-db/archive/refs/heads/master.zip",
        ]),
    },
    Source {
        id: "friendsofphp",
        title: "PHP Security Advisories Database",
        address: "https://github.com/FriendsOfPHP/security-advisories",
        licence: "public domain",
        default: false,
        parts: None,
        documents: Documents::Fixed(&[
            "https://github.com/FriendsOfPHP/security-advisories/archive/refs/heads/master.zip",
        ]),
    },
    Source {
        id: "msrc",
        title: "Microsoft Security Response Center",
        address: "https://api.msrc.microsoft.com/cvrf/v3.0/updates",
        licence: "Microsoft's terms",
        default: false,
        parts: Some("a month, such as 2026-Nov"),
        documents: Documents::Listed(msrc::documents),
    },
    Source {
        id: "nvd",
        title: "National Vulnerability Database",
        address: "https://nvd.nist.gov/feeds/json/cve/2.0/",
        licence: "public domain (U.S. government)",
        default: true,
        parts: Some("a year"),
        documents: Documents::Listed(nvd::documents),
    },
    Source {
        id: "nvd-api",
        title: "National Vulnerability Database, by its API: what its files say, as of now",
        address: "https://services.nvd.nist.gov/rest/json/cves/2.0",
        licence: "public domain (U.S. government)",
        default: false,
        parts: None,
        documents: Documents::Listed(nvd_api::documents),
    },
    Source {
        id: "cve",
        title: "CVE List",
        address: "https://github.com/CVEProject/cvelistV5",
        licence: "CVE terms of use: free with attribution",
        default: false,
        parts: None,
        documents: Documents::Fixed(&["https://github.com/CVEProject/cvelistV5/archive/refs/heads/main.zip"]),
    },
    Source {
        id: "kev",
        title: "CISA Known Exploited Vulnerabilities",
        address: "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
        licence: "public domain (U.S. government)",
        default: true,
        parts: None,
        documents: Documents::Fixed(&[
            "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
        ]),
    },
    Source {
        id: "epss",
        title: "Exploit Prediction Scoring System",
        address: "https://epss.cyentia.com/epss_scores-current.csv.gz",
        licence: "free to use with attribution to FIRST",
        default: true,
        parts: None,
        documents: Documents::Fixed(&["https://epss.cyentia.com/epss_scores-current.csv.gz"]),
    },
    Source {
        id: "eol",
        title: "endoflife.date",
        address: "https://endoflife.date/api/v1/products/full",
        licence: "MIT",
        default: true,
        parts: None,
        documents: Documents::Fixed(&["https://endoflife.date/api/v1/products/full"]),
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_addresses_encrypted() {
        let ids: BTreeSet<&str> = all().iter().map(|source| source.id).collect();
        assert_eq!(ids.len(), all().len());
        for source in all() {
            assert!(source.address.starts_with("https://"), "{}", source.id);
            if let Documents::Fixed(addresses) = source.documents {
                assert!(addresses.iter().all(|address| address.starts_with("https://")), "{}", source.id);
            }
        }
    }

    #[test]
    fn feeds_and_parts_are_chosen_by_name() {
        assert_eq!(choose("osv:PyPI").unwrap().part.as_deref(), Some("PyPI"));
        assert_eq!(choose("KEV").unwrap().source.id, "kev");
        for wrong in ["", "nothing", "kev:1", "osv:"] {
            assert!(choose(wrong).is_none(), "{wrong}");
        }
    }

    /// Lists are what anyone may have put on a mirror: whatever they say, documents are their publisher's.
    #[test]
    fn hostile_lists_lead_nowhere_else() {
        use plimsoll_testkit::Random;
        let seeds = [
            "<a href=\"v3.19/\">v</a><a href='main.json'>m</a> href=//evil.example/x.json href=https://evil.example/y.json",
            "PyPI\n../x\nhttps://evil.example/\n",
            "csaf_vex_2024-08-11.tar.zst",
            "<a href=\"suse.linux.enterprise.15.xml.gz\"><a href=\"com.ubuntu.jammy.cve.oval.xml.bz2\">{\"pages\": 3, \"totalResults\": 9999999999}",
            "\"2024/cve-2024-2.json\",\"2024-08-15T11:45:05+00:00\"\n\"//evil.example/x.json\",\"2024-08-15\"\n",
            "https://cdn.amazonlinux.com/2/core/2.0/x86_64/abc\n",
            "<data type=\"updateinfo\"><checksum type=\"sha256\">b</checksum><location href=\"repodata/u.xml.gz\"/></data>",
            "{\"value\": [{\"ID\": \"2026-Nov\"}], \"branches\": [\"4.0\", \"//evil.example\"], \"total\": 999999999999999}",
            "sha256:D165E29D8D911F3F1E0919A5C1E8C423B14AF1C38F57847DD0A8CC9DBD027618",
        ];
        let mut random = Random::new(9);
        for round in 0..4000 {
            let source = random.pick(all());
            let Documents::Listed(list) = source.documents else { continue };
            let mut texts: Vec<Vec<u8>> = seeds.iter().map(|seed| seed.as_bytes().to_vec()).collect();
            for text in &mut texts {
                for _ in 0..round % 4 {
                    let at = random.below(text.len());
                    text[at] = *random.pick(b"/.:<>\"'\n\0 {}[],%\xff\xc3");
                }
            }
            let mut read = |_: &str| {
                let text: &Vec<u8> = random.pick(&texts);
                Ok(String::from_utf8_lossy(text).into_owned())
            };
            let mut lists = Lists { read: &mut read, part: None, year: 2003 };
            let host = source.address.split('/').nth(2).unwrap();
            for document in list(&mut lists).unwrap_or_default() {
                // Amazon's mirrors may be elsewhere; they are asked over TLS all the same.
                let own = document.address.starts_with(&format!("https://{host}/"));
                assert!(own || source.id == "amazon", "{}", document.address);
                assert!(!document.address.contains("/../"), "{}", document.address);
            }
        }
    }

    /// What a feed comes to where its lists say this.
    pub(super) fn found(
        documents: fn(&mut Lists<'_>) -> Result<Vec<Document>, Error>,
        part: Option<&str>,
        lists: &[(&str, &str)],
    ) -> Result<Vec<Document>, Error> {
        let mut read = |address: &str| {
            let list = lists.iter().find(|(known, _)| *known == address);
            list.map(|(_, text)| (*text).to_owned())
                .ok_or_else(|| Error::Refused { address: address.to_owned(), status: 404 })
        };
        documents(&mut Lists { read: &mut read, part, year: 2004 })
    }

    pub(super) fn addresses(documents: &[Document]) -> Vec<&str> {
        documents.iter().map(|document| document.address.as_str()).collect()
    }
}

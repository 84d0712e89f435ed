//! What every cataloger must survive, and that every cataloger is registered.

use std::fs;
use std::path::Path;

use plimsoll_core::{Content, Take};

use super::rpm::sample as rpm;
use crate::{Cataloger, File, Pattern, Sink, catalogers};

/// Valid files of each cataloger, with places that they can stand in.
fn samples(id: &str) -> Vec<(&'static str, Vec<u8>)> {
    let text = |path, text: &str| (path, text.as_bytes().to_vec());
    match id {
        "os-release" => vec![
            text("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME='a \\\" b'\nID_LIKE=\"a b\"\n"),
            text("etc/redhat-release", "AlmaLinux release 8.4 (Electric Cheetah)\n"),
            text(
                "etc/SuSE-release",
                "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n",
            ),
            text("etc/debian_version", "trixie/sid\n"),
        ],
        "repositories" => vec![
            text("etc/apk/repositories", "https://dl-cdn.alpinelinux.org/alpine/edge/main\n# x\n"),
            text(
                "etc/apt/sources.list",
                "deb [signed-by=/a.gpg] http://deb.debian.org/debian bookworm main # x\n",
            ),
            text(
                "etc/apt/sources.list.d/debian.sources",
                "Types: deb\nURIs: http://deb.debian.org/debian\nSuites: bookworm bookworm-updates\nComponents: main\n",
            ),
            text("etc/yum.repos.d/a.repo", "[baseos]\nname=x\nenabled=1\n[extras]\nenabled=0\n"),
            text(
                "root/buildinfo/content_manifests/a.json",
                r#"{"content_sets":["rhel-8-for-x86_64-baseos-rpms"]}"#,
            ),
        ],
        "dpkg" => vec![
            text(
                "var/lib/dpkg/status",
                "Package: a\nStatus: install ok installed\nSource: b (1)\nVersion: 1:2-3\nArchitecture: all\n\n",
            ),
            text("var/lib/dpkg/info/a.list", "/.\n/usr\n/usr/bin/a\n"),
            text("var/lib/dpkg/status.d/a.md5sums", "d41d8cd98f00b204e9800998ecf8427e  usr/bin/a\n"),
        ],
        "opkg" => {
            vec![text("usr/lib/opkg/status", "Package: a\nVersion: 1\nStatus: install ok installed\n\n")]
        }
        "apk" => vec![text("lib/apk/db/installed", "P:a\nV:1-r0\nA:x86_64\no:b\nF:usr/bin\nR:a\n\n")],
        "rpm" => {
            let blobs = [rpm::openssl(), rpm::long("a", 700)];
            vec![
                ("var/lib/rpm/rpmdb.sqlite", rpm::sqlite(&blobs, 512)),
                ("var/lib/rpm/Packages.db", rpm::ndb(&blobs)),
                ("var/lib/rpm/Packages", rpm::bdb(&blobs, super::rpm::Order::Little)),
                ("var/lib/rpm/Packages", rpm::bdb(&blobs, super::rpm::Order::Big)),
                text(
                    "var/lib/rpmmanifest/container-manifest-2",
                    "a\t1-2\t1\t1\tv\t1\t9\tx\t1\ta-1-2.src.rpm\n",
                ),
            ]
        }
        "pacman" => vec![
            text("var/lib/pacman/local/a-1-1/desc", "%NAME%\na\n\n%VERSION%\n1-1\n\n%BASE%\nb\n"),
            text("var/lib/pacman/local/a-1-1/files", "%FILES%\nusr/\nusr/a\n"),
        ],
        "portage" => vec![
            text("var/db/pkg/x/a-1_p2-r1/CONTENTS", "obj /usr/a d41d8cd98f00b204e9800998ecf8427e 1\n"),
            text("var/db/pkg/x/a-1/PF", "a-1\n"),
        ],
        "chisel" => {
            let lines = "{\"kind\":\"package\",\"name\":\"a\",\"version\":\"1\"}\n\
                         {\"kind\":\"path\",\"path\":\"/a\",\"slices\":[\"a_b\"]}\n";
            vec![("var/lib/chisel/manifest.wall", zstd::encode_all(lines.as_bytes(), 3).unwrap())]
        }
        "bottlerocket" => vec![text(
            "usr/share/bottlerocket/application-inventory.json",
            r#"{"Content":[{"Name":"a","Version":"1","Release":"2","Epoch":"1","Architecture":"x"}]}"#,
        )],
        "bitnami" => vec![
            text("opt/bitnami/.bitnami_components.json", r#"{"a":{"arch":"amd64","version":"1"}}"#),
            text(
                "opt/bitnami/a/.spdx-a.spdx",
                r#"{"packages":[{"externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:bitnami/a@1"}]}]}"#,
            ),
        ],
        "conda" => vec![text("conda-meta/a.json", r#"{"name":"a","version":"1","build":"b","files":["c"]}"#)],
        "homebrew" => vec![text("opt/Cellar/a/1/INSTALL_RECEIPT.json", "{}")],
        "snap" => vec![
            text("meta/snap.yaml", "name: a\nversion: '1'\n"),
            text("usr/share/snappy/dpkg.yaml", "packages:\n- a=1\n- b:amd64=2\n"),
        ],
        "nix" => vec![text("nix/store/h0cnbmfcn93xm5dg2x27ixhag1cwndga-a-1.2-bin/b", "")],
        "cos" => vec![text(
            "etc/cos-package-info.json",
            r#"{"installedPackages":[{"category":"a","name":"b","version":"1"}],"buildTimePackages":[]}"#,
        )],
        "spack" => vec![text(
            "opt/a/.spack/spec.json",
            r#"{"spec":{"nodes":[{"name":"a","version":"1","arch":{"target":{"name":"x"}},"hash":"h"}]}}"#,
        )],
        "flatpak" => vec![text(
            "var/lib/flatpak/app/a/current/active/export/share/metainfo/a.metainfo.xml",
            "<component><id>a</id><releases><release version=\"1\"/></releases></component>",
        )],
        "chocolatey" => vec![text(
            "ProgramData/chocolatey/lib/a/a.nuspec",
            "<package><metadata><id>a</id><version>1</version></metadata></package>",
        )],
        // Its own tests hold valid ones.
        "binary" => vec![
            ("usr/bin/a", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0".to_vec()),
            (
                "app/a.dll",
                plimsoll_testkit::pe::assembly(&[("FileVersion", "1.0.0"), ("ProductVersion", "1.0")]),
            ),
        ],
        _ => super::samples::language(id),
    }
}

fn path(pattern: Pattern) -> String {
    match pattern {
        Pattern::Path(path) => path.to_owned(),
        Pattern::Directory(directory) => format!("{directory}/a"),
        Pattern::Name(name) => format!("a/{name}"),
        Pattern::Suffix(suffix) => format!("a/b{suffix}"),
        Pattern::Affixes(prefix, suffix) => format!("a/{prefix}b{suffix}"),
        Pattern::In(directory, name) => format!("a/b{directory}/{name}"),
        Pattern::InSuffix(directory, suffix) => format!("a/b{directory}/c{suffix}"),
        Pattern::DirectorySuffix(directory, suffix) => format!("{directory}/a{suffix}"),
        Pattern::Below(directory, name) => format!("{directory}/a/b/{name}"),
        Pattern::Children(directory) => format!("{directory}/a/b"),
        Pattern::Begins(_) => "usr/bin/a".to_owned(),
    }
}

/// Shows the bytes in each way in which the cataloger may be given them.
fn show(cataloger: &dyn Cataloger, path: &str, bytes: &[u8]) -> Sink {
    let (name, size) = (path.as_bytes(), bytes.len() as u64);
    let mut takes: Vec<Take> = cataloger.interests().iter().map(|interest| interest.take).collect();
    takes.push(cataloger.peeked(name, size, &bytes[..bytes.len().min(4096)]));
    let mut out = Sink::default();
    if takes.contains(&Take::Stream) {
        let mut reader = bytes;
        let content = Content::Stream(&mut reader);
        cataloger.parse(File { path: name, size, content }, &mut out);
    }
    // What only wants to know that the file is there is shown no content.
    if takes.iter().any(|take| matches!(take, Take::Whole { .. }))
        || takes.iter().all(|take| *take == Take::Skip)
    {
        cataloger.parse(File { path: name, size, content: Content::Whole(bytes) }, &mut out);
    }
    for package in &mut out.packages {
        cataloger.place(name, package);
        assert!(!package.name.is_empty(), "{}: a package without a name", cataloger.id());
    }
    out
}

/// Random text is nearer to what most of them read than random bytes.
const TEXT: &[u8] = b"\n\n:= {}[]\",\0Aa19/-.()<>";

/// How far apart the places are that are changed one by one. Continuous integration changes every one.
fn stride() -> usize {
    if std::env::var_os("PLIMSOLL_EXHAUSTIVE").is_some() { 1 } else { 5 }
}

/// A generator of numbers that are the same in every run (xorshift64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next()).unwrap() % end.max(1)
    }
}

#[test]
fn every_cataloger_reads_its_own_files() {
    for cataloger in catalogers::all().iter().filter(|cataloger| cataloger.id() != "binary") {
        for (path, bytes) in samples(cataloger.id()) {
            let out = show(cataloger.as_ref(), path, &bytes);
            let found = !out.packages.is_empty() || out.distro.is_some() || !out.owned.is_empty();
            let found =
                found || !out.origins.is_empty() || !out.installed.is_empty() || !out.hearsay.is_empty();
            let found = found || !out.undecided.is_empty() || out.definitions.is_some();
            assert!(found && out.diagnostics.is_empty(), "{}: {path}: {out:?}", cataloger.id());
        }
    }
}

#[test]
fn empty_and_random_files_do_no_harm() {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for cataloger in catalogers::all() {
        for interest in cataloger.interests() {
            let path = path(interest.pattern);
            show(cataloger.as_ref(), &path, b"");
            for round in 0..40 {
                let bytes: Vec<u8> =
                    (0..numbers.below(3000)).map(|_| numbers.next().to_le_bytes()[0]).collect();
                let text: Vec<u8> = bytes.iter().map(|b| TEXT[usize::from(*b) % TEXT.len()]).collect();
                show(cataloger.as_ref(), &path, if round % 2 == 0 { &bytes } else { &text });
            }
        }
    }
}

#[test]
fn files_cut_off_anywhere_do_no_harm() {
    for cataloger in catalogers::all() {
        for (path, bytes) in samples(cataloger.id()) {
            for end in 0..bytes.len().min(4096) {
                show(cataloger.as_ref(), path, &bytes[..end]);
            }
        }
    }
}

#[test]
fn changed_bytes_and_lengths_that_claim_a_gibibyte_do_no_harm() {
    let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
    for cataloger in catalogers::all() {
        for (path, bytes) in samples(cataloger.id()) {
            for at in (0..bytes.len().saturating_sub(4).min(4096)).step_by(stride()) {
                for claim in [0x4000_0000_u32.to_le_bytes(), 0x4000_0000_u32.to_be_bytes(), [0xff; 4]] {
                    let mut bytes = bytes.clone();
                    bytes[at..at + 4].copy_from_slice(&claim);
                    show(cataloger.as_ref(), path, &bytes);
                }
            }
            for _ in 0..if bytes.is_empty() { 0 } else { 500 } {
                let mut bytes = bytes.clone();
                for _ in 0..=numbers.below(4) {
                    let at = numbers.below(bytes.len());
                    bytes[at] = numbers.next().to_le_bytes()[0];
                }
                show(cataloger.as_ref(), path, &bytes);
            }
        }
    }
}

#[test]
fn every_cataloger_in_the_folder_is_registered() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/catalogers");
    let listed = fs::read_to_string(folder.join("mod.rs")).unwrap();
    let mut open = vec![folder.clone()];
    let mut count = 0;
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
            if path.parent() == Some(&folder) && stem != "mod" {
                assert!(listed.contains(&format!("mod {stem};")), "{stem} is no module of catalogers/mod.rs");
            }
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let source = fs::read_to_string(&path).unwrap();
            let types = source.split("impl Cataloger for ").skip(1);
            // Catalogers of documents are constants of one type, which is none by itself.
            let constants = source.split("const ").filter(|rest| {
                let declared: String = rest.chars().take_while(|c| *c != '=').collect();
                declared.trim_end().ends_with(": Document")
            });
            for rest in types.chain(constants) {
                let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if name.is_empty() || name == "Document" {
                    continue;
                }
                let registered = listed.contains(&format!("::{name})"));
                assert!(registered, "{name} of {} is not registered", path.display());
                count += 1;
            }
        }
    }
    assert!(count >= catalogers::all().len(), "a cataloger stands somewhere else");
    let mut ids: Vec<&str> = catalogers::all().iter().map(|cataloger| cataloger.id()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), catalogers::all().len(), "two catalogers have one name");
}

//! The merged view is what a container would see: the same as a simple model's on generated stacks, and the same as
//! `umoci unpack` writes.

mod seen;

use std::path::Path;
use std::process::Command;

use plimsoll_core::{DiagnosticKind, MergedView};
use plimsoll_image::{NodeKind, OpenOptions};
use plimsoll_testkit::{ImageBuilder, TarBuilder, sha256, synthetic};
use seen::{Scanned, expected, lay_out, scan, shared, write};

fn stack(layers: impl IntoIterator<Item = TarBuilder>) -> Scanned {
    let (_folder, path) = write(&ImageBuilder::new().layers(layers).docker_archive());
    scan(&path, &OpenOptions::default()).expect("layers")
}

/// The names, without what a file holds.
fn names(scanned: &Scanned) -> Vec<String> {
    scanned
        .listing()
        .iter()
        .map(|line| {
            let mut parts = line.split(' ');
            match (parts.next(), parts.next(), parts.next()) {
                (Some(path), Some("->"), Some(target)) => format!("{path} -> {target}"),
                (path, ..) => path.unwrap_or_default().to_owned(),
            }
        })
        .collect()
}

fn text(scanned: &Scanned, path: &str) -> Option<String> {
    let file = scanned.tree.resolve(path.as_bytes())?;
    scanned.content(file).map(|content| String::from_utf8_lossy(content).into_owned())
}

#[test]
fn generated_stacks_are_what_the_model_says() {
    let count = if std::env::var_os("PLIMSOLL_EXHAUSTIVE").is_some() { 20_000 } else { 1000 };
    let options = OpenOptions { threads: 1, ..Default::default() };
    for seed in 0..count {
        let image = synthetic::stack(seed);
        let (_folder, path) = write(&image.docker_archive());
        let scanned = scan(&path, &options).expect("layers");
        assert_eq!(scanned.listing(), expected(&image.merged()), "seed {seed}");
    }
}

/// What is in a folder, in the lines of [`Scanned::listing`], without what files hold.
#[cfg(unix)]
fn on_disk(root: &Path, below: &str, lines: &mut Vec<(String, String)>) {
    use std::os::unix::fs::PermissionsExt;
    for entry in std::fs::read_dir(root.join(below)).expect("a folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        let metadata = entry.path().symlink_metadata().expect("an entry");
        if metadata.is_dir() {
            lines.push((format!("{path}/"), format!("{path}/")));
            on_disk(root, &path, lines);
        } else if metadata.is_symlink() {
            let target = std::fs::read_link(entry.path()).expect("a link");
            lines.push((path.clone(), format!("{path} -> {}", target.display())));
        } else {
            let mode = metadata.permissions().mode() & 0o7777;
            let content = std::fs::read(entry.path()).expect("a file");
            lines.push((path.clone(), format!("{path} {mode:o} {content:?}")));
        }
    }
}

#[cfg(unix)]
fn ours(scanned: &Scanned) -> Vec<String> {
    let mut lines = Vec::new();
    scanned.tree.visit(&mut |node| {
        let path = String::from_utf8_lossy(node.path);
        lines.push(match node.kind {
            NodeKind::Directory => format!("{path}/"),
            NodeKind::Symlink(target) => format!("{path} -> {}", String::from_utf8_lossy(target)),
            NodeKind::File(file) => format!("{path} {:o} {:?}", file.mode, scanned.content(file).unwrap()),
            _ => format!("{path} other"),
        });
    });
    lines
}

#[test]
#[cfg(unix)]
fn generated_stacks_are_what_umoci_unpacks() {
    if Command::new("umoci").arg("--version").output().is_err() {
        eprintln!("skipped: umoci is not here");
        return;
    }
    let count = if std::env::var_os("PLIMSOLL_EXHAUSTIVE").is_some() { 1000 } else { 40 };
    let (mut compared, mut refused) = (0, 0);
    for seed in 0..count {
        let image = synthetic::stack(seed);
        let layout = lay_out(&image.oci_tree());
        let bundle = layout.path().join("bundle");
        let unpacked = Command::new("umoci")
            .args(["unpack", "--rootless", "--image"])
            .arg(format!("{}:stack", layout.path().display()))
            .arg(&bundle)
            .output()
            .expect("umoci");
        if !unpacked.status.success() {
            refused += 1;
            continue;
        }
        let mut disk = Vec::new();
        on_disk(&bundle.join("rootfs"), "", &mut disk);
        disk.sort();
        let disk: Vec<String> = disk.into_iter().map(|(_, line)| line).collect();
        let scanned = scan(layout.path(), &OpenOptions::default()).expect("layers");
        assert_eq!(ours(&scanned), disk, "seed {seed}");
        compared += 1;
    }
    eprintln!("{compared} stacks compared, {refused} refused by umoci");
    assert!(compared >= count / 2, "umoci refused {refused} of {count}");
}

#[test]
fn whiteouts_act_on_lower_layers_only() {
    // The whiteout comes after the entry of its own layer, and before one.
    let scanned = stack([
        TarBuilder::new().file("a/old", "0").file("b", "0").file("c/old", "0").file("d", "0"),
        TarBuilder::new()
            .file("a/new", "1")
            .whiteout("a")
            .whiteout("b")
            .file("b", "1")
            .file("c/new", "1")
            .opaque("c")
            .whiteout("d"),
    ]);
    assert_eq!(names(&scanned), ["a/", "a/new", "b", "c/", "c/new"]);
    assert_eq!(text(&scanned, "b").as_deref(), Some("1"));
}

#[test]
fn an_opaque_whiteout_keeps_its_folder_and_empties_it_wherever_it_stands() {
    let lower = TarBuilder::new().file("x/1", "").file("x/y/2", "").dir("x/z");
    let first = stack([lower.clone(), TarBuilder::new().opaque("x").file("x/y/3", "")]);
    let last = stack([lower.clone(), TarBuilder::new().file("x/y/3", "").opaque("x")]);
    assert_eq!(names(&first), ["x/", "x/y/", "x/y/3"]);
    assert_eq!(names(&first), names(&last));
    assert_eq!(names(&stack([lower.clone(), TarBuilder::new().opaque("x")])), ["x/"]);
    assert_eq!(names(&stack([lower, TarBuilder::new().opaque("").file("n", "")])), ["n"]);
}

#[test]
fn types_change_and_hide_what_was_below() {
    let lower = || TarBuilder::new().file("app/lib/a", "").file("app/b", "").dir("etc").file("f", "");
    let to_link = stack([lower(), TarBuilder::new().symlink("app", "etc").dir("f").file("f/g", "")]);
    assert_eq!(names(&to_link), ["app -> etc", "etc/", "f/", "f/g"]);
    let to_file = stack([lower(), TarBuilder::new().file("app", "now a file")]);
    assert_eq!(names(&to_file), ["app", "etc/", "f"]);
    let and_back = stack([lower(), TarBuilder::new().file("app", ""), TarBuilder::new().dir("app")]);
    assert_eq!(names(&and_back), ["app/", "etc/", "f"]);
}

#[test]
fn linked_folders_are_followed_in_the_merged_view() {
    for target in ["usr/lib", "/usr/lib", "./usr/../usr/lib", "../../usr/lib"] {
        let scanned = stack([
            TarBuilder::new().dir("usr/lib").symlink("lib", target).file("usr/lib/a", "a"),
            TarBuilder::new().file("lib/b", "b").whiteout("lib/a"),
        ]);
        assert_eq!(names(&scanned), [format!("lib -> {target}").as_str(), "usr/", "usr/lib/", "usr/lib/b"]);
        assert_eq!(text(&scanned, "lib/b").as_deref(), Some("b"));
        assert_eq!(text(&scanned, "/lib/../lib/./b").as_deref(), Some("b"));
    }
    // A chain of links, and a link that dangles until something is put through it.
    let scanned = stack([
        TarBuilder::new().symlink("a", "b").symlink("b", "/c/d").symlink("e", "a"),
        TarBuilder::new().file("e/file", "through three links"),
    ]);
    assert_eq!(names(&scanned), ["a -> b", "b -> /c/d", "c/", "c/d/", "c/d/file", "e -> a"]);
    // A folder of the layer itself replaces a link of a lower one.
    let scanned = stack([
        TarBuilder::new().dir("usr/lib").symlink("lib", "usr/lib").file("usr/lib/a", ""),
        TarBuilder::new().dir("lib").file("lib/b", ""),
    ]);
    assert_eq!(names(&scanned), ["lib/", "lib/b", "usr/", "usr/lib/", "usr/lib/a"]);
}

#[test]
fn a_hard_link_shares_the_file_and_not_the_name() {
    let scanned = stack([
        TarBuilder::new().file("store/x", "content").hardlink("app/x", "/store/x"),
        TarBuilder::new().whiteout("store").hardlink("app/y", "app/x"),
        TarBuilder::new().file("app/x", "other"),
    ]);
    assert_eq!(names(&scanned), ["app/", "app/x", "app/y"]);
    assert_eq!(text(&scanned, "app/y").as_deref(), Some("content"));
    assert_eq!(text(&scanned, "app/x").as_deref(), Some("other"));
    let file = scanned.tree.resolve(b"app/y").expect("a file");
    assert_eq!((file.layer, file.ordinal, file.size), (0, 0, 7), "the entry that stored it");
    // Names of targets count from the root, through links; a link to a link shares the link.
    let scanned = stack([
        TarBuilder::new().dir("usr").symlink("u", "usr").file("usr/f", "f").symlink("usr/l", "f"),
        TarBuilder::new().hardlink("usr/deep/g", "u/f").hardlink("m", "usr/l"),
    ]);
    assert_eq!(text(&scanned, "usr/deep/g").as_deref(), Some("f"));
    assert!(names(&scanned).contains(&"m -> f".to_owned()));
    assert_eq!(scanned.said(), "");
}

#[test]
fn links_to_nothing_are_reported() {
    let scanned = stack([plimsoll_testkit::hostile::hard_links_out()]);
    assert_eq!(names(&scanned), ["usr/"]);
    assert!(scanned.kinds().iter().all(|kind| *kind == DiagnosticKind::BadPath));
    assert_eq!(scanned.kinds().len(), 5, "{}", scanned.said());
}

#[test]
fn loops_end() {
    let scanned = stack([plimsoll_testkit::hostile::symlink_loops()]);
    assert_eq!(scanned.tree.resolve(b"self"), None);
    assert_eq!(scanned.tree.resolve(b"a/etc"), None);
    assert_eq!(scanned.tree.resolve(b"usr/lib/os-release"), None);
    assert!(scanned.said().contains("/a/below: the symbolic links on the way go round in a circle"));
    let scanned = stack([plimsoll_testkit::hostile::symlinks_out()]);
    assert_eq!(scanned.tree.resolve(b"etc/os-release"), None, "it leads to itself, inside");
}

#[test]
fn names_are_bytes() {
    let scanned = stack([
        TarBuilder::new()
            .file("A", "upper")
            .file("a", "lower")
            .file(b"\xff\xfe", "no UTF-8")
            .file("é", "composed"),
        TarBuilder::new().whiteout(b"\xff\xfe").file("e\u{301}", "decomposed"),
    ]);
    assert_eq!(text(&scanned, "A").as_deref(), Some("upper"));
    assert_eq!(text(&scanned, "a").as_deref(), Some("lower"));
    assert_eq!(names(&scanned), ["A", "a", "e\u{301}", "é"]);
}

#[test]
fn paths_come_in_byte_order() {
    let scanned = stack([TarBuilder::new()
        .file("a/b", "")
        .file("a.b", "")
        .file("a-b", "")
        .file("a0", "")
        .file("a/-", "")]);
    let mut paths = Vec::new();
    scanned.tree.visit_files(&mut |path, _| paths.push(path.to_vec()));
    let mut sorted = paths.clone();
    sorted.sort();
    assert_eq!(paths, sorted);
    assert_eq!(paths.len(), 5);
}

#[test]
fn duplicates_and_odd_whiteouts() {
    let scanned = stack([plimsoll_testkit::hostile::duplicates()]);
    assert_eq!(text(&scanned, "etc/os-release").as_deref(), Some("ID=last\n"));
    let scanned = stack([
        TarBuilder::new().file("usr/file", "").file("other", ""),
        plimsoll_testkit::hostile::odd_whiteouts(),
    ]);
    assert!(names(&scanned).contains(&"other".to_owned()), "{:?}", names(&scanned));
    assert!(scanned.is_partial());
}

#[test]
fn real_archives_have_their_files() {
    let Some(folder) = shared("conformance/images/docker-archive") else { return };
    let mut seen = 0;
    for case in std::fs::read_dir(folder).expect("cases").flatten() {
        let files: Vec<_> =
            std::fs::read_dir(case.path()).expect("a case").flatten().map(|file| file.path()).collect();
        let archive = files
            .iter()
            .find(|path| path.extension().is_some_and(|ending| ending == "tar"))
            .expect("an archive");
        let expected: serde_json::Value =
            serde_json::from_slice(&std::fs::read(case.path().join("expected-fs.json")).expect("a list"))
                .expect("JSON");
        let scanned = scan(archive, &OpenOptions::default())
            .unwrap_or_else(|error| panic!("{}: {error}", archive.display()));
        let mut own = Vec::new();
        scanned.tree.visit(&mut |node| {
            let path = String::from_utf8_lossy(node.path);
            own.push(match node.kind {
                NodeKind::Directory => serde_json::json!({ "path": path, "type": "dir" }),
                NodeKind::Symlink(target) => {
                    let target = String::from_utf8_lossy(target);
                    serde_json::json!({ "path": path, "type": "symlink", "target": target })
                }
                NodeKind::File(file) => {
                    let hash = sha256(scanned.content(file).expect("content")).hex();
                    serde_json::json!({ "path": path, "type": "file", "size": file.size, "sha256": hash })
                }
                _ => serde_json::json!({ "path": path, "type": "other" }),
            });
        });
        assert_eq!(serde_json::Value::from(own), expected, "{}", archive.display());
        seen += 1;
    }
    assert!(seen > 0);
}

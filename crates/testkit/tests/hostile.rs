//! The hostile inputs are what they say they are: the real tools choke on them, or see in them what is claimed.

mod tools;

use std::path::Path;
use std::process::Command;

use plimsoll_testkit::compression;
use plimsoll_testkit::hostile::{self, Outcome};

use tools::{run, text};

/// What GNU tar says to an archive: whether it is content, and everything it prints.
fn gnu_tar(dir: &Path, archive: &[u8]) -> Option<(bool, String)> {
    let path = dir.join("archive.tar");
    std::fs::write(&path, archive).unwrap();
    let Ok(output) = Command::new("tar").args(["-Ptvf", text(&path)]).env("LC_ALL", "C").output() else {
        eprintln!("skipped: tar is not installed");
        return None;
    };
    let said = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

#[test]
fn gnu_tar_refuses_false_claims() {
    let dir = tempfile::tempdir().unwrap();
    let refused = [
        ("pax claim", hostile::pax_claim(1 << 30), "EOF"),
        ("long name claim", hostile::long_name_claim(1 << 30), "EOF"),
        ("header claim", hostile::header_claim(1 << 40), "not recoverable"),
        ("negative size", hostile::negative_size(), "-1"),
        ("large size", hostile::large_size(), "out of"),
        ("checksum", hostile::bad_checksum(), "Skipping to next header"),
        ("garbage", hostile::garbage(1, 4096), "does not look like a tar archive"),
        ("truncated", hostile::truncated(&hostile::parent_names().finish(), 700), "EOF"),
    ];
    for (name, archive, complaint) in refused {
        let Some((content, said)) = gnu_tar(dir.path(), &archive) else { return };
        assert!(!content && said.contains(complaint), "{name}: {said}");
    }
}

#[test]
fn gnu_tar_lists_odd_names() {
    let dir = tempfile::tempdir().unwrap();
    let odd = [
        ("parents", hostile::parent_names(), "../outside"),
        ("absolute", hostile::absolute_names(), "//usr//bin/./tool"),
        ("loops", hostile::symlink_loops(), "self -> self"),
        ("symlinks out", hostile::symlinks_out(), "/../../../../var/lib/dpkg"),
        ("hard links out", hostile::hard_links_out(), "link to ../../../../etc/passwd"),
        ("whiteouts", hostile::odd_whiteouts(), ".wh..wh..opq/file"),
        ("duplicates", hostile::duplicates(), "./etc//os-release"),
        ("deep", hostile::deep_directories(2000), "d/d/d/d/d/file"),
    ];
    for (name, tar, shown) in odd {
        let Some((content, said)) = gnu_tar(dir.path(), &tar.finish()) else { return };
        assert!(content && said.contains(shown), "{name}: {said}");
    }
    let Some((_, said)) = gnu_tar(dir.path(), &hostile::sparse_claim(1 << 40)) else { return };
    for name in ["old-sparse", "new", "middle"] {
        let line = said.lines().find(|line| line.ends_with(name)).expect("the sparse file is listed");
        assert!(line.contains("1099511627776"), "{line}");
    }
}

#[test]
fn bombs_unpack_to_what_they_say() {
    let dir = tempfile::tempdir().unwrap();
    let size = (40 << 20) + 77;
    for (program, bomb, least) in
        [("gzip", hostile::gzip_bomb(size), 900), ("zstd", hostile::zstd_bomb(size), 5000)]
    {
        let path = dir.path().join(program);
        std::fs::write(&path, &bomb).unwrap();
        let Ok(output) = Command::new(program).args(["-dcf", text(&path)]).output() else {
            eprintln!("skipped: {program} is not installed");
            continue;
        };
        // gzip passes what it does not know through; so the tar inside decides.
        let Some((content, said)) = gnu_tar(dir.path(), &output.stdout) else { return };
        assert!(content && said.contains(&size.to_string()), "{program}: {said}");
        assert!(size / bomb.len() as u64 > least, "{program}: {} bytes", bomb.len());
    }
}

#[test]
fn zstd_refuses_large_windows() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("frame.zst");
    for (log, fits) in [(20, true), (27, true), (28, false), (31, false)] {
        std::fs::write(&path, compression::zstd_with_window(&[b'x'; 5000], log)).unwrap();
        let Ok(output) = Command::new("zstd").args(["-dcq", text(&path)]).output() else {
            eprintln!("skipped: zstd is not installed");
            return;
        };
        assert_eq!(output.status.success(), fits, "2^{log}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let frames =
        [&compression::zstd_skippable(b"notes")[..], &compression::zstd_frames([&b"one"[..], b"two"])]
            .concat();
    std::fs::write(&path, frames).unwrap();
    assert_eq!(run("zstd", &["-dcq", text(&path)]).as_deref(), Some("onetwo"));
    std::fs::write(&path, compression::gzip_members([&b"one"[..], b"two"])).unwrap();
    assert_eq!(run("gzip", &["-dcf", text(&path)]).unwrap_or_else(|| "onetwo".into()), "onetwo");
}

#[test]
fn skopeo_refuses_the_broken_layouts() {
    let dir = tempfile::tempdir().unwrap();
    let images = hostile::broken_images();
    assert!(images.len() > 25);
    for (i, image) in images.iter().enumerate() {
        let is_layout = image.files.paths().any(|path| path == "oci-layout");
        let is_docker = image.files.paths().any(|path| path == "manifest.json");
        if image.outcome != Outcome::Refused || !is_layout || is_docker {
            continue;
        }
        let layout = dir.path().join(format!("in{i}"));
        image.files.write(&layout).unwrap();
        let source = format!("oci:{}", text(&layout));
        let target = format!("dir:{}", dir.path().join(format!("out{i}")).display());
        let mut command = Command::new("skopeo");
        let Ok(output) = command.args(["--insecure-policy", "copy", "-q", &source, &target]).output() else {
            eprintln!("skipped: skopeo is not installed");
            return;
        };
        // skopeo compares diff ids only where it unpacks.
        assert!(!output.status.success() || image.name == "diff-id-differs", "{} was copied", image.name);
    }
}

#[test]
fn nested_jars_hold_one_another() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("outer.jar");
    std::fs::write(&path, hostile::nested_jars(3)).unwrap();
    let Some(listed) = run("unzip", &["-Z1", text(&path)]) else { return };
    assert_eq!(listed, "lib/inner.jar\n");
    assert_eq!(hostile::deep_json(3), "[[[]]]");
}

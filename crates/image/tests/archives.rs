//! Tar in all its forms: what the specifications say, what GNU tar writes and extracts, what the `tar` crate reads.

mod seen;

use std::io::Read;
use std::path::Path;
use std::process::Command;

use plimsoll_core::{DiagnosticKind, MergedView, Take};
use plimsoll_image::OpenOptions;
use plimsoll_testkit::header::{self, Checksum, Header, Size};
use plimsoll_testkit::{ImageBuilder, LayerBuilder, Random, TarBuilder};
use seen::{Scanned, scan, scan_by, shared, write};

fn layer(tar: impl Into<Vec<u8>>) -> Scanned {
    let (_folder, path) = write(&ImageBuilder::new().layer(LayerBuilder::from_tar(tar)).docker_archive());
    let whole = scan(&path, &OpenOptions::default()).expect("a layer");
    let stream =
        scan_by(&path, &OpenOptions { verify: false, ..Default::default() }, Take::Stream).expect("a layer");
    assert_eq!(whole.listing(), stream.listing());
    whole
}

fn text(scanned: &Scanned, path: &str) -> Option<String> {
    let file = scanned.tree.resolve(path.as_bytes())?;
    scanned.content(file).map(|content| String::from_utf8_lossy(content).into_owned())
}

fn paths(scanned: &Scanned) -> Vec<String> {
    let mut paths = Vec::new();
    scanned.tree.visit(&mut |node| paths.push(String::from_utf8_lossy(node.path).into_owned()));
    paths
}

/// A file behind a header that a test has changed.
fn odd(kind: u8, name: &str, content: &str, change: impl FnOnce(&mut Header)) -> TarBuilder {
    let mut header = Header::new(kind, name);
    header.size = Size::Number(content.len() as u64);
    change(&mut header);
    TarBuilder::new().entry(&header, content)
}

#[test]
fn long_names_of_both_sorts() {
    let long = format!("{}/file", "n".repeat(200));
    for tar in [TarBuilder::new(), TarBuilder::new().long_names_as_gnu()] {
        let tar =
            tar.file(&long, "content").symlink("link", &long).hardlink("hard", &long).file("after", "x");
        let scanned = layer(tar.finish());
        assert_eq!(text(&scanned, "link").as_deref(), Some("content"));
        assert_eq!(text(&scanned, "hard").as_deref(), Some("content"));
        assert_eq!(text(&scanned, "after").as_deref(), Some("x"));
        assert_eq!(scanned.said(), "");
    }
    // Where both are there, GNU's wins, as in Go's reader.
    let both = TarBuilder::new().pax(&[("path", "by-pax")]).gnu_long_name("by-gnu").file("by-header", "");
    assert_eq!(paths(&layer(both.finish())), ["by-gnu"]);
}

#[test]
fn pax_records_hold_for_the_next_entry_only() {
    let tar = TarBuilder::new()
        .pax(&[("path", "named/by/pax"), ("size", "3"), ("mtime", "1.5")])
        .raw({
            let mut header = Header::new(b'0', "short");
            header.size = Size::Number(0);
            header.to_bytes()
        })
        .raw([b"abc".as_slice(), &[0; 509]].concat())
        .file("second", "2");
    let scanned = layer(tar.finish());
    assert_eq!(paths(&scanned), ["named", "named/by", "named/by/pax", "second"]);
    assert_eq!(text(&scanned, "named/by/pax").as_deref(), Some("abc"));
}

#[test]
fn global_headers_are_not_applied() {
    let tar = TarBuilder::new()
        .pax_global(&[("comment", "0123abc")])
        .file("a", "1")
        .pax_global(&[("path", "x")])
        .file("b", "2");
    let scanned = layer(tar.finish());
    assert_eq!(paths(&scanned), ["a", "b"]);
    assert_eq!(scanned.kinds(), [DiagnosticKind::Note], "only the second one names something");
}

#[test]
fn old_and_odd_headers() {
    let prefixed = odd(b'0', "name", "1", |header| header.prefix = b"a/b".to_vec());
    assert_eq!(paths(&layer(prefixed.finish())), ["a", "a/b", "a/b/name"]);
    let v7 = odd(0, "dir/", "", |header| header.magic = header::V7).file("dir/file", "1");
    assert_eq!(layer(v7.finish()).listing()[0], "dir/");
    let contiguous = odd(b'7', "file", "1", |_| {});
    assert_eq!(text(&layer(contiguous.finish()), "file").as_deref(), Some("1"));
    let signed = odd(b'0', "\u{e9}", "1", |header| header.checksum = Checksum::Signed);
    assert_eq!(text(&layer(signed.finish()), "\u{e9}").as_deref(), Some("1"));
    let base256 = odd(b'0', "file", "12345", |header| header.size = Size::Base256(5)).file("after", "");
    let scanned = layer(base256.finish());
    assert_eq!(text(&scanned, "file").as_deref(), Some("12345"));
    assert_eq!(paths(&scanned), ["after", "file"]);
    let link_with_size = odd(b'2', "link", "", |header| {
        header.size = Size::Number(512);
        header.link = b"target".to_vec();
    });
    assert_eq!(paths(&layer(link_with_size.file("after", "").finish())), ["after", "link"]);
    let unknown = odd(b'Z', "vendor", "whatever", |_| {}).file("after", "");
    assert_eq!(layer(unknown.finish()).listing().len(), 2);
    // GNU headers hold times where ustar has its prefix; Go before 1.8 wrote a prefix there all the same.
    let gnu = odd(b'0', "name", "", |header| {
        header.magic = header::GNU;
        header.prefix = b"00000000000\x0000000000000\0".to_vec();
    });
    assert_eq!(paths(&layer(gnu.finish())), ["name"]);
    let go = odd(b'0', "name", "", |header| {
        header.magic = header::GNU;
        header.prefix = b"a/long/prefix/of/old/go".to_vec();
    });
    assert_eq!(paths(&layer(go.finish())).last().map(String::as_str), Some("a/long/prefix/of/old/go/name"));
}

#[test]
fn the_end_of_an_archive() {
    let file = || TarBuilder::new().file("a", "1");
    let whole = file().finish();
    for (name, tar, notes) in [
        ("no end mark", file().finish_without_end(), 0),
        ("one block of zeros", [file().finish_without_end(), vec![0; 512]].concat(), 0),
        ("blocks of zeros", [whole.clone(), vec![0; 20_000]].concat(), 0),
        ("no padding of the last file", file().finish_without_end()[..513].to_vec(), 0),
        ("junk", [whole.clone(), b"junk".to_vec()].concat(), 1),
        ("another archive", [whole.clone(), TarBuilder::new().file("b", "2").finish()].concat(), 1),
    ] {
        let scanned = layer(tar);
        assert_eq!(paths(&scanned), ["a"], "{name}: engines stop at the end mark");
        assert_eq!(scanned.kinds(), vec![DiagnosticKind::Note; notes], "{name}: {}", scanned.said());
    }
    // Archives that follow each other without an end mark are one.
    let joined = [file().finish_without_end(), TarBuilder::new().file("b", "2").finish()].concat();
    assert_eq!(paths(&layer(joined)), ["a", "b"]);
    let lone =
        [file().finish_without_end(), vec![0; 512], TarBuilder::new().file("b", "2").finish()].concat();
    let scanned = layer(lone);
    assert_eq!(paths(&scanned), ["a"]);
    assert_eq!(scanned.kinds(), [DiagnosticKind::Malformed]);
    assert_eq!(paths(&layer(Vec::new())), Vec::<String>::new(), "a layer of no bytes is an empty one");
}

/// A GNU sparse file of 1.0 MiB with `head` at 64 KiB and `tail` at its end, in each of the four forms.
fn sparse_forms() -> Vec<(&'static str, TarBuilder)> {
    let (head, tail) = ("h".repeat(700), "t".repeat(300));
    let size = 1 << 20;
    let parts = [(65_536, 700), (size - 300, 300)];
    let content = format!("{head}{tail}");
    let numbers =
        |pairs: &[(u64, u64)]| pairs.iter().map(|(a, b)| format!("{a},{b}")).collect::<Vec<_>>().join(",");
    let mut old = Header::new(b'S', "sparse");
    old.magic = header::GNU;
    old.size = Size::Number(1000);
    let mut block = old.to_bytes();
    for (at, (offset, length)) in parts.iter().enumerate() {
        block[386 + at * 24..398 + at * 24].copy_from_slice(&Size::Number(*offset).to_bytes());
        block[398 + at * 24..410 + at * 24].copy_from_slice(&Size::Number(*length).to_bytes());
    }
    block[483..495].copy_from_slice(&Size::Number(size).to_bytes());
    let sum: u32 =
        block.iter().enumerate().map(|(i, &b)| if (148..156).contains(&i) { 32 } else { u32::from(b) }).sum();
    block[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
    let mut padded = content.clone().into_bytes();
    padded.resize(1024, 0);
    let real = size.to_string();
    let map = format!("2\n{}\n{}\n{}\n{}\n", parts[0].0, parts[0].1, parts[1].0, parts[1].1);
    vec![
        ("old", TarBuilder::new().raw(block).raw(&padded)),
        (
            "0.0",
            TarBuilder::new()
                .pax(&[
                    ("GNU.sparse.size", real.as_str()),
                    ("GNU.sparse.numblocks", "2"),
                    ("GNU.sparse.offset", "65536"),
                    ("GNU.sparse.numbytes", "700"),
                    ("GNU.sparse.offset", "1048276"),
                    ("GNU.sparse.numbytes", "300"),
                ])
                .file("sparse", &content),
        ),
        (
            "0.1",
            TarBuilder::new()
                .pax(&[
                    ("GNU.sparse.name", "sparse"),
                    ("GNU.sparse.size", real.as_str()),
                    ("GNU.sparse.numblocks", "2"),
                    ("GNU.sparse.map", numbers(&parts).as_str()),
                ])
                .file("GNUSparseFile.0/sparse", &content),
        ),
        (
            "1.0",
            TarBuilder::new()
                .pax(&[
                    ("GNU.sparse.major", "1"),
                    ("GNU.sparse.minor", "0"),
                    ("GNU.sparse.name", "sparse"),
                    ("GNU.sparse.realsize", real.as_str()),
                ])
                .file("GNUSparseFile.0/sparse", format!("{map}{}{content}", "\0".repeat(512 - map.len()))),
        ),
    ]
}

#[test]
fn sparse_files_are_filled_with_zeros() {
    for (form, tar) in sparse_forms() {
        let scanned = layer(tar.file("after", "x").finish());
        let file = scanned.tree.resolve(b"sparse").unwrap_or_else(|| panic!("{form}"));
        let content = scanned.content(file).unwrap_or_else(|| panic!("{form}: {}", scanned.said()));
        assert_eq!(content.len(), 1 << 20, "{form}");
        assert!(content[65_536..66_236].iter().all(|&byte| byte == b'h'), "{form}");
        assert!(content[(1 << 20) - 300..].iter().all(|&byte| byte == b't'), "{form}");
        assert_eq!(content.iter().filter(|&&byte| byte != 0).count(), 1000, "{form}");
        assert_eq!(text(&scanned, "after").as_deref(), Some("x"), "{form}");
        assert_eq!(scanned.said(), "", "{form}");
    }
}

#[cfg(unix)]
fn tool(command: &mut Command) -> Option<()> {
    let output = command.output().ok()?;
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(())
}

#[cfg(unix)]
fn gnu_tar() -> bool {
    let found = Command::new("tar").arg("--version").output();
    let found = found.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("GNU tar"));
    if !found {
        eprintln!("skipped: GNU tar is not here");
    }
    found
}

#[cfg(unix)]
fn make_folder(root: &Path, long: bool) {
    use std::io::{Seek, SeekFrom, Write};
    use std::os::unix::ffi::OsStrExt;
    let path = |text: &[u8]| root.join(std::ffi::OsStr::from_bytes(text));
    std::fs::create_dir_all(path(b"usr/lib")).unwrap();
    std::fs::write(path(b"usr/lib/file"), "content").unwrap();
    std::fs::write(path(b"usr/lib/empty"), "").unwrap();
    std::fs::hard_link(path(b"usr/lib/file"), path(b"usr/hard")).unwrap();
    std::os::unix::fs::symlink("usr/lib", path(b"lib")).unwrap();
    std::fs::write(path(b"not-\xff-utf8"), "bytes").unwrap();
    std::fs::write(path(b"blocks"), vec![7; 5 * 512]).unwrap();
    if long {
        let deep = [b"d".repeat(90), b"e".repeat(90), b"f".repeat(90)].join(&b'/');
        std::fs::create_dir_all(path(&deep)).unwrap();
        std::fs::write(path(&[deep.clone(), b"long".to_vec()].join(&b'/')), "long").unwrap();
        std::os::unix::fs::symlink(path(&deep), path(b"long-link")).unwrap();
    }
    let mut sparse = std::fs::File::create(path(b"sparse")).unwrap();
    for block in 0..60_u64 {
        sparse.seek(SeekFrom::Start(block * 65_536)).unwrap();
        sparse.write_all(&[1; 4096]).unwrap();
    }
    sparse.set_len(4 << 20).unwrap();
}

#[test]
#[cfg(unix)]
fn what_gnu_tar_writes_is_read_back() {
    if !gnu_tar() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    let short = folder.path().join("short");
    make_folder(&root, true);
    make_folder(&short, false);
    let forms: [(&str, &[&str], &Path); 9] = [
        ("v7", &["--format=v7"], &short),
        ("ustar", &["--format=ustar"], &short),
        ("oldgnu", &["--format=oldgnu"], &root),
        ("oldgnu sparse", &["--format=oldgnu", "--sparse"], &root),
        ("gnu", &["--format=gnu"], &root),
        ("pax", &["--format=posix"], &root),
        ("pax sparse 0.0", &["--format=posix", "--sparse", "--sparse-version=0.0"], &root),
        ("pax sparse 0.1", &["--format=posix", "--sparse", "--sparse-version=0.1"], &root),
        ("pax sparse 1.0", &["--format=posix", "--sparse", "--sparse-version=1.0"], &root),
    ];
    for (form, arguments, root) in forms {
        let archive = folder.path().join("out.tar");
        tool(Command::new("tar").args(arguments).arg("-C").arg(root).arg("-cf").arg(&archive).arg("."));
        let scanned = layer(std::fs::read(&archive).unwrap());
        let expected = scan(root, &OpenOptions::default()).expect("a folder");
        assert_eq!(scanned.listing(), expected.listing(), "{form}");
        assert_eq!(scanned.said(), "", "{form}");
    }
}

#[test]
#[cfg(unix)]
fn files_of_more_than_8_gib_have_their_size() {
    if !gnu_tar() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    std::fs::create_dir(&root).unwrap();
    if std::fs::File::create(root.join("huge")).unwrap().set_len(9 << 30).is_err() {
        eprintln!("skipped: no file of 9 GiB here");
        return;
    }
    std::fs::write(root.join("last"), "after").unwrap();
    for arguments in [["--format=gnu", "--sparse"], ["--format=posix", "--sparse"]] {
        let archive = folder.path().join("out.tar");
        tool(
            Command::new("tar")
                .args(arguments)
                .arg("--sort=name")
                .arg("-C")
                .arg(&root)
                .arg("-cf")
                .arg(&archive)
                .arg("."),
        );
        let (_folder, path) = write(
            &ImageBuilder::new()
                .layer(LayerBuilder::from_tar(std::fs::read(&archive).unwrap()))
                .docker_archive(),
        );
        let scanned = scan_by(&path, &OpenOptions::default(), Take::Peek(16)).unwrap();
        assert_eq!(scanned.tree.resolve(b"huge").map(|file| file.size), Some(9 << 30));
        assert_eq!(text(&scanned, "last").as_deref(), Some("after"));
        // Nine gibibytes of zeros from a few hundred bytes are more than a reader has to bear.
        assert_eq!(scanned.kinds(), [DiagnosticKind::LimitPassed]);
    }
}

/// An archive of everything that all readers agree on.
fn generated(seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed);
    let mut tar =
        if random.below(2) == 0 { TarBuilder::new().long_names_as_gnu() } else { TarBuilder::new() };
    let mut files: Vec<String> = Vec::new();
    for at in 0..1 + random.below(12) {
        let depth = 1 + random.below(3);
        let mut name: Vec<String> =
            (0..depth).map(|i| format!("{i}{}", "x".repeat(random.below(90)))).collect();
        name.push(format!("{at}-{}", "y".repeat(random.below(80))));
        let name = name.join("/");
        let size = [0, 1, 511, 512, 513, 5000, 200_000][random.below(7)];
        let content = random.bytes(size);
        tar = match random.below(8) {
            0 => tar.dir(&name),
            1 => tar.symlink(&name, format!("to/{}", "z".repeat(random.below(200)))),
            2 if !files.is_empty() => tar.hardlink(&name, random.pick(&files)),
            3 if name.len() <= 100 => {
                let length = content.len().to_string();
                tar.pax(&[("comment", "a record of no meaning"), ("size", &length)]).file(&name, &content)
            }
            4 => {
                let mut header = Header::new(b'0', &name);
                header.size = Size::Base256(i128::from(size as u64));
                if name.len() <= 100 { tar.entry(&header, &content) } else { tar.file(&name, &content) }
            }
            _ => tar.file(&name, &content),
        };
        files.push(name);
    }
    tar.finish()
}

#[test]
fn the_tar_crate_reads_the_same() {
    for seed in 0..200 {
        let bytes = generated(seed);
        let scanned = layer(bytes.clone());
        let read = scanned.reads[0].as_ref().unwrap();
        let mut cursor = read.entries.cursor();
        let mut archive = tar::Archive::new(bytes.as_slice());
        for theirs in archive.entries().unwrap() {
            let mut theirs = theirs.unwrap();
            let Some(own) = cursor.next() else { panic!("seed {seed}: an entry is missing") };
            let path = String::from_utf8_lossy(&theirs.path_bytes()).trim_end_matches('/').to_owned();
            assert_eq!(String::from_utf8_lossy(own.path), path, "seed {seed}");
            if theirs.header().entry_type().is_file() {
                assert_eq!(own.size, theirs.size(), "seed {seed}: {path}");
                let mut content = Vec::new();
                theirs.read_to_end(&mut content).unwrap();
                assert_eq!(read.visitor.content.get(&own.ordinal), Some(&content), "seed {seed}: {path}");
            }
            let link = theirs.link_name_bytes().map(|link| link.into_owned());
            match own.kind {
                plimsoll_core::EntryKind::Symlink(target) | plimsoll_core::EntryKind::Hardlink(target) => {
                    assert_eq!(Some(target), link.as_deref(), "seed {seed}: {path}");
                }
                _ => {}
            }
        }
        assert!(cursor.next().is_none(), "seed {seed}");
    }
}

#[test]
#[cfg(unix)]
fn gnu_tar_extracts_the_same() {
    if !gnu_tar() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut compared = 0;
    for seed in 0..60 {
        let bytes = generated(seed);
        let archive = folder.path().join(format!("{seed}.tar"));
        let root = folder.path().join(seed.to_string());
        std::fs::write(&archive, &bytes).unwrap();
        std::fs::create_dir(&root).unwrap();
        let done = Command::new("tar").arg("-C").arg(&root).arg("-xpf").arg(&archive).output().unwrap();
        if !done.status.success() {
            // A hard link to what is no file.
            continue;
        }
        let expected = scan(&root, &OpenOptions::default()).expect("a folder");
        assert_eq!(layer(bytes).listing(), expected.listing(), "seed {seed}");
        compared += 1;
    }
    assert!(compared > 30, "{compared}");
}

#[test]
fn real_concatenated_archives() {
    let Some(path) = shared("conformance/hostile/files/claircore-9513b5/concat.tar") else { return };
    let scanned = layer(std::fs::read(path).unwrap());
    // Two archives without an end mark between them, the second with a folder in place of the first one's link.
    let folders = [
        "run",
        "run/logs",
        "run/logs/log.txt",
        "var",
        "var/run",
        "var/run/console",
        "var/run/console/algo.txt",
    ];
    assert_eq!(paths(&scanned), folders);
}

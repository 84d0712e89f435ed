use plimsoll_core::{Diagnostic, DiagnosticKind};
use plimsoll_testkit::zip::ZipBuilder;

use super::{Budget, Visitor, Want, stream, visit};

/// Writes down what it is shown.
#[derive(Default)]
struct Log {
    lines: Vec<String>,
    kinds: Vec<DiagnosticKind>,
}

impl Visitor for Log {
    fn entry(&mut self, name: &[u8]) -> Want {
        if name.ends_with(b".txt") {
            Want::Bytes(1000)
        } else if name.ends_with(b".jar") {
            Want::Archive
        } else {
            Want::Nothing
        }
    }

    fn bytes(&mut self, name: &[u8], bytes: &[u8]) {
        let (name, bytes) = (String::from_utf8_lossy(name), String::from_utf8_lossy(bytes));
        self.lines.push(format!("{name}={bytes}"));
    }

    fn enter(&mut self, name: &[u8]) {
        self.lines.push(format!("({}", String::from_utf8_lossy(name)));
    }

    fn leave(&mut self) {
        self.lines.push(")".to_owned());
    }

    fn trouble(&mut self, diagnostic: Diagnostic) {
        self.kinds.push(diagnostic.kind);
    }
}

fn by_directory(bytes: &[u8]) -> Log {
    let mut log = Log::default();
    visit(bytes, &mut log, &mut Budget::new(u64::try_from(bytes.len()).unwrap()));
    log
}

fn by_stream(mut bytes: &[u8]) -> Log {
    let mut log = Log::default();
    let mut budget = Budget::new(u64::try_from(bytes.len()).unwrap());
    stream(&mut bytes, &mut log, &mut budget);
    log
}

/// Both ways must show the same.
fn read(bytes: &[u8]) -> Vec<String> {
    let (directory, stream) = (by_directory(bytes), by_stream(bytes));
    assert_eq!(directory.lines, stream.lines);
    assert_eq!((directory.kinds.len(), stream.kinds.len()), (0, 0));
    directory.lines
}

fn nested() -> ZipBuilder {
    let inner = ZipBuilder::new().file("c.txt", "three").finish();
    let middle = ZipBuilder::new().stored("in.jar", &inner).file("b.txt", "two".repeat(50)).finish();
    let skipped = vec![7; 300_000];
    ZipBuilder::new()
        .dir("META-INF")
        .file("big.class", &skipped)
        .stored("big.bin", skipped)
        .file("a.txt", "one")
        .stored("stored.txt", "as it is")
        .stored("middle.jar", &middle)
        .file("deflated.jar", &middle)
        .file("last.txt", "")
}

fn expected() -> Vec<String> {
    let two = format!("b.txt={}", "two".repeat(50));
    let middle = ["(in.jar", "c.txt=three", ")", &two, ")"];
    let mut lines = vec!["a.txt=one", "stored.txt=as it is", "(middle.jar"];
    lines.extend(middle);
    lines.push("(deflated.jar");
    lines.extend(middle);
    lines.push("last.txt=");
    lines.into_iter().map(str::to_owned).collect()
}

#[test]
fn archives_in_archives_are_shown_in_place() {
    assert_eq!(read(&nested().finish()), expected());
}

#[test]
fn a_script_in_front_and_a_comment_behind_do_no_harm() {
    let prefix = "#!/bin/sh\nexec java -jar \"$0\"\nexit 1 # PK\n".repeat(300);
    assert_eq!(read(&nested().prefix(prefix).comment("made by hand").finish()), expected());
}

#[test]
fn an_empty_archive_has_nothing() {
    assert!(read(&ZipBuilder::new().finish()).is_empty());
}

/// Sizes behind the content, as `java.util.jar` writes them: with a signature and without, narrow and wide.
#[test]
fn sizes_may_follow_the_content() {
    for (signature, wide) in [(true, false), (false, false), (true, true), (false, true)] {
        let plain = nested().finish();
        let mut out = Vec::new();
        let mut directory = Vec::new();
        for entry in entries(&plain) {
            let at = u32::try_from(out.len()).unwrap();
            let mut local = entry.local.to_vec();
            let deflated = local[8] == 8;
            if deflated {
                local[6] |= 8;
                local[14..26].fill(0);
            }
            out.extend(&local);
            out.extend(entry.content);
            if deflated {
                if signature {
                    out.extend(b"PK\x07\x08");
                }
                out.extend(&entry.local[14..18]);
                for size in [&entry.local[18..22], &entry.local[22..26]] {
                    out.extend(size);
                    out.extend(if wide { &[0; 4][..] } else { &[] });
                }
            }
            let mut central = entry.central.to_vec();
            central[42..46].copy_from_slice(&at.to_le_bytes());
            directory.extend(central);
        }
        let (size, at) = (directory.len(), out.len());
        out.extend(directory);
        out.extend(b"PK\x05\x06\0\0\0\0\0\0\0\0");
        out.extend(u32::try_from(size).unwrap().to_le_bytes());
        out.extend(u32::try_from(at).unwrap().to_le_bytes());
        out.extend([0, 0]);
        assert_eq!(read(&out), expected(), "{signature} {wide}");
    }
}

struct Parts<'a> {
    local: &'a [u8],
    content: &'a [u8],
    central: &'a [u8],
}

fn number(bytes: &[u8], at: usize, size: usize) -> usize {
    bytes[at..at + size].iter().rev().fold(0, |n, &b| n << 8 | usize::from(b))
}

/// Takes an archive of the test kit apart.
fn entries(bytes: &[u8]) -> Vec<Parts<'_>> {
    let mut at = number(bytes, bytes.len() - 6, 4);
    let mut out = Vec::new();
    while bytes[at..].starts_with(b"PK\x01\x02") {
        let length = 46 + number(bytes, at + 28, 2);
        let central = &bytes[at..at + length];
        let start = number(central, 42, 4);
        let content = start + 30 + number(bytes, start + 26, 2);
        let end = content + number(central, 20, 4);
        out.push(Parts { local: &bytes[start..content], content: &bytes[content..end], central });
        at += length;
    }
    out
}

/// The wide record and its locator, in place of numbers that do not fit.
#[test]
fn wide_archives_are_read() {
    let plain = nested().finish();
    let record = plain.len() - 22;
    let (size, offset) = (number(&plain, record + 12, 4), number(&plain, record + 16, 4));
    let mut out = plain[..record].to_vec();
    out.extend(b"PK\x06\x06");
    out.extend(44_u64.to_le_bytes());
    out.extend([45, 0, 45, 0]);
    out.resize(record + 40, 0);
    out.extend(u64::try_from(size).unwrap().to_le_bytes());
    out.extend(u64::try_from(offset).unwrap().to_le_bytes());
    out.extend(b"PK\x06\x07\0\0\0\0");
    out.extend(u64::try_from(record).unwrap().to_le_bytes());
    out.extend(1_u32.to_le_bytes());
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([0xff; 12]);
    out.extend([0, 0]);
    assert_eq!(read(&out), expected());
    out.splice(0..0, b"in front".iter().copied());
    assert_eq!(read(&out), expected());
}

#[test]
fn one_broken_entry_loses_one_entry() {
    let mut bytes = nested().finish();
    let at = memchr::memmem::find(&bytes, b"a.txt").unwrap() + 5;
    bytes[at] = 0xff;
    for log in [by_directory(&bytes), by_stream(&bytes)] {
        assert_eq!(log.lines, expected()[1..]);
        assert_eq!(log.kinds, [DiagnosticKind::Malformed]);
    }
}

#[test]
fn what_is_larger_than_wanted_is_told() {
    let bytes = ZipBuilder::new().file("a.txt", "x".repeat(1001)).file("b.txt", "y".repeat(1000)).finish();
    for log in [by_directory(&bytes), by_stream(&bytes)] {
        assert_eq!((log.lines.len(), log.kinds.len()), (1, 1));
    }
}

#[test]
fn depth_is_bounded() {
    let mut bytes = ZipBuilder::new().file("a.txt", "deep").finish();
    for _ in 0..40 {
        bytes = ZipBuilder::new().stored("in.jar", &bytes).finish();
    }
    for log in [by_directory(&bytes), by_stream(&bytes)] {
        assert_eq!(log.kinds, [DiagnosticKind::LimitPassed]);
        assert_eq!(log.lines.len(), 32);
    }
}

#[test]
fn what_inflates_without_end_is_left() {
    let zeros = vec![0; 40 << 20];
    let mut bytes = ZipBuilder::new();
    for _ in 0..20 {
        bytes = bytes.file("bomb.jar", &zeros);
    }
    let bytes = bytes.finish();
    for log in [by_directory(&bytes), by_stream(&bytes)] {
        assert!(!log.kinds.is_empty());
        assert!(log.kinds.len() <= 20);
    }
}

/// A directory in which every entry is the same archive, many times.
#[test]
fn overlapping_entries_cost_no_more_than_the_budget() {
    let mut inner = ZipBuilder::new();
    for i in 0..2000 {
        inner = inner.stored(format!("{i}.bin"), "");
    }
    let plain = ZipBuilder::new().stored("a.jar", inner.finish()).finish();
    let parts = entries(&plain);
    let (content_end, central) = (plain.len() - 22 - parts[0].central.len(), parts[0].central);
    let mut out = plain[..content_end].to_vec();
    for _ in 0..5000 {
        out.extend(central);
    }
    let size = out.len() - content_end;
    out.extend(b"PK\x05\x06\0\0\0\0\0\0\0\0");
    out.extend(u32::try_from(size).unwrap().to_le_bytes());
    out.extend(u32::try_from(content_end).unwrap().to_le_bytes());
    out.extend([0, 0]);
    assert_eq!(by_directory(&out).kinds, [DiagnosticKind::LimitPassed]);
}

#[test]
fn what_is_no_archive_is_told() {
    for bytes in [&b"not a jar"[..], b"", b"PK", b"PK\x03\x04"] {
        assert!(!by_directory(bytes).kinds.is_empty());
        assert!(!by_stream(bytes).kinds.is_empty());
    }
}

/// What stands in front of the cut is still read.
#[test]
fn a_cut_archive_gives_what_is_there() {
    let bytes = nested().finish();
    let log = by_directory(&bytes[..bytes.len() - 100]);
    assert_eq!(log.lines, expected());
    assert_eq!(log.kinds, [DiagnosticKind::Truncated]);
}

#[test]
fn an_archive_cut_anywhere_does_no_harm() {
    let inner = ZipBuilder::new().file("c.txt", "three").finish();
    let bytes =
        ZipBuilder::new().stored("in.jar", &inner).file("d.jar", &inner).file("a.txt", "one").finish();
    for len in 0..bytes.len() {
        assert!(!by_directory(&bytes[..len]).kinds.is_empty());
        by_stream(&bytes[..len]);
    }
    for at in 0..bytes.len() {
        for value in [0, 0xff] {
            let mut changed = bytes.clone();
            changed[at] = value;
            by_directory(&changed);
            by_stream(&changed);
        }
    }
}

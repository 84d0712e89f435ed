use plimsoll_core::Content;
use plimsoll_testkit::binaries::GoBinary;

use super::super::Executables;
use super::super::sample::{Part, elf};
use super::blob::{END, MAGIC, START};
use crate::{Cataloger, File, Sink};

const MODULES: &str =
    "path\texample.org/app\nmod\texample.org/app\tv1.2.3\th1:x=\ndep\tgolang.org/x/net\tv0.17.0\th1:y=\n";
const EXPECTED: [(&str, &str); 3] =
    [("stdlib", "1.21.3"), ("example.org/app", "v1.2.3"), ("golang.org/x/net", "v0.17.0")];

fn read(file: &[u8]) -> Sink {
    let mut whole = Sink::default();
    let size = u64::try_from(file.len()).unwrap();
    Executables.parse(File { path: b"bin/app", size, content: Content::Whole(file) }, &mut whole);
    let mut streamed = Sink::default();
    let mut reader = file;
    Executables.parse(File { path: b"bin/app", size, content: Content::Stream(&mut reader) }, &mut streamed);
    assert_eq!(whole.packages, streamed.packages);
    whole
}

fn names(sink: &Sink) -> Vec<(&str, &str)> {
    sink.packages.iter().map(|p| (p.name.as_str(), p.version.as_str())).collect()
}

fn marked(modules: &str) -> Vec<u8> {
    [&START[..], modules.as_bytes(), &END[..]].concat()
}

fn uvarint(mut value: usize) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap());
    out
}

fn inline(version: &str, modules: &str) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.extend([8, 2]);
    out.resize(32, 0);
    let modules = marked(modules);
    out.extend(uvarint(version.len()));
    out.extend(version.bytes());
    out.extend(uvarint(modules.len()));
    out.extend(modules);
    out
}

fn text(bytes: Vec<u8>) -> Part {
    Part { address: 0x40_0000, writable: false, bytes }
}

fn data(bytes: Vec<u8>) -> Part {
    Part { address: 0x200_0000, writable: true, bytes }
}

#[test]
fn the_inline_form_is_found_wherever_the_windows_end() {
    for gap in [0, 0x1_0000, 0x3_f000, 0x3_ffd0, 0x3_fff0, 0x4_0000, 0x7_ffe0] {
        let mut bytes = vec![0xff; gap];
        bytes.extend(inline("go1.21.3", MODULES));
        bytes.resize(bytes.len() + 1000, 1);
        assert_eq!(names(&read(&elf(&[text(vec![0; 5000]), data(bytes)]))), EXPECTED, "{gap:x}");
    }
}

#[test]
fn a_program_that_embeds_another_is_itself() {
    let inner = inline("go1.9", "mod\texample.org/inner\tv0.0.1\t\n");
    let file = elf(&[text(inner.clone()), data(inline("go1.21.3", MODULES))]);
    assert_eq!(names(&read(&file)), EXPECTED);
    let embedded_later = [inline("go1.21.3", MODULES), vec![0; 16], inner].concat();
    assert_eq!(names(&read(&elf(&[text(vec![0; 64]), data(embedded_later)]))), EXPECTED);
}

#[test]
fn the_magic_sequence_alone_is_no_program() {
    let mut bytes = vec![0; 0x100];
    bytes[..14].copy_from_slice(MAGIC);
    bytes[0x41..0x4f].copy_from_slice(MAGIC);
    let file = elf(&[text(vec![0; 64]), data(bytes)]);
    assert!(read(&file).packages.is_empty());
    let mut bytes = vec![0; 0x21];
    bytes.extend(inline("go1.21.3", MODULES));
    assert!(read(&elf(&[text(vec![0; 64]), data(bytes)])).packages.is_empty(), "not aligned");
}

/// The layout of Go 1.13 to 1.17: strings among others in read-only data, the blob at the start of the data, the
/// string headers after it.
fn older(distance: usize) -> Vec<u8> {
    let mut strings = b"\x04\0\0\0\x53\0\0\0\x04\0\0\0Go\0\0".to_vec();
    strings.extend(b"go1.21.xgo1.21.3go1.1234");
    let version = u64::try_from(strings.len() - 16).unwrap();
    strings.resize(strings.len() + distance, b' ');
    let modules = u64::try_from(strings.len()).unwrap();
    strings.extend(marked(MODULES));
    strings.resize(strings.len() + distance, b' ');
    let mut blob = MAGIC.to_vec();
    blob.extend([8, 0]);
    blob.extend((0x200_0000_u64 + 32 + 64).to_le_bytes());
    blob.extend((0x200_0000_u64 + 32 + 80).to_le_bytes());
    blob.resize(32 + 64, 0);
    blob.extend((0x40_0000 + version).to_le_bytes());
    blob.extend(8_u64.to_le_bytes());
    blob.extend((0x40_0000 + modules).to_le_bytes());
    blob.extend(u64::try_from(marked(MODULES).len()).unwrap().to_le_bytes());
    elf(&[text(strings), data(blob)])
}

#[test]
fn the_older_form_is_put_together_from_what_went_by() {
    for distance in [0, 0x3_ef00, 0x3_ff00, 0x4_0000, 0x9_0000] {
        let sink = read(&older(distance));
        assert_eq!(names(&sink), EXPECTED, "{distance:x}");
        assert!(sink.diagnostics.is_empty());
    }
}

#[test]
fn the_older_form_may_point_at_what_comes_later() {
    for big_endian in [false, true] {
        let program =
            GoBinary::new("go1.17.3", "example.org/app").version("v1.2.3").dep("golang.org/x/net", "v0.17.0");
        let sink = read(&program.elf_with_pointers(big_endian));
        assert_eq!(names(&sink)[0], ("stdlib", "1.17.3"));
        assert_eq!(names(&sink)[1..], EXPECTED[1..]);
        assert!(sink.diagnostics.is_empty());
    }
}

#[test]
fn an_older_form_that_leads_nowhere_is_named() {
    let mut file = older(0);
    let at = file.windows(4).position(|w| w == b"go1.").unwrap();
    file[at + 8..at + 12].copy_from_slice(b"nope");
    let sink = read(&file);
    assert_eq!(names(&sink)[0], ("stdlib", ""));
    assert_eq!(names(&sink)[1..], EXPECTED[1..]);
    assert_eq!(sink.diagnostics.len(), 1);
}

#[test]
fn a_file_cut_anywhere_does_no_harm() {
    for file in [older(0), elf(&[text(vec![0; 64]), data(inline("go1.21.3", MODULES))])] {
        for len in (0..file.len()).filter(|len| len % 7 == 0 || file.len() - len < 400) {
            read(&file[..len]);
        }
    }
}

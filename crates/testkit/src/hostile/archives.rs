use crate::header::{Checksum, Header, Size};
use crate::{Random, TarBuilder};

/// An extended header that claims `size` bytes of PAX records and holds one; then a file, `after`.
pub fn pax_claim(size: u64) -> Vec<u8> {
    claim(b'x', "PaxHeaders/next", size, b"30 comment=not as long as said\n")
}

/// A GNU long name that claims `size` bytes and holds a few; then a file, `after`.
pub fn long_name_claim(size: u64) -> Vec<u8> {
    claim(b'L', "././@LongLink", size, b"short\0")
}

/// A file that claims `size` bytes and holds a few; then a file, `after`.
pub fn header_claim(size: u64) -> Vec<u8> {
    claim(b'0', "usr/bin/large", size, b"not as much as said")
}

fn claim(kind: u8, name: &str, size: u64, body: &[u8]) -> Vec<u8> {
    let mut header = Header::new(kind, name);
    header.size = Size::Number(size);
    TarBuilder::new().file("before", "1").entry(&header, body).file("after", "2").finish()
}

/// A file of size -1, in base-256.
pub fn negative_size() -> Vec<u8> {
    sized(Size::Base256(-1))
}

/// A file of 2^80 bytes, in base-256: more than 64 bits hold.
pub fn large_size() -> Vec<u8> {
    sized(Size::Base256(1 << 80))
}

fn sized(size: Size) -> Vec<u8> {
    let mut header = Header::new(b'0', "usr/bin/odd");
    header.size = size;
    TarBuilder::new().file("before", "1").entry(&header, "").file("after", "2").finish()
}

/// A header whose checksum is off by one between two good ones.
pub fn bad_checksum() -> Vec<u8> {
    let mut header = Header::new(b'0', "usr/bin/odd");
    header.checksum = Checksum::Wrong;
    TarBuilder::new().file("before", "1").entry(&header, "").file("after", "2").finish()
}

/// Files, directories and links whose names climb out with `..`, and one that does not.
pub fn parent_names() -> TarBuilder {
    TarBuilder::new()
        .file("../outside", "out")
        .file("usr/../../outside", "out")
        .dir("..")
        .symlink("etc/../../link", "/")
        .whiteout("../../etc/passwd")
        .file("etc/inside", "in")
}

/// Names that begin with a slash: they count from the image's root.
pub fn absolute_names() -> TarBuilder {
    TarBuilder::new().dir("/etc").file("/etc/inside", "in").file("//usr//bin/./tool", "in")
}

/// Symbolic links that go round in circles, alone, in pairs, and on the way to a file that scanners look for.
pub fn symlink_loops() -> TarBuilder {
    TarBuilder::new()
        .symlink("self", "self")
        .symlink("a", "b")
        .symlink("b", "a")
        .symlink("etc", "a/etc")
        .symlink("usr/lib/os-release", "../../usr/lib/os-release")
        .symlink("var", "./var/../var")
        .file("a/below", "never")
}

/// Symbolic links that lead out of the image, where scanners look for files.
pub fn symlinks_out() -> TarBuilder {
    TarBuilder::new()
        .symlink("etc/os-release", "../../../../../../../../etc/os-release")
        .symlink("var/lib/dpkg", "/../../../../var/lib/dpkg")
        .symlink("lib", "../../lib")
}

/// Hard links to names outside of the image, to nothing, to a directory, and to themselves.
pub fn hard_links_out() -> TarBuilder {
    TarBuilder::new()
        .hardlink("etc/passwd", "../../../../etc/passwd")
        .hardlink("etc/shadow", "/etc/shadow")
        .hardlink("nothing", "no/such/file")
        .dir("usr")
        .hardlink("directory", "usr")
        .hardlink("itself", "itself")
}

/// Whiteouts of nothing, of everything, and of whiteouts.
pub fn odd_whiteouts() -> TarBuilder {
    TarBuilder::new()
        .file(".wh.", "")
        .file("usr/.wh..", "")
        .file("usr/.wh...", "")
        .file("usr/.wh..wh.", "")
        .file("usr/.wh..wh..wh.file", "")
        .file(".wh..wh..opq/file", "")
        .dir("usr/.wh.directory")
        .symlink("usr/.wh.link", "target")
}

/// The same name again and again: as a file, a directory, a link and a file again.
pub fn duplicates() -> TarBuilder {
    TarBuilder::new()
        .file("etc/os-release", "ID=first\n")
        .file("etc/os-release", "ID=second\n")
        .dir("etc/os-release")
        .file("etc/os-release/below", "?")
        .symlink("etc/os-release", "elsewhere")
        .file("./etc//os-release", "ID=last\n")
}

/// A path of so many directories, one in another, with a file at its end.
pub fn deep_directories(depth: usize) -> TarBuilder {
    TarBuilder::new().file("d/".repeat(depth) + "file", "deep")
}

/// Files that claim to be sparse and of `size` bytes, by the old GNU header and by PAX records.
pub fn sparse_claim(size: u64) -> Vec<u8> {
    let mut old = Header::new(b'S', "old-sparse");
    old.magic = crate::header::GNU;
    // Offset 386: four pairs of offset and length; 482: whether more follow; 483: the real size.
    let mut block = old.to_bytes();
    block[386..398].copy_from_slice(&Size::Number(0).to_bytes());
    block[398..410].copy_from_slice(&Size::Number(size).to_bytes());
    block[483..495].copy_from_slice(&Size::Number(size).to_bytes());
    let sum: u32 =
        block.iter().enumerate().map(|(i, &b)| if (148..156).contains(&i) { 32 } else { u32::from(b) }).sum();
    block[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
    let size = size.to_string();
    TarBuilder::new()
        .raw(block)
        .pax(&[
            ("GNU.sparse.major", "1"),
            ("GNU.sparse.minor", "0"),
            ("GNU.sparse.name", "new"),
            ("GNU.sparse.realsize", &size),
        ])
        .file("GNUSparseFile.0/new", "1\n0\n0\n")
        .pax(&[
            ("GNU.sparse.size", size.as_str()),
            ("GNU.sparse.numblocks", "1"),
            ("GNU.sparse.map", &format!("0,{size}")),
        ])
        .file("middle", "x")
        .finish()
}

/// Bytes of no meaning.
pub fn garbage(seed: u64, len: usize) -> Vec<u8> {
    Random::new(seed).bytes(len)
}

/// The first `len` bytes.
pub fn truncated(bytes: &[u8], len: usize) -> Vec<u8> {
    bytes[..len.min(bytes.len())].to_vec()
}

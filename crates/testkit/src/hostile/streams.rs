use crate::compression::{gzip, zstd};
use crate::header::{Header, Size};
use crate::zip::ZipBuilder;

/// How much one member or frame of a bomb unpacks to.
const STEP: u64 = 16 << 20;

/// A gzip stream of a tar with one file of `size` zeros: about a thousandth of that.
pub fn gzip_bomb(size: u64) -> Vec<u8> {
    bomb(size, gzip)
}

/// A Zstandard stream of a tar with one file of `size` zeros: about a thirty-thousandth of that.
pub fn zstd_bomb(size: u64) -> Vec<u8> {
    bomb(size, zstd)
}

/// Members and frames may follow one another, so that the zeros need compressing only once.
fn bomb(size: u64, compress: fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut header = Header::new(b'0', "usr/lib/os-release");
    header.size = Size::Number(size);
    let mut out = compress(&header.to_bytes());
    let zeros = vec![0; usize::try_from(STEP.min(size)).unwrap_or(0)];
    let step = compress(&zeros);
    for _ in 0..size / STEP {
        out.extend(&step);
    }
    let rest = usize::try_from(size % STEP).unwrap_or(0);
    // What is left of the file, its padding, and the end of the archive.
    out.extend(compress(&vec![0; rest.next_multiple_of(512) + 1024]));
    out
}

/// A jar in a jar in a jar, `depth` of them; the innermost is Maven's log4j-core 2.14.1.
pub fn nested_jars(depth: usize) -> Vec<u8> {
    let inner = crate::zip::maven_jar("org.apache.logging.log4j", "log4j-core", "2.14.1");
    (0..depth).fold(inner, |inner, _| ZipBuilder::new().stored("lib/inner.jar", inner).finish())
}

/// `[[[…]]]`, so deep.
pub fn deep_json(depth: usize) -> String {
    "[".repeat(depth) + &"]".repeat(depth)
}

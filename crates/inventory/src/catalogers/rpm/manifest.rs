//! The manifest that Azure Linux leaves in images without an rpm database: a line of tab-separated values for each
//! package, in the form of the query that it was made by.

use plimsoll_core::Package;

use super::header::Facts;
use crate::Sink;
use crate::catalogers::os::{malformed, text, word};

pub(super) const PATH: &str = "var/lib/rpmmanifest/container-manifest-2";

pub(super) fn read(bytes: &[u8], out: &mut Sink) {
    for (line, number) in bytes.split(|&b| b == b'\n').zip(1_u64..) {
        if line.trim_ascii().is_empty() {
            continue;
        }
        match package(line) {
            Some(package) => out.packages.push(package),
            None => out.diagnostics.push(malformed("a line names no package and version").offset(number)),
        }
    }
}

/// `NAME VERSION-RELEASE INSTALLTIME BUILDTIME VENDOR EPOCH SIZE ARCH EPOCHNUM SOURCERPM`.
fn package(line: &[u8]) -> Option<Package> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let mut columns = line.split(|&b| b == b'\t').map(|column| Some(column).filter(|it| *it != b"(none)"));
    let mut next = || columns.next().flatten();
    let name = next().and_then(word)?;
    let both = next().and_then(word)?;
    let (version, release) = both.rsplit_once('-')?;
    let (_installed, _built, vendor) = (next(), next(), next());
    let (epoch, _size, arch, epoch_number, source) = (next(), next(), next(), next(), next());
    let epoch = epoch_number.or(epoch).and_then(|epoch| std::str::from_utf8(epoch).ok()?.parse().ok());
    let facts = Facts {
        name,
        version: version.to_owned(),
        release: release.to_owned(),
        epoch: epoch.unwrap_or(0),
        arch: arch.and_then(word),
        source: source.and_then(word),
        vendor: vendor.and_then(text),
        module: None,
    };
    Some(facts.package())
}

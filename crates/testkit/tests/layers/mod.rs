//! Three layers with everything that layers do to one another.

use plimsoll_testkit::{Compression, LayerBuilder, TarBuilder};

/// The layers, from the lowest up, one of each compression.
pub(crate) fn layers() -> [LayerBuilder; 3] {
    let long = format!("opt/{}/file", "d".repeat(150));
    let base = TarBuilder::new()
        .dir("etc")
        .file("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n")
        .dir("usr")
        .dir("usr/lib")
        .symlink("lib", "usr/lib")
        .file("usr/lib/one", "1")
        .executable("usr/bin/tool", "#!/bin/sh\n")
        .hardlink("usr/bin/tool2", "usr/bin/tool")
        .file(&long, "deep");
    let middle = TarBuilder::new()
        .long_names_as_gnu()
        .file("lib/two", "2")
        .file(format!("srv/{}", "n".repeat(180)), "gnu")
        .whiteout("usr/lib/one")
        .dir("var")
        .file("var/old", "old");
    let top =
        TarBuilder::new().dir("var").opaque("var").file("var/new", "new").file("usr/bin/tool", "changed");
    [
        LayerBuilder::new(base).created_by("ADD base"),
        LayerBuilder::new(middle).compression(Compression::Zstd).created_by("RUN two"),
        LayerBuilder::new(top).compression(Compression::None).created_by("COPY . ."),
    ]
}

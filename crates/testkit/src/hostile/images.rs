use super::archives::{hard_links_out, parent_names, pax_claim, symlink_loops};
use super::streams::zstd_bomb;
use crate::{Compression, Fault, FileTree, ImageBuilder, LayerBuilder, TarBuilder};

/// An image that is broken in one way.
#[derive(Clone, Debug)]
pub struct BrokenImage {
    /// What is wrong with it, in a few words joined by hyphens.
    pub name: &'static str,
    /// The image's files, to be written as a folder or a tar.
    pub files: FileTree,
    /// The archive, where that is more than the files: one that ends too early.
    pub archive: Vec<u8>,
    /// What must come of it.
    pub outcome: Outcome,
}

/// What must come of a broken image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It can't be scanned: an error that says what, where and what to do.
    Refused,
    /// What is whole is in the result, with a diagnostic that says what is not.
    Partial,
}

/// The broken images that every front end must bear, each as a docker archive and as an OCI layout. All of them hold
/// a layer with Debian 12 and one package, `bash 5.2.15-2`, and above it the layer that is meant to hurt.
pub fn broken_images() -> Vec<BrokenImage> {
    use Outcome::{Partial, Refused};
    let layer = |tar: TarBuilder| LayerBuilder::new(tar);
    let whole = || layer(TarBuilder::new().dir("srv").file("srv/data", "d".repeat(4000)));
    let refused = [
        ("layer-digest-differs", Fault::LayerChanged(1)),
        ("layer-missing", Fault::LayerMissing(1)),
        ("layer-too-short", Fault::LayerShort(1, 600)),
        ("layer-too-long", Fault::LayerLong(1, 512)),
        ("diff-id-differs", Fault::DiffIdWrong(1)),
        ("configuration-missing", Fault::ConfigMissing),
        ("manifest-missing", Fault::ManifestMissing),
        ("manifest-is-no-json", Fault::ManifestMalformed),
    ];
    let mut images = Vec::new();
    for (name, fault) in refused {
        images.extend(both(name, &with(whole()).fault(fault), Refused));
    }
    let partial = [
        ("pax-header-claims-a-gibibyte", LayerBuilder::from_tar(pax_claim(1 << 30))),
        ("names-with-parent-components", layer(parent_names())),
        ("symbolic-links-in-circles", layer(symlink_loops())),
        ("hard-links-out-of-the-root", layer(hard_links_out())),
        ("layer-tar-ends-too-early", LayerBuilder::from_tar(&whole().tar()[..2000])),
    ];
    for (name, layer) in partial {
        images.extend(both(name, &with(layer), Partial));
    }
    // Nobody can know the diff id of what is not unpacked to its end.
    let bomb = LayerBuilder::from_tar("").blob(zstd_bomb(256 << 20)).compression(Compression::Zstd);
    let files = with(bomb).oci_tree();
    images.push(BrokenImage { name: "zstd-bomb", archive: files.to_tar(), files, outcome: Partial });
    for mut image in both("archive-ends-too-early", &with(whole()), Refused) {
        // In the middle of the layers: what comes behind is not there.
        image.archive.truncate(image.archive.len() / 2 / 512 * 512 + 100);
        image.files = FileTree::new();
        images.push(image);
    }
    images
}

fn with(top: LayerBuilder) -> ImageBuilder {
    let bash = crate::dpkg::DebPackage::new("bash", "5.2.15-2");
    let base = TarBuilder::new()
        .file("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n")
        .file("var/lib/dpkg/status", crate::dpkg::status(&[bash]));
    ImageBuilder::new().tag("broken:latest").layer(base).layer(top)
}

fn both(name: &'static str, image: &ImageBuilder, outcome: Outcome) -> [BrokenImage; 2] {
    [image.docker_tree(), image.oci_tree()].map(|files| BrokenImage {
        name,
        archive: files.to_tar(),
        files,
        outcome,
    })
}

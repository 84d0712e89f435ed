//! Images of any size, made of nothing: for benches and for tests against a model.

use crate::dpkg::{self, DebPackage};
use crate::header::{Header, Size};
use crate::node::NodePackage;
use crate::python::PythonPackage;
use crate::{Compression, ImageBuilder, LayerBuilder, MergedTree, Random, TarBuilder};

/// A layer's archive of `count` empty files, a hundred to a directory. It takes half a kibibyte of memory for each.
pub fn empty_files(count: usize) -> Vec<u8> {
    files(count, 0, &mut Random::new(0))
}

/// A layer's archive of `count` files of `size` bytes that do not compress, a hundred to a directory.
pub fn random_files(count: usize, size: usize, seed: u64) -> Vec<u8> {
    files(count, size, &mut Random::new(seed))
}

fn files(count: usize, size: usize, random: &mut Random) -> Vec<u8> {
    // Written block by block: a builder that remembers every entry would need several times the memory.
    let mut tar = Vec::with_capacity(count * (512 + size.next_multiple_of(512)) + 1024);
    for i in 0..count {
        if i % 100 == 0 {
            tar.extend(Header::new(b'5', format!("data/{}/", i / 100)).to_bytes());
        }
        let mut header = Header::new(b'0', format!("data/{}/file-{i}", i / 100));
        header.size = Size::Number(size as u64);
        tar.extend(header.to_bytes());
        tar.extend(random.bytes(size));
        tar.resize(tar.len().next_multiple_of(512), 0);
    }
    tar.resize(tar.len() + 1024, 0);
    tar
}

/// How large a [`mixed`] image is.
#[derive(Clone, Copy, Debug)]
pub struct Mix {
    /// Debian packages in the base.
    pub debian: usize,
    /// Python distributions, one layer of them.
    pub python: usize,
    /// Node packages, one layer of them.
    pub node: usize,
    /// Layers above, each with a few files and a whiteout.
    pub layers: usize,
    /// How the layers are compressed.
    pub compression: Compression,
}

impl Default for Mix {
    /// About what an image of one application holds: 100 Debian packages, 50 of Python, 300 of Node, 5 layers above.
    fn default() -> Self {
        Self { debian: 100, python: 50, node: 300, layers: 5, compression: Compression::Gzip }
    }
}

/// An image with a package database, language packages and layers, as many as asked.
pub fn mixed(mix: Mix) -> ImageBuilder {
    let packages: Vec<DebPackage> = (0..mix.debian)
        .map(|i| {
            DebPackage::new(format!("lib{i}"), format!("1:{}.{i}-1", i % 7))
                .source(format!("source{}", i / 3))
        })
        .collect();
    let base = TarBuilder::new()
        .file("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n")
        .file("var/lib/dpkg/status", dpkg::status(&packages))
        .files(packages.iter().map(|package| dpkg::file_list(package, &["usr/bin/tool"])));
    let site = "usr/lib/python3/dist-packages";
    let python = (0..mix.python)
        .map(|i| PythonPackage::new(site, format!("pkg-{i}"), format!("{}.{i}", i % 5)))
        .fold(TarBuilder::new(), |tar, package| tar.files(package.dist_info()));
    let node = (0..mix.node)
        .map(|i| NodePackage::new(format!("@scope{}/module-{i}", i % 10), format!("{}.{i}.0", i % 9)))
        .fold(TarBuilder::new(), |tar, package| tar.files(package.files("srv/app")));
    let above = (0..mix.layers).map(|i| {
        let tar = TarBuilder::new().file(format!("srv/data/{i}"), i.to_string());
        if i > 0 { tar.whiteout(format!("srv/data/{}", i - 1)) } else { tar }
    });
    let layers = [base, python, node].into_iter().chain(above).enumerate();
    ImageBuilder::new().tag("mixed:latest").layers(layers.map(|(i, tar)| {
        LayerBuilder::new(tar).compression(mix.compression).created_by(format!("RUN step {i}"))
    }))
}

/// A stack of layers as a seed has it: few names, so that they meet often; files, directories, links of both sorts,
/// whiteouts and opaque whiteouts, names below links and files, types that change from layer to layer.
pub fn stack(seed: u64) -> ImageBuilder {
    let mut random = Random::new(seed);
    let layers = 2 + random.below(4);
    let mut image = ImageBuilder::new().tag("stack");
    // The model keeps out what extractors refuse, such as a name below a file.
    let mut model = MergedTree::default();
    for layer in 0..layers {
        let mut tar = TarBuilder::new();
        for entry in 0..1 + random.below(10) {
            let path = path(&mut random);
            let next = match random.below(16) {
                0..7 => tar.clone().file(&path, format!("{layer}.{entry}")),
                7..10 => tar.clone().dir(&path),
                10 => tar.clone().symlink(&path, self::path(&mut random)),
                11 => tar.clone().symlink(&path, format!("/{}", self::path(&mut random))),
                12 => tar.clone().hardlink(&path, self::path(&mut random)),
                13 if layer > 0 => tar.clone().opaque(&path),
                14 | 15 if layer > 0 => tar.clone().whiteout(&path),
                _ => tar.clone().file(&path, ""),
            };
            let Some(last) = next.entries().last().filter(|entry| model.allows(entry)) else { continue };
            model.apply(layer, last, |range| next.content(range));
            tar = next;
        }
        image = image.layer(LayerBuilder::new(tar));
    }
    image
}

fn path(random: &mut Random) -> String {
    let names = ["a", "b", "c", "d"];
    let depth = 1 + random.below(3);
    (0..depth).map(|_| *random.pick(&names)).collect::<Vec<_>>().join("/")
}

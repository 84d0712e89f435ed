//! The model of merged layers against a real unpacker, on one image by hand and on generated stacks.

mod layers;
mod tools;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use plimsoll_testkit::{Compression, ImageBuilder, MergedNode, MergedTree, synthetic};

use layers::layers;
use tools::{run, text};

/// What is at a path: all that the model knows and a root file system shows, modes aside.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    Directory,
    File(Vec<u8>),
    Symlink(String),
}

#[test]
fn umoci_unpacks_to_the_merged_tree() {
    let dir = tempfile::tempdir().unwrap();
    let layout = dir.path().join("oci");
    // umoci 0.4 knows no zstd.
    let layers = layers().map(|layer| layer.compression(Compression::Gzip));
    let image = ImageBuilder::new().layers(layers).tag("ship");
    image.write_oci_layout(&layout).unwrap();
    let bundle = dir.path().join("bundle");
    let reference = format!("{}:ship", text(&layout));
    if run("umoci", &["unpack", "--rootless", "--image", &reference, text(&bundle)]).is_none() {
        return;
    }
    let ours = dir.path().join("root");
    image.write_root(&ours).unwrap();
    let theirs = walk(&bundle.join("rootfs"));
    assert_eq!(walk(&ours), theirs);
    let merged = image.merged();
    assert_eq!(model(&merged), theirs);
    assert!(merged.get(b"usr/lib/one").is_none() && merged.get(b"usr/lib/two").is_some());
    assert!(
        matches!(merged.get(b"usr/bin/tool2"), Some(MergedNode::File { content, .. }) if **content == *b"#!/bin/sh\n")
    );
}

#[test]
fn umoci_merges_generated_stacks_to_the_same_tree() {
    let seeds = if std::env::var_os("PLIMSOLL_EXHAUSTIVE").is_some() { 1000 } else { 40 };
    let mut compared = 0;
    for seed in 0..seeds {
        let dir = tempfile::tempdir().unwrap();
        let image = synthetic::stack(seed);
        image.write_oci_layout(&dir.path().join("oci")).unwrap();
        let reference = format!("{}:stack", text(&dir.path().join("oci")));
        let bundle = dir.path().join("bundle");
        let arguments = ["unpack", "--rootless", "--image", &reference, text(&bundle)];
        let Ok(output) = Command::new("umoci").args(arguments).output() else {
            eprintln!("skipped: umoci is not installed");
            return;
        };
        // It gives up on a hard link to nothing, and on a file where a directory should be.
        if !output.status.success() {
            continue;
        }
        let theirs = walk(&bundle.join("rootfs"));
        assert_eq!(model(&image.merged()), theirs, "seed {seed}");
        compared += 1;
    }
    assert!(compared * 4 > seeds, "umoci refused all but {compared} of {seeds} stacks");
}

fn model(merged: &MergedTree) -> BTreeMap<String, Found> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let found = merged.nodes().map(|(path, node)| {
        let found = match node {
            MergedNode::Directory => Found::Directory,
            MergedNode::File { content, .. } => Found::File(content.to_vec()),
            MergedNode::Symlink(target) => Found::Symlink(text(target)),
            MergedNode::Other => unreachable!("these images have no devices"),
        };
        (text(path), found)
    });
    found.collect()
}

fn walk(root: &Path) -> BTreeMap<String, Found> {
    let mut found = BTreeMap::new();
    let mut left = vec![root.to_path_buf()];
    while let Some(dir) = left.pop() {
        for entry in std::fs::read_dir(&dir).unwrap() {
            let place = entry.unwrap().path();
            let path = place.strip_prefix(root).unwrap().display().to_string();
            let meta = place.symlink_metadata().unwrap();
            let what = if meta.is_dir() {
                left.push(place);
                Found::Directory
            } else if meta.is_symlink() {
                Found::Symlink(std::fs::read_link(&place).unwrap().display().to_string())
            } else {
                Found::File(std::fs::read(&place).unwrap())
            };
            found.insert(path, what);
        }
    }
    found
}

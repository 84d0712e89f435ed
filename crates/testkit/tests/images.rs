//! What the builders write is what the real tools read. Each test says so and passes where its tool is missing.

mod tools;

use std::path::Path;

use plimsoll_testkit::{Compression, ImageBuilder, LayerBuilder, MergedNode, TarBuilder};

use tools::{run, text};

fn layers() -> [LayerBuilder; 3] {
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

fn image() -> ImageBuilder {
    ImageBuilder::new().layers(layers()).empty_layer("CMD [\"sh\"]").tag("ship:latest").env("PATH=/usr/bin")
}

#[test]
fn gnu_tar_lists_every_entry() {
    let dir = tempfile::tempdir().unwrap();
    for layer in layers() {
        let path = dir.path().join("layer.tar");
        std::fs::write(&path, layer.tar()).unwrap();
        let Some(listed) = run("tar", &["-tf", text(&path)]) else { return };
        assert_eq!(listed.lines().count(), layer.entry_count(), "{listed}");
    }
}

#[test]
fn skopeo_copies_every_form() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    image().write_oci_layout(&path("oci")).unwrap();
    std::fs::write(path("oci.tar"), image().oci_archive()).unwrap();
    std::fs::write(path("docker.tar"), image().docker_archive()).unwrap();
    std::fs::write(path("legacy.tar"), image().docker_archive_legacy()).unwrap();
    std::fs::write(path("crane.tar"), image().docker_archive_compressed()).unwrap();
    let twice = image().layer(layers()[0].clone());
    std::fs::write(path("twice.tar"), twice.docker_archive_legacy()).unwrap();
    let sources = [
        ("oci", "oci:", ":ship:latest"),
        ("oci.tar", "oci-archive:", ""),
        ("docker.tar", "docker-archive:", ""),
        ("legacy.tar", "docker-archive:", ""),
        ("crane.tar", "docker-archive:", ""),
        ("twice.tar", "docker-archive:", ""),
    ];
    for (name, scheme, tag) in sources {
        let source = format!("{scheme}{}{tag}", text(&path(name)));
        let target = format!("dir:{}", text(&path(&format!("{name}.out"))));
        // Copying reads every layer and checks its digest.
        if run("skopeo", &["--insecure-policy", "copy", "-q", &source, &target]).is_none() {
            return;
        }
    }
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
    assert_eq!(walk(&bundle.join("rootfs")), walk(&ours));
    let merged = image.merged();
    assert!(merged.get(b"usr/lib/one").is_none() && merged.get(b"usr/lib/two").is_some());
    assert!(
        matches!(merged.get(b"usr/bin/tool2"), Some(MergedNode::File { content, .. }) if **content == *b"#!/bin/sh\n")
    );
}

/// Every path below `root`, with what it is.
fn walk(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut left = vec![root.to_path_buf()];
    while let Some(dir) = left.pop() {
        for entry in std::fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().display().to_string();
            let meta = path.symlink_metadata().unwrap();
            found.push(if meta.is_dir() {
                left.push(path);
                format!("{name}/")
            } else if meta.is_symlink() {
                format!("{name} -> {}", std::fs::read_link(&path).unwrap().display())
            } else {
                format!("{name} = {}", std::fs::read_to_string(&path).unwrap())
            });
        }
    }
    found.sort();
    found
}

#[test]
fn the_demonstration_image_is_small_and_whole() {
    let demo = plimsoll_testkit::demo::image();
    assert_eq!(demo.layer_builders().count(), 4);
    assert!(demo.oci_archive().len() < 200_000);
    assert_eq!(demo.oci_archive(), plimsoll_testkit::demo::image().oci_archive());
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("demo.tar"), demo.docker_archive()).unwrap();
    let source = format!("docker-archive:{}", text(&dir.path().join("demo.tar")));
    let Some(shown) = run("skopeo", &["inspect", "--config", &source]) else { return };
    assert!(shown.contains("COPY ship-api /usr/local/bin/ship-api"), "{shown}");
    demo.write_root(&dir.path().join("root")).unwrap();
    let admin = format!("--admindir={}", text(&dir.path().join("root/var/lib/dpkg")));
    let Some(listed) = run("dpkg-query", &[&admin, "-W", "-f", "${Package} ${Version}\n"]) else { return };
    assert_eq!(listed.lines().count(), 34);
    assert!(listed.contains("libnghttp2-14 1.52.0-1+deb12u1\n"), "{listed}");
}

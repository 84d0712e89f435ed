//! What the builders write is what the real tools read. Each test says so and passes where its tool is missing.

mod layers;
mod tools;

use plimsoll_testkit::{ImageBuilder, IndexBuilder};

use layers::layers;
use tools::{run, text};

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

#[test]
fn skopeo_chooses_a_platform() {
    let dir = tempfile::tempdir().unwrap();
    let [amd, arm, _] = layers();
    let platforms = IndexBuilder::new()
        .image(ImageBuilder::new().layer(amd))
        .image(ImageBuilder::new().layer(arm).platform("linux", "arm64").variant("v8"))
        .attestation(0);
    let nested = IndexBuilder::new().index(platforms, Some("ship"));
    nested.oci_tree().write(&dir.path().join("oci")).unwrap();
    let source = format!("oci:{}:ship", text(&dir.path().join("oci")));
    for architecture in ["amd64", "arm64"] {
        let arguments = ["--override-arch", architecture, "inspect", "--config", &source];
        let Some(shown) = run("skopeo", &arguments) else { return };
        assert!(shown.contains(&format!("\"architecture\": \"{architecture}\"")), "{shown}");
    }
}

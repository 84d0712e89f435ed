//! Histories as docker, BuildKit, buildah, bazel and debuerreotype write them.

use plimsoll_core::{Distro, Instruction};
use plimsoll_remedy::Build;

/// A history; an instruction that begins with `-` made no layer.
fn history(instructions: &[&str]) -> Vec<Instruction> {
    let mut layers = 0;
    let instruction = |text: &&str| {
        let empty = text.strip_prefix("- ");
        let layer = empty.is_none().then_some(layers);
        layers += u32::from(empty.is_none());
        let created_by = empty.unwrap_or(text).to_string();
        Instruction { created_by, created: Some("2024-02-13T00:37:23Z".into()), comment: None, layer }
    };
    instructions.iter().map(instruction).collect()
}

fn debian() -> Distro {
    Distro { id: "debian".into(), version: "12".into(), ..Distro::default() }
}

fn told(history: &[Instruction], distro: &Distro) -> Option<(Option<String>, u32)> {
    let layers = history.iter().filter(|made| made.layer.is_some()).count();
    let build = Build {
        history,
        layers: u32::try_from(layers).unwrap(),
        distro: Some(distro),
        system: Some(0),
        ..Build::default()
    };
    build.base().map(|base| (base.name, base.layers))
}

#[test]
fn a_base_ends_with_its_cmd() {
    let docker = history(&[
        r#"/bin/sh -c #(nop) ADD file:b4987bca8c4c4c640d6b71dcccfd7172b44771e0f851a47d05c00c2bbb253ff6 in / "#,
        r#"- /bin/sh -c #(nop)  CMD ["bash"]"#,
        "/bin/sh -c apt-get update && apt-get install -y curl",
        r#"- /bin/sh -c #(nop)  CMD ["./app"]"#,
    ]);
    assert_eq!(told(&docker, &debian()), Some((Some("debian:12".into()), 1)));
    let python = history(&[
        "# debian.sh --arch 'amd64' out/ 'bookworm' '@1733097600'",
        "RUN /bin/sh -c set -eux; apt-get update # buildkit",
        "- ENV PYTHON_VERSION=3.12.1",
        "RUN /bin/sh -c wget python # buildkit",
        r#"- CMD ["python3"]"#,
        "WORKDIR /app",
        "COPY . . # buildkit",
        r#"- CMD ["python3" "app.py"]"#,
    ]);
    assert_eq!(told(&python, &debian()), Some((Some("python:3.12.1".into()), 3)));
}

#[test]
fn a_root_file_system_is_a_base() {
    let alpine = Distro { id: "alpine".into(), version: "3.20.3".into(), ..Distro::default() };
    let minirootfs = history(&["ADD alpine-minirootfs-3.20.3-x86_64.tar.gz / # buildkit", "RUN apk add git"]);
    assert_eq!(told(&minirootfs, &alpine), Some((Some("alpine:3.20".into()), 1)));
    let distroless = history(&["bazel build ...", "bazel build ...", "COPY app /app"]);
    assert_eq!(told(&distroless, &debian()), Some((None, 2)));
}

#[test]
fn buildah_says_the_name() {
    let mut buildah = history(&["/bin/sh", "RUN dnf install x", "COPY app /app"]);
    buildah[1].comment = Some("FROM registry.access.redhat.com/ubi9/ubi:latest".into());
    buildah[2].comment = Some("FROM 6a5c5b0f0a3d".into());
    let rhel = Distro { id: "rhel".into(), version: "9.4".into(), ..Distro::default() };
    let name = "registry.access.redhat.com/ubi9/ubi:latest".to_owned();
    assert_eq!(told(&buildah, &rhel), Some((Some(name), 1)));
}

#[test]
fn without_a_trace_the_operating_system_tells() {
    assert_eq!(told(&history(&["x", "y"]), &debian()), Some((Some("debian:12".into()), 1)));
    assert_eq!(told(&[], &debian()), Some((Some("debian:12".into()), 0)));
    let scratch = history(&["COPY app / "]);
    assert!(Build { history: &scratch, layers: 1, ..Build::default() }.base().is_none());
}

#[test]
fn what_the_image_says_comes_first() {
    let history = history(&["ADD x in /", r#"- CMD ["sh"]"#, "RUN y"]);
    let build = Build {
        history: &history,
        name: Some("docker.io/library/debian:12"),
        digest: Some("sha256:abc"),
        said_by: "annotation",
        layers: 2,
        ..Build::default()
    };
    let base = build.base().unwrap();
    assert_eq!((base.name.as_deref(), base.digest.as_deref()), (build.name, build.digest));
    assert_eq!(base.layers, 1);
    assert_eq!(base.created.as_deref(), Some("2024-02-13T00:37:23Z"));
    assert!(base.evidence.starts_with("the annotation org.opencontainers.image.base; the instruction"));
}

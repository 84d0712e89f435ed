//! Images in registries, as the command takes them.

use std::process::{Command, Output};

fn plimsoll(arguments: &[&str], home: &std::path::Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(arguments)
        .current_dir(home)
        .env("HOME", home)
        .env_remove("DOCKER_CONFIG")
        .env_remove("XDG_RUNTIME_DIR")
        .env_remove("REGISTRY_AUTH_FILE")
        .output()
        .expect("the command runs")
}

fn said(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(said.lines().count(), 1, "{said}");
    said
}

#[test]
fn offline_asks_nobody() {
    let home = tempfile::tempdir().unwrap();
    for image in [
        "alpine:3.19",
        "registry:alpine",
        "docker://127.0.0.1:1/ship",
        "127.0.0.1:1/ship@sha256:6c3c624b58dbbcd3c0dd82b4c53f04194d1247c6eebdaab7c610cf7d66709b3b",
    ] {
        let said = said(&plimsoll(&["inventory", "--offline", image], home.path()));
        assert!(said.contains("--offline"), "{said}");
    }
}

#[test]
fn a_path_that_exists_is_the_path() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("alpine")).unwrap();
    let output = plimsoll(&["inventory", "--offline", "alpine"], home.path());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    // What looks like a file and is not there is a missing file.
    for path in ["app.tar", "./alpine2", "/nowhere", "images/"] {
        let said = said(&plimsoll(&["inventory", path], home.path()));
        assert!(said.contains("cannot open"), "{said}");
    }
}

#[test]
fn a_registry_that_is_not_there_is_named() {
    let home = tempfile::tempdir().unwrap();
    let said_ = said(&plimsoll(&["inventory", "127.0.0.1:1/ship:v1"], home.path()));
    assert!(said_.contains("127.0.0.1:1"), "{said_}");
    let said_ = said(&plimsoll(&["inventory", "registry:UPPER"], home.path()));
    assert!(said_.contains("UPPER"), "{said_}");
    let said_ = said(&plimsoll(&["inventory", "--mirror", "x", "127.0.0.1:1/ship:v1"], home.path()));
    assert!(said_.contains("--mirror"), "{said_}");
}

//! Broken images, advisories and rules, through the command as a person would meet them: one clear line that says
//! what, where and what to do, exit code 2, and nothing that was there before is lost.

mod run;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use plimsoll_testkit::{Fault, ImageBuilder, LayerBuilder, TarBuilder};

fn plimsoll(args: &[&str]) -> Output {
    run::plimsoll(Path::new("."), args, b"")
}

/// The one line on standard error of a command that fails.
fn refused(args: &[&str], parts: &[&str]) -> String {
    let output = plimsoll(args);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
    assert_eq!(said.lines().count(), 1, "{args:?}: one line, not: {said}");
    assert!(output.stdout.is_empty(), "{args:?}: nothing on standard output");
    assert!(!said.contains("panicked"), "{said}");
    for part in parts {
        assert!(said.contains(part), "{args:?}: {part:?} is not in: {said}");
    }
    said
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn image() -> ImageBuilder {
    let layer = |name: &str| {
        let tar = TarBuilder::new().dir("etc").file(format!("etc/{name}"), name.repeat(3000));
        LayerBuilder::new(tar).created_by(format!("COPY {name} /etc/"))
    };
    ImageBuilder::new().layer(layer("base")).layer(layer("app")).tag("shop/app:1")
}

#[test]
fn a_truncated_archive() {
    let folder = Folder::new();
    let whole = image().docker_archive();
    for (name, archive) in [("docker.tar", image().docker_archive()), ("oci.tar", image().oci_archive())] {
        let cut = folder.file(name, &archive[..archive.len() / 2]);
        refused(&["scan", text(&cut)], &[name]);
    }
    let nearly = folder.file("nearly.tar", &whole[..600]);
    refused(&["scan", text(&nearly)], &["nearly.tar"]);
    let empty = folder.file("empty.tar", b"");
    refused(&["scan", text(&empty)], &["empty.tar"]);
    refused(&["scan", text(&folder.0.path().join("absent.tar"))], &["absent.tar"]);
}

#[test]
fn a_layer_that_is_not_what_its_digest_says() {
    let folder = Folder::new();
    for (name, image) in [
        ("changed.tar", image().fault(Fault::LayerChanged(1)).oci_archive()),
        ("docker.tar", image().fault(Fault::DiffIdWrong(1)).docker_archive()),
    ] {
        let path = folder.file(name, image);
        let said = refused(&["scan", text(&path)], &["layer 1", "sha256:"]);
        assert!(said.contains("digest") || said.contains("diff id"), "{said}");
    }
}

#[test]
fn a_manifest_that_names_a_missing_layer() {
    let folder = Folder::new();
    let missing = image().fault(Fault::LayerMissing(1));
    for (name, image) in [("docker.tar", missing.docker_archive()), ("oci.tar", missing.oci_archive())] {
        let path = folder.file(name, image);
        let said = refused(&["scan", text(&path)], &["layer 1"]);
        assert!(said.contains("missing") || said.contains("not there") || said.contains("no such"), "{said}");
    }
}

#[test]
fn an_extended_header_that_claims_a_gibibyte() {
    let folder = Folder::new();
    let tar = plimsoll_testkit::hostile::pax_claim(1 << 30);
    let path =
        folder.file("pax.tar", ImageBuilder::new().layer(LayerBuilder::from_tar(tar)).docker_archive());
    let output = plimsoll(&["scan", text(&path), "--format", "json"]);
    assert_eq!(output.status.code(), Some(0));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let said = report["diagnostics"].to_string();
    assert!(said.contains("header") && said.contains("\"layer\":0"), "{said}");
    assert_eq!(report["assessment"], "partial");
    refused(&["scan", text(&path), "--strict"], &["layer 0", "header"]);
}

#[test]
fn a_path_that_leads_out_of_the_image() {
    let folder = Folder::new();
    let tar = TarBuilder::new().file("../../etc/passwd", "x").file("etc/ok", "x");
    let path = folder.file("up.tar", ImageBuilder::new().layer(LayerBuilder::new(tar)).docker_archive());
    let output = plimsoll(&["scan", text(&path), "--format", "json"]);
    assert_eq!(output.status.code(), Some(0));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["diagnostics"][0]["kind"], "bad-path", "{report}");
    assert!(report["diagnostics"][0].to_string().contains("../../etc/passwd"), "{report}");
    refused(&["scan", text(&path), "--strict"], &["../../etc/passwd"]);
}

fn advisory(id: &str) -> String {
    format!(
        r#"{{"id":"{id}","modified":"2026-01-01T00:00:00Z","affected":[{{"package":{{"ecosystem":"PyPI","name":"shop"}},
        "ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"0"}},{{"fixed":"2"}}]}}]}}]}}"#
    )
}

#[test]
fn an_import_that_fails_leaves_the_store_as_it_was() {
    let folder = Folder::new();
    let db = folder.0.path().join("advisories.db");
    let good = folder.file("GOOD-1.json", advisory("GOOD-1"));
    assert!(plimsoll(&["db", "import", text(&good), "--db", text(&db)]).status.success());
    let before = plimsoll(&["db", "status", "--db", text(&db)]).stdout;
    let bytes = fs::read(&db).unwrap();

    let not_json = folder.file("notes.json", "these are my notes");
    refused(&["db", "import", text(&not_json), "--db", text(&db)], &["notes.json"]);
    let other = folder.file("GOOD-2.json", advisory("GOOD-2"));
    refused(&["db", "import", text(&other), text(&not_json), "--db", text(&db)], &["notes.json"]);
    let absent = folder.0.path().join("absent.zip");
    refused(&["db", "import", text(&absent), "--db", text(&db)], &["absent.zip"]);
    let broken_zip = folder.file("broken.zip", "PK\x03\x04 and no more");
    refused(&["db", "import", text(&broken_zip), "--db", text(&db)], &["broken.zip"]);

    assert_eq!(plimsoll(&["db", "status", "--db", text(&db)]).stdout, before);
    assert_eq!(fs::read(&db).unwrap(), bytes);
}

#[test]
fn a_zip_with_one_bad_record_loses_that_record_alone() {
    let folder = Folder::new();
    let db = folder.0.path().join("advisories.db");
    let zip = plimsoll_testkit::zip::ZipBuilder::new()
        .file("GOOD-1.json", advisory("GOOD-1"))
        .file("BAD-2.json", "{\"id\": 7")
        .file("GOOD-3.json", advisory("GOOD-3"))
        .finish();
    let zip = folder.file("feed.zip", zip);
    let output = plimsoll(&["db", "import", text(&zip), "--db", text(&db)]);
    let (out, said) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{said}");
    assert!(out.starts_with("2 records: 2 new") && out.contains("1 skipped"), "{out}");
    assert!(said.contains("feed.zip") && said.contains("BAD-2.json"), "{said}");
    let matched = plimsoll(&["match", "pkg:pypi/shop@1", "--db", text(&db), "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&matched.stdout).unwrap();
    assert_eq!(report["findings"].as_array().unwrap().len(), 2);
}

#[test]
fn a_rules_file_with_an_unknown_field() {
    let folder = Folder::new();
    let rules =
        folder.file("rules.toml", "[[rule]]\nid = \"a\"\nreason = \"b\"\ncvee = [\"CVE-2020-28493\"]\n");
    refused(&["scan", "demo:", "--rules", text(&rules)], &["rules.toml", "4", "cvee", "cve"]);
    let absent = folder.0.path().join("absent.toml");
    refused(&["scan", "demo:", "--rules", text(&absent)], &["absent.toml"]);
}

#[test]
fn what_is_no_store_is_said_to_be_none() {
    let folder = Folder::new();
    let junk = folder.file("junk.db", "not a database");
    refused(&["db", "status", "--db", text(&junk)], &["junk.db"]);
    refused(&["scan", "demo:", "--db", text(&junk)], &["junk.db"]);
    refused(
        &["scan", "demo:", "--db", text(&folder.0.path().join("absent.db"))],
        &["absent.db", "db import"],
    );
}

#[test]
fn what_is_no_image_package_or_version_scheme_is_said_to_be_none() {
    refused(&["scan", "docker-daemon:alpine:3.19"], &["docker-daemon:"]);
    refused(&["scan", "--offline", "docker://alpine:3.19"], &["docker.io/library/alpine:3.19", "--offline"]);
    refused(&["match", "jinja2"], &["jinja2", "pkg:"]);
    refused(&["compare", "klingon", "1", "2"], &["klingon"]);
}

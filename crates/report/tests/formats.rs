//! What holds of every format: its schema accepts it, it gives the same bytes, and nothing hostile comes through.

mod oracle;
mod sample;

use plimsoll_report::{Content, FORMATS, Format, Options, Report, read_json, write_json};

/// The formats that are texts.
fn texts() -> impl Iterator<Item = &'static Format> {
    FORMATS.iter().filter(|format| format.id != "parquet")
}

fn written(format: &Format, report: &Report) -> String {
    let options = Options {
        time: Some("2026-11-24T10:00:00Z".into()),
        inventory: format.content == Content::Packages,
        ..Options::default()
    };
    let mut out = Vec::new();
    format.write(report, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn samples() -> [(&'static str, Report); 4] {
    [
        ("sample", sample::report()),
        ("full", sample::full()),
        ("hostile", sample::hostile()),
        ("empty", sample::empty()),
    ]
}

/// With the JSON Schema of our own form beside the published ones.
fn check(formats: impl Fn(&Format) -> bool) {
    let folder = tempfile::tempdir().unwrap();
    let mut refused = Vec::new();
    for format in texts().filter(|format| formats(format)) {
        let paths: Vec<_> = samples()
            .iter()
            .map(|(name, report)| {
                let path = folder.path().join(format!("{name}-{}.{}", format.id, format.extension));
                std::fs::write(&path, written(format, report)).unwrap();
                path
            })
            .collect();
        let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
        match if format.id == "json" { Some(docs) } else { oracle::schemas() } {
            Some(schemas) => refused.extend(oracle::check(format.id, &schemas, &paths)),
            None => eprintln!("{}: skipped: ../shared is not here", format.id),
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn our_own_json_follows_its_schema() {
    check(|format| format.id == "json");
}

#[test]
fn bills_of_materials_follow_their_schemas() {
    check(|format| format.content != Content::Findings);
}

#[test]
fn reports_of_findings_follow_their_schemas() {
    check(|format| format.content == Content::Findings && format.id != "json");
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let report = sample::full();
    let mut stored = Vec::new();
    write_json(&report, &mut stored).unwrap();
    let again = read_json(&stored).unwrap();
    for format in texts() {
        assert_eq!(written(format, &report), written(format, &again), "{}", format.id);
        // Nor is a clock asked where no time is given.
        let without = || {
            let mut out = Vec::new();
            format.write(&report, &Options::default(), &mut out).unwrap();
            out
        };
        assert_eq!(without(), without(), "{}", format.id);
    }
}

#[test]
fn ids_are_made_of_the_content() {
    let (one, mut other) = (sample::full(), sample::full());
    other.findings.pop();
    for id in ["cyclonedx", "spdx", "spdx-3", "openvex", "csaf"] {
        let format = Format::find(id).unwrap();
        let serial = |report: &Report| {
            let text = written(format, report);
            let keys = [
                "serialNumber\"",
                "documentNamespace\"",
                "@id\": \"https",
                "spdxId\"",
                "\"id\": \"plimsoll-",
            ];
            let line = text.lines().find(|line| keys.iter().any(|key| line.contains(key)));
            line.unwrap_or_else(|| panic!("{id}: {text}")).to_owned()
        };
        assert_ne!(serial(&one), serial(&other), "{id}");
    }
}

/// One package name, version, title, path, rule and image name that try everything, through every format.
#[test]
fn nothing_hostile_comes_through() {
    let report = sample::hostile();
    for format in texts() {
        let text = written(format, &report);
        let harmful = |c: char| plimsoll_core::is_harmful(c) && c != '\n';
        // The style and the script of a page are ours.
        let shown = match format.id {
            "html" => text.split_once("</style>").unwrap().1.split_once("<script>").unwrap().0.to_owned(),
            _ => text.clone(),
        };
        assert!(!shown.contains(harmful), "{}: {:?}", format.id, shown.chars().find(|c| harmful(*c)));
        for command in ["##[", "##vso[", "##teamcity["] {
            assert!(!shown.contains(command), "{}: {command}", format.id);
        }
        for line in shown.lines() {
            assert!(!line.trim_start().starts_with("::"), "{}: {line}", format.id);
            if !matches!(format.extension, "json" | "sarif" | "cdx.json" | "spdx.json" | "spdx3.json") {
                assert!(
                    line.matches("injected_line").count() == 0 || line.trim() != "injected_line",
                    "{line}"
                );
            }
        }
        if matches!(format.id, "html" | "junit" | "cyclonedx-xml" | "cyclonedx-1.5-xml") {
            for tag in ["<script>alert", "<img", "]]>", "<!--x"] {
                assert!(!shown.contains(tag), "{}: {tag}", format.id);
            }
        }
        if format.id == "html" {
            assert!(!shown.contains("href=\"javascript"));
        }
        if format.id == "spdx-tag-value" {
            let tags =
                shown.lines().filter(|line| !line.is_empty()).map(|line| line.split(": ").next().unwrap());
            for tag in tags {
                assert!(tag.chars().all(char::is_alphabetic) || tag == "SPDXID", "{tag}");
            }
        }
    }
}

//! What holds of every format: its schema accepts it, it gives the same bytes, and nothing hostile comes through.

mod oracle;
mod sample;

use plimsoll_core::{Diagnostic, DiagnosticKind};
use plimsoll_report::{
    Content, Difference, FORMATS, Format, Options, Report, Style, read_json, write_difference,
    write_difference_json, write_inventory, write_json, write_table_with,
};

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

/// What a terminal and a build system's log are shown: no escapes, no commands.
fn is_tame(what: &str, text: &str) {
    let harmful = |c: &char| plimsoll_core::is_harmful(*c) && *c != '\n';
    assert!(!text.chars().any(|c| harmful(&c)), "{what}: {:?}", text.chars().find(harmful));
    for line in text.lines() {
        // Leading blanks do not make a command harmless.
        assert!(!line.trim_start().starts_with("::"), "{what}: {line}");
        for command in ["##[", "##vso[", "##teamcity["] {
            assert!(!line.contains(command), "{what}: {line}");
        }
    }
}

/// The same by the other ways out: tables of any width, differences, templates, a stored report that is converted.
#[test]
fn nothing_hostile_comes_by_another_way() {
    let (mut report, empty) = (sample::hostile(), sample::empty());
    // Where a line is broken, what follows would begin one.
    let late = "many words, then ::error::x and ::set-output name=a::b ".repeat(4);
    report.rules.notes.push(late.clone());
    report.diagnostics.push(Diagnostic::new(DiagnosticKind::Note, late.clone()));
    report.assessment_reasons.push(late.clone());
    report.plan.steps[0].action.text = late;
    let shown = |write: &dyn Fn(&mut dyn std::io::Write) -> std::io::Result<()>| {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    for width in std::iter::once(None).chain((10..240).map(Some)) {
        let style = Style { color: false, width };
        for layers in [false, true] {
            is_tame("table", &shown(&|out| write_table_with(&report, style, layers, out)));
        }
        for (old, new) in [(&report, &empty), (&empty, &report)] {
            let difference = Difference::between(old, new);
            is_tame("difference", &shown(&|out| write_difference(&difference, style, out)));
        }
        let packages: Vec<_> = report.packages.iter().map(|assessed| assessed.package.clone()).collect();
        let distro = report.image.distro.as_ref();
        is_tame(
            "inventory",
            &shown(&|out| {
                write_inventory(
                    &packages,
                    distro,
                    &report.coverage.unidentified,
                    &report.diagnostics,
                    style,
                    out,
                )
            }),
        );
    }
    let difference = Difference::between(&empty, &report);
    is_tame("difference", &shown(&|out| write_difference_json(&difference, out)));
    #[cfg(feature = "templates")]
    {
        let template = "{% for f in findings %}{{ f.id }}\n{{ f.package.name }}\n{{ f.summary | e }}\n{% endfor %}{{ image.name }}";
        is_tame("template", &plimsoll_report::render(&report, template).unwrap());
    }
    let stored = read_json(shown(&|out| write_json(&report, out)).as_bytes()).unwrap();
    for format in texts() {
        assert_eq!(written(format, &stored), written(format, &report), "{}", format.id);
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

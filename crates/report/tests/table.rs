//! The table as a person sees it, beside the snapshots in `snapshots/`; `PLIMSOLL_BLESS=1` writes them anew.

mod sample;

use plimsoll_core::Severity;
use plimsoll_report::{Style, headline, write_inventory, write_table};

fn table(report: &plimsoll_report::Report, style: Style) -> String {
    let mut out = Vec::new();
    write_table(report, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn snapshot(name: &str, shown: &str) {
    let path = format!("{}/tests/snapshots/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("PLIMSOLL_BLESS").is_some() {
        std::fs::write(&path, shown).unwrap();
    }
    assert_eq!(shown, std::fs::read_to_string(&path).unwrap(), "{name}");
}

#[test]
fn a_table_for_a_pipe() {
    snapshot("table.txt", &table(&sample::report(), Style::default()));
}

#[test]
fn a_table_for_a_narrow_terminal_keeps_its_width() {
    let shown = table(&sample::report(), Style { color: false, width: Some(60) });
    let rows = shown.lines().filter(|line| line.trim_start().starts_with(['H', 'M', 'L']));
    assert!(rows.clone().count() >= 3);
    assert!(rows.skip(1).all(|line| line.chars().count() <= 64), "{shown}");
    let longest = shown.lines().max_by_key(|line| line.chars().count()).unwrap();
    assert!(longest.chars().count() <= 64, "{longest}\n{shown}");
}

#[test]
fn colour_is_only_escapes_around_the_same_text() {
    let plain = table(&sample::report(), Style::default());
    let colored = table(&sample::report(), Style { color: true, width: None });
    assert_ne!(plain, colored);
    let mut stripped = String::new();
    let mut rest = colored.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        stripped += before;
        rest = after.split_once('m').unwrap().1;
    }
    assert_eq!(stripped + rest, plain);
}

#[test]
fn the_headline_says_all_that_matters() {
    let mut report = sample::report();
    let line = headline(&report);
    for part in
        ["4 findings in 3 packages", "2 high, 1 medium, 1 low", "1 disabled", "3 of 5 packages", "2026-10-25"]
    {
        assert!(line.contains(part), "{part} in {line}");
    }
    report.findings.clear();
    assert!(headline(&report).starts_with("no findings; 3 of 5 packages assessed"));
    report.advisories.starter = true;
    assert!(headline(&report).ends_with("starter advisories only"));
}

#[test]
fn nothing_hostile_reaches_the_terminal() {
    let evil = "\u{1b}]0;x\u{7}\r\n\u{202e}evil";
    let mut report = sample::report();
    report.image.name = evil.into();
    report.image.distro.as_mut().unwrap().pretty_name = Some(evil.into());
    report.image.platform = Some(evil.into());
    report.assessment_reasons = vec![evil.into()];
    report.advisories.newest = Some(evil.into());
    report.coverage.gaps[0].ecosystem = evil.into();
    report.rules.notes = vec![evil.into()];
    report.diagnostics[0].message = evil.into();
    let mut package = sample::pypi("x", "1");
    (package.name, package.version) = (evil.into(), evil.into());
    let mut finding = sample::finding(evil, package.clone(), Severity::High, &[evil], evil);
    report.findings.push(finding.clone());
    finding.disabled = Some(plimsoll_core::Disabled {
        rule: evil.into(),
        reason: evil.into(),
        until: Some(evil.into()),
        ..plimsoll_core::Disabled::default()
    });
    report.findings.push(finding);
    let mut shown = table(&report, Style::default());
    let mut out = Vec::new();
    package.owned_by = Some(evil.into());
    write_inventory(
        &[package],
        report.image.distro.as_ref(),
        &Default::default(),
        &report.diagnostics,
        Style::default(),
        &mut out,
    )
    .unwrap();
    shown += &String::from_utf8(out).unwrap();
    assert!(!shown.contains(['\u{1b}', '\r', '\u{7}', '\u{202e}']), "{shown:?}");
}

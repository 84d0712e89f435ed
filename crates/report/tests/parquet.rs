//! Parquet, read by pyarrow where `PLIMSOLL_PYTHON`, or the python3 that is there, has it.
#![cfg(feature = "parquet")]

mod sample;

use std::process::Command;

use plimsoll_report::{Format, Options, Report};

fn written(report: &Report) -> Vec<u8> {
    let mut out = Vec::new();
    Format::find("parquet").unwrap().write(report, &Options::default(), &mut out).unwrap();
    out
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let bytes = written(&sample::full());
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    assert_eq!(bytes, written(&sample::full()));
}

#[test]
fn pyarrow_reads_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    for (name, report) in
        [("full", sample::full()), ("empty", sample::empty()), ("hostile", sample::hostile())]
    {
        std::fs::write(folder.path().join(format!("{name}.parquet")), written(&report)).unwrap();
    }
    let script = r#"
import sys
try:
    import pyarrow.parquet as parquet
except ImportError:
    sys.exit(77)
read = lambda name: parquet.read_table(name + ".parquet").to_pylist()
rows = read("full")
assert len(rows) == 7, len(rows)
first = rows[0]
assert first["id"] == "CVE-2023-5363" and first["package"] == "libssl3" and first["severity"] == "high", first
assert first["score"] == 7.5 and first["priority"] == 77 and first["epss"] == 0.25, first
assert first["tag"] == "1.2" and first["cwes"] == "CWE-20 CWE-1333" and first["layer"] == 0, first
assert first["first_seen"] == "2026-10-02" and first["disabled_by"] is None, first
assert [row["disabled_by"] for row in rows].count("no-urlize") == 1
assert read("empty") == []
for row in read("hostile"):
    for text in (value for value in row.values() if isinstance(value, str)):
        assert "\x1b" not in text and "\u202e" not in text and "\n" not in text, text
"#;
    let python = std::env::var_os("PLIMSOLL_PYTHON").unwrap_or_else(|| "python3".into());
    let Ok(output) = Command::new(python).args(["-c", script]).current_dir(folder.path()).output() else {
        eprintln!("skipped: no python3");
        return;
    };
    match output.status.code() {
        Some(0) => {}
        Some(77) => eprintln!("skipped: no pyarrow"),
        _ => panic!("{}", String::from_utf8_lossy(&output.stderr)),
    }
}

//! The page in a real browser: offline, with and without script, by keyboard, in the dark and on a telephone.
//!
//! Skipped where there is no Chromium (`PLIMSOLL_CHROMIUM` names one) or no Node.js. `PLIMSOLL_SHOTS` names a folder for
//! screenshots, `PLIMSOLL_AXE` a file `axe.min.js` by which accessibility is judged as well.

mod sample;

use std::path::Path;
use std::process::Command;

use plimsoll_report::{Format, Options};

#[test]
fn a_browser_shows_all_of_it() {
    let runs = |program: &str| {
        Command::new(program).arg("--version").output().is_ok_and(|said| said.status.success())
    };
    let named = std::env::var("PLIMSOLL_CHROMIUM").ok();
    let known = ["chromium", "chromium-browser", "google-chrome"].map(str::to_owned);
    let Some(chromium) = named.into_iter().chain(known).find(|program| runs(program)) else {
        eprintln!("skipped: no chromium");
        return;
    };
    if !runs("node") {
        eprintln!("skipped: no node");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/check.mjs");
    for (name, report) in [("full", sample::full()), ("hostile", sample::hostile())] {
        let page = folder.path().join(format!("{name}.html"));
        let mut out = Vec::new();
        Format::find("html").unwrap().write(&report, &Options::default(), &mut out).unwrap();
        std::fs::write(&page, out).unwrap();
        let mut check = Command::new("node");
        check.arg(&script).arg(&chromium).arg(&page);
        if let Some(shots) = std::env::var_os("PLIMSOLL_SHOTS") {
            let shots = Path::new(&shots).join(name);
            std::fs::create_dir_all(&shots).unwrap();
            check.arg(shots);
        }
        let output = check.output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

//! The pages in a browser that has no script and no network but the server: Chromium, where it is installed.

use std::path::Path;
use std::process::{Command, Output};

use crate::world::{World, image, osv};

/// Chromium, as distributions call it.
fn chromium() -> Option<&'static str> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    names.into_iter().find(|name| Command::new(name).arg("--version").output().is_ok())
}

fn browse(program: &str, profile: &Path, options: &[&str], url: &str) -> Output {
    let fixed = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage"];
    Command::new(program)
        .args(fixed)
        .args(["--enable-logging=stderr", "--disable-background-networking", "--hide-scrollbars"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .args(options)
        .arg(url)
        .output()
        .unwrap()
}

#[test]
fn pages_show_without_a_complaint() {
    let Some(program) = chromium() else {
        eprintln!("skipped: chromium is not installed");
        return;
    };
    let world = World::new();
    world.import(&[osv("CVE-2026-1", "left", Some("2"))]);
    let digest = world.push("shop/a", "1", &image(&[("left", "1")]));
    world.scanned(&digest);
    let profile = tempfile::tempdir().unwrap();
    let image = format!("/ui/images/{digest}");
    for (path, there) in
        [("/", "shop/a:1"), (image.as_str(), "Upgrade left from 1 to 2"), ("/ui/queries", "textarea")]
    {
        let url = format!("{}{path}", world.http.base());
        let dom = browse(program, profile.path(), &["--dump-dom"], &url);
        let text = String::from_utf8_lossy(&dom.stdout);
        assert!(text.contains(there), "{path}: {text}");
        // What the policy forbids, and what is not there, is said on the console.
        let said = String::from_utf8_lossy(&dom.stderr);
        assert!(!said.contains("CONSOLE") && !said.contains("Refused to"), "{path}: {said}");
        let shot = profile.path().join("shot.png");
        let option = format!("--screenshot={}", shot.display());
        browse(program, profile.path(), &[&option, "--window-size=1280,1200"], &url);
        let png = std::fs::read(&shot).unwrap();
        // Without its style a page of this size is a few kilobytes of black on white.
        assert!(png.starts_with(b"\x89PNG") && png.len() > 15_000, "{path}: {} bytes", png.len());
        if let Some(folder) = std::env::var_os("PLIMSOLL_SCREENSHOTS") {
            let name = path.trim_start_matches('/').split('/').nth(1).unwrap_or("list");
            std::fs::write(Path::new(&folder).join(format!("{name}.png")), png).unwrap();
        }
    }
}

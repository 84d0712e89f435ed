//! A distribution that gets no fixes any more is not healthy for want of findings.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

#[test]
fn the_end_of_life_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, content: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    write(
        "root/etc/os-release",
        "ID=debian\nVERSION_ID=\"10\"\nPRETTY_NAME=\"Debian GNU/Linux 10 (buster)\"\n",
    );
    let package = "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.0-4\nDescription: x\n\n";
    write("root/var/lib/dpkg/status", package);
    let release = json!({
        "name": "10", "codename": "Buster", "label": "10 (Buster)", "releaseDate": "2019-07-06", "isEol": true,
        "eolFrom": "2022-09-10", "eoesFrom": "2024-06-30",
    });
    let lifetimes = json!({"schema_version": "1.2.0", "result": [{"name": "debian", "releases": [release]}]});
    write("feeds/eol.json", &lifetimes.to_string());
    let record = json!({
        "id": "DLA-1-1", "modified": "2020-01-01T00:00:00Z",
        "affected": [{"package": {"ecosystem": "Debian:10", "name": "bash"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "5.0-3"}]}]}],
    });
    write("feeds/record.json", &record.to_string());
    let run = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
            .args(args)
            .current_dir(folder.path())
            .env("PLIMSOLL_DB", "a.db")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    run(&["db", "import", "feeds"]);
    let scan = |now: &str| -> Value {
        serde_json::from_str(&run(&["scan", "dir:root", "--format", "json", "--now", now])).unwrap()
    };
    let before = scan("2022-09-10");
    assert_eq!(before["assessment"], "healthy");
    assert_eq!(before["coverage"]["support"]["until"], "2022-09-10");
    assert_eq!(scan("2023-01-01")["assessment"], "healthy", "extended support lasts");
    let after = scan("2024-07-01");
    let said = "Debian GNU/Linux 10 (buster) is end of life since 2024-06-30; no further fixes";
    assert_eq!((&after["assessment"], &after["assessment_reasons"]), (&json!("partial"), &json!([said])));
    assert_eq!(after["coverage"]["support"]["ended"], true);
    let table = run(&["scan", "dir:root", "--now", "2024-07-01"]);
    assert!(table.starts_with("PARTIAL  no findings") && table.contains(said), "{table}");
}

//! What the builders of package databases and binaries write is what the real tools read. Each test says so and
//! passes where its tool is missing.

mod tools;

use std::path::Path;

use plimsoll_testkit::apk::{self, ApkPackage};
use plimsoll_testkit::binaries::{self, GoBinary};
use plimsoll_testkit::dpkg::{self, DebPackage};
use plimsoll_testkit::node::NodePackage;
use plimsoll_testkit::python::PythonPackage;
use plimsoll_testkit::rpm::{self, RpmPackage};
use plimsoll_testkit::sqlite::{Database, Value};
use plimsoll_testkit::zip::{ZipBuilder, maven_jar};

use tools::{run, text};

/// Writes files into a folder, with the folders that they need.
fn write(root: &Path, files: &[(String, String)]) {
    for (path, content) in files {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().expect("the path has a folder")).expect("a temporary folder");
        std::fs::write(path, content).expect("a temporary folder");
    }
}

#[test]
fn dpkg_query_reads_the_status_file() {
    let packages = [
        DebPackage::new("libssl3", "3.0.9-1").source("openssl").field("Depends", "libc6 (>= 2.34)"),
        DebPackage::new("bash", "5.2.15-2+b2")
            .source("bash")
            .source_version("5.2.15-2")
            .field("Essential", "yes"),
        DebPackage::new("tzdata", "2023c-5").architecture("all"),
        DebPackage::new("nano", "7.2-1").status("deinstall ok config-files"),
    ];
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &[("status".into(), dpkg::status(&packages)), ("info/format".into(), "1\n".into())]);
    let format =
        "${db:Status-Abbrev}|${Package}|${Version}|${Architecture}|${source:Package}|${source:Version}\n";
    let admin = format!("--admindir={}", text(dir.path()));
    let Some(listed) = run("dpkg-query", &[&admin, "-W", "-f", format]) else { return };
    let expected = "ii |bash|5.2.15-2+b2|amd64|bash|5.2.15-2\n\
                    ii |libssl3|3.0.9-1|amd64|openssl|3.0.9-1\n\
                    rc |nano|7.2-1|amd64|nano|7.2-1\n\
                    ii |tzdata|2023c-5|all|tzdata|2023c-5\n";
    assert_eq!(listed, expected);
}

#[test]
fn status_d_and_apk_look_as_the_tools_write_them() {
    let [(path, text), (sums, _)] =
        dpkg::status_d(&[DebPackage::new("base-files", "12.4")]).try_into().expect("two files");
    assert_eq!(path, "var/lib/dpkg/status.d/base-files");
    assert_eq!(sums, "var/lib/dpkg/status.d/base-files.md5sums");
    assert!(text.starts_with("Package: base-files\n") && !text.contains("Status:"));
    let musl = ApkPackage::new("musl", "1.2.4-r2")
        .origin("musl")
        .file("lib/ld-musl-x86_64.so.1")
        .file("lib/libc.so");
    let text = apk::installed(&[musl]);
    assert!(text.contains("\nP:musl\nV:1.2.4-r2\nA:x86_64\n"), "{text}");
    assert!(text.ends_with("o:musl\nF:lib\nR:ld-musl-x86_64.so.1\nR:libc.so\n\n"), "{text}");
}

#[test]
fn rpm_reads_the_database() {
    let mut packages = vec![
        RpmPackage::new("openssl-libs", "1.1.1k", "4.el8")
            .epoch(1)
            .source_rpm("openssl-1.1.1k-4.el8.src.rpm")
            .vendor("AlmaLinux")
            .files(&["/usr/lib64/libssl.so.1.1", "/usr/lib64/libcrypto.so.1.1", "/etc/pki/tls/openssl.cnf"]),
        RpmPackage::new("nodejs", "14.17.3", "2.module_el8.4.0+2522+3bd42762")
            .epoch(1)
            .module("nodejs:14:8040020210708154809:522a0ee4"),
        RpmPackage::new("tzdata", "2023c", "1.el8").arch("noarch"),
    ];
    // Enough for several levels of pages, and one header for many overflow pages.
    packages.extend((0..300).map(|i| RpmPackage::new(&format!("filler{i:03}"), "1", "1")));
    let many: Vec<String> = (0..2000).map(|i| format!("/usr/share/many/file-{i}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    packages.push(RpmPackage::new("zz-many-files", "1", "1").files(&many));
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("rpmdb.sqlite");
    std::fs::write(&file, rpm::sqlite(&packages)).unwrap();
    if let Some(checked) = run("sqlite3", &[text(&file), "PRAGMA integrity_check"]) {
        assert_eq!(checked, "ok\n");
    }
    let format =
        "%{NAME}|%|EPOCH?{%{EPOCH}}:{none}||%{VERSION}|%{RELEASE}|%{ARCH}|%{SOURCERPM}|%{MODULARITYLABEL}\n";
    let define = "_db_backend sqlite";
    let args = ["-qa", "--dbpath", text(dir.path()), "--define", define, "--qf", format];
    let Some(listed) = run("rpm", &args) else { return };
    let mut lines: Vec<&str> = listed.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines.len(), packages.len());
    let expected = [
        "nodejs|1|14.17.3|2.module_el8.4.0+2522+3bd42762|x86_64|nodejs-14.17.3-2.module_el8.4.0+2522+3bd42762.src.rpm|nodejs:14:8040020210708154809:522a0ee4",
        "openssl-libs|1|1.1.1k|4.el8|x86_64|openssl-1.1.1k-4.el8.src.rpm|(none)",
        "tzdata|none|2023c|1.el8|noarch|tzdata-2023c-1.el8.src.rpm|(none)",
    ];
    assert_eq!(lines[300..303], expected);
    let args = ["-qa", "--dbpath", text(dir.path()), "--define", define, "--qf", "[%{FILENAMES}\n]"];
    let files = run("rpm", &args).unwrap_or_default();
    assert!(files.contains("/usr/lib64/libcrypto.so.1.1\n") && files.contains("/usr/share/many/file-1999\n"));
}

#[test]
fn sqlite_reads_every_page_size_and_payload() {
    let dir = tempfile::tempdir().unwrap();
    for size in [512, 4096, 65536] {
        let mut database = Database::new();
        // Around the most that stays in a cell, and over several overflow pages.
        let lengths =
            (size - 40..size - 30).chain([0, 1, 4 * size, 10 * size + 7]).chain((0..2000).map(|i| i % 90));
        let rows: Vec<_> = (1..)
            .zip(lengths.clone())
            .map(|(id, len)| (id * 3, vec![Value::Null, Value::Blob(vec![7; len]), Value::Integer(-id)]))
            .collect();
        let count = rows.len();
        database.page_size(size).table("t", "CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB, n)", rows);
        database.table("e", "CREATE TABLE e (x)", Vec::new());
        let file = dir.path().join(format!("{size}.db"));
        std::fs::write(&file, database.finish()).unwrap();
        let query = "PRAGMA integrity_check; SELECT count(*), sum(length(b)), sum(n), max(id) FROM t; SELECT count(*) FROM e";
        let Some(answer) = run("sqlite3", &[text(&file), query]) else { return };
        let sum: usize = lengths.sum();
        assert_eq!(answer, format!("ok\n{count}|{sum}|-{}|{}\n0\n", count * (count + 1) / 2, count * 3));
    }
}

#[test]
fn python_finds_the_distributions() {
    let dir = tempfile::tempdir().unwrap();
    let site = text(dir.path());
    for files in [
        PythonPackage::new(site, "requests", "2.25.0")
            .header("License", "Apache-2.0")
            .module("requests/api.py")
            .dist_info(),
        PythonPackage::new(site, "jaraco.text", "3.8.1").egg_info(),
        PythonPackage::new(site, "pycurl", "7.45.2").egg_info_file(),
    ] {
        write(dir.path(), &files);
    }
    let program = "import sys, importlib.metadata as m\n\
                   for d in sorted(m.distributions(path=[sys.argv[1]]), key=lambda d: d.metadata['Name']):\n \
                   print(d.metadata['Name'], d.version, len(d.files or []))";
    let Some(found) = run("python3", &["-c", program, site]) else { return };
    // A distribution of distutils lists no files.
    assert_eq!(found, "jaraco.text 3.8.1 1\npycurl 7.45.2 0\nrequests 2.25.0 5\n");
}

#[test]
fn node_resolves_the_packages() {
    let dir = tempfile::tempdir().unwrap();
    let tree = NodePackage::new("express", "4.17.1").nested(NodePackage::new("@scope/qs", "6.7.0"));
    write(dir.path(), &tree.files(text(dir.path())));
    let program = "const r = require('module').createRequire(process.argv[1] + '/x.js');\
                   const e = r('express/package.json');\
                   const q = require('module').createRequire(r.resolve('express'))('@scope/qs/package.json');\
                   console.log(e.name, e.version, q.name, q.version)";
    let Some(found) = run("node", &["-e", program, text(dir.path())]) else { return };
    assert_eq!(found, "express 4.17.1 @scope/qs 6.7.0\n");
}

#[test]
fn readelf_finds_the_sections() {
    let dir = tempfile::tempdir().unwrap();
    let go = GoBinary::new("go1.20.4", "example.org/ship").dep("golang.org/x/net", "v0.7.0");
    let files = [
        ("go", go.elf(), "go.buildinfo"),
        ("go-old", go.elf_with_pointers(false), "go.buildinfo"),
        ("go-old-big", go.elf_with_pointers(true), "go.buildinfo"),
        ("rust", binaries::rust_auditable(&[("time", "0.1.43")]), ".dep-v0"),
    ];
    for (name, bytes, section) in files {
        let file = dir.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        let Some(shown) =
            run("readelf", &["--wide", "--file-header", "--sections", "--segments", text(&file)])
        else {
            return;
        };
        assert!(shown.contains(section) && !shown.to_lowercase().contains("error"), "{shown}");
        let Some(info) = run("go", &["version", "-m", text(&file)]).filter(|_| name.starts_with("go")) else {
            continue;
        };
        assert!(info.contains("go1.20.4") && info.contains("golang.org/x/net\tv0.7.0"), "{info}");
    }
}

#[test]
fn unzip_reads_the_archives() {
    let dir = tempfile::tempdir().unwrap();
    let inner = maven_jar("org.apache.logging.log4j", "log4j-core", "2.14.1");
    let war =
        ZipBuilder::new().dir("WEB-INF").stored("WEB-INF/lib/log4j-core-2.14.1.jar", &inner).comment("outer");
    for (name, bytes) in [
        ("inner.jar", inner),
        ("outer.war", war.finish()),
        ("none.zip", ZipBuilder::new().file("a", "b").finish()),
    ] {
        let file = dir.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        let Some(tested) = run("unzip", &["-t", text(&file)]) else { return };
        assert!(tested.contains("No errors detected"), "{tested}");
    }
}

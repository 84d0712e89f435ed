//! The stages together, through the facade: one image in every form, layers that take away, rules that disable.

use std::fs;

use plimsoll::{Assessment, Reference, Report, Ruleset, ScanOptions, Scanner, Severity};
use plimsoll_testkit::python::PythonPackage;
use plimsoll_testkit::{Compression, ImageBuilder, LayerBuilder, TarBuilder, dpkg};

const OS_RELEASE: &str = "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n";

fn python(name: &str, version: &str) -> TarBuilder {
    TarBuilder::new().files(PythonPackage::new("usr/lib/python3/site-packages", name, version).dist_info())
}

/// A base with an old curl, a layer that brings two Python packages, and one that takes one of them away again.
fn image() -> ImageBuilder {
    let curl = dpkg::DebPackage::new("curl", "7.88.1-10");
    let fixed = dpkg::DebPackage::new("libsqlite3-0", "3.40.1-2+deb12u1").source("sqlite3");
    let base = TarBuilder::new()
        .file("usr/lib/os-release", OS_RELEASE)
        .symlink("etc/os-release", "../usr/lib/os-release")
        .file("var/lib/dpkg/status", dpkg::status([&curl, &fixed]));
    let packages = python("Jinja2", "2.11.2");
    let gone = python("PyYAML", "5.3");
    let removed = TarBuilder::new().whiteout("usr/lib/python3/site-packages/PyYAML-5.3.dist-info");
    ImageBuilder::new()
        .layer(LayerBuilder::new(base).created_by("debootstrap"))
        .layer(
            LayerBuilder::new(packages).compression(Compression::Zstd).created_by("RUN pip install jinja2"),
        )
        .layer(LayerBuilder::new(gone).compression(Compression::None).created_by("RUN pip install pyyaml"))
        .layer(LayerBuilder::new(removed).created_by("RUN pip uninstall pyyaml"))
        .tag("shop/app:1")
}

fn forms() -> (tempfile::TempDir, Vec<Reference>) {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("docker.tar"), image().docker_archive()).unwrap();
    fs::write(at("old.tar"), image().docker_archive_legacy()).unwrap();
    fs::write(at("oci.tar"), image().oci_archive()).unwrap();
    image().write_oci_layout(&at("layout")).unwrap();
    image().write_root(&at("root")).unwrap();
    let names = ["docker.tar", "old.tar", "oci.tar", "layout", "root"];
    let mut references: Vec<Reference> =
        names.iter().map(|name| Reference::from(at(name).as_path())).collect();
    for (scheme, name) in
        [("docker-archive", "old.tar"), ("oci-archive", "oci.tar"), ("oci", "layout"), ("dir", "root")]
    {
        references.push(format!("{scheme}:{}", at(name).display()).parse().unwrap());
    }
    (folder, references)
}

fn ids(report: &Report) -> Vec<(&str, &str)> {
    report.findings.iter().map(|finding| (finding.id.as_str(), finding.package.name.as_str())).collect()
}

#[test]
fn every_form_of_an_image_gives_the_same_findings() {
    let (_folder, references) = forms();
    for reference in &references {
        let report = Scanner::starter().scan(reference).unwrap();
        let packages: Vec<_> = report.packages.iter().map(|one| one.package.purl.to_string()).collect();
        assert_eq!(
            packages,
            [
                "pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12",
                "pkg:deb/debian/libsqlite3-0@3.40.1-2%2Bdeb12u1?arch=amd64&distro=debian-12&upstream=sqlite3",
                "pkg:pypi/jinja2@2.11.2",
            ],
            "{reference}"
        );
        assert_eq!(report.assessment, Assessment::Unhealthy, "{reference}");
        assert!(ids(&report).contains(&("CVE-2023-38545", "curl")), "{reference}: {:?}", ids(&report));
        assert!(ids(&report).contains(&("CVE-2020-28493", "Jinja2")), "{reference}");
        // Fixed in the version that is installed, and gone with its layer.
        assert!(
            !ids(&report).iter().any(|(_, name)| ["libsqlite3-0", "PyYAML"].contains(name)),
            "{reference}"
        );
    }
}

#[test]
fn a_finding_says_why_where_and_what_to_do() {
    let (_folder, references) = forms();
    let report = Scanner::starter().scan(&references[0]).unwrap();
    let finding = report.findings.iter().find(|finding| finding.id == "CVE-2020-28493").unwrap();
    assert_eq!(finding.severity, Severity::Medium);
    assert_eq!(finding.fixed_versions, ["2.11.3"]);
    let evidence = &finding.evidence[0];
    assert_eq!((evidence.scheme.as_str(), evidence.version.as_str()), ("pep440", "2.11.2"));
    assert!(evidence.range.contains("2.11.3"), "{evidence:?}");
    let layer = finding.package.locations[0].layer.as_ref().unwrap();
    assert_eq!((layer.index, layer.created_by.as_deref()), (1, Some("RUN pip install jinja2")));
    let curl = report.upgrades.iter().find(|upgrade| upgrade.name == "curl").unwrap();
    assert_eq!((curl.to.as_str(), curl.leaves.len()), ("7.88.1-10+deb12u5", 0));
}

#[test]
fn a_rule_disables_and_the_finding_stays() {
    let (_folder, references) = forms();
    let rules = Ruleset::parse(
        "rules.toml",
        "[[rule]]\nid = \"all\"\nreason = \"this image is a test\"\nseverity_below = \"critical\"\n",
    )
    .unwrap();
    let plain = Scanner::starter().scan(&references[0]).unwrap();
    let scanner = Scanner::starter().with(ScanOptions { rules, ..ScanOptions::default() });
    let report = scanner.scan(&references[0]).unwrap();
    assert_eq!(ids(&report), ids(&plain));
    assert!(report.active().all(|finding| finding.severity == Severity::Critical));
    assert!(report.disabled().all(|finding| finding.disabled.as_ref().unwrap().rule == "all"));
    assert!(report.disabled().count() > 0);
}

#[test]
fn an_image_is_healthy_only_by_a_feed_that_speaks_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let scan = |name: &str, tar: TarBuilder| {
        let path = folder.path().join(name);
        fs::write(&path, ImageBuilder::new().layer(LayerBuilder::new(tar)).docker_archive()).unwrap();
        let store = folder.path().join("store.db");
        let record = folder.path().join("A-1.json");
        fs::write(&record, r#"{"id":"A-1","modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"PyPI","name":"other"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]}]}"#).unwrap();
        let mut store = plimsoll::Store::create_or_open(&store).unwrap();
        store.import(&[record], &Default::default(), &plimsoll::Silent).unwrap();
        Scanner::new(store).unwrap().scan(&Reference::from(path.as_path())).unwrap()
    };
    let healthy = scan("python.tar", python("Jinja2", "3.1.6"));
    assert_eq!(healthy.assessment, Assessment::Healthy, "{:?}", healthy.assessment_reasons);
    assert_eq!(healthy.advisories.newest.as_deref(), Some("2026-01-01T00:00:00Z"));
    let curl = dpkg::DebPackage::new("curl", "7.88.1-10");
    let debian = TarBuilder::new()
        .file("etc/os-release", OS_RELEASE)
        .file("var/lib/dpkg/status", dpkg::status([&curl]));
    let unknown = scan("debian.tar", debian);
    assert_eq!(unknown.assessment, Assessment::Partial);
    assert_eq!(unknown.coverage.gaps[0].ecosystem, "Debian:12");
    let empty = scan("empty.tar", TarBuilder::new().file("hello", "x"));
    assert_eq!(empty.assessment, Assessment::NothingToScan);
    assert!(!empty.assessment_reasons.is_empty());
}

#[test]
fn windows_images_are_named_and_not_called_clean() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("windows.tar");
    let image = ImageBuilder::new().platform("windows", "amd64").os_version("10.0.20348.2113");
    let image = image.layer(LayerBuilder::new(TarBuilder::new().file("Files/Windows/x", "x")));
    fs::write(&path, image.docker_archive()).unwrap();
    let report = Scanner::starter().scan(&Reference::from(path.as_path())).unwrap();
    assert_eq!(report.assessment, Assessment::NotApplicable);
    assert!(report.assessment_reasons[0].contains("Windows"));
}

//! A server with a registry, advisories and images.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use plimsoll::{Digest, ImportOptions, Silent, Store};
use plimsoll_server::{Config, Server};
use plimsoll_testkit::python::PythonPackage;
use plimsoll_testkit::{FileTree, ImageBuilder, TarBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::http::Http;
use crate::registry::{MANIFEST, Registry};

pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) registry: Registry,
    pub(crate) server: Option<Server>,
    pub(crate) http: Http,
}

/// An image with Python packages.
pub(crate) fn image(packages: &[(&str, &str)]) -> FileTree {
    builder(packages).oci_tree()
}

pub(crate) fn builder(packages: &[(&str, &str)]) -> ImageBuilder {
    let mut layer = TarBuilder::new();
    for (name, version) in packages {
        layer =
            layer.files(PythonPackage::new("usr/lib/python3.11/site-packages", *name, *version).dist_info());
    }
    ImageBuilder::new().layer(TarBuilder::new().file("etc/os-release", "ID=none\n")).layer(layer)
}

/// A vulnerability of a Python package, as OSV has it (OSV schema): below the fix, or of every version.
pub(crate) fn osv(id: &str, package: &str, fixed: Option<&str>) -> Value {
    let mut events = vec![json!({ "introduced": "0" })];
    events.extend(fixed.map(|version| json!({ "fixed": version })));
    json!({
        "schema_version": "1.7.0", "id": id, "modified": "2026-01-01T00:00:00Z", "published": "2026-01-01T00:00:00Z",
        "summary": format!("a flaw in {package}"),
        "severity": [{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
        "affected": [{ "package": { "ecosystem": "PyPI", "name": package },
            "ranges": [{ "type": "ECOSYSTEM", "events": events }] }],
    })
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    /// With more to say than where things are.
    pub(crate) fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::over(Registry::start(), tempfile::tempdir().unwrap(), change)
    }

    pub(crate) fn over(registry: Registry, folder: TempDir, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = config(folder.path());
        change(&mut config);
        let server = Server::start(config).unwrap();
        let http = Http::new(server.address());
        Self { folder, registry, server: Some(server), http }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What the distribution registry posts about an image.
    pub(crate) fn event(&self, action: &str, repository: &str, tag: Option<&str>, digest: &Digest) -> Value {
        event(self.registry.host(), action, repository, tag, digest)
    }

    /// Has the registry tell of something.
    pub(crate) fn tell(&self, action: &str, repository: &str, tag: Option<&str>, digest: &Digest) -> Value {
        let body = json!({ "events": [self.event(action, repository, tag, digest)] });
        let answer = self.http.post("/v1/events", &body.to_string());
        assert_eq!(answer.status, 202, "{}", answer.text);
        answer.json()
    }

    /// Pushes an image and has the registry tell of it.
    pub(crate) fn push(&self, repository: &str, tag: &str, layout: &FileTree) -> Digest {
        let digest = self.registry.push(repository, tag, layout);
        self.tell("push", repository, Some(tag), &digest);
        digest
    }

    /// The image, once it is scanned.
    pub(crate) fn scanned(&self, digest: &Digest) -> Value {
        self.until(&format!("/v1/images/{digest}"), |image| image["scan"] == "done")
    }

    /// What is answered, once it is as expected.
    pub(crate) fn until(&self, path: &str, is: impl Fn(&Value) -> bool) -> Value {
        let (mut since, mut last) = (Instant::now(), String::new());
        loop {
            let answer = self.http.get(path);
            if answer.status == 200 && is(&answer.json()) {
                return answer.json();
            }
            // As long as anything happens it may still come.
            if answer.text != last {
                (since, last) = (Instant::now(), answer.text);
            }
            assert!(since.elapsed() < Duration::from_secs(60), "{path} stays {last}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Imports advisories, as another process would, and waits until images are assessed by them.
    pub(crate) fn import(&self, advisories: &[Value]) {
        let generation = import(self.folder.path(), advisories);
        self.until("/v1/status", |status| status["store"]["generation"] == generation);
    }

    /// The identifiers of an image's findings.
    pub(crate) fn findings(&self, digest: &Digest) -> Vec<String> {
        let list = self.http.get(&format!("/v1/images/{digest}/findings")).json();
        let ids = list["value"].as_array().unwrap().iter();
        ids.map(|finding| finding["id"].as_str().unwrap().to_owned()).collect()
    }
}

/// A port of its own, everything in the folder.
pub(crate) fn config(folder: &Path) -> Config {
    Config {
        listen: "127.0.0.1:0".parse().unwrap(),
        data: folder.join("data"),
        advisories: Some(folder.join("advisories.db")),
        workers: Some(2),
        ..Config::default()
    }
}

/// Imports advisories, and says which generation they are.
pub(crate) fn import(folder: &Path, advisories: &[Value]) -> u64 {
    let records = tempfile::tempdir().unwrap();
    for advisory in advisories {
        let name = format!("{}.json", advisory["id"].as_str().unwrap());
        std::fs::write(records.path().join(name), advisory.to_string()).unwrap();
    }
    let mut store = Store::create_or_open(folder.join("advisories.db")).unwrap();
    store.import(&[records.path()], &ImportOptions::default(), &Silent).unwrap().generation
}

/// What the distribution registry posts about an image. Each call is an event of its own.
pub(crate) fn event(host: &str, action: &str, repository: &str, tag: Option<&str>, digest: &Digest) -> Value {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let time = plimsoll_registry::to_rfc3339(i64::try_from(now).unwrap());
    json!({
        "id": format!("{}-{n}", std::process::id()), "timestamp": time, "action": action,
        "target": { "mediaType": MANIFEST, "digest": digest, "repository": repository, "tag": tag },
        "request": { "host": host, "method": if action == "pull" { "GET" } else { "PUT" }, "useragent": "skopeo/1.9" },
        "actor": { "name": "ann" },
    })
}

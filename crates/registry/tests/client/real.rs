//! The registry and the copying tool that everybody has: `docker-registry` (distribution) and `skopeo`.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use plimsoll_image::{Image, OpenOptions};
use plimsoll_registry::{Action, Client, ClientOptions, EventLimits, Proxy, decode};
use plimsoll_testkit::{ImageBuilder, IndexBuilder, TarBuilder};

use crate::server::{Server, answer};

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn has(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// Starts a registry that tells `hook` of what happens.
fn start(folder: &Path, hook: &str) -> Option<(Running, String)> {
    if !has("docker-registry") || !has("skopeo") {
        eprintln!("skipped: docker-registry or skopeo is not installed");
        return None;
    }
    let port = TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
    let config = folder.join("config.yml");
    let text = format!(
        "version: 0.1\nlog:\n  level: info\nstorage:\n  filesystem:\n    rootdirectory: {}\n  delete:\n    enabled: true\nhttp:\n  addr: 127.0.0.1:{port}\nnotifications:\n  endpoints:\n    - name: hook\n      url: http://{hook}/events\n      timeout: 1s\n      threshold: 5\n      backoff: 1s\n",
        folder.join("storage").display()
    );
    std::fs::write(&config, text).ok()?;
    let mut child = Command::new("docker-registry")
        .arg("serve")
        .arg(&config)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    let output = BufReader::new(child.stderr.take()?);
    let running = Running(child);
    let mut lines = output.lines();
    let listens = lines.by_ref().map_while(Result::ok).any(|line| line.contains("listening on"));
    assert!(listens, "the registry did not start");
    // Somebody has to read on, or the registry stops at a full pipe.
    std::thread::spawn(move || lines.for_each(drop));
    Some((running, format!("127.0.0.1:{port}")))
}

fn copy(from: &Path, to: &str) {
    let output = Command::new("skopeo")
        .args(["copy", "--quiet", "--all", "--dest-tls-verify=false"])
        .arg(format!("oci:{}", from.display()))
        .arg(format!("docker://{to}"))
        .output()
        .expect("skopeo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn what_skopeo_pushes_is_read_and_told_of() {
    let hook = Server::new(|_| answer(200));
    let folder = tempfile::tempdir().unwrap();
    let Some((_registry, host)) = start(folder.path(), &hook.host()) else { return };
    let image = |architecture: &str| {
        ImageBuilder::new()
            .platform("linux", architecture)
            .layer(TarBuilder::new().file("etc/os-release", "ID=debian\n"))
            .layer(TarBuilder::new().file("arch", architecture))
    };
    let layout = folder.path().join("layout");
    IndexBuilder::new()
        .index(IndexBuilder::new().image(image("amd64")).image(image("arm64")), Some("v1"))
        .oci_tree()
        .write(&layout)
        .unwrap();
    copy(&layout, &format!("{host}/team/ship:v1"));
    let client = Arc::new(Client::new(ClientOptions { proxy: Proxy::Direct, ..ClientOptions::default() }));
    assert_eq!(client.catalog(&host, None).next().unwrap().unwrap(), ["team/ship"]);
    assert_eq!(client.tags(&host, "team/ship", None).next().unwrap().unwrap(), ["v1"]);
    let remote = client.open(&format!("{host}/team/ship:v1").parse().unwrap()).unwrap();
    let digest = remote.digest().clone();
    assert_eq!(client.referrers(&host, "team/ship", &digest, None).unwrap(), []);
    for architecture in ["amd64", "arm64"] {
        let remote = client.open(&format!("{host}/team/ship:v1").parse().unwrap()).unwrap();
        let platform = Some(format!("linux/{architecture}").parse().unwrap());
        let options = OpenOptions { platform, ..OpenOptions::default() };
        let image = Image::from_blobs(Box::new(remote), &digest, &options).unwrap();
        assert_eq!(image.info().platform.architecture, architecture);
        assert_eq!(image.info().layers.len(), 2);
    }
    // What the registry told: the pushes of three manifests, and our own pulls, with our own name.
    let mut told = Vec::new();
    for _ in 0..100 {
        told.clear();
        for request in hook.asked() {
            told.extend(
                decode(request.body.as_bytes(), &EventLimits::default()).expect("a known form").events,
            );
        }
        if told.iter().filter(|event| event.action == Action::Pull).count() >= 5 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let pushed: Vec<_> = told.iter().filter(|event| event.action == Action::Push).collect();
    assert_eq!(pushed.len(), 3, "{told:?}");
    assert!(
        pushed
            .iter()
            .any(|event| event.digest.as_ref() == Some(&digest) && event.tag.as_deref() == Some("v1"))
    );
    assert!(
        pushed
            .iter()
            .all(|event| event.repository == "team/ship" && event.registry.as_deref() == Some(&host))
    );
    let own = |agent: &Option<String>| agent.as_deref().is_some_and(|agent| agent.starts_with("plimsoll/"));
    assert!(
        told.iter().filter(|event| event.action == Action::Pull).all(|event| own(&event.user_agent)),
        "{told:?}"
    );
}

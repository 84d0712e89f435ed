//! The registry and the copying tool that everybody has: `docker-registry` (distribution) and `skopeo`.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use plimsoll::Digest;
use serde_json::Value;

use crate::changes::{to_file, told};
use crate::world::{World, image, osv};

/// A registry that runs, and its access log.
struct Running {
    child: Child,
    host: String,
    log: Arc<Mutex<Vec<String>>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// The requests for content so far.
    fn requests(&self) -> usize {
        let log = self.log.lock().unwrap();
        log.iter().filter(|line| line.contains("/manifests/") || line.contains("/blobs/")).count()
    }
}

fn has(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

fn start(folder: &Path, hook: &str) -> Running {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let config = folder.join("config.yml");
    let text = format!(
        "version: 0.1\nlog:\n  level: info\nstorage:\n  filesystem:\n    rootdirectory: {}\n  delete:\n    enabled: true\nhttp:\n  addr: 127.0.0.1:{port}\nnotifications:\n  endpoints:\n    - name: plimsoll\n      url: {hook}\n      headers:\n        Authorization: [Bearer {TOKEN}]\n      timeout: 5s\n      threshold: 5\n      backoff: 1s\n",
        folder.join("storage").display()
    );
    std::fs::write(&config, text).unwrap();
    let mut child = Command::new("docker-registry")
        .arg("serve")
        .arg(&config)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let listens = lines.by_ref().map_while(Result::ok).any(|line| line.contains("listening on"));
    assert!(listens, "the registry did not start");
    let log = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&log);
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| to.lock().unwrap().push(line)));
    Running { child, host: format!("127.0.0.1:{port}"), log }
}

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

fn skopeo(arguments: &[&str]) {
    let output = Command::new("skopeo").args(arguments).output().expect("skopeo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn what_is_pushed_pulled_and_moved_in_a_real_registry() {
    if !has("docker-registry") || !has("skopeo") {
        eprintln!("skipped: docker-registry or skopeo is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let sink = to_file(folder.path());
    let secret = folder.path().join("token");
    std::fs::write(&secret, TOKEN).unwrap();
    let world = World::over(crate::registry::Registry::start(), folder, |config| {
        config.subscribers = vec![sink];
        let secret = plimsoll_server::Secret { file: Some(secret), env: None };
        let scopes = vec![plimsoll_server::Scope::Write];
        config.tokens = vec![plimsoll_server::Token { name: "all".into(), scopes, sha256: None, secret }];
    });
    let world = World { http: world.http.with("authorization", &format!("Bearer {TOKEN}")), ..world };
    world.import(&[osv("PYSEC-1", "other", None)]);
    let address = world.server.as_ref().unwrap().address();
    let registry = start(world.folder.path(), &format!("http://{address}/v1/events"));
    let layout = |n: usize| {
        let dir = world.path(&format!("layout-{n}"));
        if !dir.exists() {
            image(&[("jinja2", &format!("3.1.{n}")), ("six", "1")]).write(&dir).unwrap();
        }
        format!("oci:{}", dir.display())
    };
    let push = |n: usize, name: &str| {
        let target = format!("docker://{}/{name}", registry.host);
        skopeo(&["copy", "--quiet", "--dest-tls-verify=false", &layout(n), &target]);
    };
    for n in 0..10 {
        push(n, &format!("app/{n}:latest"));
    }
    let images = |query: &str| {
        world.http.get(&format!("/v1/images{query}")).json()["value"].as_array().unwrap().clone()
    };
    world.until("/v1/images?scan=done", |list| list["value"].as_array().unwrap().len() == 10);
    let digest = |repository: &str| -> Digest {
        images(&format!("?repository={repository}"))[0]["digest"].as_str().unwrap().parse().unwrap()
    };
    let first = digest("app/0");
    assert!(images("").iter().all(|image| image["assessment"] == "healthy"));
    assert_eq!(images("?pulled_since=2020-01-01T00:00:00Z").len(), 0, "what the scanner reads is no pull");
    let usage = world.http.get("/v1/usage").json();
    assert_eq!(
        (&usage["value"][0]["registry"], &usage["value"][0]["images"]),
        (&registry.host.as_str().into(), &10.into())
    );

    // The same image under a further tag: no second scan.
    let scans = || {
        let text = world.http.get("/metrics").text;
        let line = text.lines().find(|line| line.starts_with("plimsoll_scans_total")).unwrap().to_owned();
        line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()
    };
    assert_eq!(scans(), 10);
    push(0, "app/0:stable");
    let detail = format!("/v1/images/{first}");
    world.until(&detail, |image| image["tags"].as_array().unwrap().len() == 2);
    assert_eq!(scans(), 10);

    // A pull by someone else counts.
    let to = format!("dir:{}", world.path("pulled").display());
    skopeo(&[
        "copy",
        "--quiet",
        "--src-tls-verify=false",
        &format!("docker://{}/app/0:latest", registry.host),
        &to,
    ]);
    world.until("/v1/images?pulled_since=2020-01-01T00:00:00Z", |list| {
        list["value"].as_array().unwrap().len() == 1
    });

    // A tag that moves.
    push(9, "app/8:latest");
    let old = digest("app/8");
    world.until(&format!("/v1/images/{old}"), |image| image["moved"]["tag"] == "latest");

    // An advisory, and nothing is asked of the registry.
    let before = registry.requests();
    assert!(before > 0);
    world.import(&[osv("PYSEC-2", "jinja2", Some("3.1.5"))]);
    let told: Vec<Value> = told(&world, 5);
    assert_eq!(told.len(), 5, "3.1.0 to 3.1.4: one notification for each image");
    assert_eq!(world.findings(&first), ["PYSEC-2"]);
    assert_eq!(images("?assessment=unhealthy").len(), 5);
    assert_eq!(registry.requests(), before);
}

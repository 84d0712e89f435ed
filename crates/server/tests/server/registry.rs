//! A registry in code: it serves what was pushed to it, and remembers what was asked.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use plimsoll::Digest;
use plimsoll_testkit::{FileTree, sha256};
use serde_json::{Value, json};

pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// What a request is answered with instead, by its path.
pub(crate) type Fault = Box<dyn Fn(&str) -> Option<u16> + Send + Sync>;

/// The status by which a fault has the blob's bytes changed.
pub(crate) const CHANGED: u16 = 299;

#[derive(Clone)]
pub(crate) struct Registry {
    host: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    blobs: BTreeMap<String, Vec<u8>>,
    /// By repository and tag.
    tags: BTreeMap<(String, String), Digest>,
    asked: Vec<String>,
    agents: Vec<String>,
    /// What was asked with `HEAD`.
    heads: Vec<String>,
    /// How long those take, how many are under way, and how many were at once.
    slow: Duration,
    flying: usize,
    most: usize,
    fault: Option<Fault>,
    /// What those who ask must show.
    authorization: Option<String>,
}

impl Registry {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &state));
            }
        });
        Self { host, state }
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Stores the content of an OCI layout with one image or index, and says what its manifest is.
    pub(crate) fn push(&self, repository: &str, tag: &str, layout: &FileTree) -> Digest {
        let mut state = self.state.lock().unwrap();
        for (path, bytes) in layout.paths().filter_map(|path| Some((path, layout.get(path)?))) {
            if path.starts_with("blobs/") {
                state.blobs.insert(sha256(bytes).to_string(), bytes.to_vec());
            }
        }
        let index: Value = serde_json::from_slice(layout.get("index.json").unwrap()).unwrap();
        let digest: Digest = index["manifests"][0]["digest"].as_str().unwrap().parse().unwrap();
        state.tags.insert((repository.to_owned(), tag.to_owned()), digest.clone());
        digest
    }

    /// Stores the whole of a layout as one index.
    pub(crate) fn push_index(&self, repository: &str, tag: &str, layout: &FileTree) -> Digest {
        self.push(repository, tag, layout);
        let mut state = self.state.lock().unwrap();
        let index = layout.get("index.json").unwrap();
        let digest = sha256(index);
        state.blobs.insert(digest.to_string(), index.to_vec());
        state.tags.insert((repository.to_owned(), tag.to_owned()), digest.clone());
        digest
    }

    pub(crate) fn delete_tag(&self, repository: &str, tag: &str) {
        self.state.lock().unwrap().tags.remove(&(repository.to_owned(), tag.to_owned()));
    }

    /// What was asked so far, apart from whether anyone is there.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.state.lock().unwrap().asked.iter().filter(|path| *path != "/v2/").cloned().collect()
    }

    /// As what those who asked call themselves.
    pub(crate) fn agents(&self) -> Vec<String> {
        self.state.lock().unwrap().agents.clone()
    }

    /// What was asked with `HEAD` so far.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.state.lock().unwrap().heads.clone()
    }

    /// Has each `HEAD` take so long.
    pub(crate) fn slow(&self, by: Duration) {
        self.state.lock().unwrap().slow = by;
    }

    /// How many `HEAD`s were under way at once.
    pub(crate) fn most(&self) -> usize {
        self.state.lock().unwrap().most
    }

    pub(crate) fn fail(&self, fault: impl Fn(&str) -> Option<u16> + Send + Sync + 'static) {
        self.state.lock().unwrap().fault = Some(Box::new(fault));
    }

    /// Lets in only those who show this.
    pub(crate) fn protect(&self, authorization: &str) {
        self.state.lock().unwrap().authorization = Some(authorization.to_owned());
    }

    pub(crate) fn mend(&self) {
        self.state.lock().unwrap().fault = None;
    }
}

fn serve(stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let head = line.starts_with("HEAD ");
        let Some(path) = line.split(' ').nth(1).map(str::to_owned) else { return };
        let (mut agent, mut shown) = (String::new(), None);
        loop {
            let mut header = String::new();
            if reader.read_line(&mut header).unwrap_or(0) <= 2 {
                break;
            }
            if let Some(value) = header.to_ascii_lowercase().strip_prefix("user-agent:") {
                agent = value.trim().to_owned();
            }
            if header.to_ascii_lowercase().starts_with("authorization:") {
                shown = header.split_once(':').map(|(_, value)| value.trim().to_owned());
            }
        }
        let challenge;
        let (status, kind, body) = {
            let mut state = state.lock().unwrap();
            if head {
                state.heads.push(path.clone());
                state.flying += 1;
                state.most = state.most.max(state.flying);
            } else {
                state.asked.push(path.clone());
            }
            state.agents.push(agent);
            let denied = state.authorization.is_some() && state.authorization != shown;
            let scheme =
                state.authorization.as_deref().and_then(|text| text.split(' ').next()).unwrap_or_default();
            challenge =
                if denied { format!("www-authenticate: {scheme} realm=\"r\"\r\n") } else { String::new() };
            match state.fault.as_ref().and_then(|fault| fault(&path)) {
                Some(CHANGED) => {
                    let (_, kind, mut body) = answer(&state, &path);
                    body.iter_mut().take(1).for_each(|byte| *byte ^= 1);
                    (200, kind, body)
                }
                Some(status) => (status, "application/json".to_owned(), b"{}".to_vec()),
                None if denied => (401, "application/json".to_owned(), b"{}".to_vec()),
                None => answer(&state, &path),
            }
        };
        let digest = match path.contains("/manifests/") && status == 200 {
            true => format!("docker-content-digest: {}\r\n", sha256(&body)),
            false => String::new(),
        };
        let length = body.len();
        let body = if head { Vec::new() } else { body };
        if head {
            let slow = state.lock().unwrap().slow;
            std::thread::sleep(slow);
            state.lock().unwrap().flying -= 1;
        }
        let head = format!(
            "HTTP/1.1 {status} X\r\n{challenge}{digest}content-type: {kind}\r\ncontent-length: {length}\r\n\r\n"
        );
        if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).is_err() {
            return;
        }
    }
}

fn answer(state: &State, path: &str) -> (u16, String, Vec<u8>) {
    let json_type = || "application/json".to_owned();
    let path = path.split('?').next().unwrap_or_default();
    let missing = (404, json_type(), b"{}".to_vec());
    if path == "/v2/" {
        return (200, json_type(), b"{}".to_vec());
    }
    if path == "/v2/_catalog" {
        let mut names: Vec<&String> = state.tags.keys().map(|(repository, _)| repository).collect();
        names.dedup();
        return (200, json_type(), json!({ "repositories": names }).to_string().into_bytes());
    }
    let Some(rest) = path.strip_prefix("/v2/") else { return missing };
    if let Some(repository) = rest.strip_suffix("/tags/list") {
        let tags: Vec<&String> =
            state.tags.keys().filter(|(name, _)| name == repository).map(|(_, tag)| tag).collect();
        return (200, json_type(), json!({ "name": repository, "tags": tags }).to_string().into_bytes());
    }
    let named = rest.rsplit_once("/manifests/").or_else(|| rest.rsplit_once("/blobs/"));
    let Some((repository, reference)) = named else { return missing };
    let tag = state.tags.get(&(repository.to_owned(), reference.to_owned()));
    let digest = tag.map_or_else(|| reference.to_owned(), ToString::to_string);
    let Some(bytes) = state.blobs.get(&digest) else { return missing };
    let document: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let kind = match (document.get("manifests"), document.get("layers")) {
        (Some(_), _) => INDEX,
        (None, Some(_)) => MANIFEST,
        (None, None) => "application/octet-stream",
    };
    (200, kind.to_owned(), bytes.clone())
}

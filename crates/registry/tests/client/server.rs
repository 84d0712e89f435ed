//! A registry that does what a test says, on loopback.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use plimsoll_core::Digest;
use plimsoll_testkit::{FileTree, sha256};

/// What was asked.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// With the query.
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// What is answered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The bytes after which the connection is cut.
    pub(crate) cut: Option<usize>,
}

pub(crate) fn answer(status: u16) -> Answer {
    Answer { status, ..Answer::default() }
}

impl Answer {
    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn cut(mut self, after: usize) -> Self {
        self.cut = Some(after);
        self
    }
}

type Handler = Box<dyn Fn(&Request) -> Answer + Send + Sync>;

pub(crate) struct Server {
    address: SocketAddr,
    log: Arc<Mutex<Vec<Request>>>,
    stop: Arc<AtomicBool>,
}

impl Server {
    pub(crate) fn new(handler: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        Self::start(None, handler)
    }

    /// The same over TLS.
    pub(crate) fn tls(
        config: rustls::ServerConfig,
        handler: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::start(Some(Arc::new(config)), handler)
    }

    fn start(
        tls: Option<Arc<rustls::ServerConfig>>,
        handler: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (log, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let handler: Arc<Handler> = Arc::new(Box::new(handler));
        let (log_, stop_) = (Arc::clone(&log), Arc::clone(&stop));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stop_.load(Ordering::Relaxed) {
                    return;
                }
                let (handler, log, tls) = (Arc::clone(&handler), Arc::clone(&log_), tls.clone());
                std::thread::spawn(move || match tls {
                    None => serve(stream, &handler, &log),
                    Some(config) => {
                        let connection = rustls::ServerConnection::new(config).expect("a connection");
                        serve(rustls::StreamOwned::new(connection, stream), &handler, &log);
                    }
                });
            }
        });
        Self { address, log, stop }
    }

    /// `127.0.0.1:port`.
    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    /// What was asked so far, apart from whether anyone is there.
    pub(crate) fn asked(&self) -> Vec<Request> {
        let log = self.log.lock().expect("nobody panics here");
        log.iter().filter(|request| request.path != "/v2/").cloned().collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
    }
}

fn serve<S: Read + Write>(stream: S, handler: &Handler, log: &Mutex<Vec<Request>>) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        log.lock().expect("nobody panics here").push(request.clone());
        let answer = match request.path.as_str() {
            "/v2/" => self::answer(200).body("{}"),
            _ => handler(&request),
        };
        let mut head = format!("HTTP/1.1 {} X\r\n", answer.status);
        if !answer.headers.iter().any(|(name, _)| name == "content-length") {
            head.push_str(&format!("content-length: {}\r\n", answer.body.len()));
        }
        for (name, value) in &answer.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        let body = &answer.body[..answer.cut.unwrap_or(answer.body.len()).min(answer.body.len())];
        let stream = reader.get_mut();
        let sent = stream
            .write_all(head.as_bytes())
            .and_then(|()| stream.write_all(body))
            .and_then(|()| stream.flush());
        // The connection ends with the stream.
        if sent.is_err() || answer.cut.is_some() {
            return;
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
    let mut words = line.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim().split_once(':') {
            Some((name, value)) => headers.insert(name.to_ascii_lowercase(), value.trim().to_owned()),
            None => break,
        };
    }
    let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { method, path, headers, body: String::from_utf8_lossy(&body).into_owned() })
}

/// The blobs of an image, as a registry has them.
#[derive(Clone)]
pub(crate) struct Blobs {
    pub(crate) blobs: BTreeMap<String, Vec<u8>>,
    pub(crate) root: Digest,
}

impl Blobs {
    /// Of an OCI layout; the root is its index.
    pub(crate) fn of(tree: &FileTree) -> Self {
        let mut blobs = BTreeMap::new();
        let mut root = None;
        for (name, bytes) in tree.paths().filter_map(|path| Some((path, tree.get(path)?))) {
            let digest = sha256(bytes);
            if name == "index.json" {
                root = Some(digest.clone());
            }
            blobs.insert(digest.to_string(), bytes.to_vec());
        }
        Self { blobs, root: root.expect("an index.json") }
    }

    /// What an honest registry answers for the repository `ship` with the tag `latest`.
    pub(crate) fn answer(&self, request: &Request) -> Answer {
        let path = request.path.split('?').next().unwrap_or_default();
        let Some(rest) = path.strip_prefix("/v2/ship/") else { return answer(404) };
        let name = match rest.split_once('/') {
            Some(("manifests", "latest")) => self.root.to_string(),
            Some(("manifests" | "blobs", name)) => name.to_owned(),
            _ => return answer(404),
        };
        let Some(bytes) = self.blobs.get(&name) else { return answer(404) };
        let range = request.header("range").and_then(|range| {
            let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
            let from: usize = from.parse().ok()?;
            let to = to.parse::<usize>().map_or(bytes.len(), |to| (to + 1).min(bytes.len()));
            Some((from, to))
        });
        match range {
            Some((from, to)) => answer(206)
                .header("content-range", format!("bytes {from}-{}/{}", to - 1, bytes.len()))
                .body(&bytes[from..to]),
            None => answer(200).header("docker-content-digest", name).body(bytes.clone()),
        }
    }
}

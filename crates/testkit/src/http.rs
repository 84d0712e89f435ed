//! An HTTP server for tests: it serves pages by their paths as servers of files do, and fails as it is told to.

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// A server on a port of its own, until the process ends.
#[derive(Clone, Debug)]
pub struct Server {
    url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    pages: HashMap<String, Page>,
    faults: HashMap<String, VecDeque<Fault>>,
    requests: Vec<Request>,
}

#[derive(Clone, Debug)]
struct Page {
    body: Arc<Vec<u8>>,
    /// None where the server knows no states.
    etag: Option<String>,
    ranges: bool,
    /// Bytes sent at one time, and the pause after each.
    pace: Option<(usize, Duration)>,
}

/// A request that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The path, with what follows it.
    pub path: String,
    /// The headers, their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The status that it was answered with.
    pub status: u16,
}

impl Request {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// How one request goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is answered with this status, and these headers.
    Status(u16, Vec<(&'static str, String)>),
    /// The connection ends after so many bytes of the body, of which more were promised.
    BreakOff(usize),
    /// So many bytes of the body are sent, as if they were all.
    Truncate(usize),
    /// Nothing is answered for so long.
    Silence(Duration),
    /// Other bytes are sent than there are.
    Garbage,
    /// What is answered is no HTTP.
    Nonsense,
}

impl Server {
    /// Starts a server that has no page yet.
    ///
    /// # Panics
    /// No port can be had.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                // Whoever hangs up is none of the server's concern.
                thread::spawn(move || serve(stream, &state).ok());
            }
        });
        Self { url, state }
    }

    /// Where it is: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Serves `body` at `path`, in a state of the name `etag`.
    pub fn put(&self, path: &str, body: impl Into<Vec<u8>>, etag: &str) {
        let page =
            Page { body: Arc::new(body.into()), etag: Some(format!("\"{etag}\"")), ranges: true, pace: None };
        self.state().pages.insert(path.to_owned(), page);
    }

    /// Takes the page away.
    pub fn remove(&self, path: &str) {
        self.state().pages.remove(path);
    }

    /// Serves the page from its beginning whatever part is asked for.
    pub fn without_ranges(&self, path: &str) {
        self.change(path, |page| page.ranges = false);
    }

    /// Serves the page without a name for its state.
    pub fn without_etag(&self, path: &str) {
        self.change(path, |page| page.etag = None);
    }

    /// Serves the page so many bytes at a time, with a pause after each.
    pub fn pace(&self, path: &str, bytes: usize, pause: Duration) {
        self.change(path, |page| page.pace = Some((bytes.max(1), pause)));
    }

    fn change(&self, path: &str, change: impl FnOnce(&mut Page)) {
        if let Some(page) = self.state().pages.get_mut(path) {
            change(page);
        }
    }

    /// The next requests for `path` go wrong, one after the other.
    pub fn fail(&self, path: &str, faults: impl IntoIterator<Item = Fault>) {
        self.state().faults.entry(path.to_owned()).or_default().extend(faults);
    }

    /// The requests that came so far, and forgets them.
    pub fn requests(&self) -> Vec<Request> {
        std::mem::take(&mut self.state().requests)
    }
}

fn serve(stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = Vec::new();
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut request = Request { path, headers, status: 0 };
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    let fault = state.faults.get_mut(&request.path).and_then(VecDeque::pop_front);
    let page = state.pages.get(&request.path).cloned();
    let answer = Answer::to(&request, page.as_ref(), fault.as_ref());
    request.status = answer.status;
    state.requests.push(request);
    drop(state);
    answer.send(stream, page.and_then(|page| page.pace), fault)
}

struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn to(request: &Request, page: Option<&Page>, fault: Option<&Fault>) -> Self {
        let plain = |status, headers: &[(&str, String)]| Self {
            status,
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            body: Vec::new(),
        };
        if let Some(Fault::Status(status, headers)) = fault {
            return plain(*status, headers);
        }
        let Some(page) = page else { return plain(404, &[]) };
        if page.etag.is_some() && request.header("if-none-match") == page.etag.as_deref() {
            return plain(304, &[]);
        }
        let mut headers: Vec<(String, String)> =
            page.etag.iter().map(|etag| ("ETag".to_owned(), etag.clone())).collect();
        let length = page.body.len();
        let from = request
            .header("range")
            .filter(|_| page.ranges && request.header("if-range") == page.etag.as_deref());
        let from =
            from.and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
        match from {
            Some(from) if from >= length => plain(416, &[("Content-Range", format!("bytes */{length}"))]),
            Some(from) => {
                headers.push(("Content-Range".to_owned(), format!("bytes {from}-{}/{length}", length - 1)));
                Self { status: 206, headers, body: page.body.get(from..).unwrap_or_default().to_vec() }
            }
            None => Self { status: 200, headers, body: page.body.to_vec() },
        }
    }

    fn send(
        mut self,
        mut to: TcpStream,
        pace: Option<(usize, Duration)>,
        fault: Option<Fault>,
    ) -> std::io::Result<()> {
        let mut promised = self.body.len();
        match fault {
            Some(Fault::BreakOff(bytes)) => self.body.truncate(bytes),
            Some(Fault::Truncate(bytes)) => {
                self.body.truncate(bytes);
                promised = self.body.len();
            }
            Some(Fault::Silence(pause)) => thread::sleep(pause),
            Some(Fault::Garbage) => self.body.iter_mut().for_each(|byte| *byte ^= 0x55),
            Some(Fault::Nonsense) => return to.write_all(b"\0\0\0\0not HTTP\r\n\r\n"),
            Some(Fault::Status(..)) | None => {}
        }
        write!(to, "HTTP/1.1 {} -\r\nContent-Length: {promised}\r\nConnection: close\r\n", self.status)?;
        for (name, value) in &self.headers {
            write!(to, "{name}: {value}\r\n")?;
        }
        to.write_all(b"\r\n")?;
        let (bytes, pause) = pace.unwrap_or((1 << 20, Duration::ZERO));
        for piece in self.body.chunks(bytes) {
            to.write_all(piece)?;
            thread::sleep(pause);
        }
        to.flush()
    }
}

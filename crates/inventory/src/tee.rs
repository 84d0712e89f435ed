//! One stream for several catalogers. An executable may hold Go build information, a list of Rust crates and a
//! version that a classifier knows; each of them reads it from the first byte, and it is inflated once.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use plimsoll_core::{Content, ContentRead, Diagnostic, DiagnosticKind};

use crate::{Cataloger, File, Sink};

/// Up to this size a file that several catalogers read as a stream is held, which is cheaper than threads.
const HELD: u64 = 8 << 20;
/// Bytes handed on at once.
const CHUNK: usize = 128 << 10;
/// Chunks that a cataloger may lag behind the fastest.
const LAG: usize = 8;

/// Gives the bytes to a cataloger in the form that it asked for.
pub(crate) fn give(cataloger: &dyn Cataloger, path: &[u8], mut bytes: &[u8], stream: bool, sink: &mut Sink) {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let content = if stream { Content::Stream(&mut bytes) } else { Content::Whole(bytes) };
    cataloger.parse(File { path, size, content }, sink);
}

/// Lets every cataloger read the stream; what each found, in the order of `catalogers`.
pub(crate) fn share(
    catalogers: &[&dyn Cataloger],
    path: &[u8],
    size: u64,
    reader: &mut dyn ContentRead,
) -> Vec<Sink> {
    match catalogers {
        [] => Vec::new(),
        [one] => {
            let mut sink = Sink::default();
            one.parse(File { path, size, content: Content::Stream(reader) }, &mut sink);
            vec![sink]
        }
        several if size <= HELD => {
            let mut bytes = Vec::new();
            let result = reader.take(HELD).read_to_end(&mut bytes);
            let mut sinks = Vec::new();
            for cataloger in several {
                let mut sink = Sink::default();
                give(*cataloger, path, &bytes, true, &mut sink);
                sinks.push(sink);
            }
            if let (Err(error), Some(sink)) = (result, sinks.first_mut()) {
                sink.diagnostics.push(unreadable(&error));
            }
            sinks
        }
        several => lockstep(several, path, size, reader),
    }
}

fn unreadable(error: &io::Error) -> Diagnostic {
    Diagnostic::new(DiagnosticKind::Truncated, format!("the file can't be read to its end: {error}"))
}

/// Every cataloger on a thread of its own, at most [`LAG`] chunks apart.
fn lockstep(
    catalogers: &[&dyn Cataloger],
    path: &[u8],
    size: u64,
    reader: &mut dyn ContentRead,
) -> Vec<Sink> {
    thread::scope(|scope| {
        let mut senders = Vec::new();
        let mut threads = Vec::new();
        for &cataloger in catalogers {
            let (sender, receiver) = sync_channel(LAG);
            senders.push(sender);
            threads.push(thread::Builder::new().spawn_scoped(scope, move || {
                let mut chunks = Chunks { receiver, chunk: Arc::from([]), at: 0 };
                let mut sink = Sink::default();
                let content = Content::Stream(&mut chunks);
                cataloger.parse(File { path, size, content }, &mut sink);
                sink
            }));
        }
        let result = hand_out(reader, senders);
        let mut sinks: Vec<Sink> = Vec::new();
        for thread in threads {
            match thread.map(thread::ScopedJoinHandle::join) {
                Ok(Ok(sink)) => sinks.push(sink),
                Ok(Err(panic)) => std::panic::resume_unwind(panic),
                Err(error) => {
                    let message = format!("no thread could be had to read the file: {error}");
                    let diagnostic = Diagnostic::new(DiagnosticKind::LimitPassed, message);
                    sinks.push(Sink { diagnostics: vec![diagnostic], ..Sink::default() });
                }
            }
        }
        if let (Err(error), Some(sink)) = (result, sinks.first_mut()) {
            sink.diagnostics.push(unreadable(&error));
        }
        sinks
    })
}

/// Reads until the end or until nobody listens any more.
fn hand_out(reader: &mut dyn Read, mut senders: Vec<SyncSender<Arc<[u8]>>>) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    while !senders.is_empty() {
        let read = match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let chunk: Arc<[u8]> = buffer.get(..read).unwrap_or_default().into();
        senders.retain(|sender| sender.send(Arc::clone(&chunk)).is_ok());
    }
    Ok(())
}

struct Chunks {
    receiver: Receiver<Arc<[u8]>>,
    chunk: Arc<[u8]>,
    at: usize,
}

impl Read for Chunks {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.chunk.len() {
            match self.receiver.recv() {
                Ok(chunk) => (self.chunk, self.at) = (chunk, 0),
                Err(_) => return Ok(0),
            }
        }
        let read = self.chunk.get(self.at..).unwrap_or_default().read(out)?;
        self.at += read;
        Ok(read)
    }
}

impl ContentRead for Chunks {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Interest;
    use plimsoll_core::{Package, PackageType, Purl};

    /// Reads so many bytes and reports how many came and their sum.
    struct Reads(u64);

    impl Cataloger for Reads {
        fn id(&self) -> &'static str {
            "reads"
        }
        fn revision(&self) -> u32 {
            1
        }
        fn interests(&self) -> &'static [Interest] {
            &[]
        }
        fn parse(&self, file: File<'_>, out: &mut Sink) {
            let Content::Stream(reader) = file.content else { return };
            let mut bytes = Vec::new();
            reader.take(self.0).read_to_end(&mut bytes).unwrap();
            let sum: u64 = bytes.iter().map(|&b| u64::from(b)).sum();
            let (name, version) = (bytes.len().to_string(), sum.to_string());
            let purl = Purl::new("generic", None, &name, Some(&version));
            out.packages.push(Package::new(PackageType::Generic, name, version, purl));
        }
    }

    #[test]
    fn everyone_reads_the_same_from_the_first_byte() {
        for size in [0_u64, 1, 1 << 20, HELD, HELD + 1, (HELD + CHUNK as u64) * 2 + 17] {
            let bytes: Vec<u8> = (0..size).map(|i| u8::try_from(i % 251).unwrap()).collect();
            let expected = |length: u64| {
                let sum: u64 = bytes.iter().take(length as usize).map(|&b| u64::from(b)).sum();
                (length.min(size).to_string(), sum.to_string())
            };
            for lengths in [&[u64::MAX][..], &[u64::MAX, 10, u64::MAX], &[10, 0]] {
                let readers: Vec<Reads> = lengths.iter().map(|&n| Reads(n)).collect();
                let readers: Vec<&dyn Cataloger> = readers.iter().map(|r| r as _).collect();
                let sinks = share(&readers, b"x", size, &mut &bytes[..]);
                let found: Vec<_> = sinks
                    .into_iter()
                    .map(|s| (s.packages[0].name.clone(), s.packages[0].version.clone()))
                    .collect();
                let expected: Vec<_> = lengths.iter().map(|&n| expected(n)).collect();
                assert_eq!(found, expected, "{size} {lengths:?}");
            }
        }
    }
}

use std::io::{self, Read};
use std::thread::sleep;

use plimsoll_core::Digest;
use plimsoll_image::Blob;

use super::session::Asked;
use super::transport::{Answer, Body};
use super::{Client, Error, wait};

/// Bytes that are read rather than asked around: asking anew costs a connection.
const NEAR: u64 = 256 << 10;

/// A blob as it comes from a registry. Where the connection breaks, it goes on where it was (RFC 9110, 14.2).
///
/// What is read is not checked here: whoever reads compares it with the digest.
pub struct RemoteBlob<'c> {
    client: &'c Client,
    place: Place,
    digest: Digest,
    size: Option<u64>,
    /// Bytes that have been given out or passed over.
    at: u64,
    body: Option<Body>,
    /// Tries since the last byte.
    failed: u32,
}

/// Where a blob is.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) registry: String,
    pub(super) repository: String,
}

impl std::fmt::Debug for RemoteBlob<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RemoteBlob")
            .field("digest", &self.digest)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Opens a blob of a repository.
    ///
    /// # Errors
    /// The registry can't be reached, has no such blob, or does not let it be read.
    pub fn blob(&self, registry: &str, repository: &str, digest: &Digest) -> Result<RemoteBlob<'_>, Error> {
        let place = Place { registry: registry.to_owned(), repository: repository.to_owned() };
        let answer = self.ask_blob(&place, digest, None)?;
        let size = answer.number("content-length");
        let (digest, body) = (digest.clone(), Some(answer.body));
        Ok(RemoteBlob { client: self, place, digest, size, at: 0, body, failed: 0 })
    }

    /// Bytes `from` to `to` (exclusive) of a blob. A registry that knows no ranges gives all of it; what stands
    /// before is then passed over.
    ///
    /// # Errors
    /// As for [`Self::blob`].
    pub fn blob_range(
        &self,
        registry: &str,
        repository: &str,
        digest: &Digest,
        (from, to): (u64, u64),
    ) -> Result<impl Read + Send + 'static, Error> {
        let place = Place { registry: registry.to_owned(), repository: repository.to_owned() };
        let range = format!("bytes={from}-{}", to.saturating_sub(1));
        let answer = self.ask_blob(&place, digest, Some(&range))?;
        Ok(positioned(answer, digest, from)?.take(to.saturating_sub(from)))
    }

    fn ask_blob(&self, place: &Place, digest: &Digest, range: Option<&str>) -> Result<Answer, Error> {
        let what = format!("blob {}", digest.short());
        let asked = Asked { registry: &place.registry, repository: &place.repository };
        let mut headers = vec![("accept", "*/*")];
        headers.extend(range.map(|range| ("range", range)));
        self.ask(&what, asked, &format!("/v2/{}/blobs/{digest}", place.repository), &headers)
    }
}

/// The body of an answer, from the byte `from` of the blob on.
fn positioned(answer: Answer, digest: &Digest, from: u64) -> Result<Body, Error> {
    let malformed = |reason: String| Error::Malformed { what: format!("blob {}", digest.short()), reason };
    if answer.status == 206 {
        let said = answer.header("content-range").unwrap_or_default();
        let start = said
            .strip_prefix("bytes ")
            .and_then(|rest| rest.split('-').next())
            .and_then(|n| n.trim().parse().ok());
        if start != Some(from) {
            return Err(malformed(format!("asked for bytes from {from} on, the answer is {said:?}")));
        }
        return Ok(answer.body);
    }
    let url = answer.url.shown();
    let mut body = answer.body;
    let passed = io::copy(&mut body.by_ref().take(from), &mut io::sink())
        .map_err(|source| Error::Connection { url, source })?;
    match passed == from {
        true => Ok(body),
        false => Err(malformed(format!("it ends at {passed} bytes, before {from}"))),
    }
}

impl RemoteBlob<'_> {
    /// One read, or the reason why the connection is of no more use.
    fn attempt(&mut self, out: &mut [u8]) -> Result<usize, Error> {
        if self.body.is_none() {
            let answer =
                self.client.ask_blob(&self.place, &self.digest, Some(&format!("bytes={}-", self.at)))?;
            self.body = Some(positioned(answer, &self.digest, self.at)?);
        }
        let broken = |source| Error::Connection { url: format!("blob {}", self.digest.short()), source };
        let Some(body) = &mut self.body else { return Ok(0) };
        match body.read(out) {
            Ok(0) if self.size.is_some_and(|size| self.at < size) => {
                Err(broken(io::Error::new(io::ErrorKind::UnexpectedEof, "the connection ended early")))
            }
            Ok(count) => Ok(count),
            Err(source) => Err(broken(source)),
        }
    }
}

impl Read for RemoteBlob<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() || self.size.is_some_and(|size| self.at >= size) {
            return Ok(0);
        }
        loop {
            match self.attempt(out) {
                Ok(count) => {
                    self.failed = 0;
                    self.at = self.at.saturating_add(count as u64);
                    return Ok(count);
                }
                Err(error) => {
                    self.body = None;
                    self.failed += 1;
                    let retry = &self.client.transport.options.retry;
                    if !matches!(error, Error::Connection { .. }) || self.failed >= retry.attempts {
                        return Err(error.into());
                    }
                    sleep(wait::backoff(retry, self.failed));
                }
            }
        }
    }
}

impl Blob for RemoteBlob<'_> {
    fn size(&self) -> Option<u64> {
        self.size
    }

    fn skip(&mut self, count: u64) -> io::Result<u64> {
        let left = self.size.map_or(count, |size| count.min(size.saturating_sub(self.at)));
        if left > NEAR && self.size.is_some() {
            self.body = None;
            self.at = self.at.saturating_add(left);
            return Ok(left);
        }
        io::copy(&mut self.by_ref().take(left), &mut io::sink())
    }
}

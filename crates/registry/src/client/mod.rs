//! A client of the OCI distribution specification: blocking, reading only, and keeping nothing on disk.

mod address;
mod blob;
mod challenge;
mod credential_helper;
mod credentials;
mod docker_config;
mod error;
mod listing;
mod options;
mod referrers;
mod registries;
mod request;
mod session;
mod source;
mod transport;
mod url;
mod wait;

use std::collections::HashMap;
use std::io::Read;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use plimsoll_core::{Algorithm, Digest};
use sha2::Digest as _;

pub use blob::RemoteBlob;
pub use credentials::{Anonymous, Credential, Credentials, ForRegistry};
pub use docker_config::DockerConfig;
pub use error::Error;
pub use listing::Listing;
pub use options::{ClientOptions, Proxy, Retry};
pub use referrers::Referrer;
pub use registries::Registries;
pub use source::RemoteImage;

use crate::{DOCKER_HUB, ImageName};
use registries::Endpoint;
use request::Wanted;
use session::{Asked, Session};
use transport::{Answer, Method, Transport};
use url::Url;

/// What a manifest or an index may be.
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

/// Reads registries. One client serves many threads; it keeps connections and tokens.
///
/// ```no_run
/// use std::sync::Arc;
/// use plimsoll_image::{Image, OpenOptions};
/// use plimsoll_registry::{Client, ClientOptions};
///
/// let client = Arc::new(Client::new(ClientOptions::default()));
/// let remote = client.open(&"quay.io/org/app:1.2".parse()?)?;
/// let digest = remote.digest().clone();
/// let image = Image::from_blobs(Box::new(remote), &digest, &OpenOptions::default())?;
/// println!("{} layers", image.info().layers.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Client {
    transport: Transport,
    session: Session,
    /// For hosts that may speak plain HTTP: whether they speak it.
    plain: Mutex<HashMap<String, bool>>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("options", &self.transport.options).finish_non_exhaustive()
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::new(ClientOptions::default())
    }
}

/// A manifest or an index, as the registry has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Its digest, which was checked.
    pub digest: Digest,
    /// Its media type, as the registry says; empty where it does not.
    pub media_type: String,
    /// The document.
    pub bytes: Vec<u8>,
}

/// What a tag names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The digest of the manifest or index.
    pub digest: Digest,
    /// Its media type, as the registry says; empty where it does not.
    pub media_type: String,
}

impl Client {
    /// A client. Nothing is asked of anyone yet.
    pub fn new(mut options: ClientOptions) -> Self {
        options.insecure.extend(options.registries.insecure());
        Self { transport: Transport::new(options), session: Session::default(), plain: Mutex::default() }
    }

    /// The bytes of bodies that have been read so far.
    pub fn bytes_read(&self) -> u64 {
        self.transport.moved.load(Ordering::Relaxed)
    }

    /// The requests that have been made so far.
    pub fn requests(&self) -> u64 {
        self.transport.requests.load(Ordering::Relaxed)
    }

    /// Reads the manifest or index that a name stands for: by its digest where it has one, by its tag otherwise.
    ///
    /// # Errors
    /// The registry can't be reached, has no such image, does not let it be read, or gives something else than the
    /// digest says.
    pub fn manifest(&self, name: &ImageName) -> Result<Manifest, Error> {
        let reference = match (name.digest(), name.tag()) {
            (Some(digest), _) => digest.to_string(),
            (None, tag) => tag.unwrap_or("latest").to_owned(),
        };
        let what = name.to_string();
        let asked = Asked { registry: name.registry(), repository: name.repository() };
        let path = format!("/v2/{}/manifests/{reference}", name.repository());
        let headers = [("accept", MANIFESTS)];
        let (answer, bytes) = self.document(&what, asked, &path, &headers)?;
        let said = answer.header("docker-content-digest").and_then(|text| text.trim().parse::<Digest>().ok());
        // A tag says nothing of the content; what the registry says of it must at least be true.
        let expected = name.digest().cloned().or(said);
        let algorithm = expected.as_ref().map_or(Algorithm::Sha256, Digest::algorithm);
        let digest = hash(algorithm, &bytes);
        if let Some(expected) = expected.filter(|expected| *expected != digest) {
            return Err(Error::DigestMismatch { what, expected, actual: digest });
        }
        let media_type = media_type(&answer);
        Ok(Manifest { digest, media_type, bytes })
    }

    /// What a tag names now, as the registry itself says: with `HEAD`, so that nothing is moved, nor counted as a pull.
    /// A registry that does not say it so is asked for the manifest.
    ///
    /// # Errors
    /// As for [`Self::manifest`].
    pub fn resolve(&self, name: &ImageName) -> Result<Resolved, Error> {
        let tag = name.tag().unwrap_or("latest");
        let what = name.to_string();
        let asked = Asked { registry: name.registry(), repository: name.repository() };
        let path = format!("/v2/{}/manifests/{tag}", name.repository());
        let options = &self.transport.options;
        // A mirror may know of yesterday.
        let (_, own) =
            options.registries.endpoints(asked.registry, asked.repository, registries::by(&path))?;
        let path = own.path(asked.repository, &path);
        let asked = own.asked();
        let url = self.url(asked.registry, &path)?;
        let (method, attempts) = (Method::Head, options.retry.attempts);
        let wanted =
            Wanted { what: &what, asked, url: &url, method, headers: &[("accept", MANIFESTS)], attempts };
        match self.transport.request(&wanted, &self.session) {
            Ok(answer) => {
                let said = answer.header("docker-content-digest").map(str::trim);
                let media_type = media_type(&answer);
                match said.and_then(|text| text.parse().ok()).zip(Some(media_type)) {
                    Some((digest, media_type)) if !media_type.is_empty() => {
                        return Ok(Resolved { digest, media_type });
                    }
                    _ => {}
                }
            }
            // A registry that has no HEAD says so in one of these ways.
            Err(Error::Status { status: 400 | 405 | 501, .. }) => {}
            Err(error) => return Err(error),
        }
        let name = ImageName::new(name.registry(), name.repository(), Some(tag), None);
        let name = name.map_err(|error| Error::Malformed { what, reason: error.to_string() })?;
        let Manifest { digest, media_type, .. } = self.manifest(&name)?;
        Ok(Resolved { digest, media_type })
    }

    /// Reads a document of bounded size, from the first of the registry's mirrors that has it.
    fn document(
        &self,
        what: &str,
        asked: Asked<'_>,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<(Answer, Vec<u8>), Error> {
        let limit = self.transport.options.document;
        let mut try_ = 1;
        loop {
            let answer = self.ask(what, asked, path, headers)?;
            let too_large =
                || Error::TooLarge { what: what.to_owned(), limit, name: "ClientOptions::document" };
            if answer.number("content-length").is_some_and(|size| size > limit) {
                return Err(too_large());
            }
            let Answer { url, status, headers: received, mut body } = answer;
            let mut bytes = Vec::new();
            match body.by_ref().take(limit.saturating_add(1)).read_to_end(&mut bytes) {
                Ok(_) if bytes.len() as u64 > limit => return Err(too_large()),
                Ok(_) => return Ok((Answer { url, status, headers: received, body }, bytes)),
                Err(_) if try_ < self.transport.options.retry.attempts => {
                    std::thread::sleep(wait::backoff(&self.transport.options.retry, try_));
                    try_ += 1;
                }
                Err(source) => return Err(Error::Connection { url: url.shown(), source }),
            }
        }
    }

    /// Asks a registry's mirrors, and then the registry.
    fn ask(
        &self,
        what: &str,
        asked: Asked<'_>,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Answer, Error> {
        let options = &self.transport.options;
        let (configured, own) =
            options.registries.endpoints(asked.registry, asked.repository, registries::by(path))?;
        let named = options.mirrors.get(asked.registry).into_iter().flatten();
        let named = named.map(|mirror| Endpoint::new(mirror, asked.repository));
        // Of what there is a mirror may know only a part, so listings are the registry's own.
        for mirror in named.chain(configured).filter(|_| !registries::is_listing(path)) {
            // Whatever a mirror's trouble is, the registry itself is there.
            let path = mirror.path(asked.repository, path);
            if let Ok(answer) = self.ask_one(what, mirror.asked(), &path, headers, 1) {
                return Ok(answer);
            }
        }
        let path = own.path(asked.repository, path);
        self.ask_one(what, own.asked(), &path, headers, options.retry.attempts)
    }

    fn ask_one(
        &self,
        what: &str,
        asked: Asked<'_>,
        path: &str,
        headers: &[(&'static str, &str)],
        attempts: u32,
    ) -> Result<Answer, Error> {
        let url = self.url(asked.registry, path)?;
        let method = Method::Get;
        self.transport.request(&Wanted { what, asked, url: &url, method, headers, attempts }, &self.session)
    }

    /// The address of a path at a registry.
    fn url(&self, registry: &str, path: &str) -> Result<Url, Error> {
        let host = if registry == DOCKER_HUB { "registry-1.docker.io" } else { registry };
        let make = |secure| {
            Url::new(secure, host, path).ok_or_else(|| Error::Malformed {
                what: format!("{registry}{path}"),
                reason: "it is no web address".into(),
            })
        };
        let secure = make(true)?;
        match self.speaks_plain(registry, &secure)? {
            true => make(false),
            false => Ok(secure),
        }
    }

    /// Whether a registry that may speak plain HTTP does. One on this machine mostly does, so that is tried first;
    /// for another, what is encrypted comes first.
    fn speaks_plain(&self, registry: &str, secure: &Url) -> Result<bool, Error> {
        let local = address::is_loopback(secure.host());
        if !local && !self.transport.is_insecure(secure) {
            return Ok(false);
        }
        let lock = || self.plain.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plain) = lock().get(registry) {
            return Ok(*plain);
        }
        let host = if registry == DOCKER_HUB { "registry-1.docker.io" } else { registry };
        let mut last = None;
        for plain in [local, !local] {
            let Some(url) = Url::new(!plain, host, "/v2/") else { continue };
            match self.transport.exchange(&url, Method::Get, &[], None) {
                // What a server says that expects an encrypted connection and gets none.
                Ok(answer) if plain && answer.status == 400 => {}
                Ok(_) => {
                    lock().insert(registry.to_owned(), plain);
                    return Ok(plain);
                }
                Err(error) => {
                    let refused = matches!(&error, Error::Connection { source, .. } if source.kind() == std::io::ErrorKind::ConnectionRefused);
                    last = Some(error);
                    if refused {
                        break;
                    }
                }
            }
        }
        match last {
            Some(error) => Err(error),
            None => Ok(local),
        }
    }
}

/// The media type of an answer, without parameters; empty where none is said.
fn media_type(answer: &Answer) -> String {
    let said = answer.header("content-type").unwrap_or_default();
    said.split(';').next().unwrap_or_default().trim().to_owned()
}

/// The digest of bytes.
fn hash(algorithm: Algorithm, bytes: &[u8]) -> Digest {
    match algorithm {
        Algorithm::Sha256 => Digest::sha256(sha2::Sha256::digest(bytes).into()),
        Algorithm::Sha512 => Digest::sha512(sha2::Sha512::digest(bytes).into()),
    }
}

use std::collections::HashMap;
use std::io::{self, Cursor, Read};
use std::sync::{Arc, Mutex, PoisonError};

use plimsoll_core::Digest;
use plimsoll_image::{Blob, BlobSource, SourceKind};
use serde_json::Value;

use super::transport::Method;
use super::url::Url;
use super::{Client, Error, Manifest, hash};
use crate::ImageName;

/// What is known of digests: an index could name any number.
const KNOWN: usize = 16 << 10;

/// An image of a registry as a source of blobs: nothing is kept, every layer streams from the registry into whoever
/// reads it.
pub struct RemoteImage {
    client: Arc<Client>,
    name: ImageName,
    root: Manifest,
    known: Mutex<HashMap<Digest, Known>>,
}

/// What a document said of a digest.
#[derive(Clone, Debug)]
enum Known {
    Manifest,
    Blob { urls: Vec<String> },
}

impl std::fmt::Debug for RemoteImage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RemoteImage")
            .field("name", &self.name)
            .field("digest", &self.root.digest)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Opens an image for reading.
    ///
    /// # Errors
    /// As for [`Self::manifest`].
    pub fn open(self: &Arc<Self>, name: &ImageName) -> Result<RemoteImage, Error> {
        let root = self.manifest(name)?;
        let image =
            RemoteImage { client: Arc::clone(self), name: name.clone(), root, known: Mutex::default() };
        image.learn(&image.root.bytes);
        Ok(image)
    }
}

impl RemoteImage {
    /// The digest of the manifest or index that the name stands for.
    pub fn digest(&self) -> &Digest {
        &self.root.digest
    }

    /// The manifest or index that the name stands for.
    pub fn manifest(&self) -> &Manifest {
        &self.root
    }

    /// The image's name.
    pub fn name(&self) -> &ImageName {
        &self.name
    }

    /// Notes what the digests are that a document names.
    fn learn(&self, document: &[u8]) {
        let Ok(document) = serde_json::from_slice::<Value>(document) else { return };
        let list = |name: &str| document.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let manifests = list("manifests").iter().map(|descriptor| (descriptor, true));
        let blobs = list("layers").iter().chain(document.get("config")).map(|descriptor| (descriptor, false));
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for (descriptor, is_manifest) in manifests.chain(blobs) {
            let Some(digest) =
                descriptor.get("digest").and_then(Value::as_str).and_then(|text| text.parse().ok())
            else {
                continue;
            };
            if known.len() >= KNOWN {
                return;
            }
            let urls = descriptor.get("urls").and_then(Value::as_array).into_iter().flatten();
            let what = match is_manifest {
                true => Known::Manifest,
                false => {
                    Known::Blob { urls: urls.take(8).filter_map(Value::as_str).map(str::to_owned).collect() }
                }
            };
            known.insert(digest, what);
        }
    }

    fn manifest_blob(&self, digest: &Digest) -> Result<Box<dyn Blob>, Error> {
        let manifest = self.client.manifest(&self.name.with_digest(digest.clone()))?;
        self.learn(&manifest.bytes);
        Ok(Box::new(Cursor::new(manifest.bytes)))
    }

    fn layer(&self, digest: &Digest, urls: &[String]) -> Result<Box<dyn Blob + '_>, Error> {
        match self.client.blob(self.name.registry(), self.name.repository(), digest) {
            Ok(blob) => Ok(Box::new(blob)),
            Err(error)
                if error.is_not_found()
                    && self.client.transport.options.foreign_layers
                    && !urls.is_empty() =>
            {
                self.client.foreign(self.name.registry(), digest, urls)
            }
            Err(error) => Err(error),
        }
    }
}

impl BlobSource for RemoteImage {
    fn open(&self, digest: &Digest) -> io::Result<Box<dyn Blob + '_>> {
        if *digest == self.root.digest {
            return Ok(Box::new(Cursor::new(self.root.bytes.clone())));
        }
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(digest).cloned();
        Ok(match known {
            Some(Known::Manifest) => self.manifest_blob(digest)?,
            Some(Known::Blob { urls }) => self.layer(digest, &urls)?,
            None => match self.manifest_blob(digest) {
                Err(error) if error.is_not_found() => self.layer(digest, &[])?,
                other => other?,
            },
        })
    }

    fn open_part(
        &self,
        digest: &Digest,
        from: u64,
        to: u64,
    ) -> io::Result<Option<Box<dyn Read + Send + '_>>> {
        let part =
            self.client.blob_range(self.name.registry(), self.name.repository(), digest, (from, to))?;
        Ok(Some(Box::new(part)))
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Registry
    }

    fn names(&self) -> Vec<String> {
        vec![self.name.to_string()]
    }
}

impl Client {
    /// Reads a layer from where its descriptor says that it is. Anybody can write there anything.
    fn foreign(&self, registry: &str, digest: &Digest, urls: &[String]) -> Result<Box<dyn Blob>, Error> {
        let mut last = None;
        for text in urls {
            let elsewhere = |reason| Error::Elsewhere {
                from: registry.to_owned(),
                to: text.chars().take(200).collect(),
                reason,
            };
            let result = match Url::parse(text) {
                None => Err(elsewhere("it is no web address")),
                Some(url) => self.transport.exchange(&url, Method::Get, &[("accept", "*/*")], Some(registry)),
            };
            match result {
                Ok(answer) if answer.status == 200 => {
                    let size = answer.number("content-length");
                    return Ok(Box::new(Foreign { body: answer.body, size }));
                }
                Ok(answer) => {
                    last = Some(Error::Status {
                        url: answer.url.shown(),
                        status: answer.status,
                        said: String::new(),
                    });
                }
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| Error::NotFound {
            what: format!("blob {}", digest.short()),
            registry: registry.to_owned(),
            said: String::new(),
        }))
    }
}

struct Foreign<R> {
    body: R,
    size: Option<u64>,
}

impl<R: Read> Read for Foreign<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.body.read(out)
    }
}

impl<R: Read + Send> Blob for Foreign<R> {
    fn size(&self) -> Option<u64> {
        self.size
    }
}

/// Whether bytes are what their digest says.
pub(super) fn is(digest: &Digest, bytes: &[u8]) -> bool {
    hash(digest.algorithm(), bytes) == *digest
}

//! One exchange with one host: which certificates, which proxy, and whether the address must be public.

use std::collections::HashMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::sign::CertifiedKey;
use ureq::Agent;
use ureq::http::HeaderMap;
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::DefaultConnector;

use super::address::{NotPublic, PublicOnly, is_loopback, is_public};
use super::url::Url;
use super::{ClientOptions, Error, Proxy};

/// Agents kept: a registry could send to ever other hosts.
const AGENTS: usize = 64;
/// Bytes of a file with certificates.
const CERTIFICATES: u64 = 4 << 20;

/// An answer whose body has not been read.
pub(super) struct Answer {
    /// Where it came from, after redirects.
    pub(super) url: Url,
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Body,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.header(name)?.trim().parse().ok()
    }
}

/// A body, counted as it is read.
pub(super) struct Body {
    inner: ureq::BodyReader<'static>,
    moved: Arc<AtomicU64>,
}

impl Read for Body {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(out)?;
        self.moved.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// What is asked for, apart from where.
#[derive(Clone, Copy)]
pub(super) enum Method<'a> {
    Get,
    /// What a GET would say, without its body.
    Head,
    /// A form.
    Post(&'a str),
}

pub(super) type Headers<'a> = [(&'static str, &'a str)];

pub(super) struct Transport {
    pub(super) options: ClientOptions,
    agents: Mutex<HashMap<(String, bool), Agent>>,
    pub(super) moved: Arc<AtomicU64>,
    pub(super) requests: AtomicU64,
}

impl Transport {
    pub(super) fn new(options: ClientOptions) -> Self {
        let (agents, moved, requests) = (Mutex::default(), Arc::default(), AtomicU64::new(0));
        Self { options, agents, moved, requests }
    }

    /// Asks once, without following where the answer sends. Where someone else than the user has named the host,
    /// `from` is who; the address must then be public.
    pub(super) fn exchange(
        &self,
        url: &Url,
        method: Method<'_>,
        headers: &Headers<'_>,
        from: Option<&str>,
    ) -> Result<Answer, Error> {
        let guarded = from.is_some() && !self.options.allowed_hosts.iter().any(|host| url.is_on(host));
        let private = |address| Error::PrivateAddress {
            from: from.unwrap_or_default().to_owned(),
            to: url.authority(),
            address,
        };
        if guarded {
            // Behind a proxy nobody looks the name up here, so what can be told from it is told first.
            let host = url.host().trim_start_matches('[').trim_end_matches(']');
            if is_loopback(host) || host.ends_with(".localhost") {
                return Err(private(host.parse().ok()));
            }
            if let Some(ip) = host.parse().ok().filter(|ip| !is_public(*ip)) {
                return Err(private(Some(ip)));
            }
        }
        let agent = self.agent(url, guarded)?;
        self.requests.fetch_add(1, Ordering::Relaxed);
        let result = match method {
            Method::Get => {
                let request = headers
                    .iter()
                    .fold(agent.get(url.to_string()), |r, (name, value)| r.header(*name, *value));
                request.call()
            }
            Method::Head => {
                let request = headers
                    .iter()
                    .fold(agent.head(url.to_string()), |r, (name, value)| r.header(*name, *value));
                request.call()
            }
            Method::Post(form) => {
                let request = headers
                    .iter()
                    .fold(agent.post(url.to_string()), |r, (name, value)| r.header(*name, *value));
                request.header("content-type", "application/x-www-form-urlencoded").send(form)
            }
        };
        match result {
            Ok(response) => {
                let (parts, body) = response.into_parts();
                let body = Body { inner: body.into_reader(), moved: Arc::clone(&self.moved) };
                Ok(Answer { url: url.clone(), status: parts.status.as_u16(), headers: parts.headers, body })
            }
            Err(ureq::Error::Other(error)) if error.is::<NotPublic>() => {
                Err(private(error.downcast_ref::<NotPublic>().map(|NotPublic(ip)| *ip)))
            }
            Err(error) => Err(Error::Connection { url: url.shown(), source: error.into_io() }),
        }
    }

    /// Whether the registry's certificate need not be checked.
    pub(super) fn is_insecure(&self, url: &Url) -> bool {
        self.options.insecure.iter().any(|host| host == "*" || url.is_on(host))
    }

    fn agent(&self, url: &Url, guarded: bool) -> Result<Agent, Error> {
        let key = (url.origin(), guarded);
        let lock = || self.agents.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(agent) = lock().get(&key) {
            return Ok(agent.clone());
        }
        let options = &self.options;
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(options.user_agent.as_str())
            .timeout_connect(Some(options.connect))
            .timeout_resolve(Some(options.connect))
            .timeout_recv_response(Some(options.stall))
            .timeout_per_read(Some(options.stall))
            .timeout_per_write(Some(options.stall))
            .max_response_header_size(64 << 10);
        config = match &options.proxy {
            _ if is_loopback(url.host()) => config.proxy(None),
            Proxy::Environment => config.proxy(ureq::Proxy::try_from_env()),
            Proxy::Direct => config.proxy(None),
            Proxy::Url(proxy) => {
                let proxy = ureq::Proxy::new(proxy).map_err(|_| Error::Malformed {
                    what: "the proxy's address".into(),
                    reason: "expected http://host:port, with user:password@ before the host if need be"
                        .into(),
                })?;
                config.proxy(Some(proxy))
            }
        };
        if url.secure {
            config = config.tls_config(self.tls(url)?);
        }
        let (config, connector) = (config.build(), DefaultConnector::default());
        let agent = match guarded {
            true => Agent::with_parts(config, connector, PublicOnly(DefaultResolver::default())),
            false => Agent::with_parts(config, connector, DefaultResolver::default()),
        };
        let mut agents = lock();
        if agents.len() >= AGENTS {
            agents.clear();
        }
        agents.insert(key, agent.clone());
        Ok(agent)
    }

    /// The authorities that count for a host, and the client's own certificate.
    fn tls(&self, url: &Url) -> Result<TlsConfig, Error> {
        let mut roots = Vec::new();
        let mut client = None;
        for folder in self.options.certificates.iter().flat_map(|folder| folders(folder, url)) {
            read_folder(&folder, &mut roots, &mut client)?;
        }
        if let Some(path) = &self.options.authorities {
            let certificates = read_pem(path)?.0;
            if certificates.is_empty() {
                return Err(Error::File {
                    path: path.clone(),
                    reason: "it holds no certificate (PEM)".into(),
                });
            }
            roots.extend(certificates);
        }
        let roots = if roots.is_empty() { RootCerts::WebPki } else { RootCerts::new_with_certs(&roots) };
        Ok(TlsConfig::builder()
            .root_certs(roots)
            .client_cert(client)
            .disable_verification(self.is_insecure(url))
            .build())
    }
}

/// `certs.d/host:port`, and `certs.d/host` where the port is the usual one.
fn folders(folder: &Path, url: &Url) -> impl Iterator<Item = PathBuf> {
    let authority = url.authority();
    // A host is a name without slashes; what starts with a dot is none.
    let name = (!authority.contains('/') && !authority.starts_with('.')).then_some(authority);
    name.map(|name| folder.join(name)).into_iter()
}

fn read_folder(
    folder: &Path,
    roots: &mut Vec<Certificate<'static>>,
    client: &mut Option<ClientCert>,
) -> Result<(), Error> {
    let Ok(entries) = folder.read_dir() else { return Ok(()) };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort_unstable();
    for path in &paths {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("crt") => roots.extend(read_pem(path)?.0),
            Some("cert") if client.is_none() => {
                let (chain, _) = read_pem(path)?;
                let key = path.with_extension("key");
                let Some(private) = read_pem(&key)?.1 else {
                    return Err(Error::File { path: key, reason: "it holds no private key (PEM)".into() });
                };
                check_key(&chain, &key)?;
                *client = Some(ClientCert::new_with_certs(&chain, private));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether the key in a file is a certificate's. ureq finds out only when it connects, and panics then.
fn check_key(chain: &[Certificate<'static>], key: &Path) -> Result<(), Error> {
    let failed = |reason: String| Error::File { path: key.to_owned(), reason };
    let der = PrivateKeyDer::from_pem_slice(&read_file(key)?).map_err(|error| failed(error.to_string()))?;
    let chain = chain.iter().map(|certificate| certificate.der().to_vec().into()).collect();
    let provider = rustls::crypto::ring::default_provider();
    CertifiedKey::from_der(chain, der, &provider).map(drop).map_err(|error| failed(error.to_string()))
}

type Pem = (Vec<Certificate<'static>>, Option<PrivateKey<'static>>);

fn read_pem(path: &Path) -> Result<Pem, Error> {
    let failed = |reason: String| Error::File { path: path.to_owned(), reason };
    let bytes = read_file(path)?;
    let mut pem: Pem = (Vec::new(), None);
    for item in parse_pem(&bytes) {
        match item.map_err(|error| failed(error.to_string()))? {
            PemItem::Certificate(certificate) => pem.0.push(certificate),
            PemItem::PrivateKey(key) => pem.1 = Some(key),
            _ => {}
        }
    }
    Ok(pem)
}

fn read_file(path: &Path) -> Result<Vec<u8>, Error> {
    let failed = |error: io::Error| Error::File { path: path.to_owned(), reason: error.to_string() };
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(failed)?.take(CERTIFICATES).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

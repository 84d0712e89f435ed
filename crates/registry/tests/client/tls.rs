//! Encrypted connections: whom the client trusts, and how it shows who it is.

use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use crate::server::Server;
use crate::wire::{image, options, scan};
use plimsoll_registry::{Client, ClientOptions, ImageName};

/// An authority that nobody knows of.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(params, key).expect("a certificate"))
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for a name, and its key, both PEM and DER.
    fn issue(&self, name: &str, of_client: bool) -> (rcgen::Certificate, KeyPair) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        params.extended_key_usages = vec![match of_client {
            true => ExtendedKeyUsagePurpose::ClientAuth,
            false => ExtendedKeyUsagePurpose::ServerAuth,
        }];
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.0).expect("signed");
        (certificate, key)
    }

    /// A server for a name; one that wants a certificate of `clients` to be shown.
    pub(crate) fn server(&self, name: &str, clients: Option<&Authority>) -> ServerConfig {
        let (certificate, key) = self.issue(name, false);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("versions");
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some(clients) => {
                let mut roots = RootCertStore::empty();
                roots.add(CertificateDer::from(clients.0.der().to_vec())).expect("an authority");
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.with_client_cert_verifier(verifier.build().expect("a verifier"))
            }
        };
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        builder.with_single_cert(vec![certificate.der().clone()], key).expect("a certificate")
    }
}

fn honest(config: ServerConfig) -> Server {
    let blobs = image();
    Server::tls(config, move |request| blobs.answer(request))
}

fn name(server: &Server) -> ImageName {
    format!("{}/ship", server.host()).parse().expect("a name")
}

fn client(options: ClientOptions) -> Arc<Client> {
    Arc::new(Client::new(options))
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::create_dir_all(folder).expect("a folder");
    std::fs::write(folder.join(name), text).expect("written");
}

#[test]
fn an_unknown_authority_is_not_believed() {
    let authority = Authority::new();
    let server = honest(authority.server("127.0.0.1", None));
    let error = scan(&client(options()), &name(&server)).unwrap_err();
    assert!(error.contains("certificate") || error.contains("UnknownIssuer"), "{error}");
    assert_eq!(server.asked().len(), 0, "and nothing is asked of it");
    // Nor one that signed for somebody else.
    let other = honest(authority.server("registry.example", None));
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "ca.pem", &authority.pem());
    let trusting = || ClientOptions { authorities: Some(folder.path().join("ca.pem")), ..options() };
    assert!(scan(&client(trusting()), &name(&other)).is_err());
    // By the file that the user names.
    assert_eq!(scan(&client(trusting()), &name(&server)), Ok(3));
    assert_eq!(server.asked().len(), 5);
    // By the user's word.
    let insecure = ClientOptions { insecure: vec![server.host()], ..options() };
    assert_eq!(scan(&client(insecure), &name(&server)), Ok(3));
    // Only for the host that is named.
    let insecure = ClientOptions { insecure: vec!["127.0.0.1:1".into()], ..options() };
    assert!(scan(&client(insecure), &name(&server)).is_err());
}

#[test]
fn a_registry_s_own_authority_lies_in_its_folder() {
    let (authority, other) = (Authority::new(), Authority::new());
    let server = honest(authority.server("127.0.0.1", None));
    let folder = tempfile::tempdir().unwrap();
    let with = || ClientOptions { certificates: vec![folder.path().to_owned()], ..options() };
    write(&folder.path().join("127.0.0.1:1"), "ca.crt", &authority.pem());
    assert!(scan(&client(with()), &name(&server)).is_err(), "another registry's counts for that one alone");
    let own = folder.path().join(server.host());
    write(&own, "a.crt", &other.pem());
    assert!(scan(&client(with()), &name(&server)).is_err());
    write(&own, "b.crt", &authority.pem());
    assert_eq!(scan(&client(with()), &name(&server)), Ok(3));
    // What is no certificate is said, and not passed over.
    write(&own, "c.crt", "-----BEGIN CERTIFICATE-----\nAA==\n");
    let error = client(with()).manifest(&name(&server)).unwrap_err().to_string();
    assert!(error.contains("c.crt"), "{error}");
}

#[test]
fn a_client_shows_its_certificate_where_it_has_one() {
    let (authority, clients) = (Authority::new(), Authority::new());
    let server = honest(authority.server("127.0.0.1", Some(&clients)));
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join(server.host());
    let with = || ClientOptions { certificates: vec![folder.path().to_owned()], ..options() };
    write(&own, "ca.crt", &authority.pem());
    assert!(scan(&client(with()), &name(&server)).is_err(), "none to show");
    let (stranger, key) = Authority::new().issue("someone", true);
    write(&own, "client.cert", &stranger.pem());
    write(&own, "client.key", &key.serialize_pem());
    assert!(scan(&client(with()), &name(&server)).is_err(), "one that the registry does not know");
    let (certificate, key) = clients.issue("scanner", true);
    write(&own, "client.cert", &certificate.pem());
    let error = client(with()).manifest(&name(&server)).unwrap_err().to_string();
    assert!(error.contains("client.key"), "a key that is not the certificate's: {error}");
    write(&own, "client.key", &key.serialize_pem());
    assert_eq!(scan(&client(with()), &name(&server)), Ok(3));
    // A certificate that is none, or has no key, is said.
    write(&own, "client.cert", "");
    assert!(client(with()).manifest(&name(&server)).is_err());
    write(&own, "client.cert", &certificate.pem());
    std::fs::remove_file(own.join("client.key")).unwrap();
    let error = client(with()).manifest(&name(&server)).unwrap_err().to_string();
    assert!(error.contains("client.key"), "{error}");
}

//! Registries that behave, and registries that do not.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::server::{Answer, Blobs, Request, Server, answer};
use plimsoll_core::Silent;
use plimsoll_image::{Blob, BlobSource, Image, OpenOptions};
use plimsoll_registry::{
    Client, ClientOptions, Credential, Credentials, Error, ForRegistry, ImageName, Proxy, Retry,
};
use plimsoll_testkit::{Compression, ImageBuilder, LayerBuilder, TarBuilder, sha256};

pub(crate) fn options() -> ClientOptions {
    let retry = Retry { first: Duration::from_millis(1), most: Duration::from_secs(2), ..Retry::default() };
    ClientOptions { retry, proxy: Proxy::Direct, stall: Duration::from_secs(10), ..ClientOptions::default() }
}

fn client() -> Arc<Client> {
    Arc::new(Client::new(options()))
}

fn name(server: &Server) -> ImageName {
    format!("{}/ship", server.host()).parse().expect("a name")
}

pub(crate) fn image() -> Blobs {
    // Not compressible, so that a blob is as large as it looks.
    let mut state = 7_u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    })
    .take(600_000)
    .collect();
    let layer = LayerBuilder::new(TarBuilder::new().file("a", "content").file("noise", noise));
    let plain = LayerBuilder::new(TarBuilder::new().file("b", "more")).compression(Compression::None);
    Blobs::of(&ImageBuilder::new().layer(layer).layer(plain).oci_tree())
}

fn honest() -> (Blobs, Server) {
    let blobs = image();
    let own = blobs.clone();
    (blobs, Server::new(move |request| own.answer(request)))
}

/// Reads every layer, and so checks every digest.
pub(crate) fn scan(client: &Arc<Client>, name: &ImageName) -> Result<u64, String> {
    struct Count;
    impl plimsoll_core::LayerVisitor for Count {
        fn entry(&mut self, _: &plimsoll_core::Entry<'_>) -> plimsoll_core::Take {
            plimsoll_core::Take::Skip
        }
        fn content(&mut self, _: &plimsoll_core::Entry<'_>, _: plimsoll_core::Content<'_>) {}
    }
    let remote = client.open(name).map_err(|error| error.to_string())?;
    let digest = remote.digest().clone();
    let options = OpenOptions::default();
    let image = Image::from_blobs(Box::new(remote), &digest, &options).map_err(|error| error.to_string())?;
    let read = image.read(&|_| true, &|_| Count, &Silent).map_err(|error| error.to_string())?;
    Ok(read.iter().flatten().map(|layer| layer.entries.len() as u64).sum())
}

#[test]
fn an_image_streams_from_the_registry() {
    let (blobs, server) = honest();
    let client = client();
    assert_eq!(scan(&client, &name(&server)), Ok(3));
    // The index, the manifest, the configuration, two layers: each once.
    assert_eq!(server.asked().len(), 5);
    let by_digest = name(&server).with_digest(blobs.root.clone());
    assert_eq!(client.manifest(&by_digest).unwrap().digest, blobs.root);
    let missing: ImageName = format!("{}/other:1", server.host()).parse().unwrap();
    assert!(client.manifest(&missing).unwrap_err().is_not_found());
}

#[test]
fn a_broken_connection_goes_on_where_it_was() {
    let blobs = image();
    let (own, cuts) = (blobs.clone(), AtomicU32::new(0));
    let server = Server::new(move |request| {
        let answer = own.answer(request);
        // Every answer of some size is cut off after 100 000 bytes.
        if answer.body.len() > 100_000 && answer.status < 300 {
            cuts.fetch_add(1, Ordering::Relaxed);
            return answer.cut(100_000);
        }
        answer
    });
    assert_eq!(scan(&client(), &name(&server)), Ok(3));
    let ranges: Vec<_> =
        server.asked().iter().filter_map(|request| request.header("range").map(str::to_owned)).collect();
    assert!(ranges.len() >= 5, "{ranges:?}");
    assert_eq!(ranges[0], "bytes=100000-");
}

#[test]
fn a_registry_without_ranges_is_read_again_from_the_start() {
    let blobs = image();
    let (own, first) = (blobs.clone(), AtomicU32::new(0));
    let server = Server::new(move |request| {
        let mut request = request.clone();
        request.headers.remove("range");
        let answer = own.answer(&request);
        if answer.body.len() > 100_000 && first.fetch_add(1, Ordering::Relaxed) == 0 {
            return answer.cut(100_000);
        }
        answer
    });
    assert_eq!(scan(&client(), &name(&server)), Ok(3));
}

#[test]
fn what_is_cut_off_again_and_again_is_an_error() {
    let blobs = image();
    let server = Server::new(move |request| {
        let answer = blobs.answer(request);
        if request.path.contains("/blobs/") && answer.body.len() > 1000 { answer.cut(0) } else { answer }
    });
    let error = scan(&client(), &name(&server)).unwrap_err();
    assert!(error.contains("layer 0"), "{error}");
}

#[test]
fn lies_about_digests_are_found() {
    // A manifest that is not what its digest says.
    let blobs = image();
    let own = blobs.clone();
    let server = Server::new(move |request| {
        let mut answer = own.answer(request);
        if request.path.contains("/manifests/") {
            answer.body.push(b' ');
        }
        answer
    });
    let by_digest = name(&server).with_digest(blobs.root.clone());
    assert!(matches!(client().manifest(&by_digest), Err(Error::DigestMismatch { .. })));
    // By the tag, what the registry says of it is not true either.
    assert!(matches!(client().manifest(&name(&server)), Err(Error::DigestMismatch { .. })));
    // A layer that is another.
    let server = Server::new(move |request| {
        let mut answer = blobs.answer(request);
        if request.path.contains("/blobs/") && answer.body.len() > 1000 {
            answer.body[500] ^= 1;
        }
        answer
    });
    let error = scan(&client(), &name(&server)).unwrap_err();
    assert!(error.contains("was changed or damaged"), "{error}");
}

#[test]
fn a_registry_that_is_busy_is_asked_again() {
    for (status, wait) in [(429, Some("0")), (429, None), (500, None), (503, Some("1"))] {
        let (blobs, count) = (image(), AtomicU32::new(0));
        let server = Server::new(move |request| {
            if count.fetch_add(1, Ordering::Relaxed) % 3 != 2 {
                let busy = answer(status);
                return match wait {
                    Some(wait) => busy.header("retry-after", wait),
                    None => busy,
                };
            }
            blobs.answer(request)
        });
        let before = std::time::Instant::now();
        assert!(client().manifest(&name(&server)).is_ok(), "{status}");
        assert_eq!(server.asked().len(), 3);
        // Where the registry names a time, that long is waited.
        assert!(wait != Some("1") || before.elapsed() >= Duration::from_secs(2));
    }
}

#[test]
fn a_registry_that_stays_busy_is_an_error() {
    let server = Server::new(|_| answer(429).header("retry-after", "3600"));
    assert!(matches!(client().manifest(&name(&server)), Err(Error::Throttled { wait: 3600, .. })));
    assert_eq!(server.asked().len(), 1);
    let server =
        Server::new(|_| answer(500).body(r#"{"errors":[{"code":"UNKNOWN","message":"the disk is full"}]}"#));
    let error = client().manifest(&name(&server)).unwrap_err();
    assert!(error.is_temporary() && error.to_string().contains("the disk is full"), "{error}");
    assert_eq!(server.asked().len(), 5);
}

#[test]
fn redirects_end() {
    let server = Server::new(|request| answer(307).header("location", format!("{}x", request.path)));
    let error = client().manifest(&name(&server)).unwrap_err();
    assert!(matches!(error, Error::Redirects { limit: 5, .. }), "{error}");
    assert_eq!(server.asked().len(), 6);
}

#[test]
fn a_redirect_to_a_private_address_is_refused() {
    let inside = Server::new(|_| answer(200).body("secret"));
    let targets = [
        format!("http://{}/latest/meta-data", inside.host()),
        format!("http://localhost:{}/", inside.host().rsplit(':').next().unwrap()),
        "http://169.254.169.254/latest/meta-data/".into(),
        "http://[::1]:1/".into(),
        "http://[::ffff:10.0.0.1]/".into(),
        "http://0/".into(),
        "http://2130706433/".into(),
        "http://0x7f.1/".into(),
        "//10.0.0.1/x".into(),
        "http://foo.localhost/".into(),
    ];
    for target in targets {
        let to = target.clone();
        let server = Server::new(move |_| answer(302).header("location", to.clone()));
        let error = client().manifest(&name(&server)).unwrap_err();
        assert!(matches!(error, Error::PrivateAddress { .. }), "{target}: {error}");
    }
    for target in ["file:///etc/passwd", "gopher://10.0.0.1/", "https://user@10.0.0.1/", "http://"] {
        let server = Server::new(move |_| answer(302).header("location", target));
        let error = client().manifest(&name(&server)).unwrap_err();
        assert!(matches!(error, Error::Elsewhere { .. }), "{target}: {error}");
    }
    assert_eq!(inside.asked().len(), 0, "nobody asked there");
}

#[test]
fn a_host_that_the_user_allows_is_sent_to_without_credentials() {
    let blobs = image();
    let (own, storage_blobs) = (blobs.clone(), blobs.clone());
    let storage = Server::new(move |request| {
        let digest = request.path.rsplit('/').next().unwrap_or_default();
        let request = Request { path: format!("/v2/ship/blobs/{digest}"), ..request.clone() };
        storage_blobs.answer(&request)
    });
    let to = storage.host();
    let server = Server::new(move |request| {
        if request.header("authorization").is_none() {
            return answer(401).header("www-authenticate", "Basic realm=\"x\"");
        }
        match request.path.strip_prefix("/v2/ship/blobs/") {
            Some(digest) => answer(307).header("location", format!("http://{to}/bucket/{digest}")),
            None => own.answer(request),
        }
    });
    let credentials = mine(&server);
    let allowed_hosts = vec![storage.host()];
    let client = Arc::new(Client::new(ClientOptions { credentials, allowed_hosts, ..options() }));
    assert_eq!(scan(&client, &name(&server)), Ok(3));
    assert_eq!(storage.asked().len(), 3);
    assert!(storage.asked().iter().all(|request| request.header("authorization").is_none()));
}

fn mine(server: &Server) -> Arc<dyn Credentials> {
    Arc::new(ForRegistry {
        registry: server.host(),
        credential: Credential::Basic { user: "me".into(), password: "secret".into() },
        others: plimsoll_registry::Anonymous,
    })
}

/// `me:secret`, by base64(1).
const BASIC: &str = "Basic bWU6c2VjcmV0";

#[test]
fn a_password_is_shown_only_where_it_is_asked_for() {
    let blobs = image();
    let server = Server::new(move |request| match request.header("authorization") {
        Some(BASIC) => blobs.answer(request),
        _ => answer(401).header("www-authenticate", "Basic realm=\"Registry\""),
    });
    let with = Arc::new(Client::new(ClientOptions { credentials: mine(&server), ..options() }));
    assert_eq!(scan(&with, &name(&server)), Ok(3));
    let asked = server.asked();
    assert_eq!(asked[0].header("authorization"), None, "not before it is asked for");
    assert_eq!(asked.len(), 6, "and then at once");
    let error = client().manifest(&name(&server)).unwrap_err();
    assert!(matches!(error, Error::Denied { status: 401, .. }), "{error}");
}

#[test]
fn tokens_are_fetched_kept_and_renewed() {
    let blobs = image();
    let here = Arc::new(std::sync::Mutex::new(String::new()));
    let (own, issued) = (Arc::clone(&here), AtomicU32::new(0));
    let server = Server::new(move |request| {
        if let Some(query) = request.path.strip_prefix("/token?") {
            assert_eq!(query, "service=the%20registry&scope=repository%3Aship%3Apull");
            if request.header("authorization") != Some(BASIC) {
                return answer(401);
            }
            let number = issued.fetch_add(1, Ordering::Relaxed);
            return answer(200).body(format!(r#"{{"token":"t{number}","expires_in":300}}"#));
        }
        match request.header("authorization") {
            // The first token is taken back after the manifest has been read.
            Some("Bearer t0") if request.path.ends_with("latest") => blobs.answer(request),
            Some("Bearer t1") => blobs.answer(request),
            _ => answer(401).header(
                "www-authenticate",
                format!(
                    r#"Bearer realm="http://{}/token",service="the registry",scope="repository:ship:pull""#,
                    own.lock().unwrap()
                ),
            ),
        }
    });
    *here.lock().unwrap() = server.host();
    let with = Arc::new(Client::new(ClientOptions { credentials: mine(&server), ..options() }));
    assert_eq!(scan(&with, &name(&server)), Ok(3));
    let tokens = server.asked().iter().filter(|request| request.path.starts_with("/token")).count();
    assert!((2..=3).contains(&tokens), "{tokens}");
    let shown: Vec<_> =
        server.asked().into_iter().filter(|request| !request.path.starts_with("/token")).collect();
    assert!(
        shown.iter().all(|request| request.header("authorization") != Some(BASIC)),
        "no password to the registry"
    );
}

#[test]
fn an_identity_token_is_posted() {
    let blobs = image();
    let here = Arc::new(std::sync::Mutex::new(String::new()));
    let own = Arc::clone(&here);
    let server = Server::new(move |request| {
        if request.path == "/oauth2/token" {
            let form = "grant_type=refresh_token&client_id=plimsoll&service=s&scope=repository%3Aship%3Apull&refresh_token=r%2Ft";
            return match (request.method.as_str(), request.body == form) {
                ("POST", true) => answer(200).body(r#"{"access_token":"a"}"#),
                _ => answer(400),
            };
        }
        match request.header("authorization") {
            Some("Bearer a") => blobs.answer(request),
            _ => answer(401).header(
                "www-authenticate",
                format!(r#"Bearer realm="http://{}/oauth2/token",service="s""#, own.lock().unwrap()),
            ),
        }
    });
    *here.lock().unwrap() = server.host();
    let credentials = Arc::new(ForRegistry {
        registry: server.host(),
        credential: Credential::Refresh("r/t".into()),
        others: plimsoll_registry::Anonymous,
    });
    let with = Arc::new(Client::new(ClientOptions { credentials, ..options() }));
    assert_eq!(scan(&with, &name(&server)), Ok(3));
}

#[test]
fn a_password_is_not_given_to_whatever_host_a_registry_names() {
    let elsewhere = Server::new(|_| answer(401));
    let port = elsewhere.host().rsplit(':').next().unwrap().to_owned();
    for realm in [format!("http://localhost:{port}/token"), "http://169.254.169.254/token".into()] {
        let server =
            Server::new(move |_| answer(401).header("www-authenticate", format!("Bearer realm=\"{realm}\"")));
        let with = Client::new(ClientOptions { credentials: mine(&server), ..options() });
        let error = with.manifest(&name(&server)).unwrap_err();
        assert!(matches!(error, Error::PrivateAddress { .. }), "{error}");
    }
    // Even where the address may be asked, the password stays here.
    let realm = format!("http://localhost:{port}/token");
    let server =
        Server::new(move |_| answer(401).header("www-authenticate", format!("Bearer realm=\"{realm}\"")));
    let allowed_hosts = vec!["other.example".into()];
    let with = Client::new(ClientOptions { credentials: mine(&server), allowed_hosts, ..options() });
    assert!(with.manifest(&name(&server)).is_err());
    assert!(elsewhere.asked().iter().all(|request| request.header("authorization").is_none()));
}

#[test]
fn foreign_layers_are_left_alone_unless_asked_for() {
    let mut blobs = image();
    // The first layer is only where its descriptor says.
    let layer = blobs
        .blobs
        .iter()
        .find(|(_, bytes)| bytes.len() > 100_000)
        .map(|(digest, _)| digest.clone())
        .unwrap();
    let content = blobs.blobs.remove(&layer).unwrap();
    let outside = Server::new(move |_| answer(200).body(content.clone()));
    let address = format!("http://{}/layer", outside.host());
    let rewrite = |bytes: &[u8]| {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let from =
            format!("{{\"digest\":\"{layer}\",\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\"");
        assert!(text.contains(&from), "{text}");
        let to = format!(
            "{{\"urls\":[\"{address}\"],\"digest\":\"{layer}\",\"mediaType\":\"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip\""
        );
        text.replace(&from, &to).into_bytes()
    };
    let manifest = blobs
        .blobs
        .values()
        .find(|bytes| {
            bytes.starts_with(b"{")
                && bytes.windows(8).any(|w| w == b"\"layers\"")
                && bytes.windows(10).any(|w| w == b"\"mediaType")
        })
        .unwrap()
        .clone();
    let changed = rewrite(&manifest);
    blobs.root = sha256(&changed);
    blobs.blobs.insert(blobs.root.to_string(), changed);
    let server = Server::new(move |request| blobs.answer(request));
    // The reader reports the layer as not there, and nobody asked outside.
    assert_eq!(scan(&client(), &name(&server)), Ok(1));
    assert_eq!(outside.asked().len(), 0);
    let asking = Arc::new(Client::new(ClientOptions { foreign_layers: true, ..options() }));
    let error = scan(&asking, &name(&server)).unwrap_err();
    assert!(error.contains("private address"), "{error}");
    let allowed_hosts = vec![outside.host()];
    let allowed = Arc::new(Client::new(ClientOptions { foreign_layers: true, allowed_hosts, ..options() }));
    assert_eq!(scan(&allowed, &name(&server)), Ok(3));
}

#[test]
fn mirrors_are_asked_first() {
    let (_, server) = honest();
    let broken = Server::new(|_| answer(500));
    let closed = "127.0.0.1:1".to_owned();
    let mirrors = [("origin.example".to_owned(), vec![closed, broken.host(), server.host()])].into();
    let client = Arc::new(Client::new(ClientOptions { mirrors, ..options() }));
    assert_eq!(scan(&client, &"origin.example/ship".parse().unwrap()), Ok(3));
    assert_eq!(server.asked().len(), 5);
}

#[test]
fn listings_are_read_to_their_end() {
    let server = Server::new(|request| {
        let page = |body: &str, next: Option<&str>| {
            let page = answer(200).body(body);
            match next {
                Some(next) => page.header("link", format!("<{next}>; rel=\"next\"")),
                None => page,
            }
        };
        match request.path.as_str() {
            "/v2/_catalog?n=1000" => {
                page(r#"{"repositories":["a","../b","c"]}"#, Some("/v2/_catalog?last=c&n=1000"))
            }
            "/v2/_catalog?last=c&n=1000" | "/v2/_catalog?n=1000&last=c" => {
                page(r#"{"repositories":["d"]}"#, None)
            }
            "/v2/a/tags/list?n=1000" => page(r#"{"name":"a","tags":null}"#, None),
            "/v2/loop/tags/list?n=1000" => page(r#"{"tags":["x"]}"#, Some("/v2/loop/tags/list?n=1000")),
            "/v2/away/tags/list?n=1000" => page(r#"{"tags":["x"]}"#, Some("http://10.0.0.1/v2/away")),
            _ => answer(404),
        }
    });
    let client = client();
    let all = |listing: plimsoll_registry::Listing<'_>| {
        listing.collect::<Result<Vec<_>, _>>().map(|pages| pages.concat())
    };
    assert_eq!(all(client.catalog(&server.host(), None)).unwrap(), ["a", "c", "d"]);
    assert_eq!(all(client.catalog(&server.host(), Some("c"))).unwrap(), ["d"]);
    assert_eq!(all(client.tags(&server.host(), "a", None)).unwrap(), [""; 0]);
    for repository in ["loop", "away"] {
        assert!(
            matches!(all(client.tags(&server.host(), repository, None)), Err(Error::Malformed { .. })),
            "{repository}"
        );
    }
    assert!(all(client.tags(&server.host(), "none", None)).unwrap_err().is_not_found());
}

#[test]
fn what_a_tag_names_is_told_without_its_manifest() {
    let blobs = image();
    let manifest = "application/vnd.oci.image.manifest.v1+json";
    let own = blobs.clone();
    // One registry says it, one says it only with the manifest, one has no such request.
    for (status, says) in [(200, true), (200, false), (405, false)] {
        let own = own.clone();
        let server = Server::new(move |request| match request.method.as_str() {
            "HEAD" if status != 200 => answer(status),
            "HEAD" => {
                let digest = own.root.to_string();
                let head = answer(200).header("content-type", manifest);
                if says { head.header("docker-content-digest", digest) } else { head }
            }
            _ => own.answer(request),
        });
        let found = client().resolve(&name(&server)).unwrap();
        let said = if says { manifest } else { "" };
        assert_eq!((&found.digest, found.media_type.as_str()), (&blobs.root, said));
        let gets = server
            .asked()
            .iter()
            .filter(|one| one.path.contains("/manifests/") && one.method == "GET")
            .count();
        assert_eq!(gets, usize::from(!says), "{status}");
    }
    let server = Server::new(|request| if request.path == "/v2/" { answer(200) } else { answer(404) });
    assert!(client().resolve(&name(&server)).unwrap_err().is_not_found());
}

#[test]
fn referrers_are_found_in_both_ways() {
    let subject = sha256(b"subject");
    let index = |kind: &str| {
        format!(
            r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{}","size":7,"artifactType":"{kind}"}},{{"digest":"none"}}]}}"#,
            sha256(b"sbom")
        )
    };
    let (new, old) = (index("application/spdx+json"), index("application/vnd.cyclonedx+json"));
    let (path, tag) =
        (format!("/v2/new/referrers/{subject}"), format!("/v2/old/manifests/sha256-{}", subject.hex()));
    let second = index("application/vnd.in-toto+json");
    let more = format!("/v2/paged/referrers/{subject}");
    let server = Server::new(move |request| match request.path.split('?').next() {
        Some(asked) if asked == more && request.path.ends_with("page=2") => answer(200).body(second.clone()),
        Some(asked) if asked == more => {
            answer(200).body(new.clone()).header("link", format!("<{more}?page=2>; rel=\"next\""))
        }
        Some(asked) if asked == path => answer(200).body(new.clone()),
        Some(asked) if asked == tag => answer(200).body(old.clone()),
        _ => answer(404),
    });
    let client = client();
    let found = |repository, kind| client.referrers(&server.host(), repository, &subject, kind).unwrap();
    assert_eq!(found("new", None)[0].artifact_type.as_deref(), Some("application/spdx+json"));
    assert_eq!(found("new", Some("application/vnd.cyclonedx+json")), []);
    assert_eq!(found("old", Some("application/vnd.cyclonedx+json")).len(), 1);
    assert_eq!(found("none", None), []);
    assert_eq!(found("paged", None).len(), 2);
    assert_eq!(found("paged", Some("application/vnd.in-toto+json")).len(), 1);
}

#[test]
fn documents_are_bounded() {
    let huge = answer(200).header("content-length", "99999999999").cut(0);
    let endless = || answer(200).body(vec![b' '; 5 << 20]);
    let huge: Answer = huge;
    for reply in [huge, endless()] {
        let server = Server::new(move |_| reply.clone());
        let error = client().manifest(&name(&server)).unwrap_err();
        assert!(matches!(error, Error::TooLarge { .. }), "{error}");
    }
}

#[test]
fn a_part_of_a_blob_is_fetched_by_itself() {
    let (blobs, server) = honest();
    let client = client();
    let (digest, bytes) = blobs.blobs.iter().find(|(_, bytes)| bytes.len() > 100_000).unwrap();
    let digest = digest.parse().unwrap();
    let mut part = Vec::new();
    client.blob_range(&server.host(), "ship", &digest, (1000, 3000)).unwrap().read_to_end(&mut part).unwrap();
    assert_eq!(part, bytes[1000..3000]);
    assert_eq!(client.bytes_read(), 2000);
    // A blob that is passed over is not moved.
    let mut blob = client.blob(&server.host(), "ship", &digest).unwrap();
    assert_eq!(blob.size(), Some(bytes.len() as u64));
    assert_eq!(blob.skip(500_000).unwrap(), 500_000);
    let mut rest = Vec::new();
    blob.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, bytes[500_000..]);
    // And a source says what is not there.
    let remote = client.open(&name(&server)).unwrap();
    let missing = remote.open(&sha256(b"missing")).err().map(|error| error.kind());
    assert_eq!(missing, Some(io::ErrorKind::NotFound));
}

#[test]
fn helpers_are_run_without_a_shell() {
    if let Some(config) = std::env::var_os("PLIMSOLL_TEST_CONFIG") {
        let credentials = plimsoll_registry::DockerConfig::open(config.as_ref()).unwrap();
        assert_eq!(credentials.get("d.example", "").unwrap(), Some(Credential::Refresh("t".into())));
        assert_eq!(credentials.get("e.example", "").unwrap(), None);
        return;
    }
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.json");
    std::fs::write(&config, r#"{"credHelpers":{"a.example":"../../bin/sh","b.example":"x; touch /tmp/y","c.example":"plimsoll-none"}}"#).unwrap();
    let credentials = plimsoll_registry::DockerConfig::open(&config).unwrap();
    for registry in ["a.example", "b.example", "c.example"] {
        assert!(matches!(credentials.get(registry, ""), Err(Error::Helper { .. })), "{registry}");
    }
    // A helper is found by the search path, which a test must not change for the others: so this one is started again,
    // in a process of its own.
    let program = folder.path().join("docker-credential-plimsoll-test");
    std::fs::write(&program, "#!/bin/sh\nread -r host\ncase $host in\nd.example) echo '{\"ServerURL\":\"d.example\",\"Username\":\"<token>\",\"Secret\":\"t\"}';;\n*) echo 'credentials not found in native keychain'; exit 1;;\nesac\n").unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::write(&config, r#"{"credsStore":"plimsoll-test"}"#).unwrap();
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap_or_default());
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "wire::helpers_are_run_without_a_shell"])
        .env("PATH", path)
        .env("PLIMSOLL_TEST_CONFIG", &config)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

//! Proxies: what goes through them, and what does not.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};

use crate::server::{Server, answer};
use crate::tls::Authority;
use crate::wire::{image, options, scan};
use plimsoll_registry::{Client, ClientOptions, Error, Proxy, Registries};

/// A proxy that knows one address for every name.
struct Tunnel {
    address: SocketAddr,
    log: Arc<Mutex<Vec<String>>>,
}

impl Tunnel {
    fn to(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let log = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&log);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (target, log) = (target.clone(), Arc::clone(&shared));
                std::thread::spawn(move || tunnel(stream, &target, &log));
            }
        });
        Self { address, log }
    }

    fn asked(&self) -> Vec<String> {
        self.log.lock().expect("nobody panics here").clone()
    }
}

fn tunnel(client: TcpStream, target: &str, log: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(client.try_clone().ok()?);
    let (mut first, mut authorization) = (String::new(), String::new());
    reader.read_line(&mut first).ok()?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("proxy-authorization")
        {
            authorization = format!(" {}", value.trim());
        }
    }
    let wanted = first.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
    log.lock().ok()?.push(format!("{wanted}{authorization}"));
    let mut client = client;
    if !wanted.starts_with("CONNECT ") {
        client.write_all(b"HTTP/1.1 405 no\r\ncontent-length: 0\r\n\r\n").ok()?;
        return None;
    }
    let mut server = TcpStream::connect(target).ok()?;
    client.write_all(b"HTTP/1.1 200 ok\r\n\r\n").ok()?;
    let (mut to, mut back) = (server.try_clone().ok()?, client.try_clone().ok()?);
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut reader, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
    let mut buffer = [0; 16384];
    while let Ok(count) = server.read(&mut buffer)
        && count > 0
    {
        back.write_all(&buffer[..count]).ok()?;
    }
    let _ = client.shutdown(Shutdown::Both);
    None
}

/// A registry that only the proxy knows.
fn hidden() -> (Server, Tunnel, tempfile::TempDir) {
    let authority = Authority::new();
    let blobs = image();
    let server = Server::tls(authority.server("registry.test", None), move |request| blobs.answer(request));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
    let tunnel = Tunnel::to(server.host());
    (server, tunnel, folder)
}

#[test]
fn names_are_looked_up_by_the_proxy() {
    let (server, tunnel, folder) = hidden();
    let proxy = Proxy::Url(format!("http://me:secret@{}", tunnel.address));
    let authorities = Some(folder.path().join("ca.pem"));
    let client = Arc::new(Client::new(ClientOptions { proxy, authorities, ..options() }));
    assert_eq!(scan(&client, &"registry.test/ship".parse().unwrap()), Ok(3));
    assert_eq!(server.asked().len(), 5);
    let asked = tunnel.asked();
    // RFC 7617: the base64 of `me:secret`.
    assert!(asked.iter().all(|one| one == "CONNECT registry.test:443 Basic bWU6c2VjcmV0"), "{asked:?}");
    // With a port of its own.
    let other = "registry.test:5000/ship".parse().unwrap();
    assert_eq!(scan(&client, &other), Ok(3));
    assert_eq!(tunnel.asked().last().unwrap(), "CONNECT registry.test:5000 Basic bWU6c2VjcmV0");
}

#[test]
fn this_machine_s_registries_are_asked_directly() {
    let (_server, tunnel, _folder) = hidden();
    let blobs = image();
    let own = Server::new(move |request| blobs.answer(request));
    let proxy = Proxy::Url(format!("http://{}", tunnel.address));
    let client = Arc::new(Client::new(ClientOptions { proxy, ..options() }));
    assert_eq!(scan(&client, &format!("{}/ship", own.host()).parse().unwrap()), Ok(3));
    assert_eq!(tunnel.asked(), [""; 0]);
}

#[test]
fn a_private_address_is_not_asked_for_behind_a_proxy_either() {
    let authority = Authority::new();
    let server = Server::tls(authority.server("registry.test", None), |_| {
        answer(307).header("location", "https://169.254.169.254/latest/meta-data")
    });
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
    let tunnel = Tunnel::to(server.host());
    let proxy = Proxy::Url(format!("http://{}", tunnel.address));
    let authorities = Some(folder.path().join("ca.pem"));
    let client = Client::new(ClientOptions { proxy, authorities, ..options() });
    let error = client.manifest(&"registry.test/ship".parse().unwrap()).unwrap_err();
    assert!(matches!(error, Error::PrivateAddress { .. }), "{error}");
    assert!(tunnel.asked().iter().all(|one| one.starts_with("CONNECT registry.test:443")));
}

const CHILD: &str = "PLIMSOLL_REGISTRY_PROXY_CHILD";

/// Not a test of its own: reads an image as the environment says.
#[test]
fn child() {
    let Ok(authorities) = std::env::var(CHILD) else { return };
    let (authorities, proxy) = (Some(authorities.into()), Proxy::Environment);
    let client = Arc::new(Client::new(ClientOptions { proxy, authorities, ..options() }));
    println!("came to {:?}", scan(&client, &"registry.test/ship".parse().unwrap()));
}

#[test]
fn the_environment_names_the_proxy_and_what_does_not_go_through_it() {
    let (_server, tunnel, folder) = hidden();
    let run = |variables: &[(&str, &str)]| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "proxy::child", "--nocapture", "--test-threads=1"]);
        for name in [
            "HTTPS_PROXY",
            "https_proxy",
            "ALL_PROXY",
            "all_proxy",
            "HTTP_PROXY",
            "http_proxy",
            "NO_PROXY",
            "no_proxy",
        ] {
            command.env_remove(name);
        }
        let output =
            command.env(CHILD, folder.path().join("ca.pem")).envs(variables.iter().copied()).output();
        String::from_utf8_lossy(&output.unwrap().stdout).into_owned()
    };
    let proxy = format!("http://{}", tunnel.address);
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let before = tunnel.asked().len();
        let said = run(&[(name, &proxy)]);
        assert!(said.contains("came to Ok(3)"), "{name}: {said}");
        assert!(tunnel.asked().len() > before, "{name}");
    }
    let before = tunnel.asked().len();
    for (name, value) in [
        ("NO_PROXY", "registry.test"),
        ("NO_PROXY", "other.example,registry.test"),
        ("NO_PROXY", ".test"),
        ("no_proxy", "*"),
    ] {
        let said = run(&[("HTTPS_PROXY", &proxy), (name, value)]);
        // Nobody else knows that name.
        assert!(said.contains("came to Err"), "{name}={value}: {said}");
        assert_eq!(tunnel.asked().len(), before, "{name}={value}");
    }
    let said = run(&[("HTTPS_PROXY", &proxy), ("NO_PROXY", "est,egistry.test,registry.test.example")]);
    assert!(said.contains("came to Ok(3)"), "{said}");
}

#[test]
fn registries_conf_says_where_images_are() {
    let blobs = image();
    let mirrored = blobs.clone();
    let mirror = Server::new(move |request| {
        let mut request = request.clone();
        request.path = request.path.replace("/v2/mirrored/of/ship/", "/v2/ship/");
        mirrored.answer(&request)
    });
    let own = Server::new(move |request| match request.path.starts_with("/v2/ship/tags/list") {
        true => answer(200).body(r#"{"name":"ship","tags":["latest"]}"#),
        false => blobs.answer(request),
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registries.conf");
    let text = format!(
        "[[registry]]\nprefix = \"origin.example\"\nlocation = \"{}\"\n\
         [[registry.mirror]]\nlocation = \"127.0.0.1:1\"\n[[registry.mirror]]\nlocation = \"{}/mirrored/of\"\n\
         [[registry]]\nprefix = \"origin.example/secret\"\nblocked = true\n",
        own.host(),
        mirror.host()
    );
    std::fs::write(&path, text).unwrap();
    let registries = Registries::read(&path).unwrap();
    let client = Arc::new(Client::new(ClientOptions { registries, ..options() }));
    let ship = "origin.example/ship".parse().unwrap();
    assert_eq!(scan(&client, &ship), Ok(3));
    assert_eq!((mirror.asked().len(), own.asked().len()), (5, 0));
    assert!(mirror.asked().iter().all(|request| request.path.starts_with("/v2/mirrored/of/ship/")));
    // A listing is the registry's own: a mirror may know only a part.
    let tags: Vec<_> = client.tags("origin.example", "ship", None).collect::<Result<_, _>>().unwrap();
    assert_eq!((tags, own.asked().len()), (vec![vec!["latest".to_owned()]], 1));
    let blocked = client.manifest(&"origin.example/secret/plans".parse().unwrap()).unwrap_err();
    assert!(blocked.to_string().contains("registries.conf blocks it"), "{blocked}");
    // What the command line names comes first.
    let registries = Registries::read(&path).unwrap();
    let mirrors: BTreeMap<_, _> = [("origin.example".to_owned(), vec![own.host()])].into();
    let client = Arc::new(Client::new(ClientOptions { registries, mirrors, ..options() }));
    assert_eq!(scan(&client, &ship), Ok(3));
    assert_eq!((mirror.asked().len(), own.asked().len()), (5, 6));
}

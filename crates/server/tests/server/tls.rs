//! An encrypted server.

use std::io::Write;
use std::process::{Command, Stdio};

use plimsoll_server::Tls;

use crate::world::World;

#[test]
fn an_encrypted_server_answers_to_curl() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("server.pem"), folder.path().join("server.key"));
    let openssl = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=IP:127.0.0.1", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let curl = Command::new("curl").arg("--version").stdout(Stdio::null()).status();
    if !openssl.is_ok_and(|status| status.success()) || curl.is_err() {
        eprintln!("skipped: openssl or curl is not installed");
        return;
    }
    let authority = certificate.clone();
    let world = World::over(crate::registry::Registry::start(), folder, |config| {
        config.tls = Some(Tls { certificate, key });
    });
    let address = world.server.as_ref().unwrap().address();
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--noproxy", "*", "--cacert"])
        .arg(&authority)
        .arg(format!("https://{address}/healthz"))
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "ok\n",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    // What is no handshake is hung up on, and takes nothing from the others.
    let mut plain = std::net::TcpStream::connect(address).unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
}

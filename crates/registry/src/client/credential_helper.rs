//! Credential helpers (docker-credential-helpers, "Development"): a program that is given the registry on its
//! standard input and writes what it knows as JSON.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde::Deserialize;

use super::{Credential, Error};

/// Bytes of an answer.
const SIZE: u64 = 1 << 20;
/// A helper may ask the user, but not for ever.
const TIME: Duration = Duration::from_secs(60);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default)]
    username: String,
    #[serde(default)]
    secret: String,
}

/// Asks the helper of that name for what it has for a registry.
pub(super) fn get(name: &str, registry: &str) -> Result<Option<Credential>, Error> {
    let helper = format!("docker-credential-{name}");
    let failed = |reason: String| Error::Helper { helper: helper.clone(), reason };
    // The name becomes a program's: a configuration must not choose one outside the path.
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if name.is_empty() || name.len() > 128 || !name.bytes().all(plain) {
        return Err(failed("its name is none".into()));
    }
    let mut child = Command::new(&helper)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| failed(format!("it cannot be run: {error}")))?;
    if let Some(mut input) = child.stdin.take() {
        // One that does not read its input says the rest by its answer.
        let _ = input.write_all(registry.as_bytes());
    }
    let answer = read(&mut child);
    if answer.is_none() {
        // It may have ended by itself just now.
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| failed(error.to_string()))?;
    let Some(answer) = answer else {
        return Err(failed(format!("it did not answer within {} s", TIME.as_secs())));
    };
    if !status.success() {
        let said = String::from_utf8_lossy(&answer);
        // How all helpers say that they have nothing.
        return match said.contains("not found") {
            true => Ok(None),
            false => Err(failed(said.trim().chars().take(200).collect())),
        };
    }
    let answer: Answer = serde_json::from_slice(&answer)
        .map_err(|error| failed(format!("its answer is not valid at line {}", error.line())))?;
    Ok(match (answer.username.as_str(), answer.secret) {
        (_, secret) if secret.is_empty() => None,
        ("<token>", secret) => Some(Credential::Refresh(secret)),
        (user, password) => Some(Credential::Basic { user: user.to_owned(), password }),
    })
}

/// All that the program writes, unless it takes too long.
fn read(child: &mut Child) -> Option<Vec<u8>> {
    let output = child.stdout.take()?;
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let whole = output.take(SIZE).read_to_end(&mut bytes).map(|_| bytes);
        // Nobody waits any more where it took too long.
        let _ = send.send(whole.unwrap_or_default());
    });
    receive.recv_timeout(TIME).ok()
}

//! The server as a command.
#![cfg(feature = "serve")]

mod run;

use run::plimsoll;

#[test]
fn a_token_is_made_and_its_hash_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let output = plimsoll(folder.path(), &["serve", "--new-token", "registry"], b"");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && text.starts_with("plim_"), "{text}");
    let (token, lines) = text.split_once("\n\n").unwrap();
    assert_eq!(token.len(), 5 + 64, "256 bits");
    assert!(lines.contains("name = \"registry\"") && lines.contains("sha256 = \""), "{lines}");
    assert!(!lines.contains(token));
}

#[test]
fn other_addresses_need_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let output = plimsoll(folder.path(), &["serve", "--listen", "0.0.0.0:0", "--data", "data"], b"");
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("can be reached from other machines, and no token is asked for"), "{said}");
    assert!(!folder.path().join("data").exists(), "nothing was begun");
}

//! Who has signed a bundle: minisign's detached signatures (Ed25519 over BLAKE2b-512,
//! <https://jedisct1.github.io/minisign/>), which its tools and OpenBSD's people make.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use minisign_verify::{PublicKey, Signature};

use super::read::refused;
use crate::Error;

/// Bytes of a key or a signature.
const LIMIT: u64 = 64 << 10;

/// Whose signature a bundle has to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// minisign's public key: the line of its `.pub` file that is no comment, or the whole file's text.
    pub public_key: String,
    /// Where the signature is. Default: beside the bundle, `BUNDLE.minisig`.
    pub signature: Option<PathBuf>,
}

impl Signer {
    /// Whether the file is signed by the key.
    pub(super) fn verify(&self, path: &Path) -> Result<(), Error> {
        let key = self.public_key.trim();
        let key = PublicKey::decode(key)
            .or_else(|_| PublicKey::from_base64(key))
            .map_err(|e| refused(path, format!("the public key is none of minisign's: {e}")))?;
        let beside = || {
            let mut name = path.as_os_str().to_owned();
            name.push(".minisig");
            PathBuf::from(name)
        };
        let place = self.signature.clone().unwrap_or_else(beside);
        let text = text(&place)?;
        let shown = place.display();
        let signature = Signature::decode(&text)
            .map_err(|e| refused(path, format!("{shown} is no signature of minisign's: {e}")))?;
        let wrong = |e| refused(path, format!("{shown} is not the key's signature of it: {e}"));
        let mut verifier = key.verify_stream(&signature).map_err(wrong)?;
        let read = |e| Error::io("read", path, e);
        let mut file = File::open(path).map_err(read)?;
        let mut buffer = vec![0; 1 << 17];
        loop {
            let filled = file.read(&mut buffer).map_err(read)?;
            if filled == 0 {
                break;
            }
            verifier.update(buffer.get(..filled).unwrap_or_default());
        }
        verifier.finalize().map_err(wrong)
    }
}

fn text(path: &Path) -> Result<String, Error> {
    let read = |e| Error::io("read", path, e);
    let mut text = String::new();
    fs::File::open(path).map_err(read)?.take(LIMIT).read_to_string(&mut text).map_err(read)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of minisign-verify's documentation.
    const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
    const SIGNATURE: &str = "untrusted comment: signature from minisign secret key
RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOocrCo8KLzZwo=
trusted comment: timestamp:1633700835\tfile:test\tprehashed
wLMDjy9FLAuxZ3q4NlEvkgtyhrr0gtTu6KC4KBJdITbbOeAi1zBIYo0v4iTgt8jJpIidRJnp94ABQkJAgAooBQ==";

    #[test]
    fn a_signature_is_of_one_file_and_one_key() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("test");
        fs::write(&path, "test").unwrap();
        fs::write(home.path().join("test.minisig"), SIGNATURE).unwrap();
        let signer = |key: &str| Signer { public_key: key.to_owned(), signature: None };
        signer(KEY).verify(&path).unwrap();
        signer(&format!("untrusted comment: minisign public key\n{KEY}\n")).verify(&path).unwrap();
        let said = |signer: Signer| signer.verify(&path).unwrap_err().to_string();
        assert!(said(signer("RWQf")).contains("public key"));
        let other = KEY.replace("53mlYecO", "53mlYecP");
        assert!(said(signer(&other)).contains("not the key's signature"), "{}", said(signer(&other)));
        let elsewhere = Signer { public_key: KEY.to_owned(), signature: Some(home.path().join("none")) };
        assert!(said(elsewhere).contains("none"));
        fs::write(&path, "tesT").unwrap();
        assert!(said(signer(KEY)).contains("not the key's signature"));
        fs::write(home.path().join("test.minisig"), "junk").unwrap();
        assert!(said(signer(KEY)).contains("no signature"));
    }
}

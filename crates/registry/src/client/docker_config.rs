//! docker's `config.json` and podman's `auth.json` (containers-auth.json(5)).

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::{Credential, Credentials, Error, credential_helper};
use crate::DOCKER_HUB;

/// Bytes of a configuration.
const SIZE: u64 = 4 << 20;
/// What docker calls Docker Hub in its configuration.
const HUB_KEY: &str = "https://index.docker.io/v1/";

/// The credentials of docker's or podman's configuration files, and of the helpers that these name.
#[derive(Debug, Default)]
pub struct DockerConfig {
    files: Vec<Config>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Config {
    auths: BTreeMap<String, Auth>,
    #[serde(rename = "credHelpers")]
    helpers: BTreeMap<String, String>,
    #[serde(rename = "credsStore")]
    store: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Auth {
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
    #[serde(rename = "identitytoken")]
    identity_token: Option<String>,
    #[serde(rename = "registrytoken")]
    registry_token: Option<String>,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config").field("auths", &self.auths.keys()).finish_non_exhaustive()
    }
}

impl DockerConfig {
    /// The files that docker and podman read for this user: `$REGISTRY_AUTH_FILE`, or podman's own, then docker's
    /// (`$DOCKER_CONFIG/config.json`, by default `~/.docker/config.json`).
    ///
    /// # Errors
    /// A file is there and can't be read or understood.
    pub fn of_user() -> Result<Self, Error> {
        let var = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = var("HOME");
        let mut paths: Vec<PathBuf> = Vec::new();
        match var("REGISTRY_AUTH_FILE") {
            Some(path) => paths.push(path),
            None => {
                paths.extend(var("XDG_RUNTIME_DIR").map(|folder| folder.join("containers/auth.json")));
                paths.extend(home.as_ref().map(|home| home.join(".config/containers/auth.json")));
            }
        }
        let docker = var("DOCKER_CONFIG").or_else(|| home.map(|home| home.join(".docker")));
        paths.extend(docker.map(|folder| folder.join("config.json")));
        let mut files = Vec::new();
        for path in paths {
            files.extend(read(&path)?);
        }
        Ok(Self { files })
    }

    /// One file.
    ///
    /// # Errors
    /// It is there and can't be read or understood.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Ok(Self { files: read(path)?.into_iter().collect() })
    }
}

fn read(path: &Path) -> Result<Option<Config>, Error> {
    let failed = |reason: String| Error::File { path: path.to_owned(), reason };
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        // A home that is none is like no home.
        Err(error)
            if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(failed(error.to_string())),
    };
    let mut bytes = Vec::new();
    file.take(SIZE).read_to_end(&mut bytes).map_err(|error| failed(error.to_string()))?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    // What serde says could hold a piece of the file, and so of a secret: the place is enough.
    let config = serde_json::from_slice(&bytes)
        .map_err(|error| failed(format!("not valid at line {}, column {}", error.line(), error.column())))?;
    Ok(Some(config))
}

impl Credentials for DockerConfig {
    fn get(&self, registry: &str, repository: &str) -> Result<Option<Credential>, Error> {
        for config in &self.files {
            if let Some(found) = config.get(registry, repository)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

impl Config {
    fn get(&self, registry: &str, repository: &str) -> Result<Option<Credential>, Error> {
        let helper_key = if registry == DOCKER_HUB { HUB_KEY } else { registry };
        let named = self.helpers.iter().find(|(key, _)| bare(key).eq_ignore_ascii_case(bare(helper_key)));
        if let Some((key, name)) = named {
            return credential_helper::get(name, if registry == DOCKER_HUB { HUB_KEY } else { key });
        }
        // podman's keys may name a repository or a part of one; the longest that fits counts.
        let mut names = vec![format!("{registry}/{repository}")];
        while let Some((shorter, _)) = names.last().and_then(|name| name.rsplit_once('/')) {
            names.push(shorter.to_owned());
        }
        for name in &names {
            let found = self.auths.iter().find(|(key, _)| bare(key).eq_ignore_ascii_case(bare(name)));
            if let Some(credential) = found.and_then(|(_, auth)| auth.credential()) {
                return Ok(Some(credential));
            }
        }
        match &self.store {
            Some(name) => credential_helper::get(name, helper_key),
            None => Ok(None),
        }
    }
}

/// A key without what docker's old keys have around the host.
fn bare(key: &str) -> &str {
    let key = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    let key = key.trim_end_matches('/');
    let key = key.strip_suffix("/v1").or_else(|| key.strip_suffix("/v2")).unwrap_or(key);
    match key {
        "index.docker.io" | "registry-1.docker.io" => DOCKER_HUB,
        _ => key,
    }
}

impl Auth {
    fn credential(&self) -> Option<Credential> {
        let some = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        if let Some(token) = some(&self.registry_token) {
            return Some(Credential::Bearer(token));
        }
        if let Some(token) = some(&self.identity_token) {
            return Some(Credential::Refresh(token));
        }
        if let Some(auth) = some(&self.auth) {
            let bytes = STANDARD.decode(auth.trim()).ok()?;
            let text = String::from_utf8(bytes).ok()?;
            let (user, password) = text.split_once(':')?;
            return Some(Credential::Basic {
                user: user.to_owned(),
                // docker once padded with zeros.
                password: password.trim_end_matches('\0').to_owned(),
            });
        }
        Some(Credential::Basic { user: some(&self.username)?, password: some(&self.password)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(user: &str, password: &str) -> Option<Credential> {
        Some(Credential::Basic { user: user.into(), password: password.into() })
    }

    fn get(config: &str, registry: &str, repository: &str) -> Option<Credential> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        std::fs::write(&path, config).unwrap();
        DockerConfig::open(&path).unwrap().get(registry, repository).unwrap()
    }

    #[test]
    fn the_key_that_says_most_counts() {
        // "me:secret" and "you:other", by base64(1).
        let config = r#"{"auths":{
            "https://index.docker.io/v1/":{"auth":"bWU6c2VjcmV0"},
            "quay.io":{"auth":"bWU6c2VjcmV0"},
            "quay.io/org/app":{"auth":"eW91Om90aGVy"},
            "host:5000":{"username":"me","password":"secret"},
            "azure.example":{"auth":"MDA6","identitytoken":"refresh"},
            "empty.example":{}},"HttpHeaders":{"User-Agent":"x"}}"#;
        assert_eq!(get(config, "docker.io", "library/alpine"), basic("me", "secret"));
        assert_eq!(get(config, "quay.io", "org/other"), basic("me", "secret"));
        assert_eq!(get(config, "quay.io", "org/app"), basic("you", "other"));
        assert_eq!(get(config, "host:5000", ""), basic("me", "secret"));
        assert_eq!(get(config, "azure.example", "a"), Some(Credential::Refresh("refresh".into())));
        assert_eq!((get(config, "empty.example", "a"), get(config, "host:5001", "a")), (None, None));
    }

    #[test]
    fn a_missing_file_is_no_trouble_and_a_broken_one_shows_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        assert!(DockerConfig::open(&path).unwrap().files.is_empty());
        std::fs::write(&path, r#"{"auths":{"a":{"auth":["hunter2"]}}}"#).unwrap();
        let error = DockerConfig::open(&path).unwrap_err().to_string();
        assert!(error.contains("line 1") && !error.contains("hunter2"), "{error}");
    }
}

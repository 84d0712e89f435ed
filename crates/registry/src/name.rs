use std::fmt;
use std::str::FromStr;

use plimsoll_core::{Digest, DigestError};

use crate::grammar::{is_repository, is_tag};

/// The registry that a name without a host means, as people write it.
pub const DOCKER_HUB: &str = "docker.io";

/// An image in a registry, as people write it.
///
/// What stands before the first slash is a host where it has a `.` or a `:` or is `localhost` (the rule of docker's
/// reference grammar); without one the image is on Docker Hub, and there under `library/` where the name has one
/// component. Without a tag and a digest the tag is `latest`.
///
/// ```
/// let name: plimsoll_registry::ImageName = "alpine:3.19".parse()?;
/// assert_eq!(name.to_string(), "docker.io/library/alpine:3.19");
/// let name: plimsoll_registry::ImageName = "localhost:5000/ship".parse()?;
/// assert_eq!((name.registry(), name.repository(), name.tag()), ("localhost:5000", "ship", Some("latest")));
/// # Ok::<(), plimsoll_registry::ImageNameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ImageName {
    registry: String,
    repository: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

/// Why a text names no image in a registry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImageNameError {
    /// The repository's name does not follow the grammar.
    #[error(
        "{0:?} is no repository: expected lower-case letters and digits, joined by . _ __ or -, with slashes between"
    )]
    Repository(String),
    /// The tag does not follow the grammar.
    #[error("{0:?} is no tag: expected letters, digits, and _ . - within, 128 characters at most")]
    Tag(String),
    /// The host is none.
    #[error("{0:?} is no registry: expected host or host:port")]
    Registry(String),
    /// What follows the `@` is no digest.
    #[error("{name:?} names no image: {source}")]
    Digest {
        /// The whole text.
        name: String,
        /// What is wrong with the digest.
        source: DigestError,
    },
}

impl ImageName {
    /// The image of a tag or, where both are given, of a digest.
    ///
    /// # Errors
    /// A part does not follow its grammar.
    pub fn new(
        registry: &str,
        repository: &str,
        tag: Option<&str>,
        digest: Option<Digest>,
    ) -> Result<Self, ImageNameError> {
        let shown = |text: &str| text.chars().take(200).collect::<String>();
        if !is_host(registry) {
            return Err(ImageNameError::Registry(shown(registry)));
        }
        // `index.docker.io` is what docker's own configuration calls it.
        let registry = match registry {
            "index.docker.io" | "registry-1.docker.io" => DOCKER_HUB.to_owned(),
            _ => registry.to_ascii_lowercase(),
        };
        let repository = match registry == DOCKER_HUB && !repository.contains('/') {
            true => format!("library/{repository}"),
            false => repository.to_owned(),
        };
        if !is_repository(&repository) {
            return Err(ImageNameError::Repository(shown(&repository)));
        }
        if let Some(tag) = tag.filter(|tag| !is_tag(tag)) {
            return Err(ImageNameError::Tag(shown(tag)));
        }
        let tag = tag.map(str::to_owned).or_else(|| digest.is_none().then(|| "latest".to_owned()));
        Ok(Self { registry, repository, tag, digest })
    }

    /// The registry: a host, with a port where it was written.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The repository in the registry.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag, where it was written or nothing else was.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest of the manifest or index, where it was written. It counts more than the tag.
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// The same image, by that digest.
    #[must_use]
    pub fn with_digest(&self, digest: Digest) -> Self {
        Self { digest: Some(digest), ..self.clone() }
    }
}

impl FromStr for ImageName {
    type Err = ImageNameError;

    fn from_str(text: &str) -> Result<Self, ImageNameError> {
        let (rest, digest) = match text.split_once('@') {
            None => (text, None),
            Some((rest, digest)) => {
                let name = || text.chars().take(200).collect();
                let digest =
                    digest.parse().map_err(|source| ImageNameError::Digest { name: name(), source })?;
                (rest, Some(digest))
            }
        };
        let (registry, rest) = match rest.split_once('/') {
            Some((host, rest)) if host.contains(['.', ':']) || host.eq_ignore_ascii_case("localhost") => {
                (host, rest)
            }
            _ => (DOCKER_HUB, rest),
        };
        // A colon after the last slash is the tag's; earlier ones are a port's.
        let (repository, tag) = match rest.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
            _ => (rest, None),
        };
        Self::new(registry, repository, tag, digest)
    }
}

impl fmt::Display for ImageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        match &self.digest {
            Some(digest) => write!(f, "@{digest}"),
            None => Ok(()),
        }
    }
}

/// A host name, an IPv4 address or an IPv6 address in brackets, with or without a port.
pub(crate) fn is_host(text: &str) -> bool {
    let port = |text: &str| text.parse::<u16>().is_ok_and(|port| port != 0) && !text.starts_with('+');
    let (host, after) = match text.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, after)) => {
                let good = address.parse::<std::net::Ipv6Addr>().is_ok();
                return good && (after.is_empty() || after.strip_prefix(':').is_some_and(port));
            }
            None => return false,
        },
        None => match text.split_once(':') {
            Some((host, after)) => (host, Some(after)),
            None => (text, None),
        },
    };
    let label = |label: &str| {
        let mut bytes = label.bytes();
        !label.is_empty()
            && label.len() <= 63
            && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.len() <= 253 && host.split('.').all(label) && after.is_none_or(port)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "6c3c624b58dbbcd3c0dd82b4c53f04194d1247c6eebdaab7c610cf7d66709b3b";

    #[test]
    fn names_are_read_as_docker_reads_them() {
        for (text, full) in [
            ("alpine", "docker.io/library/alpine:latest".to_owned()),
            ("alpine:3.19", "docker.io/library/alpine:3.19".into()),
            ("grafana/grafana", "docker.io/grafana/grafana:latest".into()),
            ("docker.io/alpine", "docker.io/library/alpine:latest".into()),
            ("index.docker.io/library/alpine:3", "docker.io/library/alpine:3".into()),
            ("localhost/ship", "localhost/ship:latest".into()),
            ("localhost:5000/ship:1", "localhost:5000/ship:1".into()),
            ("127.0.0.1:5000/a/b/c", "127.0.0.1:5000/a/b/c:latest".into()),
            ("[::1]:5000/ship", "[::1]:5000/ship:latest".into()),
            ("Quay.IO/org/app:V1", "quay.io/org/app:V1".into()),
            (&format!("quay.io/a/b@sha256:{HEX}"), format!("quay.io/a/b@sha256:{HEX}")),
            (&format!("host:5000/repo:1@sha256:{HEX}"), format!("host:5000/repo:1@sha256:{HEX}")),
        ] {
            let name: ImageName = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(name.to_string(), full, "{text}");
            assert_eq!(full.parse::<ImageName>().unwrap(), name, "{full}");
        }
        for bad in [
            "",
            ":",
            "/",
            "a:",
            "A",
            "a@",
            "a@sha256:12",
            "a b",
            "a/B",
            "host.x/",
            "host.x:99999/a",
            "[::1/a",
            "-h.x/a",
            "a:b:c",
            "http://host.x/a",
            "host.x/../a",
            "host.x//a",
        ] {
            assert!(bad.parse::<ImageName>().is_err(), "{bad:?}");
        }
    }
}

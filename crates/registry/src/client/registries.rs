//! podman's `registries.conf` (containers-registries.conf(5), version 2): where the images of a registry are read, and
//! which may not be.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::Error;
use super::session::Asked;
use crate::name::{ImageName, ImageNameError, is_host};
use crate::{is_repository, is_tag};

/// Bytes of a configuration.
const SIZE: u64 = 4 << 20;

/// Where images are read, by the beginnings of their names.
///
/// What is insecure is so for its whole host, because a host has one certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registries {
    entries: Vec<Entry>,
    aliases: BTreeMap<String, String>,
    search: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    prefix: String,
    /// What stands in for the prefix; the same where nothing does.
    location: Option<String>,
    insecure: bool,
    blocked: Option<PathBuf>,
    mirrors: Vec<Mirror>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Mirror {
    location: String,
    insecure: bool,
    pull: Pull,
}

/// Which manifests a mirror is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Pull {
    #[default]
    All,
    DigestOnly,
    TagOnly,
}

/// How an image is named in a request, where that decides whom to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    Tag,
    Digest,
    /// A blob, or something else that is no manifest.
    Other,
}

/// A repository of a registry to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) registry: String,
    pub(super) repository: String,
}

impl Endpoint {
    pub(super) fn new(registry: &str, repository: &str) -> Self {
        Self { registry: registry.to_owned(), repository: repository.to_owned() }
    }

    pub(super) fn asked(&self) -> Asked<'_> {
        Asked { registry: &self.registry, repository: &self.repository }
    }

    /// A path of the distribution specification, of this repository in place of another.
    pub(super) fn path<'p>(&self, repository: &str, path: &'p str) -> Cow<'p, str> {
        let rest = path.strip_prefix("/v2/").and_then(|rest| rest.strip_prefix(repository));
        match rest
            .filter(|rest| self.repository != repository && PARTS.iter().any(|part| rest.starts_with(part)))
        {
            Some(rest) => Cow::Owned(format!("/v2/{}{rest}", self.repository)),
            None => Cow::Borrowed(path),
        }
    }
}

/// What follows a repository in a path.
const PARTS: [&str; 4] = ["/manifests/", "/blobs/", "/tags/", "/referrers/"];

/// Whether a path is of the catalog or of a repository's tags.
pub(super) fn is_listing(path: &str) -> bool {
    path.starts_with("/v2/_catalog") || path.contains("/tags/list")
}

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    registry: Vec<RawEntry>,
    #[serde(default)]
    aliases: BTreeMap<String, String>,
    #[serde(rename = "unqualified-search-registries")]
    search: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct RawEntry {
    #[serde(default)]
    prefix: String,
    #[serde(default)]
    location: String,
    #[serde(default)]
    insecure: bool,
    #[serde(default)]
    blocked: bool,
    #[serde(default, rename = "mirror-by-digest-only")]
    by_digest_only: bool,
    #[serde(default)]
    mirror: Vec<RawMirror>,
}

#[derive(Deserialize)]
struct RawMirror {
    location: String,
    #[serde(default)]
    insecure: bool,
    #[serde(default, rename = "pull-from-mirror")]
    pull: Option<Pull>,
}

impl Registries {
    /// What podman reads for this user: `$CONTAINERS_REGISTRIES_CONF` alone, or `~/.config/containers/registries.conf`,
    /// or `/etc/containers/registries.conf`; and after these, later ones counting more, `registries.conf.d/*.conf` of
    /// the system and of the user.
    ///
    /// # Errors
    /// A file is there and can't be read or understood.
    pub fn of_user() -> Result<Self, Error> {
        let var = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let mut all = Self::default();
        if let Some(path) = var("CONTAINERS_REGISTRIES_CONF") {
            all.add(&path)?;
            return Ok(all);
        }
        let system = PathBuf::from("/etc/containers");
        let own = var("XDG_CONFIG_HOME").or_else(|| var("HOME").map(|home| home.join(".config")));
        let own = own.map(|folder| folder.join("containers"));
        let main = own.iter().map(|folder| folder.join("registries.conf")).find(|path| path.exists());
        let main = main.unwrap_or_else(|| system.join("registries.conf"));
        if main.exists() {
            all.add(&main)?;
        }
        for folder in [Some(system), own].into_iter().flatten() {
            let Ok(entries) = folder.join("registries.conf.d").read_dir() else { continue };
            let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
            paths.retain(|path| path.extension().is_some_and(|extension| extension == "conf"));
            paths.sort_unstable();
            paths.iter().try_for_each(|path| all.add(path))?;
        }
        Ok(all)
    }

    /// One file.
    ///
    /// # Errors
    /// It can't be read or understood.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let mut all = Self::default();
        all.add(path)?;
        Ok(all)
    }

    /// Adds what a file says, which counts more than what was said before.
    fn add(&mut self, path: &Path) -> Result<(), Error> {
        let failed = |reason: String| Error::File { path: path.to_owned(), reason };
        let mut text = String::new();
        let file = std::fs::File::open(path).map_err(|error| failed(error.to_string()))?;
        file.take(SIZE).read_to_string(&mut text).map_err(|error| failed(error.to_string()))?;
        let document: Document = toml::from_str(&text).map_err(|error| failed(error.message().to_owned()))?;
        for raw in document.registry {
            let entry = entry(raw, path).map_err(failed)?;
            self.entries.retain(|known| known.prefix != entry.prefix);
            self.entries.push(entry);
        }
        self.aliases.extend(document.aliases);
        if let Some(search) = document.search {
            self.search = search;
        }
        Ok(())
    }

    /// The image that a name means: a short name by its alias, and without one in the first registry that is searched.
    /// Where neither is said, as [`ImageName`] reads it.
    ///
    /// # Errors
    /// It names no image.
    pub fn name(&self, text: &str) -> Result<ImageName, ImageNameError> {
        let cut = text.find('@').unwrap_or(text.len());
        let (name, rest) = match text.get(..cut).unwrap_or_default().rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, text.get(name.len()..).unwrap_or_default()),
            _ => (text.get(..cut).unwrap_or_default(), text.get(cut..).unwrap_or_default()),
        };
        let host = name.split_once('/').map(|(host, _)| host);
        if host.is_some_and(|host| host.contains(['.', ':']) || host.eq_ignore_ascii_case("localhost")) {
            return text.parse();
        }
        match (self.aliases.get(name), self.search.first()) {
            (Some(full), _) => format!("{full}{rest}").parse(),
            (None, Some(registry)) => format!("{registry}/{text}").parse(),
            (None, None) => text.parse(),
        }
    }

    /// Hosts whose certificates are not checked.
    pub(super) fn insecure(&self) -> impl Iterator<Item = String> {
        let all = self.entries.iter().flat_map(|entry| {
            let own = entry.insecure.then(|| entry.location.as_ref().unwrap_or(&entry.prefix));
            own.into_iter().chain(entry.mirrors.iter().filter(|m| m.insecure).map(|m| &m.location))
        });
        let host = |location: &String| location.split('/').next().unwrap_or_default().to_owned();
        // `*.example.com` names no host.
        all.map(host).filter(|host| !host.is_empty() && !host.contains('*')).collect::<Vec<_>>().into_iter()
    }

    /// Whom to ask for a repository, one after the other, and at last the registry itself.
    pub(super) fn endpoints(
        &self,
        registry: &str,
        repository: &str,
        by: By,
    ) -> Result<(Vec<Endpoint>, Endpoint), Error> {
        let name = format!("{registry}/{repository}");
        let name = name.trim_end_matches('/');
        let found = self.entries.iter().filter_map(|entry| Some((covers(&entry.prefix, name)?, entry)));
        let Some((length, entry)) = found.max_by_key(|(length, _)| *length) else {
            return Ok((Vec::new(), Endpoint::new(registry, repository)));
        };
        if let Some(path) = &entry.blocked {
            let name = name.to_owned();
            return Err(Error::Blocked { name, path: path.clone() });
        }
        let rest = name.get(length..).unwrap_or_default();
        let endpoint = |place: String| {
            let (registry, repository) = place.split_once('/').unwrap_or((&place, ""));
            Endpoint::new(registry, repository)
        };
        let own = entry.location.as_ref().map(|location| format!("{location}{rest}"));
        let mirrors = entry.mirrors.iter().filter(|mirror| match by {
            By::Tag => mirror.pull != Pull::DigestOnly,
            By::Digest => mirror.pull != Pull::TagOnly,
            By::Other => true,
        });
        let places = mirrors.map(|mirror| format!("{}{rest}", mirror.location));
        Ok((places.map(endpoint).collect(), endpoint(own.unwrap_or_else(|| name.to_owned()))))
    }
}

/// How much of a name a prefix covers: all of it, or up to where a path, a tag or a digest begins.
fn covers(prefix: &str, name: &str) -> Option<usize> {
    if let Some(domain) = prefix.strip_prefix('*') {
        // `*.example.com`: hosts below, whatever their path.
        let host = name.split('/').next().unwrap_or_default();
        return (host.ends_with(domain) && host.len() > domain.len()).then_some(host.len());
    }
    let rest = name.strip_prefix(prefix)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(prefix.len())
}

fn entry(raw: RawEntry, path: &Path) -> Result<Entry, String> {
    let location = Some(raw.location).filter(|location| !location.is_empty());
    let prefix = match (raw.prefix.is_empty(), &location) {
        (false, _) => raw.prefix,
        (true, Some(location)) => location.clone(),
        (true, None) => return Err("a [[registry]] has neither a prefix nor a location".to_owned()),
    };
    let wild = prefix.strip_prefix("*.");
    if !is_place(wild.unwrap_or(&prefix)) || wild.is_some_and(|domain| domain.contains('/')) {
        return Err(format!("{prefix:?} is no prefix: expected host[:port][/path], or *.domain"));
    }
    let places = location.iter().chain(raw.mirror.iter().map(|mirror| &mirror.location));
    for place in places {
        if !is_place(place) {
            return Err(format!("{place:?} is no location: expected host[:port][/path]"));
        }
    }
    let by_digest = raw.by_digest_only;
    let mirror = |mirror: RawMirror| Mirror {
        location: mirror.location,
        insecure: mirror.insecure,
        pull: mirror.pull.unwrap_or(if by_digest { Pull::DigestOnly } else { Pull::All }),
    };
    Ok(Entry {
        prefix,
        location,
        insecure: raw.insecure,
        blocked: raw.blocked.then(|| path.to_owned()),
        mirrors: raw.mirror.into_iter().map(mirror).collect(),
    })
}

fn is_place(text: &str) -> bool {
    let (host, path) = text.split_once('/').unwrap_or((text, "a"));
    // A prefix may name a single image by its tag.
    let (path, tag) = path.split_once(':').unwrap_or((path, "a"));
    is_host(host) && is_repository(path) && is_tag(tag)
}

/// How a path of the distribution specification names what it asks for.
pub(super) fn by(path: &str) -> By {
    match path.rsplit_once("/manifests/") {
        Some((_, reference)) if reference.contains(':') => By::Digest,
        Some(_) => By::Tag,
        None => By::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Registries, Error> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("registries.conf");
        std::fs::write(&path, text).expect("written");
        Registries::read(&path)
    }

    fn asked(registries: &Registries, registry: &str, repository: &str, by: By) -> Vec<String> {
        let (mut endpoints, own) = registries.endpoints(registry, repository, by).expect("not blocked");
        endpoints.push(own);
        endpoints.iter().map(|it| format!("{}/{}", it.registry, it.repository)).collect()
    }

    /// The examples of containers-registries.conf(5).
    #[test]
    fn the_manual_s_examples() {
        let registries = parsed(
            r#"unqualified-search-registries = ["example.com"]
[[registry]]
prefix = "example.com/foo"
insecure = false
blocked = false
location = "internal-registry-for-example.com/bar"
[[registry.mirror]]
location = "example-mirror-0.local/mirror-for-foo"
[[registry.mirror]]
location = "example-mirror-1.local/mirrors/foo"
insecure = true
[[registry]]
location = "registry.com"
[[registry.mirror]]
location = "mirror.registry.com"
[aliases]
"fedora" = "registry.fedoraproject.org/fedora"
"#,
        )
        .unwrap();
        assert_eq!(
            asked(&registries, "example.com", "foo/image", By::Tag),
            [
                "example-mirror-0.local/mirror-for-foo/image",
                "example-mirror-1.local/mirrors/foo/image",
                "internal-registry-for-example.com/bar/image"
            ]
        );
        assert_eq!(asked(&registries, "example.com", "food", By::Tag), ["example.com/food"]);
        assert_eq!(
            asked(&registries, "registry.com", "image", By::Tag),
            ["mirror.registry.com/image", "registry.com/image"]
        );
        assert_eq!(registries.insecure().collect::<Vec<_>>(), ["example-mirror-1.local"]);
        let name = |text: &str| registries.name(text).unwrap().to_string();
        assert_eq!(name("fedora:40"), "registry.fedoraproject.org/fedora:40");
        assert_eq!(name("image"), "example.com/image:latest");
        assert_eq!(name("other.example/image:1"), "other.example/image:1");
        let hex = "a".repeat(64);
        let by_digest = format!("fedora@sha256:{hex}");
        assert_eq!(name(&by_digest), format!("registry.fedoraproject.org/{by_digest}"));
        assert_eq!(
            Registries::default().name("alpine").unwrap().to_string(),
            "docker.io/library/alpine:latest"
        );
    }

    #[test]
    fn the_longest_prefix_counts() {
        let registries = parsed(
            r#"[[registry]]
prefix = "*.example.com"
location = "one.local/wild"
[[registry]]
prefix = "a.example.com/x"
blocked = true
[[registry]]
prefix = "a.example.com/x/y"
[[registry]]
location = "b.example.com"
mirror-by-digest-only = true
[[registry.mirror]]
location = "m.local:5000"
[[registry.mirror]]
location = "t.local"
pull-from-mirror = "tag-only"
"#,
        )
        .unwrap();
        assert_eq!(asked(&registries, "a.example.com", "z", By::Tag), ["one.local/wild/z"]);
        assert_eq!(asked(&registries, "example.com", "z", By::Tag), ["example.com/z"]);
        assert_eq!(asked(&registries, "a.example.com", "x/y/z", By::Tag), ["a.example.com/x/y/z"]);
        let blocked = registries.endpoints("a.example.com", "x/z", By::Tag);
        assert!(matches!(blocked, Err(Error::Blocked { .. })), "{blocked:?}");
        let of_b = |by| asked(&registries, "b.example.com", "z", by);
        assert_eq!(of_b(By::Tag), ["t.local/z", "b.example.com/z"]);
        assert_eq!(of_b(By::Digest), ["m.local:5000/z", "b.example.com/z"]);
        assert_eq!(of_b(By::Other), ["m.local:5000/z", "t.local/z", "b.example.com/z"]);
    }

    #[test]
    fn what_is_no_configuration_is_said() {
        for text in [
            "[[registry]]\nblocked = true",
            "[[registry]]\nprefix = \"*x.example\"",
            "[[registry]]\nlocation = \"a b\"",
            "[[registry]]\nprefix = \"a.example\"\n[[registry.mirror]]\nlocation = \"https://x\"",
            "[[registry]]\nlocation = \"a.example\"\n[[registry.mirror]]\nlocation = \"b.example\"\npull-from-mirror = \"never\"",
            "registry = 7",
            "[[registry]",
        ] {
            assert!(matches!(parsed(text), Err(Error::File { .. })), "{text}");
        }
        assert_eq!(parsed("short-name-mode = \"enforcing\"\n[new]\nx = 1").unwrap(), Registries::default());
    }

    #[test]
    fn paths_say_by_what() {
        assert_eq!(by("/v2/a/manifests/latest"), By::Tag);
        assert_eq!(by("/v2/manifests/a/manifests/sha256:aa"), By::Digest);
        assert_eq!(by("/v2/a/blobs/sha256:aa"), By::Other);
        let endpoint = Endpoint::new("r.example", "a/b");
        assert_eq!(endpoint.path("a", "/v2/a/blobs/sha256:aa"), "/v2/a/b/blobs/sha256:aa");
        // A page that leads on to the next names its own repository already.
        assert_eq!(endpoint.path("a", "/v2/a/b/tags/list?last=x"), "/v2/a/b/tags/list?last=x");
        assert!(is_listing("/v2/_catalog?n=9") && is_listing("/v2/a/tags/list?n=9"));
    }
}

use plimsoll_core::{Confidence, Content, Diagnostic, Identity, ImagePath, Origin, PackageType, Take};
use serde::Deserialize;

use super::super::document::malformed;
use super::super::identity;
use super::super::json::{self, Entries, Maybe, Text};
use super::record::parent;
use crate::{Cataloger, DirectoryOrigin, File, Hearsay, Interest, Pattern, Sink};

/// Where distributions were installed from, where that is no index: `direct_url.json` (PyPA, "Recording the Direct
/// URL Origin of installed distributions"), and what makes sources importable where they stand: `.egg-link`
/// (setuptools, "Development Mode"), and the `.pth` file of editable installs.
pub(crate) struct Origins;

impl Cataloger for Origins {
    fn id(&self) -> &'static str {
        "python-origin"
    }

    fn revision(&self) -> u32 {
        1
    }

    fn interests(&self) -> &'static [Interest] {
        const TAKE: Take = Take::Whole { max: 64 << 10 };
        &[
            Interest { pattern: Pattern::In("dist-info", "direct_url.json"), take: TAKE },
            Interest { pattern: Pattern::Suffix(".egg-link"), take: TAKE },
            Interest { pattern: Pattern::Affixes("__editable__.", ".pth"), take: TAKE },
        ]
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        let name = file.path.rsplit(|&b| b == b'/').next().unwrap_or_default();
        if name.ends_with(b".json") {
            if let Err(diagnostic) = direct_url(file.path, bytes, out) {
                out.diagnostics.push(diagnostic);
            }
            return;
        }
        if let Some(said) = name.strip_prefix(b"__editable__.") {
            let package = std::str::from_utf8(said).ok().and_then(editable);
            out.hearsay.extend(package.map(|package| Hearsay { package, any_version: true }));
        }
        let first = bytes.split(|&b| b == b'\n').next().unwrap_or_default().trim_ascii();
        if first.starts_with(b"/") {
            let origin = Origin {
                url: format!("file://{}", String::from_utf8_lossy(first)),
                revision: None,
                editable: true,
            };
            sources(first, &origin, out);
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct DirectUrl {
    url: Text,
    vcs_info: Maybe<Vcs>,
    archive_info: Maybe<Archive>,
    dir_info: Maybe<Directory>,
}

#[derive(Deserialize, Default, Debug, Clone)]
#[serde(default)]
struct Vcs {
    vcs: Text,
    commit_id: Text,
}

#[derive(Deserialize, Default, Debug, Clone)]
#[serde(default)]
struct Archive {
    hash: Text,
    hashes: Entries<Text>,
}

#[derive(Deserialize, Default, Debug, Clone)]
#[serde(default)]
struct Directory {
    editable: Text,
}

fn direct_url(path: &[u8], bytes: &[u8], out: &mut Sink) -> Result<(), Diagnostic> {
    let stated: DirectUrl = json::read(bytes).map_err(|error| malformed("direct_url.json", error))?;
    let Some(url) = stated.url.some().map(without_credentials) else {
        return Err(malformed("direct_url.json", "it has no url"));
    };
    let vcs = stated.vcs_info.0.unwrap_or_default();
    let archive = stated.archive_info.0.unwrap_or_default();
    let named = archive.hashes.0.iter().find_map(|(name, hash)| Some(format!("{name}:{}", hash.some()?)));
    let hash = named.or_else(|| archive.hash.some().map(|hash| hash.replacen('=', ":", 1)));
    let origin = Origin {
        revision: vcs.commit_id.some().map(str::to_owned).or(hash),
        editable: stated.dir_info.0.is_some_and(|directory| directory.editable.is_true()),
        url: match vcs.vcs.some() {
            Some(vcs) => format!("{vcs}+{url}"),
            None => url,
        },
    };
    if let Ok(directory) = ImagePath::new(parent(path)) {
        out.origins.push(DirectoryOrigin { directory, origin: origin.clone() });
    }
    if let Some(path) = origin.url.strip_prefix("file://").filter(|_| origin.editable) {
        sources(path.as_bytes(), &origin, out);
    }
    Ok(())
}

/// An editable distribution has a record among its sources too, and that one says no more than the other.
fn sources(path: &[u8], origin: &Origin, out: &mut Sink) {
    for inner in [&b""[..], b"/src"] {
        let directory = ImagePath::new(&[path, inner].concat());
        out.origins.extend(
            directory
                .ok()
                .filter(|it| !it.as_bytes().is_empty())
                .map(|directory| DirectoryOrigin { directory, origin: origin.clone() }),
        );
    }
}

/// What stands between `//` and `@` is nobody's to keep.
fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find('/').unwrap_or(rest.len());
    match rest.get(..end).and_then(|authority| authority.rfind('@')) {
        Some(at) => format!("{scheme}://{}", rest.get(at + 1..).unwrap_or_default()),
        None => url.to_owned(),
    }
}

/// `NAME-VERSION.pth`.
fn editable(said: &str) -> Option<plimsoll_core::Package> {
    let (name, version) = said.strip_suffix(".pth")?.split_once('-')?;
    let valid = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '!' | '-'))
    };
    if !valid(name) || !valid(version) {
        return None;
    }
    let mut package = identity::plain(PackageType::PyPi, name, version);
    package.identity = Some(Identity {
        confidence: Confidence::Medium,
        evidence: "name of an editable install's .pth file".to_owned(),
    });
    Some(package)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, text: &str) -> Sink {
        let mut out = Sink::default();
        let content = Content::Whole(text.as_bytes());
        Origins.parse(File { path: path.as_bytes(), size: text.len() as u64, content }, &mut out);
        out
    }

    fn shown(out: &Sink) -> Vec<(String, String, Option<&str>, bool)> {
        let line = |it: &'_ DirectoryOrigin| (it.directory.to_string(), it.origin.url.clone());
        let rest = |it: &'_ DirectoryOrigin| it.origin.editable;
        let all = out.origins.iter();
        all.map(|it| (line(it).0, line(it).1, it.origin.revision.as_deref(), rest(it))).collect()
    }

    #[test]
    fn a_repository_an_archive_a_directory() {
        // The examples of the specification.
        let path = "lib/site-packages/pip-1.dist-info/direct_url.json";
        let directory = "/lib/site-packages/pip-1.dist-info".to_owned();
        let git = read(
            path,
            r#"{"url":"https://user:secret@github.com/pypa/pip.git","vcs_info":{"vcs":"git","requested_revision":"1.3.1","commit_id":"7921be1537eac1e97bc40179a57f0349c2aee67d"}}"#,
        );
        let commit = "7921be1537eac1e97bc40179a57f0349c2aee67d";
        let url = "git+https://github.com/pypa/pip.git".to_owned();
        assert_eq!(shown(&git), [(directory.clone(), url, Some(commit), false)]);
        let archive = read(
            path,
            r#"{"url":"https://github.com/pypa/pip/archive/1.3.1.zip","archive_info":{"hash":"sha256=2dc6b5a4"}}"#,
        );
        let url = "https://github.com/pypa/pip/archive/1.3.1.zip".to_owned();
        assert_eq!(shown(&archive), [(directory.clone(), url, Some("sha256:2dc6b5a4"), false)]);
        let local = read(path, r#"{"url":"file:///home/user/project","dir_info":{"editable":true}}"#);
        let url = "file:///home/user/project".to_owned();
        assert_eq!(
            shown(&local),
            [directory.as_str(), "/home/user/project", "/home/user/project/src"].map(|directory| (
                directory.to_owned(),
                url.clone(),
                None,
                true
            ))
        );
        assert_eq!(read(path, "{}").diagnostics.len(), 1);
    }

    #[test]
    fn links_to_sources_are_editable_installs() {
        let link = read("lib/site-packages/a.egg-link", "/src/a\n.");
        let url = "file:///src/a".to_owned();
        assert_eq!(
            shown(&link),
            ["/src/a", "/src/a/src"].map(|directory| (directory.to_owned(), url.clone(), None, true))
        );
        assert!(link.hearsay.is_empty());
        let pth = read("lib/site-packages/__editable__.my_pkg-1.0+a.pth", "/src/my-pkg/src\n");
        assert_eq!(pth.hearsay[0].package.purl.to_string(), "pkg:pypi/my-pkg@1.0%2Ba");
        let finder = read("lib/site-packages/__editable__.b-2.pth", "import __editable___b_2_finder; x()");
        assert!(finder.origins.is_empty() && finder.hearsay.len() == 1);
        assert!(read("lib/site-packages/__editable__.pth", "").hearsay.is_empty());
    }
}

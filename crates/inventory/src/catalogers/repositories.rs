//! Where the packages of an operating system are installed from: facts of the distribution, some of which decide whose
//! advisories count.

use plimsoll_core::{Content, Distro, Take};
use serde::Deserialize;

use super::deb822;
use super::json::{self, Elements};
use super::os::malformed;
use crate::{Cataloger, File, Interest, Pattern, Sink};

/// Configurations of package managers, and Red Hat's manifests of content.
pub(crate) struct Repositories;

const TAKE: Take = Take::Whole { max: 1 << 20 };
/// Repositories of one file.
const MAX: usize = 1000;

const INTERESTS: &[Interest] = &[
    Interest { pattern: Pattern::Path("etc/apk/repositories"), take: TAKE },
    Interest { pattern: Pattern::Path("etc/apt/sources.list"), take: TAKE },
    Interest { pattern: Pattern::DirectorySuffix("etc/apt/sources.list.d", ".list"), take: TAKE },
    Interest { pattern: Pattern::DirectorySuffix("etc/apt/sources.list.d", ".sources"), take: TAKE },
    Interest { pattern: Pattern::DirectorySuffix("etc/yum.repos.d", ".repo"), take: TAKE },
    Interest { pattern: Pattern::DirectorySuffix("etc/zypp/repos.d", ".repo"), take: TAKE },
    Interest { pattern: Pattern::DirectorySuffix("root/buildinfo/content_manifests", ".json"), take: TAKE },
    Interest { pattern: Pattern::DirectorySuffix("usr/share/buildinfo", ".json"), take: TAKE },
];

impl Cataloger for Repositories {
    fn id(&self) -> &'static str {
        "repositories"
    }

    fn revision(&self) -> u32 {
        1
    }

    fn interests(&self) -> &'static [Interest] {
        INTERESTS
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        let text = String::from_utf8_lossy(bytes);
        // Without an id it says nothing of which distribution it is.
        let mut distro = Distro::default();
        if file.path.ends_with(b".json") {
            match json::read::<Manifest>(bytes) {
                Ok(manifest) => distro.content_sets = manifest.content_sets.0,
                Err(error) => {
                    out.diagnostics.push(malformed(format!("not the JSON that was expected: {error}")))
                }
            }
        } else if file.path.ends_with(b".repo") {
            distro.repositories = yum(&text);
        } else if file.path.ends_with(b".sources") {
            distro.repositories = sources(bytes);
        } else if file.path.ends_with(b".list") {
            distro.repositories = text.lines().filter_map(one_line).collect();
        } else {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            distro.repositories = lines.map(str::to_owned).collect();
        }
        for list in [&mut distro.repositories, &mut distro.content_sets] {
            list.truncate(MAX);
            list.retain(|line| line.len() <= 1000);
        }
        if !distro.repositories.is_empty() || !distro.content_sets.is_empty() {
            out.distro = Some(distro);
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Manifest {
    content_sets: Elements<String>,
}

/// sources.list(5), one-line style: `deb [ options ] uri suite component …`.
fn one_line(line: &str) -> Option<String> {
    let rest = line.trim().strip_prefix("deb")?.strip_prefix([' ', '\t'])?.trim_start();
    let rest = match rest.strip_prefix('[') {
        Some(options) => options.split_once(']')?.1,
        None => rest,
    };
    let words: Vec<&str> = rest.split('#').next()?.split_whitespace().collect();
    (words.len() >= 2).then(|| words.join(" "))
}

/// sources.list(5), deb822 style: each of the addresses with each of the suites.
fn sources(bytes: &[u8]) -> Vec<String> {
    let mut out = Vec::new();
    for paragraph in deb822::paragraphs(bytes) {
        let field = |name: &str| {
            let value = paragraph.get(name).map(String::from_utf8_lossy).unwrap_or_default().into_owned();
            value.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
        };
        if field("Enabled").first().is_some_and(|no| no.eq_ignore_ascii_case("no"))
            || !field("Types").iter().any(|kind| kind == "deb")
        {
            continue;
        }
        let components = field("Components").join(" ");
        for uri in field("URIs") {
            for suite in field("Suites") {
                out.push(format!("{uri} {suite} {components}").trim_end().to_owned());
                if out.len() >= MAX {
                    return out;
                }
            }
        }
    }
    out
}

/// The ids of the repositories that are enabled (dnf.conf(5), "Repo options").
fn yum(text: &str) -> Vec<String> {
    let mut out: Vec<(String, bool)> = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(id) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            out.push((id.to_owned(), true));
        } else if let (Some((key, value)), Some((_, enabled))) = (line.split_once('='), out.last_mut())
            && key.trim() == "enabled"
        {
            *enabled = !matches!(value.trim(), "0" | "false" | "no");
        }
    }
    out.into_iter().filter(|(id, enabled)| *enabled && id != "main").map(|(id, _)| id).collect()
}

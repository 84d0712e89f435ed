//! Conda's record of each package of an environment: `conda-meta/NAME-VERSION-BUILD.json`.

use plimsoll_core::{Content, Package, PackageType, Purl, Take};
use serde::Deserialize;

use super::json::Elements;
use super::os::{malformed, word};
use crate::{Cataloger, File, Interest, Pattern, Sink};

/// Packages of Conda environments.
pub(crate) struct Conda;

const INTERESTS: &[Interest] = &[Interest {
    pattern: Pattern::InSuffix("conda-meta", ".json"),
    // A record lists every file of the package.
    take: Take::Whole { max: 64 << 20 },
}];

#[derive(Deserialize)]
struct Record {
    name: String,
    version: String,
    #[serde(default)]
    build: String,
    #[serde(default)]
    subdir: String,
    #[serde(default)]
    arch: Option<String>,
    #[serde(default)]
    depends: Elements<String>,
}

impl Cataloger for Conda {
    fn id(&self) -> &'static str {
        "conda"
    }

    fn revision(&self) -> u32 {
        1
    }

    fn interests(&self) -> &'static [Interest] {
        INTERESTS
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        match serde_json::from_slice::<Record>(bytes) {
            Ok(record) => {
                let (Some(name), Some(version)) =
                    (word(record.name.as_bytes()), word(record.version.as_bytes()))
                else {
                    out.diagnostics.push(malformed("the record has an empty name or version"));
                    return;
                };
                let purl = Purl::new("conda", None, &name, Some(&version))
                    .with("build", &record.build)
                    .with("subdir", &record.subdir);
                let arch = record.arch.filter(|arch| !arch.is_empty());
                let package = Package::new(PackageType::Conda, name, version, purl);
                // `python >=3.9,<3.10`, `channel::name`
                let needs =
                    record.depends.0.iter().filter_map(|need| need.split([' ', '=', '<', '>']).next());
                let requires = needs.map(|name| name.rsplit("::").next().unwrap_or(name)).collect();
                out.packages.push(Package { arch, requires, ..package });
            }
            Err(error) => {
                let line = u64::try_from(error.line()).unwrap_or(0);
                out.diagnostics
                    .push(malformed(format!("no record of a Conda package: {error}")).offset(line));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_a_package() {
        let mut out = Sink::default();
        for text in
            [r#"{"name":"pip","version":"22.2.2","build":"py38_0","subdir":"linux-64"}"#, "{}", "[", ""]
        {
            let content = Content::Whole(text.as_bytes());
            Conda.parse(File { path: b"conda-meta/a.json", size: text.len() as u64, content }, &mut out);
        }
        assert_eq!(out.packages[0].purl.to_string(), "pkg:conda/pip@22.2.2?build=py38_0&subdir=linux-64");
        assert_eq!((out.packages.len(), out.diagnostics.len()), (1, 3));
    }
}

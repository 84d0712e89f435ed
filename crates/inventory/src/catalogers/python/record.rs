use std::borrow::Cow;

use plimsoll_core::{Content, Take};

use crate::{Cataloger, File, Interest, Pattern, Sink, path_hash};

/// Files that are listed of one distribution.
const FILES: usize = 200_000;

/// Lists of what was installed: `RECORD` (PyPA, "Recording installed projects", "The RECORD file"), and
/// `installed-files.txt` of distributions that setuptools installed.
pub(crate) struct Records;

impl Cataloger for Records {
    fn id(&self) -> &'static str {
        "python-record"
    }

    fn revision(&self) -> u32 {
        1
    }

    fn interests(&self) -> &'static [Interest] {
        const TAKE: Take = Take::Whole { max: 16 << 20 };
        &[
            Interest { pattern: Pattern::In("dist-info", "RECORD"), take: TAKE },
            Interest { pattern: Pattern::In("egg-info", "installed-files.txt"), take: TAKE },
        ]
    }

    fn parse(&self, file: File<'_>, out: &mut Sink) {
        let Content::Whole(bytes) = file.content else { return };
        let directory = parent(file.path);
        let is_record = file.path.ends_with(b"RECORD");
        // RECORD counts from the directory that the distribution's own is in.
        let base = if is_record { parent(directory) } else { directory };
        let lines = bytes.split(|&b| b == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
        let mut path = Vec::new();
        for line in lines.take(FILES) {
            let name = if is_record { field(line) } else { Cow::Borrowed(line) };
            // Sources are most of what there is, and never a program that has to be explained.
            if is_source(&name) || !join(base, &name, &mut path) {
                continue;
            }
            out.installed.push(path_hash(&path));
        }
    }
}

fn is_source(name: &[u8]) -> bool {
    [&b".py"[..], b".pyc", b".pyi"].iter().any(|suffix| name.ends_with(suffix))
}

pub(super) fn parent(path: &[u8]) -> &[u8] {
    path.iter().rposition(|&b| b == b'/').and_then(|slash| path.get(..slash)).unwrap_or_default()
}

/// The first field of a line of CSV (RFC 4180): quoted where it has commas or quotes, which are doubled in it.
fn field(line: &[u8]) -> Cow<'_, [u8]> {
    let Some(quoted) = line.strip_prefix(b"\"") else {
        return Cow::Borrowed(line.split(|&b| b == b',').next().unwrap_or_default());
    };
    let mut out = Vec::new();
    let mut bytes = quoted.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte == b'"' && bytes.next_if_eq(&b'"').is_none() {
            break;
        }
        out.push(byte);
    }
    Cow::Owned(out)
}

/// The normal path of `name` as seen from `base`; whether there is one.
fn join(base: &[u8], name: &[u8], path: &mut Vec<u8>) -> bool {
    path.clear();
    if !name.starts_with(b"/") {
        path.extend_from_slice(base);
    }
    for part in name.split(|&b| b == b'/') {
        match part {
            b"" | b"." => {}
            b".." if path.is_empty() => return false,
            b".." => path.truncate(parent(path).len()),
            _ => {
                if !path.is_empty() {
                    path.push(b'/');
                }
                path.extend_from_slice(part);
            }
        }
    }
    !path.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, text: &str) -> Vec<u64> {
        let mut out = Sink::default();
        let content = Content::Whole(text.as_bytes());
        Records.parse(File { path: path.as_bytes(), size: text.len() as u64, content }, &mut out);
        assert!(out.packages.is_empty() && out.diagnostics.is_empty());
        out.installed
    }

    #[test]
    fn paths_are_seen_from_where_the_specification_says() {
        let record = "../../../bin/ruff,sha256=x,1\nruff/__init__.py,sha256=x,2\n\"a,\"\"b\"\".so\",,\r\n\
                      /opt/c.so,,\nruff-0.1.dist-info/RECORD,,\n../../../../../../x,,\n";
        let paths = ["usr/local/bin/ruff", "usr/local/lib/python3/site-packages/a,\"b\".so", "opt/c.so"];
        let found = read("usr/local/lib/python3/site-packages/ruff-0.1.dist-info/RECORD", record);
        assert_eq!(found[..3], paths.map(|path| path_hash(path.as_bytes())));
        assert_eq!(found.len(), 4, "what leads out of the image is nothing");
        assert_eq!(
            read("lib/a-1.egg-info/installed-files.txt", "../a/_a.so\n../a/b.py\ntop_level.txt\n"),
            ["lib/a/_a.so", "lib/a-1.egg-info/top_level.txt"].map(|path| path_hash(path.as_bytes()))
        );
    }
}

//! What each fuzz target does with its bytes. The corpus is replayed by `tests/replay.rs` on a stable compiler.
#![allow(dead_code, reason = "each target is a program of its own")]

use std::sync::OnceLock;

use plimsoll_core::{Content, ImagePath, Limits, Take};
use plimsoll_inventory::{Cataloger, Catalogers, File, Pattern, Sink, catalogers};

fn all() -> &'static [Box<dyn Cataloger>] {
    static ALL: OnceLock<Vec<Box<dyn Cataloger>>> = OnceLock::new();
    ALL.get_or_init(catalogers::all)
}

fn show(cataloger: &dyn Cataloger, path: &[u8], mut content: Content<'_>, size: usize) -> Sink {
    let mut out = Sink::default();
    let content = match &mut content {
        Content::Whole(bytes) => Content::Whole(bytes),
        Content::Stream(reader) => Content::Stream(*reader),
    };
    cataloger.parse(File { path, size: size as u64, content }, &mut out);
    for package in &mut out.packages {
        assert!(!package.name.is_empty());
        // What was found must come back from its package URL.
        let text = package.purl.to_string();
        assert!(text.parse::<plimsoll_core::Purl>().is_ok(), "{text}");
        cataloger.place(path, package);
    }
    out
}

/// A path that an interest asks for.
fn path(cataloger: &dyn Cataloger, choice: u8) -> String {
    let interests = cataloger.interests();
    let interest = interests.get(usize::from(choice) % interests.len().max(1));
    match interest.map(|interest| interest.pattern) {
        Some(Pattern::Path(path)) => path.to_owned(),
        Some(Pattern::Name(name)) => format!("a/{name}"),
        Some(Pattern::Suffix(suffix)) => format!("a/b{suffix}"),
        Some(Pattern::Affixes(prefix, suffix)) => format!("a/{prefix}b{suffix}"),
        Some(Pattern::In(directory, name)) => format!("a/b{directory}/{name}"),
        Some(Pattern::InSuffix(directory, suffix)) => format!("a/b{directory}/c{suffix}"),
        _ => "a/b".to_owned(),
    }
}

/// ZIP archives by the Java and the Python cataloger, held and streamed.
pub(crate) fn archive(data: &[u8]) {
    for cataloger in all().iter().filter(|c| matches!(c.id(), "java-archive" | "python-archive")) {
        for path in [&b"a-1.0.jar"[..], b"a-1.0.egg"] {
            show(cataloger.as_ref(), path, Content::Whole(data), data.len());
            let mut reader = data;
            show(cataloger.as_ref(), path, Content::Stream(&mut reader), data.len());
        }
    }
}

/// Executables of every format. The first byte chooses the name, and with it the classifier.
pub(crate) fn executable(data: &[u8]) {
    let Some((choice, data)) = data.split_first() else { return };
    let names =
        ["bin/app", "bin/python3.11", "bin/mysqld", "lib/libsqlite3.so.0", "bin/nginx", "bin/redis-server"];
    let name = names[usize::from(*choice) % names.len()];
    let binary = all().iter().find(|c| c.id() == "binary").expect("it is registered");
    let mut reader = data;
    let streamed = show(binary.as_ref(), name.as_bytes(), Content::Stream(&mut reader), data.len());
    let whole = show(binary.as_ref(), name.as_bytes(), Content::Whole(data), data.len());
    assert_eq!((streamed.packages, streamed.hearsay), (whole.packages, whole.hearsay));
}

/// Bills of materials of every format, and whatever else a person may name as a file by itself.
pub(crate) fn sbom(data: &[u8]) {
    if let Ok(sbom) = plimsoll_inventory::Sbom::read(data) {
        for package in &sbom.inventory.packages {
            assert!(!package.name.is_empty());
        }
    }
    static CATALOGERS: OnceLock<Catalogers> = OnceLock::new();
    let mut file = std::io::Cursor::new(data);
    let path = ImagePath::new(b"srv/file.txt").expect("it is a path");
    let found = CATALOGERS.get_or_init(Catalogers::all).lone_file(
        &path,
        data.len() as u64,
        &mut file,
        &Limits::default(),
    );
    assert!(found.is_ok(), "memory can be read");
}

/// rpm's database in its three forms. The first byte chooses one.
pub(crate) fn rpmdb(data: &[u8]) {
    let Some((choice, data)) = data.split_first() else { return };
    let paths = ["var/lib/rpm/rpmdb.sqlite", "var/lib/rpm/Packages.db", "var/lib/rpm/Packages"];
    let rpm = all().iter().find(|c| c.id() == "rpm").expect("it is registered");
    let path = paths[usize::from(*choice) % paths.len()];
    show(rpm.as_ref(), path.as_bytes(), Content::Whole(data), data.len());
}

/// A database, and the write-ahead log beside it: the first two bytes say how long the database is, in pages of 512.
pub(crate) fn wal(data: &[u8]) {
    let [a, b, data @ ..] = data else { return };
    let length = 512 * usize::from(u16::from_le_bytes([*a, *b]));
    let (database, log) = data.split_at(length.min(data.len()));
    let rpm = all().iter().find(|c| c.id() == "rpm").expect("it is registered");
    show(rpm.as_ref(), b"var/lib/rpm/rpmdb.sqlite-wal", Content::Whole(log), log.len());
    if let Some(whole) = rpm.with_journal(database, log) {
        assert!(whole.len() <= database.len() + log.len());
        show(rpm.as_ref(), b"var/lib/rpm/rpmdb.sqlite", Content::Whole(&whole), whole.len());
    }
}

/// Everything that is read whole. The first line names the cataloger, or its first byte chooses one; the byte after it
/// chooses the file.
pub(crate) fn document(data: &[u8]) {
    let Some(end) = data.iter().position(|&b| b == b'\n') else { return };
    let (name, rest) = (&data[..end], &data[end + 1..]);
    let whole: Vec<_> = all()
        .iter()
        .filter(|c| {
            c.interests().iter().any(|interest| matches!(interest.take, Take::Whole { .. } | Take::Peek(_)))
        })
        .collect();
    let named = whole.iter().find(|c| c.id().as_bytes() == name);
    let chosen = name.first().map(|choice| &whole[usize::from(*choice) % whole.len()]);
    let (Some(cataloger), [file, data @ ..]) = (named.or(chosen), rest) else { return };
    let path = path(cataloger.as_ref(), *file);
    assert!(ImagePath::new(path.as_bytes()).is_ok());
    show(cataloger.as_ref(), path.as_bytes(), Content::Whole(data), data.len());
}

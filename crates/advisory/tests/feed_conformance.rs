//! Every feed under whatever comes: nothing panics, and a document that is cut off says so.

mod documents;

use documents::DOCUMENTS;
use plimsoll_advisory::feeds::{Document, Feed, Parsed, Shape, all, plain, recognise};

fn feed(id: &str) -> &'static dyn Feed {
    all().iter().copied().find(|feed| feed.about().id == id).unwrap()
}

fn counts(feed: &dyn Feed, name: &str, bytes: &[u8]) -> Result<(usize, usize), String> {
    let (mut read, mut skipped) = (0, 0);
    let parsed = feed.parse(Document { name, bytes }, &mut |parsed| {
        match parsed {
            Parsed::Advisory(_) | Parsed::Score(_) | Parsed::Life(_) | Parsed::Gone { .. } => read += 1,
            Parsed::Skipped(_) => skipped += 1,
            _ => {}
        }
        Ok(())
    });
    parsed.map(|()| (read, skipped)).map_err(|e| e.to_string())
}

#[test]
fn every_feed_has_a_document_and_knows_it() {
    let ids: Vec<&str> = all().iter().map(|feed| feed.about().id).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), ids.len(), "two feeds have one id");
    for id in &ids {
        assert!(DOCUMENTS.iter().any(|(feed, ..)| feed == id), "{id} has no document here");
        let about = feed(id).about();
        assert!(
            about.address.starts_with("https://") && !about.licence.is_empty() && !about.decides.is_empty()
        );
    }
    for (id, name, text) in DOCUMENTS {
        let document = Document { name, bytes: text.as_bytes() };
        assert_eq!(recognise(&document).map(|feed| feed.about().id), Some(*id), "{text}");
        let (read, skipped) = counts(feed(id), name, text.as_bytes()).unwrap();
        assert!(read > 0 && skipped == 0, "{id}: {read} read, {skipped} skipped");
    }
}

/// A module of `src/feeds` that no list of `feeds::all` reaches would be dead: each file is named in it.
#[test]
fn every_file_is_registered() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/feeds");
    let registry = std::fs::read_to_string(folder.join("mod.rs")).unwrap();
    let parts = ["facts", "ranges", "shape", "xml", "yaml", "mod"];
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let module = name.strip_suffix(".rs").unwrap_or(&name);
        assert!(
            parts.contains(&module) || registry.contains(&format!("mod {module};\n")),
            "{module} is not registered"
        );
        assert!(parts.contains(&module) || registry.contains(&format!("{module}::")), "{module} is not used");
    }
}

#[test]
fn a_document_that_is_cut_off_is_never_quietly_whole() {
    for (id, name, text) in DOCUMENTS {
        let (whole, _) = counts(feed(id), name, text.as_bytes()).unwrap();
        for end in 0..text.trim_end().len() {
            let Some(part) = text.get(..end) else { continue };
            let document = Document { name, bytes: part.as_bytes() };
            if let Some(feed) = recognise(&document) {
                let _ = counts(feed, name, part.as_bytes());
            }
            match counts(feed(id), name, part.as_bytes()) {
                Err(_) => {}
                // Lines are whole each by themselves.
                Ok(_)
                    if matches!(
                        *id,
                        "epss" | "debian-lists" | "ubuntu-cve" | "rustsec" | "redhat-deletions"
                    ) => {}
                Ok((read, skipped)) => assert!(read < whole || skipped > 0, "{id} at {end}: {read} read"),
            }
        }
    }
}

#[test]
fn whatever_comes_is_answered() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut texts: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"{".repeat(100_000),
        b"[".repeat(100_000),
        b"{\"a\":".repeat(50_000),
        b"<a>".repeat(50_000),
        b"<updates>".repeat(50_000),
        b"{\"document\":{\"category\":\"csaf_vex\"".to_vec(),
        vec![b'"'; 100_000],
        vec![0xff; 4096],
    ];
    for _ in 0..200 {
        let len = usize::try_from(random() % 512).unwrap();
        texts.push((0..len).map(|_| random().to_le_bytes()[0]).collect());
    }
    for (_, _, text) in DOCUMENTS {
        for _ in 0..100 {
            let mut bytes = text.as_bytes().to_vec();
            for _ in 0..1 + random() % 4 {
                let at = usize::try_from(random()).unwrap_or_default() % bytes.len();
                bytes[at] = match random() % 4 {
                    0 => b'"',
                    1 => b'0',
                    2 => b'{',
                    _ => random().to_le_bytes()[0],
                };
            }
            texts.push(bytes);
        }
    }
    for bytes in &texts {
        Shape::of(bytes);
        let document = Document { name: "x.yaml", bytes };
        let _ = plain(&document);
        for feed in all() {
            let _ = counts(*feed, "x", bytes);
        }
    }
}

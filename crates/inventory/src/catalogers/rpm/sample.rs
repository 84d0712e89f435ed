//! Headers and databases built in code, for tests.

use super::bytes::Order;

/// A tag with its value.
pub(crate) enum Tag<'a> {
    Text(u32, &'a str),
    Texts(u32, &'a [&'a str]),
    Numbers(u32, &'a [u32]),
}

/// A header of the tags.
pub(crate) fn header(tags: &[Tag<'_>]) -> Vec<u8> {
    let (mut index, mut store) = (Vec::new(), Vec::new());
    for tag in tags {
        let (tag, kind, count) = match tag {
            Tag::Text(tag, _) => (tag, 6, 1),
            Tag::Texts(tag, texts) => (tag, 8, texts.len()),
            Tag::Numbers(tag, numbers) => {
                // Numbers are aligned to their size.
                store.resize(store.len().next_multiple_of(4), 0);
                (tag, 4, numbers.len())
            }
        };
        for number in [*tag, kind, store.len() as u32, count as u32] {
            index.extend(number.to_be_bytes());
        }
        let texts: &[&str] = match tags.get(index.len() / 16 - 1) {
            Some(Tag::Text(_, text)) => &[*text],
            Some(Tag::Texts(_, texts)) => texts,
            Some(Tag::Numbers(_, numbers)) => {
                numbers.iter().for_each(|number| store.extend(number.to_be_bytes()));
                &[]
            }
            None => &[],
        };
        texts.iter().for_each(|text| store.extend([text.as_bytes(), b"\0"].concat()));
    }
    let mut out = Vec::new();
    out.extend((tags.len() as u32).to_be_bytes());
    out.extend((store.len() as u32).to_be_bytes());
    out.extend(index);
    out.extend(store);
    out
}

/// A package with an epoch, a source, a module and two files.
pub(crate) fn openssl() -> Vec<u8> {
    header(&[
        Tag::Text(1000, "openssl-libs"),
        Tag::Text(1001, "1.1.1k"),
        Tag::Text(1002, "4.el8"),
        Tag::Numbers(1003, &[1]),
        Tag::Text(1011, "AlmaLinux"),
        Tag::Text(1022, "x86_64"),
        Tag::Text(1044, "openssl-1.1.1k-4.el8.src.rpm"),
        Tag::Numbers(1116, &[1, 0]),
        Tag::Texts(1117, &["libssl.so.1.1", "openssl.cnf"]),
        Tag::Texts(1118, &["/etc/pki/tls/", "/usr/lib64/"]),
    ])
}

/// A package of that name and nothing else but a long description, so that it fills several pages.
pub(crate) fn long(name: &str, length: usize) -> Vec<u8> {
    let text = "x".repeat(length);
    header(&[Tag::Text(1000, name), Tag::Text(1001, "1"), Tag::Text(1002, "2"), Tag::Text(1005, &text)])
}

/// A `Packages.db` of the blobs.
pub(crate) fn ndb(blobs: &[Vec<u8>]) -> Vec<u8> {
    let mut out = vec![0; 4096];
    out[..4].copy_from_slice(b"RpmP");
    out[12] = 1;
    for slot in 2..256 {
        out[slot * 16..slot * 16 + 4].copy_from_slice(b"Slot");
    }
    for (blob, number) in blobs.iter().zip(1_u32..) {
        out.resize(out.len().next_multiple_of(16), 0);
        let block = out.len() as u32 / 16;
        let slot = (number as usize + 1) * 16;
        out[slot + 4..slot + 8].copy_from_slice(&number.to_le_bytes());
        out[slot + 8..slot + 12].copy_from_slice(&block.to_le_bytes());
        out.extend(b"BlbS");
        for value in [number, 0, blob.len() as u32] {
            out.extend(value.to_le_bytes());
        }
        out.extend(blob);
    }
    out
}

/// A Berkeley DB hash of the blobs, in one bucket, with pages of 512 bytes.
pub(crate) fn bdb(blobs: &[Vec<u8>], order: Order) -> Vec<u8> {
    const PAGE: usize = 512;
    let u32s = |number: u32| if order == Order::Big { number.to_be_bytes() } else { number.to_le_bytes() };
    let u16s = |number: u16| if order == Order::Big { number.to_be_bytes() } else { number.to_le_bytes() };
    // The first page after the file's header has the items, the others are overflow pages.
    let mut pages = vec![vec![0; PAGE]; 2];
    let mut free = PAGE;
    let mut items = 0;
    let mut put = |page: &mut Vec<u8>, item: &[u8]| {
        free -= item.len();
        page[free..free + item.len()].copy_from_slice(item);
        page[26 + items * 2..28 + items * 2].copy_from_slice(&u16s(free as u16));
        items += 1;
        page[20..22].copy_from_slice(&u16s(items as u16));
    };
    // The bookkeeping value under key 0.
    put(&mut pages[1], &[1, 0, 0, 0, 0]);
    put(&mut pages[1], &[1, 9, 0, 0, 0]);
    for (blob, number) in blobs.iter().zip(1_u32..) {
        put(&mut pages[1], &[&[1][..], &u32s(number)].concat());
        if blob.len() < 64 {
            put(&mut pages[1], &[&[1][..], blob].concat());
            continue;
        }
        let first = pages.len() as u32;
        put(&mut pages[1], &[&[3, 0, 0, 0][..], &u32s(first), &u32s(blob.len() as u32)].concat());
        let chunks: Vec<&[u8]> = blob.chunks(PAGE - 26).collect();
        for (at, chunk) in chunks.iter().enumerate() {
            let next = if at + 1 < chunks.len() { pages.len() as u32 + 1 } else { 0 };
            let mut page = vec![0; PAGE];
            page[16..20].copy_from_slice(&u32s(next));
            page[22..24].copy_from_slice(&u16s(chunk.len() as u16));
            page[25] = 7;
            page[26..26 + chunk.len()].copy_from_slice(chunk);
            pages.push(page);
        }
    }
    pages[1][25] = 13;
    let last = pages.len() as u32 - 1;
    for (at, number) in [(12, 0x0006_1561), (16, 9), (20, PAGE as u32), (32, last)] {
        pages[0][at..at + 4].copy_from_slice(&u32s(number));
    }
    pages[0][25] = 8;
    pages.concat()
}

/// A database as SQLite itself writes it, with pages of that size.
pub(crate) fn sqlite(blobs: &[Vec<u8>], page_size: u32) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rpmdb.sqlite");
    let database = rusqlite::Connection::open(&file).unwrap();
    database
        .execute_batch(&format!(
            "PRAGMA page_size={page_size}; PRAGMA synchronous=OFF;
             CREATE TABLE Installtid(key INTEGER, hnum INTEGER);
             CREATE TABLE Packages(hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL);
             CREATE INDEX Installtid_idx ON Installtid(key);
             INSERT INTO Installtid VALUES(7, 1);"
        ))
        .unwrap();
    database.execute_batch("BEGIN").unwrap();
    for blob in blobs {
        database.execute("INSERT INTO Packages(blob) VALUES(?1)", [blob]).unwrap();
    }
    database.execute_batch("COMMIT").unwrap();
    database.close().unwrap();
    std::fs::read(file).unwrap()
}

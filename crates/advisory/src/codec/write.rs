use plimsoll_core::{Advisory, AdvisoryKind, Affected, Event, FixState, NameKind, RangeKind, Rating};

use super::{LINK_KINDS, LINKS};

/// Everything but the affected entries.
pub(crate) fn write_head(advisory: &Advisory, out: &mut Vec<u8>) {
    text(out, &advisory.id);
    text(out, &advisory.feed);
    out.push(kind(advisory.kind));
    write_ids(advisory, out);
    optional(out, advisory.withdrawn.as_deref());
    optional(out, advisory.modified.as_deref());
    write_text(advisory, out);
    ratings(out, &advisory.ratings);
}

fn write_ids(advisory: &Advisory, out: &mut Vec<u8>) {
    texts(out, &advisory.aliases);
    texts(out, &advisory.upstream);
}

/// What decides a match, in an order of its own: a change here is a reason to match again, and another order of the
/// entries is none.
pub(crate) fn write_match(advisory: &Advisory, out: &mut Vec<u8>) {
    out.push(u8::from(advisory.withdrawn.is_some()));
    out.push(kind(advisory.kind));
    write_ids(advisory, out);
    sorted(advisory, out, |entry, out| write_entry(entry, false, out));
}

/// What decides a severity: a change here is a reason to rate again.
pub(crate) fn write_ratings(advisory: &Advisory, out: &mut Vec<u8>) {
    ratings(out, &advisory.ratings);
    sorted(advisory, out, |entry, out| {
        text(out, entry.ecosystem.as_str());
        text(out, &entry.name);
        ratings(out, &entry.ratings);
        out.push(fix(entry.fix));
    });
}

fn sorted(advisory: &Advisory, out: &mut Vec<u8>, write: fn(&Affected, &mut Vec<u8>)) {
    let mut entries: Vec<Vec<u8>> = advisory
        .affected
        .iter()
        .map(|entry| {
            let mut bytes = Vec::new();
            write(entry, &mut bytes);
            bytes
        })
        .collect();
    entries.sort_unstable();
    entries.iter().for_each(|entry| out.extend_from_slice(entry));
}

fn kind(kind: AdvisoryKind) -> u8 {
    match kind {
        AdvisoryKind::Malware => 1,
        AdvisoryKind::Informational => 2,
        _ => 0,
    }
}

/// What only a person reads.
pub(crate) fn write_text(advisory: &Advisory, out: &mut Vec<u8>) {
    texts(out, &advisory.related);
    text(out, &advisory.summary);
    optional(out, advisory.published.as_deref());
    texts(out, &advisory.cwes);
    write_number(out, advisory.references.len());
    for reference in &advisory.references {
        match LINK_KINDS.iter().position(|kind| *kind == reference.kind) {
            Some(at) if at > 0 => write_number(out, at),
            _ => {
                write_number(out, 0);
                text(out, &reference.kind);
            }
        }
        let prefix = LINKS
            .iter()
            .enumerate()
            .skip(1)
            .find_map(|(at, prefix)| Some((at, reference.url.strip_prefix(prefix)?)));
        let (at, rest) = prefix.unwrap_or((0, &reference.url));
        write_number(out, at);
        text(out, rest);
    }
}

/// A group of affected entries.
pub(crate) fn write_entries<'a>(entries: impl ExactSizeIterator<Item = &'a Affected>, out: &mut Vec<u8>) {
    write_number(out, entries.len());
    for entry in entries {
        write_entry(entry, true, out);
    }
}

fn write_entry(entry: &Affected, rated: bool, out: &mut Vec<u8>) {
    text(out, entry.ecosystem.as_str());
    text(out, &entry.name);
    out.push(match entry.name_kind {
        NameKind::Binary => 0,
        NameKind::Source => 1,
    });
    write_number(out, entry.ranges.len());
    for range in &entry.ranges {
        out.push(match range.kind {
            RangeKind::Semver => 0,
            RangeKind::Ecosystem => 1,
            RangeKind::Git => 2,
        });
        write_number(out, range.events.len());
        for event in &range.events {
            let (tag, version) = match event {
                Event::Introduced(version) => (0, version),
                Event::Fixed(version) => (1, version),
                Event::LastAffected(version) => (2, version),
                Event::Limit(version) => (3, version),
            };
            out.push(tag);
            text(out, version);
        }
    }
    texts(out, &entry.versions);
    texts(out, &entry.os);
    texts(out, &entry.arch);
    optional(out, entry.module.as_deref());
    if rated {
        ratings(out, &entry.ratings);
        out.push(fix(entry.fix));
    }
}

fn fix(state: Option<FixState>) -> u8 {
    match state {
        None => 0,
        Some(FixState::Available) => 1,
        Some(FixState::NotAvailable) => 2,
        Some(FixState::WontFix) => 3,
        Some(FixState::Deferred) => 4,
        Some(FixState::EndOfLife) => 5,
        Some(_) => 6,
    }
}

fn ratings(out: &mut Vec<u8>, ratings: &[Rating]) {
    write_number(out, ratings.len());
    for rating in ratings {
        text(out, &rating.source);
        text(out, &rating.scheme);
        text(out, &rating.value);
    }
}

/// A number as LEB128.
pub(crate) fn write_long(out: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or_default();
        number >>= 7;
        if number == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

/// A length or a count.
pub(crate) fn write_number(out: &mut Vec<u8>, number: usize) {
    write_long(out, u64::try_from(number).unwrap_or(u64::MAX));
}

/// Bytes of any sort, with their length before them.
pub(crate) fn write_blob(out: &mut Vec<u8>, bytes: &[u8]) {
    write_number(out, bytes.len());
    out.extend_from_slice(bytes);
}

fn text(out: &mut Vec<u8>, text: &str) {
    write_blob(out, text.as_bytes());
}

fn texts(out: &mut Vec<u8>, list: &[String]) {
    write_number(out, list.len());
    list.iter().for_each(|item| text(out, item));
}

/// One more than the length, so that nothing and the empty text differ.
fn optional(out: &mut Vec<u8>, value: Option<&str>) {
    match value {
        None => out.push(0),
        Some(value) => {
            write_number(out, value.len().saturating_add(1));
            out.extend_from_slice(value.as_bytes());
        }
    }
}

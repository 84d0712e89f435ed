//! Debian's security tracker as its team writes it: the lists of CVEs, and of advisories (DSA, DLA, DTSA).

use plimsoll_core::{Advisory, Affected, Ecosystem, FixState, NameKind};

use super::debian_tracker::ecosystem;
use super::facts::{fixed_in, not_affected, unclear, unfixed, word};
use super::{About, Document, Emit, Feed, Parsed, Shape, skipped};
use crate::Error;

/// `data/CVE/list`, `data/DSA/list`, `data/DLA/list`, `data/DTSA/list`.
#[derive(Clone, Copy, Debug, Default)]
pub struct DebianLists;

impl Feed for DebianLists {
    fn about(&self) -> &'static About {
        &About {
            id: "debian-lists",
            title: "Debian Security Tracker, lists of CVEs, DSAs and DLAs",
            address: "https://salsa.debian.org/security-tracker-team/security-tracker",
            licence: "none stated; facts of the Debian security team",
            decides: "which Debian source packages an advisory fixes; which are affected, not affected, put off, ignored or out of support",
        }
    }

    fn recognises(&self, document: &Document<'_>, _: &Shape<'_>) -> bool {
        // A list of advisories begins like JSON.
        let line = document.bytes.split(|&byte| byte == b'\n').find(|line| !line.trim_ascii().is_empty());
        line.and_then(|line| std::str::from_utf8(line).ok()).is_some_and(|line| header(line).is_some())
    }

    fn parse(&self, document: Document<'_>, emit: &mut Emit<'_>) -> Result<(), Error> {
        let text = String::from_utf8_lossy(document.bytes);
        let mut current: Option<Entry> = None;
        for line in text.lines() {
            if line.trim().is_empty() {
                continue;
            }
            if !line.starts_with([' ', '\t']) {
                if let Some(entry) = current.take() {
                    entry.finish(emit)?;
                }
                current = header(line).map(Entry::new);
                if current.is_none() {
                    let shown: String = line.chars().take(80).collect();
                    emit(skipped(&document, &shown, "it is no line that begins an issue"))?;
                }
            } else if let Some(entry) = &mut current
                && let Err(why) = entry.line(line.trim())
            {
                emit(skipped(&document, &entry.advisory.id, why))?;
            }
        }
        current.map_or(Ok(()), |entry| entry.finish(emit))
    }
}

/// The line that begins an issue.
struct Header<'a> {
    id: &'a str,
    title: &'a str,
    date: Option<&'a str>,
}

/// `[29 Mar 2023] DSA-5380-1 xorg-server - security update`, `CVE-2023-5088 (A bug in QEMU …)`.
fn header(line: &str) -> Option<Header<'_>> {
    let (date, rest) = match line.strip_prefix('[') {
        Some(dated) => dated.split_once("] ").map(|(date, rest)| (Some(date), rest))?,
        None => (None, line),
    };
    let (id, title) = rest.split_once(' ').unwrap_or((rest, ""));
    let known = if date.is_some() { &["DSA-", "DLA-", "DTSA-", "ELA-"][..] } else { &["CVE-"][..] };
    let digit =
        id.split_once('-').is_some_and(|(_, number)| number.starts_with(|c: char| c.is_ascii_digit()));
    (known.iter().any(|prefix| id.starts_with(prefix)) && digit).then(|| Header {
        id,
        title: title.trim(),
        date,
    })
}

struct Entry {
    advisory: Advisory,
    /// Whether anything is known that is worth a record.
    known: bool,
}

impl Entry {
    fn new(header: Header<'_>) -> Self {
        let title = header.title.trim_start_matches(['(', '[']).trim_end_matches([')', ']']);
        let mut advisory = Advisory {
            id: header.id.to_owned(),
            feed: "debian-lists".to_owned(),
            summary: title.to_owned(),
            published: header.date.and_then(day),
            ..Advisory::default()
        };
        if header.id.ends_with("-XXXX") {
            // No CVE yet: the same placeholder stands before many, so that the title has to tell them apart.
            let title: String =
                title.chars().filter(|c| c.is_ascii_alphanumeric() || *c == ' ').take(40).collect();
            advisory.id = format!("TEMP-{}", title.trim().replace(' ', "-"));
        }
        let ends = ["end of life", "end-of-life"].iter().any(|text| title.contains(text));
        Self { advisory, known: ends }
    }

    fn line(&mut self, line: &str) -> Result<(), String> {
        if let Some(ids) = line.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            let ids = ids.split_whitespace().map(str::to_owned);
            match self.advisory.id.starts_with("CVE-") {
                true => self.advisory.related.extend(ids),
                false => self.advisory.upstream.extend(ids.filter(|id| id.starts_with("CVE-"))),
            }
            return Ok(());
        }
        let (release, rest) = match line.strip_prefix('[') {
            Some(rest) => {
                let (release, rest) =
                    rest.split_once(']').ok_or_else(|| format!("{line:?} has no end of its release"))?;
                (Some(release), rest.trim())
            }
            None => (None, line),
        };
        // NOTE, TODO, NOT-FOR-US, RESERVED and the like say nothing of a package.
        let Some(rest) = rest.strip_prefix("- ") else { return Ok(()) };
        let ecosystem = match release {
            // What is fixed in unstable is fixed from that version on, wherever nothing else is said.
            None => Ecosystem::new("Debian"),
            Some(release) => match ecosystem(release) {
                Some(ecosystem) => ecosystem,
                None => return Ok(()),
            },
        };
        let (package, state) = rest.split_once(' ').unwrap_or((rest, ""));
        let (state, note) = state.split_once('(').unwrap_or((state, ""));
        if let Some(affected) = stated(ecosystem, package, state.trim(), note.trim_end_matches(')')) {
            self.advisory.affected.push(affected);
            self.known = true;
        }
        Ok(())
    }

    fn finish(self, emit: &mut Emit<'_>) -> Result<(), Error> {
        if self.known || !self.advisory.upstream.is_empty() {
            emit(Parsed::Advisory(Box::new(self.advisory)))?;
        }
        Ok(())
    }
}

fn stated(ecosystem: Ecosystem, package: &str, state: &str, note: &str) -> Option<Affected> {
    let mut affected = Affected::new(ecosystem, package, NameKind::Source);
    let fix = match state {
        "<not-affected>" => {
            affected.ranges = not_affected();
            return Some(affected);
        }
        "<undetermined>" => {
            affected.ranges = unclear("undetermined");
            return Some(affected);
        }
        "<unfixed>" | "<removed>" | "" => FixState::NotAvailable,
        "<no-dsa>" | "<postponed>" => FixState::Deferred,
        "<ignored>" => FixState::WontFix,
        "<end-of-life>" => FixState::EndOfLife,
        // `<itp>`: not in Debian.
        tag if tag.starts_with('<') => return None,
        version => {
            affected.ranges = fixed_in(version);
            affected.ratings = urgency(note);
            return Some(affected);
        }
    };
    affected.ranges = unfixed();
    affected.fix = Some(fix);
    affected.ratings = urgency(note);
    Some(affected)
}

/// `low; bug #990901`.
fn urgency(note: &str) -> Vec<plimsoll_core::Rating> {
    let words = note.split(';').map(str::trim);
    let known = |word: &&str| matches!(*word, "unimportant" | "low" | "medium" | "high");
    words.filter(known).map(|text| word("Debian", text)).collect()
}

/// `29 Mar 2023`, `August 26th, 2005`.
fn day(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split([' ', ',']).filter(|part| !part.is_empty()).collect();
    let month = |text: &str| {
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        names.iter().position(|name| text.starts_with(name)).map(|index| index + 1)
    };
    let number = |text: &str| text.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse::<u32>().ok();
    let (a, b, year) = (parts.first()?, parts.get(1)?, number(parts.get(2)?)?);
    let (day, month) = match month(a) {
        Some(month) => (number(b)?, month),
        None => (number(a)?, month(b)?),
    };
    (year > 1990 && (1..=31).contains(&day)).then(|| format!("{year:04}-{month:02}-{day:02}T00:00:00Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issues_begin_with_an_id() {
        assert_eq!(
            header("[29 Mar 2023] DSA-5380-1 xorg-server - security update").unwrap().id,
            "DSA-5380-1"
        );
        assert_eq!(header("CVE-2023-46517").unwrap().id, "CVE-2023-46517");
        assert!(header("[19 Jul 2021] MALFORMED HEADER").is_none());
        assert!(header("cve,epss").is_none() && header("CVE-list").is_none());
    }

    #[test]
    fn dates_are_written_in_two_ways() {
        assert_eq!(day("29 Mar 2023").as_deref(), Some("2023-03-29T00:00:00Z"));
        assert_eq!(day("August 26th, 2005").as_deref(), Some("2005-08-26T00:00:00Z"));
        assert_eq!(day("soon"), None);
    }
}

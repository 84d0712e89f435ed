use memchr::memmem;

use super::inflate;
use super::record::{Central, Local, Method, u16, u32, u64};
use super::{Budget, Visitor, Want, forward, malformed, truncated, unsupported};

/// The largest archive within an archive that is inflated whole; larger ones are read as they are inflated.
const HELD: usize = 8 << 20;

/// Where the directory is.
struct Directory {
    start: usize,
    end: usize,
    /// Bytes in front of the archive that its offsets do not count, such as a script that runs it.
    shift: usize,
}

pub(super) fn visit(bytes: &[u8], visitor: &mut dyn Visitor, budget: &mut Budget) {
    // An archive that is cut within one that it holds ends as that one does.
    let whole = Directory::find(bytes).filter(|found| found.shift == 0 || !super::begins(bytes));
    let Some(directory) = whole else {
        if memmem::find(bytes.get(..1 << 20).unwrap_or(bytes), Local::SIGNATURE).is_some() {
            budget.trouble(visitor, truncated("archive without a directory at its end"));
        }
        forward::visit(&mut &*bytes, visitor, budget);
        return;
    };
    let mut at = directory.start;
    while at < directory.end {
        let Some(central) = bytes.get(at..directory.end).and_then(Central::read) else {
            let message = "the archive's directory has a broken entry; the rest was not read";
            budget.trouble(visitor, malformed(message).offset(u64::try_from(at).unwrap_or(0)));
            return;
        };
        at += central.length;
        if !budget.entry(visitor) {
            return;
        }
        let want = visitor.entry(central.name);
        if want != Want::Nothing {
            content(bytes, &directory, central, want, visitor, budget);
        }
    }
}

fn content(
    bytes: &[u8],
    directory: &Directory,
    central: Central<'_>,
    want: Want,
    visitor: &mut dyn Visitor,
    budget: &mut Budget,
) {
    let shown = String::from_utf8_lossy(central.name);
    let Some(stored) = directory.content(bytes, central) else {
        budget.trouble(visitor, malformed(format!("{shown}: its content lies outside of the archive")));
        return;
    };
    match (want, central.method) {
        (Want::Nothing, _) => {}
        (_, Method::Unknown) => {
            budget.trouble(
                visitor,
                unsupported(format!("{shown}: encrypted or compressed by an unknown method")),
            );
        }
        (Want::Bytes(max), Method::Stored) if stored.len() <= max => visitor.bytes(central.name, stored),
        (Want::Bytes(max), Method::Stored) => {
            let message = format!("{shown}: has more than {max} bytes and was not read");
            budget.trouble(visitor, super::limit(message));
        }
        (Want::Bytes(max), Method::Deflated) => match inflate::whole(stored, central.size, max, budget) {
            Ok(bytes) => visitor.bytes(central.name, &bytes),
            Err(error) => budget.trouble(visitor, malformed(format!("{shown}: can't be inflated: {error}"))),
        },
        (Want::Archive, _) if budget.depth == 0 => {
            budget.trouble(
                visitor,
                super::limit(format!("{shown}: archives are nested too deep; it was not read")),
            );
        }
        (Want::Archive, method) => {
            budget.depth -= 1;
            visitor.enter(central.name);
            if method == Method::Stored {
                super::visit(stored, visitor, budget);
            } else {
                nested(stored, central.size, visitor, budget);
            }
            visitor.leave();
            budget.depth += 1;
        }
    }
}

/// Reads a deflated archive within the archive.
fn nested(mut stored: &[u8], size: u64, visitor: &mut dyn Visitor, budget: &mut Budget) {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let max = HELD.min(budget.held);
    if size <= max {
        budget.held -= size;
        match inflate::whole(stored, u64::try_from(size).unwrap_or(0), size, budget) {
            Ok(bytes) => super::visit(&bytes, visitor, budget),
            Err(error) => budget.trouble(visitor, malformed(format!("can't be inflated: {error}"))),
        }
        budget.held += size;
    } else {
        forward::inflated(&mut stored, visitor, budget);
    }
}

impl Directory {
    /// Finds the record at the archive's end (APPNOTE 4.3.16) that fits what stands before it. The last one counts,
    /// as it does for Java.
    fn find(bytes: &[u8]) -> Option<Self> {
        // The record's own 22 bytes and the longest comment; some writers append more than that.
        let window = bytes.len().saturating_sub(22 + (1 << 17));
        let tail = bytes.get(window..)?;
        memmem::rfind_iter(tail, b"PK\x05\x06").take(64).find_map(|at| Self::read(bytes, window + at))
    }

    fn read(bytes: &[u8], at: usize) -> Option<Self> {
        let record = bytes.get(at..)?;
        let (size, offset) = (u32(record, 12)?, u32(record, 16)?);
        let _comment = u16(record, 20)?;
        if (size == u32::MAX || offset == u32::MAX || u16(record, 10)? == u16::MAX)
            && let Some(directory) = Self::zip64(bytes, at)
        {
            return Some(directory);
        }
        Self::new(bytes, at, usize::try_from(size).ok()?, usize::try_from(offset).ok()?)
    }

    /// The wider record, which a locator right in front of the other one points at (APPNOTE 4.3.14 and 4.3.15).
    fn zip64(bytes: &[u8], end: usize) -> Option<Self> {
        let locator = bytes.get(end.checked_sub(20)?..end).filter(|l| l.starts_with(b"PK\x06\x07"))?;
        let claimed = usize::try_from(u64(locator, 8)?).ok()?;
        // Bytes in front of the archive move it; then it stands right in front of the locator.
        let at = [Some(claimed), end.checked_sub(20 + 56)]
            .into_iter()
            .flatten()
            .find(|&at| bytes.get(at..).is_some_and(|record| record.starts_with(b"PK\x06\x06")))?;
        let record = bytes.get(at..)?;
        let (size, offset) = (u64(record, 40)?, u64(record, 48)?);
        Self::new(bytes, at, usize::try_from(size).ok()?, usize::try_from(offset).ok()?)
    }

    /// The directory ends where the record begins; what is missing in front of it is not part of the archive.
    fn new(bytes: &[u8], end: usize, size: usize, offset: usize) -> Option<Self> {
        let start = end.checked_sub(size)?;
        let shift = start.checked_sub(offset)?;
        let plausible = size == 0 || bytes.get(start..)?.starts_with(b"PK\x01\x02");
        plausible.then_some(Self { start, end, shift })
    }

    /// The stored bytes of an entry. Names and extra fields are the local header's, which may differ.
    fn content<'a>(&self, bytes: &'a [u8], central: Central<'_>) -> Option<&'a [u8]> {
        let start = usize::try_from(central.offset).ok()?.checked_add(self.shift)?;
        let local = bytes.get(start..)?;
        let header = Local::read(local)?;
        let data = Local::SIZE + header.name + header.extra;
        local.get(data..data.checked_add(usize::try_from(central.compressed).ok()?)?)
    }
}

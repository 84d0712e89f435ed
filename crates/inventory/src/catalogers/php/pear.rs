use plimsoll_core::{Diagnostic, DiagnosticKind, Package, PackageType, Purl, Role};

use super::super::document::{Document, Text as File, WHOLE};
use crate::{Interest, Pattern, Sink};

/// Packages and extensions that PEAR and PECL installed: one file of the registry for each, an array as PHP's
/// `serialize` writes it.
pub(crate) const PEAR: Document = Document {
    id: "php-pear",
    revision: 1,
    interests: &[
        Interest { pattern: Pattern::InSuffix(".registry", ".reg"), take: WHOLE },
        Interest { pattern: Pattern::InSuffix("pecl.php.net", ".reg"), take: WHOLE },
    ],
    role: Role::Normal,
    read,
};

/// Arrays within arrays; the registry has five.
const MAX_DEPTH: usize = 32;

fn read(file: &File<'_>, out: &mut Sink) -> Result<(), Diagnostic> {
    let mut found = Found::default();
    let mut rest = file.bytes;
    let whole = value(&mut rest, &mut Vec::new(), &mut found).is_some();
    let (Some(name), Some(version)) = (&found.name, &found.version) else {
        return Err(Diagnostic::new(
            DiagnosticKind::Malformed,
            "PEAR's registry names no package and version here",
        ));
    };
    if !whole {
        out.diagnostics
            .push(Diagnostic::new(DiagnosticKind::Truncated, "file of PEAR's registry is cut off"));
    }
    let folder = file.path.rsplit(|&b| b == b'/').nth(1).unwrap_or_default();
    let folder = folder.strip_prefix(b".channel.").map(String::from_utf8_lossy);
    let channel = found.channel.as_deref().or(folder.as_deref());
    let channel = channel.unwrap_or("pear.php.net");
    let purl = Purl::new("pear", Some(channel), name, Some(version));
    out.packages.push(Package::new(PackageType::Pear, name.as_str(), version.as_str(), purl));
    Ok(())
}

#[derive(Default)]
struct Found {
    name: Option<String>,
    channel: Option<String>,
    version: Option<String>,
}

impl Found {
    fn note(&mut self, path: &[String], text: &str) {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let slot = match path.as_slice() {
            // The second forms are of files by the format's first version.
            ["name"] | ["package"] => &mut self.name,
            ["channel"] => &mut self.channel,
            ["version", "release"] | ["version"] => &mut self.version,
            _ => return,
        };
        slot.get_or_insert_with(|| text.to_owned());
    }
}

/// Reads one value, and notes the texts that are wanted by the keys that lead to them.
fn value(rest: &mut &[u8], path: &mut Vec<String>, found: &mut Found) -> Option<()> {
    let kind = take(rest, 1)?.first().copied()?;
    match kind {
        b'N' => until(rest, b';').map(|_| ()),
        b'i' | b'b' | b'd' => until(rest, b';').map(|_| ()),
        b's' => {
            let text = string(rest)?;
            found.note(path, &text);
            take(rest, 1).map(|_| ())
        }
        b'a' => {
            take(rest, 1)?;
            let count: usize = std::str::from_utf8(until(rest, b':')?).ok()?.parse().ok()?;
            take(rest, 1)?;
            if path.len() >= MAX_DEPTH {
                return None;
            }
            for _ in 0..count {
                path.push(key(rest)?);
                let read = value(rest, path, found);
                path.pop();
                read?;
            }
            take(rest, 1).map(|_| ())
        }
        _ => None,
    }
}

fn key(rest: &mut &[u8]) -> Option<String> {
    match take(rest, 1)?.first()? {
        b's' => {
            let text = string(rest)?;
            take(rest, 1)?;
            Some(text)
        }
        b'i' => {
            take(rest, 1)?;
            Some(String::from_utf8_lossy(until(rest, b';')?).into_owned())
        }
        _ => None,
    }
}

/// `:5:"3.2.0"`
fn string(rest: &mut &[u8]) -> Option<String> {
    take(rest, 1)?;
    let length: usize = std::str::from_utf8(until(rest, b':')?).ok()?.parse().ok()?;
    take(rest, 1)?;
    let text = take(rest, length)?;
    take(rest, 1)?;
    Some(String::from_utf8_lossy(text).into_owned())
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(taken)
}

/// What stands before the next such byte, which is passed too.
fn until<'a>(rest: &mut &'a [u8], byte: u8) -> Option<&'a [u8]> {
    let at = memchr::memchr(byte, rest)?;
    let taken = rest.get(..at)?;
    *rest = rest.get(at + 1..)?;
    Some(taken)
}

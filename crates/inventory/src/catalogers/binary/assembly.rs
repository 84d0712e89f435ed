//! .NET assemblies, by the version resource that compilers write into them. A package's assembly most often has the
//! package's name, and its product version is the package's; so this is evidence, for where no dependency manifest
//! tells what the assembly is from.

use plimsoll_core::{Confidence, Identity, PackageType};

use super::super::identity;
use super::layout::{Bytes, Layout};
use super::window::{Detector, Window};
use crate::{Hearsay, Sink};

/// Resources that are looked at: pictures follow.
const MAX: usize = 1 << 20;
/// The type of version resources (PE Format, "The .rsrc Section"; Windows, "Resource Types").
const VERSION: u32 = 16;
/// Strings of a version resource that are looked at, and how deep its parts are nested: it has four levels.
const STRINGS: usize = 200;
const DEPTH: u32 = 4;

/// Collects the resources of a managed assembly while the file goes by.
pub(super) struct Assembly<'p> {
    path: &'p [u8],
    /// The relative address of the first byte.
    address: u32,
    resources: Vec<u8>,
}

impl<'p> Assembly<'p> {
    pub(super) fn new(path: &'p [u8]) -> Self {
        Self { path, address: 0, resources: Vec::new() }
    }
}

impl Detector for Assembly<'_> {
    fn look(&mut self, window: &Window<'_>, layout: &Layout) {
        let Some(place) = layout.resources else { return };
        self.address = place.address;
        let missing =
            usize::try_from(place.size).unwrap_or(MAX).min(MAX).saturating_sub(self.resources.len());
        let next = place.offset.saturating_add(u64::try_from(self.resources.len()).unwrap_or(u64::MAX));
        if let Some(bytes) = window.from(next).filter(|_| missing > 0) {
            self.resources.extend_from_slice(bytes.get(..missing).unwrap_or(bytes));
        }
    }

    fn report(&mut self, out: &mut Sink) {
        let Some(strings) = version_strings(&self.resources, self.address) else { return };
        let get = |key: &str| {
            let found = strings.iter().find(|(name, _)| name == key);
            found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
        };
        let file = self.path.rsplit(|&b| b == b'/').next().and_then(|name| std::str::from_utf8(name).ok());
        let named = [get("OriginalFilename"), get("InternalName"), file].into_iter().flatten();
        let Some(name) = named.map(without_suffix).find(|name| is_name(name)) else { return };
        // Texts of the assembly in another language.
        if name.ends_with(".resources") {
            return;
        }
        let file_version = get("FileVersion").and_then(version);
        if file_version.is_some_and(is_dated) {
            return;
        }
        let (version, confidence, evidence) = match (get("ProductVersion").and_then(version), file_version) {
            // A fourth number is the build's, and packages have three.
            (Some(product), _) if product.split('.').count() == 4 && !product.contains('-') => {
                (product, Confidence::Low, "version resource: ProductVersion")
            }
            (Some(product), _) => (product, Confidence::Medium, "version resource: ProductVersion"),
            (None, Some(file)) => (file, Confidence::Low, "version resource: FileVersion"),
            (None, None) => return,
        };
        let mut package = identity::plain(PackageType::Nuget, name, version);
        package.identity = Some(Identity { confidence, evidence: evidence.to_owned() });
        out.hearsay.push(Hearsay { package, any_version: false });
    }
}

fn without_suffix(name: &str) -> &str {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = name.len().checked_sub(4).and_then(|at| Some((name.get(..at)?, name.get(at..)?)));
    match stem {
        Some((stem, suffix)) if [".dll", ".exe"].iter().any(|s| suffix.eq_ignore_ascii_case(s)) => stem,
        _ => name,
    }
}

/// The form of NuGet's package ids.
fn is_name(name: &str) -> bool {
    name.len() <= 100
        && name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

/// The version in front of what a build adds (`13.0.3+0a2e291c0d9c`, `4.8.0 built by: main`).
fn version(text: &str) -> Option<&str> {
    let version = text.split(['+', ' ', ',']).next()?;
    let (numbers, rest) = version.split_once('-').map_or((version, None), |(n, rest)| (n, Some(rest)));
    let count = numbers.split('.').count();
    let numeric = numbers.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    let label = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
    };
    let zero = numbers.bytes().all(|b| matches!(b, b'0' | b'.'));
    (numeric && (2..=4).contains(&count) && rest.is_none_or(label) && !zero).then_some(version)
}

/// Parts of .NET Core 3 have `4.700.20.56604` in place of 4.7.0, and the framework's version as their product's:
/// neither is the package's.
fn is_dated(version: &str) -> bool {
    version
        .split('.')
        .nth(1)
        .and_then(|minor| minor.parse::<u32>().ok())
        .is_some_and(|minor| minor >= 100 && minor % 100 == 0 && version.split('.').count() == 4)
}

/// Names and values of the first version resource.
fn version_strings(resources: &[u8], address: u32) -> Option<Vec<(String, String)>> {
    let bytes = Bytes(resources, false);
    let kind = entries(bytes, 0)?.into_iter().find(|(id, _)| *id == VERSION)?.1;
    // By type, by name, by language.
    let name = entries(bytes, directory(kind)?)?.first()?.1;
    let language = entries(bytes, directory(name)?)?.first()?.1;
    let data = usize::try_from(language).ok().filter(|_| language >> 31 == 0)?;
    let start = usize::try_from(bytes.u32(data)?.checked_sub(address)?).ok()?;
    let size = usize::try_from(bytes.u32(data.checked_add(4)?)?).ok()?;
    let block = resources.get(start..)?;
    let block = block.get(..size).unwrap_or(block);
    let mut strings = Vec::new();
    read_block(block, DEPTH, &mut strings);
    Some(strings)
}

/// Where a directory is that an entry names.
fn directory(offset: u32) -> Option<usize> {
    (offset >> 31 == 1).then(|| usize::try_from(offset & 0x7fff_ffff).ok()).flatten()
}

/// The ids and offsets of a directory's entries.
fn entries(bytes: Bytes<'_>, at: usize) -> Option<Vec<(u32, u32)>> {
    let count = usize::from(bytes.u16(at.checked_add(12)?)?) + usize::from(bytes.u16(at.checked_add(14)?)?);
    let first = at.checked_add(16)?;
    Some(
        (0..count.min(1000))
            .map_while(|number| {
                let entry = first.checked_add(8 * number)?;
                Some((bytes.u32(entry)?, bytes.u32(entry.checked_add(4)?)?))
            })
            .collect(),
    )
}

/// One part of a version resource: its length, its value's, its type, its key, the value, and the parts within it, each
/// at a multiple of four bytes (Windows, `VS_VERSIONINFO`, `StringFileInfo`, `StringTable`, `String`).
fn read_block(block: &[u8], depth: u32, strings: &mut Vec<(String, String)>) -> Option<()> {
    let bytes = Bytes(block, false);
    let (value_length, is_text) = (usize::from(bytes.u16(2)?), bytes.u16(4)? == 1);
    let (key, end) = wide_text(block, 6)?;
    let value = end.next_multiple_of(4);
    // Of texts the length counts characters.
    let size = if is_text { value_length * 2 } else { value_length };
    if depth == 1 {
        if is_text && strings.len() < STRINGS {
            let value = wide_text(block.get(..value.checked_add(size)?).unwrap_or(block), value)?.0;
            strings.push((key, value));
        }
        return Some(());
    }
    let mut at = value.checked_add(size)?.next_multiple_of(4);
    while let Some(length) = bytes.u16(at).map(usize::from).filter(|&length| length > 6) {
        let inner = block.get(at..)?;
        read_block(inner.get(..length).unwrap_or(inner), depth - 1, strings);
        at = at.checked_add(length)?.next_multiple_of(4);
    }
    Some(())
}

/// The text of UTF-16 units up to a zero, and where it ends with it.
fn wide_text(block: &[u8], at: usize) -> Option<(String, usize)> {
    let units = block.get(at..)?.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
    let units: Vec<u16> = units.take_while(|&unit| unit != 0).take(1000).collect();
    let end = at.checked_add(2 * units.len() + 2)?;
    Some((String::from_utf16_lossy(&units), end))
}

#[cfg(test)]
mod tests {
    use plimsoll_testkit::pe;

    use super::*;

    fn read(path: &str, strings: &[(&str, &str)]) -> Option<(String, String, Confidence)> {
        let file = pe::assembly(strings);
        let mut assembly = Assembly::new(path.as_bytes());
        assert!(super::super::window::pass(&mut &file[..], &mut [&mut assembly]).is_ok());
        let mut out = Sink::default();
        assembly.report(&mut out);
        assert!(out.packages.is_empty(), "it is said, and no more");
        let package = out.hearsay.pop()?.package;
        Some((package.name, package.version, package.identity.unwrap().confidence))
    }

    #[test]
    fn the_products_version_counts_before_the_files() {
        let found = |strings: &[(&str, &str)]| read("app/Newtonsoft.Json.dll", strings);
        let json =
            |version: &str, confidence| Some(("Newtonsoft.Json".to_owned(), version.to_owned(), confidence));
        // The strings of the package's own files.
        let strings = [
            ("CompanyName", "Newtonsoft"),
            ("FileVersion", "13.0.3.27908"),
            ("InternalName", "Newtonsoft.Json.dll"),
            ("OriginalFilename", "Newtonsoft.Json.dll"),
            ("ProductName", "Json.NET"),
            ("ProductVersion", "13.0.3+0a2e291c0d9c0c7675d445703e51750363a549ef"),
            ("Assembly Version", "13.0.0.0"),
        ];
        assert_eq!(found(&strings), json("13.0.3", Confidence::Medium));
        assert_eq!(found(&[("FileVersion", "13.0.3.27908")]), json("13.0.3.27908", Confidence::Low));
        let words = [("ProductVersion", "a word"), ("FileVersion", "4.8.4084.0 built by: NET48REL1")];
        assert_eq!(found(&words), json("4.8.4084.0", Confidence::Low));
        assert_eq!(found(&[("ProductVersion", "1.0.0-beta.1")]), json("1.0.0-beta.1", Confidence::Medium));
        assert_eq!(found(&[("ProductVersion", "0.0.0.0")]), None);
        assert_eq!(found(&[]), None);
    }

    #[test]
    fn what_does_not_tell_the_package_is_nothing() {
        let texts = [("OriginalFilename", "a.resources.dll"), ("ProductVersion", "1.0.0")];
        assert_eq!(read("de/a.resources.dll", &texts), None);
        // System.Text.Json 4.7.2.
        let dated = [("FileVersion", "4.700.20.21406"), ("ProductVersion", "3.1.4-servicing.20214.6+abc")];
        assert_eq!(read("System.Text.Json.dll", &dated), None);
        assert_eq!(read("a b.dll", &[("ProductVersion", "1.0.0")]), None);
    }
}

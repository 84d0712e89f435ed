use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;

use plimsoll_core::{ImagePath, Observer};
use plimsoll_image::{Image, OpenOptions, SourceKind};
use plimsoll_inventory::{Catalogers, Inventory, Sbom};
use plimsoll_report::{ImageSummary, Report};
use plimsoll_rules as rules;

use crate::remedy::Built;
use crate::{Error, Reference, Scanner, Taken, View};

/// The largest bill of materials that is read, in bytes.
const SBOM: u64 = 256 << 20;

/// What can be scanned: an image, or what gives an inventory without one.
#[derive(Debug)]
pub enum Subject {
    /// An image, whose layers are still to be read.
    Image(Box<Image>),
    /// A bill of materials or a file by itself.
    Listed(Box<Listed>),
}

/// An inventory of what is no image.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The inventory.
    pub taken: Taken,
    /// What it was taken of: `CycloneDX JSON`, `file`.
    pub source: &'static str,
    /// What a bill of materials says that it describes.
    pub describes: Option<String>,
}

impl Subject {
    /// Opens what the reference names. A path without its form in front is an image, a bill of materials or a file of
    /// packages, by its content; `-` is a bill of materials or such a file on standard input. An image in a registry is
    /// read without credentials; with the feature `registry`, `open_remote` takes a client that has some.
    ///
    /// # Errors
    /// It can't be opened or read, or is none of them.
    pub fn open(reference: &Reference, options: &OpenOptions) -> Result<Self, Error> {
        #[cfg(feature = "registry")]
        if let Some(name) = reference.registry() {
            return Ok(Self::Image(Box::new(crate::open_remote(name, &Default::default(), options)?)));
        }
        if let Some(name) = reference.registry() {
            return Err(Error::NoClient(name.to_string()));
        }
        let path = reference.path();
        if path.as_os_str() == "-" {
            let name = Path::new("standard input");
            let bytes = limited(&mut io::stdin().lock(), name)?;
            let listed =
                if reference.is_sbom() { sbom(&bytes, name)? } else { bytes_alone(&bytes, name, options)? };
            return Ok(Self::Listed(Box::new(listed)));
        }
        if reference.is_sbom() {
            let mut file = File::open(path).map_err(|error| unreadable(path, error))?;
            let bytes = limited(&mut file, path)?;
            return Ok(Self::Listed(Box::new(sbom(&bytes, path)?)));
        }
        let options = OpenOptions { source: reference.kind(), ..options.clone() };
        if reference.kind().is_none() && path.is_file() {
            let head = head(path)?;
            if !head.is_empty()
                && !may_be_archive(&head)
                && let Some(listed) = file_alone(path, &options)?
            {
                return Ok(Self::Listed(Box::new(listed)));
            }
        }
        if matches!(reference.kind(), None | Some(SourceKind::Directory))
            && let Some(listed) = few_files(path, &options)?
        {
            return Ok(Self::Listed(Box::new(listed)));
        }
        match Image::open(path, &options) {
            Ok(image) => Ok(Self::Image(Box::new(image))),
            // Compressed files of packages begin like compressed archives do.
            Err(error) if options.source.is_none() && path.is_file() => match file_alone(path, &options)? {
                Some(listed) => Ok(Self::Listed(Box::new(listed))),
                None => Err(error.into()),
            },
            Err(error) => Err(error.into()),
        }
    }
}

impl Listed {
    fn of_files(inventory: Inventory) -> Self {
        Self { taken: Taken { inventory, diagnostics: Vec::new() }, source: FILE, describes: None }
    }

    /// What a report says of it. `name` is what it calls it.
    pub fn summary(&self, name: &str) -> ImageSummary {
        ImageSummary {
            name: name.to_owned(),
            source: self.source.to_owned(),
            tags: self.describes.iter().cloned().collect(),
            distro: self.taken.inventory.distro.clone(),
            ..ImageSummary::default()
        }
    }

    /// The packages that count: of a file that someone names, whatever it names.
    pub fn packages(&self, view: View) -> Vec<plimsoll_core::Package> {
        let inventory = &self.taken.inventory;
        match view {
            View::Precise if self.source != FILE => inventory.with_declared().cloned().collect(),
            _ => inventory.packages.clone(),
        }
    }
}

const FILE: &str = "file";

impl Scanner {
    /// Scans what is open already: an image, a bill of materials or a file. `name` is what the report calls it.
    ///
    /// # Errors
    /// As [`scan`](Self::scan).
    pub fn scan_subject(
        &self,
        subject: &Subject,
        name: &str,
        observer: &dyn Observer,
    ) -> Result<Report, Error> {
        match subject {
            Subject::Image(image) => self.scan_image(image, name, observer),
            Subject::Listed(listed) => self.scan_listed(listed, name),
        }
    }

    fn scan_listed(&self, listed: &Listed, name: &str) -> Result<Report, Error> {
        let taken = &listed.taken;
        if let (true, Some(wrong)) = (self.options.open.strict, taken.partial()) {
            return Err(Error::Partial { image: name.to_owned(), reason: wrong.to_string() });
        }
        let image = rules::Image { distro: taken.inventory.distro.clone(), ..rules::Image::default() };
        let built = Built { distro: taken.inventory.distro.clone(), ..Built::default() };
        let mut report = self.judge(listed.packages(self.options.view), &image, &built)?;
        report.image = listed.summary(name);
        report.coverage.unidentified = taken.unidentified();
        report.diagnostics.splice(0..0, taken.all_diagnostics().cloned());
        (report.assessment, report.assessment_reasons) = self.assess(&report);
        Ok(self.without_rules(report))
    }
}

fn unreadable(path: &Path, source: io::Error) -> Error {
    plimsoll_image::Error::Open { path: path.to_owned(), source }.into()
}

fn head(path: &Path) -> Result<Vec<u8>, Error> {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(512).read_to_end(&mut head));
    read.map_err(|error| unreadable(path, error))?;
    Ok(head)
}

/// Whether a file begins as archives and what compresses them do; a tar archive says so after 257 bytes.
fn may_be_archive(head: &[u8]) -> bool {
    const MAGIC: &[&[u8]] = &[b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ\0", b"\x04\x22\x4d\x18"];
    MAGIC.iter().any(|magic| head.starts_with(magic))
        || head.get(257..262).is_some_and(|magic| magic == b"ustar")
}

fn limited(reader: &mut dyn Read, path: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    reader.take(SBOM + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, error))?;
    if bytes.len() as u64 > SBOM {
        return Err(Error::TooLarge { path: path.to_owned(), limit: SBOM });
    }
    Ok(bytes)
}

fn sbom(bytes: &[u8], path: &Path) -> Result<Listed, Error> {
    let sbom = Sbom::read(bytes).map_err(|source| Error::Inventory { path: path.to_owned(), source })?;
    Ok(Listed {
        taken: Taken { inventory: sbom.inventory, diagnostics: Vec::new() },
        source: sbom.format.name(),
        describes: sbom.subject,
    })
}

/// A bill of materials, or a file by itself; nothing where it tells nothing.
fn file_alone(path: &Path, options: &OpenOptions) -> Result<Option<Listed>, Error> {
    if let Some(listed) = bill_alone(path)? {
        return Ok(Some(listed));
    }
    let mut file = File::open(path).map_err(|error| unreadable(path, error))?;
    let size = file.metadata().map_err(|error| unreadable(path, error))?.len();
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    lone(&absolute, size, &mut file, options).map_err(|error| unreadable(path, error))
}

/// A bill of materials; nothing where the file is none.
fn bill_alone(path: &Path) -> Result<Option<Listed>, Error> {
    let mut file = File::open(path).map_err(|error| unreadable(path, error))?;
    let size = file.metadata().map_err(|error| unreadable(path, error))?.len();
    let start = head(path)?;
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start).trim_ascii_start();
    if size > SBOM || start.contains(&0) && !start.starts_with(b"{") && !start.starts_with(b"<") {
        return Ok(None);
    }
    let bytes = limited(&mut file, path)?;
    match plimsoll_inventory::SbomFormat::of(&bytes) {
        Ok(None) => Ok(None),
        _ => sbom(&bytes, path).map(Some),
    }
}

fn bytes_alone(bytes: &[u8], name: &Path, options: &OpenOptions) -> Result<Listed, Error> {
    if plimsoll_inventory::SbomFormat::of(bytes).is_ok_and(|format| format.is_none()) {
        let listed = lone(name, bytes.len() as u64, &mut io::Cursor::new(bytes), options);
        if let Some(listed) = listed.map_err(|error| unreadable(name, error))? {
            return Ok(listed);
        }
    }
    sbom(bytes, name)
}

fn lone<R: Read + Seek>(
    path: &Path,
    size: u64,
    reader: &mut R,
    options: &OpenOptions,
) -> io::Result<Option<Listed>> {
    let place = ImagePath::new(path.as_os_str().as_encoded_bytes()).unwrap_or_default();
    let inventory = Catalogers::all().lone_file(&place, size, reader, &options.limits)?;
    let tells = |it: &Inventory| {
        !it.packages.is_empty()
            || it.distro.is_some()
            || !it.diagnostics.is_empty()
            || it.unidentified.executables + it.unidentified.archives > 0
    };
    Ok(Some(inventory).filter(tells).map(Listed::of_files))
}

/// Files that a folder may have for each of them to be looked at by itself.
const FEW: usize = 32;

/// A folder of a few files, none of which has the name of its kind or is a program: each of them is recognised by its
/// content, as if it had been named. Nothing where that tells nothing.
fn few_files(path: &Path, options: &OpenOptions) -> Result<Option<Listed>, Error> {
    if !path.is_dir() {
        return Ok(None);
    }
    let Ok(entries) = std::fs::read_dir(path) else { return Ok(None) };
    let catalogers = Catalogers::all();
    let mut found = Inventory::default();
    let mut files = Vec::new();
    for entry in entries.flatten() {
        let name = ImagePath::new(entry.file_name().as_encoded_bytes()).unwrap_or_default();
        if files.len() >= FEW
            || !entry.file_type().is_ok_and(|kind| kind.is_file())
            || catalogers.is_named(&name)
        {
            return Ok(None);
        }
        files.push((name, entry.path()));
    }
    files.sort();
    for (name, path) in files {
        if let Some(listed) = bill_alone(&path)? {
            found.packages.extend(listed.taken.inventory.packages);
            continue;
        }
        let read = File::open(&path).and_then(|mut file| {
            let size = file.metadata()?.len();
            catalogers.lone_file(&name, size, &mut file, &options.limits)
        });
        let one = read.map_err(|error| unreadable(&path, error))?;
        if one.packages.iter().any(|package| package.cataloger == "binary") {
            return Ok(None);
        }
        found.distro = found.distro.or(one.distro);
        found.packages.extend(one.packages);
        found.diagnostics.extend(one.diagnostics);
    }
    Ok(Some(found).filter(|found| !found.packages.is_empty()).map(Listed::of_files))
}

/// What a reference names besides its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// An image in that form.
    Image(SourceKind),
    /// A bill of materials.
    Sbom,
}

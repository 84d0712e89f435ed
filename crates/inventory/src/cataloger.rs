use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use plimsoll_core::{Content, Diagnostic, Distro, ImagePath, Origin, Package, Role, Take};

use crate::Magic;

/// Reads one kind of file and says which packages it names: pure bytes to packages. A cataloger cannot fail a
/// scan; what it can't read is a [`Diagnostic`], and one bad record loses one record.
pub trait Cataloger: Send + Sync {
    /// Its name, in reports and in the keys of the layer cache: `dpkg`, `python-wheel`.
    fn id(&self) -> &'static str;

    /// Raised whenever the same file would give another result, so that cached layers are read again.
    fn revision(&self) -> u32;

    /// The part that its packages play, as far as the file they stand in decides it.
    fn role(&self) -> Role {
        Role::Normal
    }

    /// Which files it reads. This is data, so that all catalogers together cost one look-up an entry.
    fn interests(&self) -> &'static [Interest];

    /// For a file that an interest asked to [`Take::Peek`] at: how much of it is wanted after all.
    fn peeked(&self, path: &[u8], size: u64, head: &[u8]) -> Take {
        let _ = (path, size, head);
        Take::Skip
    }

    /// Reads the file. It may be hostile in every byte.
    ///
    /// The same bytes may be visible in the image under other names than [`File::path`], by hard links: what the
    /// packages take from the path belongs in [`place`](Self::place), which is told each visible name.
    fn parse(&self, file: File<'_>, out: &mut Sink);

    /// The content of a file with changes that stand beside it; nothing where they are not the file's.
    fn with_journal(&self, content: &[u8], journal: &[u8]) -> Option<Vec<u8>> {
        let _ = (content, journal);
        None
    }

    /// Looks again at a package once the path is known under which its file is visible in the image, which links
    /// can make another than the one in the layer. For what depends on the place alone, such as whether a
    /// package manager would load it ([`Role::Fixture`](plimsoll_core::Role::Fixture)).
    fn place(&self, path: &[u8], package: &mut Package) {
        let _ = (path, package);
    }
}

/// Files that a cataloger reads, and how much of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interest {
    /// Which files.
    pub pattern: Pattern,
    /// How much of them.
    pub take: Take,
}

/// A set of paths that the dispatcher can look up without calling the cataloger. No leading slash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pattern {
    /// Exactly this path: `var/lib/dpkg/status`. The only pattern through which symbolic links are followed.
    Path(&'static str),
    /// Any file directly in this directory: `var/lib/dpkg/status.d`.
    Directory(&'static str),
    /// Any file of this name: `package.json`.
    Name(&'static str),
    /// Any file whose name ends so, ASCII case ignored: `.jar`.
    Suffix(&'static str),
    /// A file of this name in a directory whose name ends so: `.dist-info`, `METADATA`.
    In(&'static str, &'static str),
    /// A file whose name begins so and ends so, ASCII case of the end ignored: `requirements`, `.txt`.
    Affixes(&'static str, &'static str),
    /// A file whose name ends so in a directory whose name ends so: `conda-meta`, `.json`.
    InSuffix(&'static str, &'static str),
    /// A file whose name ends so, directly in this directory: `var/lib/dpkg/info`, `.list`.
    DirectorySuffix(&'static str, &'static str),
    /// A file of this name anywhere below this directory: `var/lib/pacman/local`, `desc`.
    Below(&'static str, &'static str),
    /// Whatever stands directly in this directory, once each: the first regular file of it that the layer has is
    /// shown, without content, whatever the interest takes. For stores whose names alone say what they hold.
    Children(&'static str),
    /// Any regular file that begins as this kind of file does, whatever its name.
    Begins(Magic),
}

/// A file to be read.
pub struct File<'a> {
    /// Its normal path in the layer.
    pub path: &'a [u8],
    /// Its size in bytes.
    pub size: u64,
    /// Its content: whole or as a stream, as the interest or [`Cataloger::peeked`] asked.
    pub content: Content<'a>,
}

/// Takes what a cataloger finds.
#[derive(Debug, Default)]
pub struct Sink {
    /// The packages. An operating-system package has no ecosystem and no purl namespace yet: the distribution
    /// may stand in another layer, so the merge adds them. Locations are left empty, for the merge to fill, or
    /// hold paths *within* the file, of archives in archives.
    pub packages: Vec<Package>,
    /// The distribution that the file describes.
    pub distro: Option<Distro>,
    /// Files that an operating-system package owns: the package's name and the hash of the path
    /// (see [`path_hash`]).
    pub owned: Vec<Owned>,
    /// [`path_hash`] of files that packages of a language installed, and of those of which another file says all there
    /// is: a program among them is no mystery, and hearsay from them adds nothing.
    pub installed: Vec<u64>,
    /// Where the packages of a directory were installed from.
    pub origins: Vec<DirectoryOrigin>,
    /// Packages that the file says are here, without being their own record. Each counts where nothing else was found
    /// that says so.
    pub hearsay: Vec<Hearsay>,
    /// Packages whose versions stand in other files. Where none is found, those that are declared count without one.
    pub undecided: Vec<Undecided>,
    /// What the file defines that packages of other files may refer to.
    pub definitions: Option<Definitions>,
    /// Changes to the file whose name is this one's without what follows the last hyphen.
    pub journal: Option<Journal>,
    /// Archives that nothing says the name of.
    pub unnamed: Vec<Unnamed>,
    /// What was wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// Changes to another file that are not written to it yet, such as SQLite's write-ahead log. Once it is known which
/// files are visible, the other one is read again with them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Journal(Arc<[u8]>);

impl Journal {
    /// The changes, in the form that the file's cataloger knows.
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// The changes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl serde::Serialize for Journal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(2 * self.0.len());
        for byte in self.0.iter() {
            // Writing to a text can't fail.
            let _ = write!(text, "{byte:02x}");
        }
        serializer.serialize_str(&text)
    }
}

impl<'de> serde::Deserialize<'de> for Journal {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let pairs = text.as_bytes().chunks(2);
        let bytes: Option<Vec<u8>> = pairs
            .map(|pair| match *pair {
                [high, low] => Some(digit(high)? << 4 | digit(low)?),
                _ => None,
            })
            .collect();
        let bytes = bytes.ok_or_else(|| serde::de::Error::custom("expected pairs of hexadecimal digits"))?;
        Ok(Self(bytes.into()))
    }
}

/// An archive of which nothing says what it is, but that its digest may be known to someone.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Unnamed {
    /// Its place; in a file's own facts that within the file, where the root is the file itself.
    pub path: ImagePath,
    /// Its SHA-1, in hexadecimal.
    pub sha1: String,
}

/// The files that one operating-system package owns.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Owned {
    /// The package's name.
    pub package: String,
    /// [`path_hash`] of each of its paths.
    pub paths: Vec<u64>,
}

/// A package that a file says is here, without being its record.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Hearsay {
    /// The package.
    pub package: Package,
    /// Whether it speaks of the same when another version of it was found; otherwise only the same version is the same.
    pub any_version: bool,
}

/// A package whose version another file decides.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Undecided {
    /// The package, without a version.
    pub package: Package,
    /// The version, with `${NAME}` for what is to be looked up.
    pub version: String,
    /// The file whose definitions are looked up.
    pub file: ImagePath,
}

/// Names with their values, as a file defines them for others.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Definitions {
    /// What the file is, where those that build on it name that.
    pub identity: String,
    /// The file that it builds on, and what that one must be: what is not defined here may be there.
    pub base: Option<(ImagePath, String)>,
    /// The values, which may have `${NAME}` in them.
    pub values: BTreeMap<String, String>,
}

/// Where the packages were installed from whose records stand in a directory, or in one directly within it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DirectoryOrigin {
    /// The directory.
    pub directory: ImagePath,
    /// Where its packages are from.
    pub origin: Origin,
}

/// The 64-bit FNV-1a hash of a normal path, by which ownership is recorded: an image's lists of owned files are
/// long, and only membership is asked. Whoever could make two paths collide can as well write the list.
pub fn path_hash(path: &[u8]) -> u64 {
    path_hash_on(0xcbf2_9ce4_8422_2325, path)
}

/// Goes on from the hash of a path's beginning.
pub(crate) fn path_hash_on(hash: u64, rest: &[u8]) -> u64 {
    rest.iter().fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

//! All interests of all catalogers as one set of tables, so that an entry costs one look-up however many
//! catalogers there are.

use std::collections::HashMap;

use plimsoll_core::Take;

use crate::{Cataloger, Magic, Pattern};

/// A cataloger that wants a file, and how much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// The cataloger's place in the list.
    pub(crate) cataloger: u16,
    /// The interest's place in the cataloger's list: earlier ones come first where only one file can count.
    pub(crate) rank: u16,
    /// How much of the file is wanted.
    pub(crate) take: Take,
    /// Whether the file is wanted for how it begins, not for its name.
    pub(crate) by_content: bool,
    /// The name under which the cataloger would want it, where its own name interests nobody.
    pub(crate) stand_in: Option<&'static [u8]>,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Anywhere,
    /// In a directory whose name ends so.
    Inside(&'static [u8]),
    /// At any depth below this directory.
    Below(&'static [u8]),
    /// Anywhere, under a name that begins so.
    Named(&'static [u8]),
}

impl Place {
    fn holds(self, directory: &[u8], name: &[u8]) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Named(prefix) => name.starts_with(prefix),
            Self::Inside(suffix) => {
                directory.rsplit(|&b| b == b'/').next().unwrap_or_default().ends_with(suffix)
            }
            Self::Below(prefix) => {
                directory.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
            }
        }
    }
}

/// The lengths of a table's keys, so that most paths are not even hashed.
#[derive(Debug, Default)]
struct Lengths(u128);

impl Lengths {
    fn add(&mut self, length: usize) {
        self.0 |= 1_u128 << length.min(127);
    }

    fn has(&self, length: usize) -> bool {
        self.0 >> length.min(127) & 1 != 0
    }
}

#[derive(Debug)]
pub(crate) struct Dispatch {
    paths: HashMap<&'static [u8], Vec<Hit>>,
    path_lengths: Lengths,
    /// With what the file's name must end in; empty for any name.
    directories: HashMap<&'static [u8], Vec<(&'static [u8], Hit)>>,
    directory_lengths: Lengths,
    names: HashMap<&'static [u8], Vec<(Place, Hit)>>,
    name_lengths: Lengths,
    /// By the suffix's last byte in lower case.
    suffixes: Vec<Vec<(&'static [u8], Place, Hit)>>,
    beginnings: Vec<(Magic, Hit)>,
    children: Vec<(&'static [u8], Hit)>,
}

impl Dispatch {
    pub(crate) fn new(catalogers: &[Box<dyn Cataloger>]) -> Self {
        let mut this = Self {
            paths: HashMap::new(),
            path_lengths: Lengths::default(),
            directories: HashMap::new(),
            directory_lengths: Lengths::default(),
            names: HashMap::new(),
            name_lengths: Lengths::default(),
            suffixes: vec![Vec::new(); 256],
            beginnings: Vec::new(),
            children: Vec::new(),
        };
        for (cataloger, number) in catalogers.iter().zip(0_u16..) {
            for (interest, rank) in cataloger.interests().iter().zip(0_u16..) {
                let by_content = matches!(interest.pattern, Pattern::Begins(_));
                let hit = Hit { cataloger: number, rank, take: interest.take, by_content, stand_in: None };
                this.add(interest.pattern, hit);
            }
        }
        this
    }

    fn add(&mut self, pattern: Pattern, hit: Hit) {
        match pattern {
            Pattern::Path(path) => {
                self.path_lengths.add(path.len());
                self.paths.entry(path.as_bytes()).or_default().push(hit);
            }
            Pattern::Directory(directory) => self.add_directory(directory, "", hit),
            Pattern::DirectorySuffix(directory, suffix) => self.add_directory(directory, suffix, hit),
            Pattern::Name(name) => self.add_name(name, Place::Anywhere, hit),
            Pattern::In(directory, name) => self.add_name(name, Place::Inside(directory.as_bytes()), hit),
            Pattern::Below(directory, name) => self.add_name(name, Place::Below(directory.as_bytes()), hit),
            Pattern::Suffix(suffix) => self.add_suffix(suffix, Place::Anywhere, hit),
            Pattern::Affixes(prefix, suffix) => self.add_suffix(suffix, Place::Named(prefix.as_bytes()), hit),
            Pattern::InSuffix(directory, suffix) => {
                self.add_suffix(suffix, Place::Inside(directory.as_bytes()), hit);
            }
            Pattern::Children(directory) => self.children.push((directory.as_bytes(), hit)),
            Pattern::Begins(magic) => self.beginnings.push((magic, hit)),
        }
    }

    fn add_directory(&mut self, directory: &'static str, suffix: &'static str, hit: Hit) {
        self.directory_lengths.add(directory.len());
        self.directories.entry(directory.as_bytes()).or_default().push((suffix.as_bytes(), hit));
    }

    fn add_name(&mut self, name: &'static str, place: Place, hit: Hit) {
        self.name_lengths.add(name.len());
        self.names.entry(name.as_bytes()).or_default().push((place, hit));
    }

    fn add_suffix(&mut self, suffix: &'static str, place: Place, hit: Hit) {
        let last = suffix.as_bytes().last().map_or(0, u8::to_ascii_lowercase);
        if let Some(slot) = self.suffixes.get_mut(usize::from(last)) {
            slot.push((suffix.as_bytes(), place, hit));
        }
    }

    /// Adds to `hits` who wants the file at `path` for its name, each cataloger once: its first interest that fits.
    pub(crate) fn hits(&self, path: &[u8], hits: &mut Vec<Hit>) {
        let (directory, name) = split(path);
        let mut add = |hit: Hit| match hits.iter_mut().find(|old| old.cataloger == hit.cataloger) {
            Some(old) if old.rank <= hit.rank => {}
            Some(old) => *old = hit,
            None => hits.push(hit),
        };
        if self.path_lengths.has(path.len()) {
            self.paths.get(path).into_iter().flatten().for_each(|&hit| add(hit));
        }
        if self.directory_lengths.has(directory.len()) && path.contains(&b'/') {
            for (suffix, hit) in self.directories.get(directory).into_iter().flatten() {
                if name.ends_with(suffix) {
                    add(*hit);
                }
            }
        }
        if self.name_lengths.has(name.len()) {
            for (place, hit) in self.names.get(name).into_iter().flatten() {
                if place.holds(directory, name) {
                    add(*hit);
                }
            }
        }
        let last = name.last().map_or(0, u8::to_ascii_lowercase);
        for (suffix, place, hit) in self.suffixes.get(usize::from(last)).into_iter().flatten() {
            if ends_with_ignore_case(name, suffix) && place.holds(directory, name) {
                add(*hit);
            }
        }
    }

    /// Adds to `hits` who wants a file that begins so, where they do not want it already.
    pub(crate) fn begins(&self, magic: Magic, hits: &mut Vec<Hit>) {
        for &(_, hit) in self.beginnings.iter().filter(|(wanted, _)| *wanted == magic) {
            if hits.iter().all(|old| old.cataloger != hit.cataloger) {
                hits.push(hit);
            }
        }
    }

    /// Who wants to know of the children of a directory that the path is below, and the child's path.
    pub(crate) fn child<'p>(&self, path: &'p [u8]) -> Option<(Hit, &'p [u8])> {
        self.children.iter().find_map(|(directory, hit)| {
            let rest = path.strip_prefix(*directory)?.strip_prefix(b"/")?;
            let end = rest.iter().position(|&b| b == b'/').unwrap_or(rest.len());
            Some((*hit, path.get(..directory.len() + 1 + end)?))
        })
    }

    /// The paths that are followed through symbolic links, in byte order.
    pub(crate) fn exact_paths(&self) -> Vec<&'static [u8]> {
        let mut paths: Vec<_> = self.paths.keys().copied().collect();
        paths.sort_unstable();
        paths
    }

    /// Whether `path` is one of [`exact_paths`](Self::exact_paths).
    pub(crate) fn is_exact(&self, path: &[u8]) -> bool {
        self.path_lengths.has(path.len()) && self.paths.contains_key(path)
    }
}

/// The directory and the last component.
fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|&b| b == b'/') {
        Some(slash) => (path.get(..slash).unwrap_or_default(), path.get(slash + 1..).unwrap_or_default()),
        None => (b"", path),
    }
}

pub(crate) fn ends_with_ignore_case(name: &[u8], suffix: &[u8]) -> bool {
    name.len()
        .checked_sub(suffix.len())
        .and_then(|start| name.get(start..))
        .is_some_and(|end| end.eq_ignore_ascii_case(suffix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{File, Interest, Sink};

    struct Fake(&'static [Interest]);

    impl Cataloger for Fake {
        fn id(&self) -> &'static str {
            "fake"
        }
        fn revision(&self) -> u32 {
            1
        }
        fn interests(&self) -> &'static [Interest] {
            self.0
        }
        fn parse(&self, _: File<'_>, _: &mut Sink) {}
    }

    const fn on(pattern: Pattern) -> Interest {
        Interest { pattern, take: Take::Whole { max: 1 } }
    }

    const PATTERNS: &[Interest] = &[
        on(Pattern::Path("etc/os-release")),
        on(Pattern::Directory("var/lib/dpkg/status.d")),
        on(Pattern::Name("package.json")),
        on(Pattern::Suffix(".jar")),
        on(Pattern::In(".dist-info", "METADATA")),
        on(Pattern::InSuffix("conda-meta", ".json")),
        on(Pattern::DirectorySuffix("var/lib/dpkg/info", ".list")),
        on(Pattern::Below("var/lib/pacman/local", "desc")),
        on(Pattern::Begins(Magic::Program)),
        on(Pattern::Affixes("requirements", ".txt")),
    ];

    fn rank(path: &str) -> Option<u16> {
        let dispatch = Dispatch::new(&[Box::new(Fake(PATTERNS))]);
        let mut hits = Vec::new();
        dispatch.hits(path.as_bytes(), &mut hits);
        assert!(hits.len() <= 1, "one cataloger, one hit");
        hits.first().map(|hit| hit.rank)
    }

    #[test]
    fn every_pattern_matches_what_it_says() {
        for (path, expected) in [
            ("etc/os-release", Some(0)),
            ("a/etc/os-release", None),
            ("var/lib/dpkg/status.d/libc6", Some(1)),
            ("var/lib/dpkg/status.d/a/b", None),
            ("x/var/lib/dpkg/status.d/b", None),
            ("package.json", Some(2)),
            ("a/b/package.json", Some(2)),
            ("a/xpackage.json", None),
            ("a/b.jar", Some(3)),
            ("a/B.JAR", Some(3)),
            ("jar", None),
            ("a/x.dist-info/METADATA", Some(4)),
            ("x.dist-info/METADATA", Some(4)),
            ("a/x.dist-info/sub/METADATA", None),
            ("opt/conda/conda-meta/x.json", Some(5)),
            ("opt/conda/x.json", None),
            ("var/lib/dpkg/info/a.list", Some(6)),
            ("var/lib/dpkg/info/a.md5sums", None),
            ("var/lib/pacman/local/a-1-1/desc", Some(7)),
            ("var/lib/pacman/localx/a/desc", None),
            ("a/requirements-dev.TXT", Some(9)),
            ("a/requirements/dev.txt", None),
            ("", None),
        ] {
            assert_eq!(rank(path), expected, "{path}");
        }
        let dispatch = Dispatch::new(&[Box::new(Fake(PATTERNS))]);
        let (mut hits, mut named) = (Vec::new(), Vec::new());
        dispatch.begins(Magic::Program, &mut hits);
        assert_eq!(hits.first().map(|hit| (hit.rank, hit.by_content)), Some((8, true)));
        dispatch.hits(b"etc/os-release", &mut named);
        dispatch.begins(Magic::Program, &mut named);
        assert_eq!(named.len(), 1, "a name counts before what the file begins with");
    }

    #[test]
    fn children_are_what_stands_directly_in_a_directory() {
        const CHILDREN: &[Interest] = &[on(Pattern::Children("nix/store"))];
        let dispatch = Dispatch::new(&[Box::new(Fake(CHILDREN))]);
        let child = |path: &'static str| dispatch.child(path.as_bytes()).map(|(_, child)| child);
        assert_eq!(child("nix/store/a/b/c"), Some(&b"nix/store/a"[..]));
        assert_eq!(child("nix/store/a"), Some(&b"nix/store/a"[..]));
        assert_eq!((child("nix/storea/b"), child("nix/store"), child("x/nix/store/a")), (None, None, None));
    }

    #[test]
    fn every_cataloger_that_wants_a_file_gets_it() {
        let dispatch = Dispatch::new(&[Box::new(Fake(PATTERNS)), Box::new(Fake(PATTERNS))]);
        let mut hits = Vec::new();
        dispatch.hits(b"a/b.jar", &mut hits);
        assert_eq!(hits.iter().map(|hit| hit.cataloger).collect::<Vec<_>>(), [0, 1]);
    }
}

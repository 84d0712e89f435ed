//! Rules that ask for something of the package, found by what the package is called and where it is.

use std::collections::HashMap;

use plimsoll_core::Package;

use crate::criterion::Criterion;
use crate::fragments::Fragments;
use crate::pattern::{Texts, fold_into};
use crate::ruleset::Compiled;

/// Rules that ask for something of the package, by the one criterion of theirs that tells most.
#[derive(Default)]
pub(crate) struct Packages {
    /// Names without wildcards, folded: of packages, of source packages, in package URLs.
    by_name: HashMap<String, Vec<usize>>,
    by_source: HashMap<String, Vec<usize>>,
    by_purl: HashMap<String, Vec<usize>>,
    /// The same with wildcards, and paths.
    names: Fragments,
    sources: Fragments,
    purls: Fragments,
    paths: Fragments,
    /// Those of which nothing can be looked up.
    any: Vec<usize>,
}

impl Packages {
    /// Makes what was placed ready to be found.
    pub(crate) fn arrange(&mut self) {
        let Self { names, sources, purls, paths, .. } = self;
        [names, sources, purls, paths].into_iter().for_each(Fragments::arrange);
    }

    pub(crate) fn is_empty(&self) -> bool {
        let Self { by_name, by_source, by_purl, names, sources, purls, paths, any } = self;
        by_name.is_empty()
            && by_source.is_empty()
            && by_purl.is_empty()
            && names.is_empty()
            && sources.is_empty()
            && purls.is_empty()
            && paths.is_empty()
            && any.is_empty()
    }

    pub(crate) fn place(&mut self, compiled: &Compiled, at: usize) {
        let placed = compiled.of_package.iter().any(|criterion| match criterion {
            Criterion::Package(texts) => Self::texts(&mut self.by_name, &mut self.names, texts, at),
            Criterion::Source(texts) => Self::texts(&mut self.by_source, &mut self.sources, texts, at),
            Criterion::Purl(purls) => {
                let names = Texts::new(purls.iter().map(|purl| &purl.0.name));
                Self::texts(&mut self.by_purl, &mut self.purls, &names, at)
            }
            Criterion::Path(globs) if globs.iter().all(Fragments::takes) => {
                globs.iter().for_each(|glob| self.paths.add(glob, at));
                true
            }
            _ => false,
        });
        if !placed {
            self.any.push(at);
        }
    }

    /// Puts a rule under its texts, if each of them can be looked up.
    fn texts(
        plain: &mut HashMap<String, Vec<usize>>,
        patterned: &mut Fragments,
        texts: &Texts,
        at: usize,
    ) -> bool {
        let (names, patterns) = texts.parts();
        if !patterns.iter().all(Fragments::takes) {
            return false;
        }
        for name in names {
            plain.entry(folded(name)).or_default().push(at);
        }
        patterns.iter().for_each(|pattern| patterned.add(pattern, at));
        true
    }

    /// The rules that may match a package.
    pub(crate) fn find(&self, package: &Package, key: &mut String) -> Vec<usize> {
        let mut found = self.any.clone();
        let mut look = |plain: &HashMap<String, Vec<usize>>, patterned: &Fragments, name: &str| {
            if !plain.is_empty() {
                fold_into(name, key);
                found.extend(plain.get(key.as_str()).into_iter().flatten());
            }
            if !patterned.is_empty() {
                key.clear();
                key.push_str(name);
                key.make_ascii_lowercase();
                patterned.find(key.as_bytes(), &mut found);
            }
        };
        look(&self.by_name, &self.names, &package.name);
        look(&self.by_source, &self.sources, package.source_name());
        look(&self.by_purl, &self.purls, &package.purl.name);
        // A path must match wherever the package is, so one place is enough to rule rules out.
        if let Some(at) = package.locations.first().filter(|_| !self.paths.is_empty()) {
            self.paths.find(&at.path.as_bytes().to_ascii_lowercase(), &mut found);
        }
        found
    }
}

fn folded(name: &str) -> String {
    let mut key = String::new();
    fold_into(name, &mut key);
    key
}

//! What a lock file selects, and which of it needs which.

use std::collections::HashSet;

use plimsoll_core::{Dependency, Package, Role};

use crate::Sink;

/// The packages of a lock file by their places in it. Who reads the file says of each what it needs, as the format
/// resolves it; names and versions come of it when the file has been read whole.
#[derive(Default)]
pub(crate) struct Selection {
    packages: Vec<Selected>,
    /// Whether the file says what the project itself asks for.
    says_direct: bool,
    direct: Vec<usize>,
    /// Asked for by the project's development and tests.
    development: Vec<usize>,
    /// Whether what only development needs is not marked in the file but told by who needs it.
    traced: bool,
}

/// A name that is longer is none, and the bytes of all that is needed: a file that names one long name often could
/// else make much of little.
const LONGEST: usize = 512;
const ALL: usize = 64 << 20;

struct Selected {
    /// Nothing for what is part of the project, and no package of its own.
    package: Option<Package>,
    needs: Vec<usize>,
    /// Part of the project, which nothing asks for.
    own: bool,
}

impl Selection {
    /// Adds a package, and says its place.
    pub(crate) fn add(&mut self, package: Package) -> usize {
        self.push(Some(package))
    }

    /// Adds a part of the project itself, which is listed without being a package.
    pub(crate) fn project(&mut self) -> usize {
        self.push(None)
    }

    fn push(&mut self, package: Option<Package>) -> usize {
        self.packages.push(Selected { package, needs: Vec::new(), own: false });
        self.packages.len() - 1
    }

    /// Says that one needs another.
    pub(crate) fn needs(&mut self, at: usize, other: usize) {
        if let Some(selected) = self.packages.get_mut(at)
            && at != other
        {
            selected.needs.push(other);
        }
    }

    /// The file says what the project asks for, so that all else is indirect.
    pub(crate) fn says_direct(&mut self) {
        self.says_direct = true;
    }

    /// The project asks for it.
    pub(crate) fn direct(&mut self, at: usize) {
        self.direct.push(at);
    }

    /// It is the project, as a package.
    pub(crate) fn own(&mut self, at: usize) {
        if let Some(selected) = self.packages.get_mut(at) {
            selected.own = true;
        }
    }

    /// The project's development asks for it.
    pub(crate) fn direct_development(&mut self, at: usize) {
        self.development.push(at);
    }

    /// What is reached only from what development asks for is for development.
    pub(crate) fn trace_development(&mut self) {
        self.traced = true;
    }

    /// Hands the packages over.
    pub(crate) fn finish(self, out: &mut Sink) {
        let direct: HashSet<usize> = self.direct.iter().chain(&self.development).copied().collect();
        // Without anything that the project asks for there is nothing to tell development from.
        let traced = self.traced && !direct.is_empty();
        let used = if traced { self.reached(&self.direct) } else { HashSet::new() };
        let developed = if traced { self.reached(&self.development) } else { HashSet::new() };
        let said: Vec<String> = self.packages.iter().map(Selected::said).collect();
        let mut left = ALL;
        for (at, selected) in self.packages.into_iter().enumerate() {
            let Some(mut package) = selected.package else { continue };
            let needed = selected.needs.iter().filter_map(|other| said.get(*other)).filter(|name| {
                left = left.saturating_sub(name.len());
                left > 0 && name.len() <= LONGEST
            });
            package.requires = needed.collect();
            if self.says_direct && !direct.is_empty() {
                let is_direct = direct.contains(&at) || selected.own;
                package.dependency = Some(if is_direct { Dependency::Direct } else { Dependency::Indirect });
            }
            if developed.contains(&at) && !used.contains(&at) {
                package.role = Role::Development;
            }
            out.packages.push(package);
        }
    }

    /// Everything that the given ones need, and themselves.
    fn reached(&self, from: &[usize]) -> HashSet<usize> {
        let mut reached: HashSet<usize> = HashSet::new();
        let mut open = from.to_vec();
        while let Some(at) = open.pop() {
            if reached.insert(at)
                && let Some(selected) = self.packages.get(at)
            {
                open.extend(selected.needs.iter().filter(|other| !reached.contains(other)));
            }
        }
        reached
    }
}

impl Selected {
    /// The name under which a package that needs it says so; empty for what is no package.
    fn said(&self) -> String {
        let package = self.package.as_ref();
        package.map(|package| format!("{}@{}", package.name, package.version)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_core::PackageType;

    use super::super::identity;
    use super::*;

    #[test]
    fn who_needs_what_tells_what_is_for_development() {
        let mut selection = Selection::default();
        let all: Vec<usize> = ["a", "b", "c", "d"]
            .iter()
            .map(|name| selection.add(identity::plain(PackageType::Npm, name, "1")))
            .collect();
        let project = selection.project();
        selection.says_direct();
        selection.trace_development();
        selection.direct(all[0]);
        selection.direct_development(all[2]);
        for (at, other) in [(0, 1), (2, 1), (2, 3), (3, 2), (3, 3), (3, 99)] {
            selection.needs(at, other);
        }
        selection.needs(project, all[0]);
        let mut out = Sink::default();
        selection.finish(&mut out);
        let found: Vec<_> = out
            .packages
            .iter()
            .map(|p| (p.requires.iter().collect::<Vec<_>>().join(" "), p.dependency.unwrap(), p.role))
            .collect();
        let (direct, indirect) = (Dependency::Direct, Dependency::Indirect);
        assert_eq!(
            found,
            [
                ("b@1".to_owned(), direct, Role::Normal),
                (String::new(), indirect, Role::Normal),
                ("b@1 d@1".to_owned(), direct, Role::Development),
                ("c@1".to_owned(), indirect, Role::Development),
            ]
        );
    }
}

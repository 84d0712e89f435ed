use std::borrow::Cow;

use plimsoll_core::{Ecosystem, NameKind, Package};

use crate::candidates::Query;
use crate::name::{name_of, version_of};
use crate::stream;
use crate::verdict::KINDS;

/// What to ask a source of candidates about one package. Owns the names; [`Wanted::query`] lends them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Wanted {
    ecosystem: Ecosystem,
    name: String,
    kind: NameKind,
    version: String,
}

impl Wanted {
    /// The query. With `hint` the source may leave out what certainly does not affect the package.
    pub fn query(&self, hint: bool) -> Query<'_> {
        let version = (hint && !self.version.is_empty()).then_some(self.version.as_str());
        Query { ecosystem: &self.ecosystem, name: &self.name, kind: self.kind, version }
    }
}

/// Everything to ask about a package: under its source and its binary name, for its release and for records that
/// name none.
pub fn queries(package: &Package) -> Vec<Wanted> {
    let mut out = Vec::new();
    let Some(own) = &package.ecosystem else { return out };
    for ecosystem in std::iter::once(own.clone()).chain(stream::further(own, &package.version)) {
        for kind in KINDS {
            let Some(name) = name_of(package, &ecosystem, kind).map(Cow::into_owned) else { continue };
            let version = version_of(package, kind).into_owned();
            out.push(Wanted { ecosystem: ecosystem.clone(), name, kind, version });
        }
    }
    out
}

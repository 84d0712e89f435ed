use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use plimsoll_core::{Ecosystem, NameKind, Package};

use crate::candidates::Query;
use crate::name::{name_of, version_of};
use crate::stream;
use crate::verdict::KINDS;

/// What to ask a source of candidates about one package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted<'a> {
    ecosystem: Cow<'a, Ecosystem>,
    name: Cow<'a, str>,
    kind: NameKind,
    version: Cow<'a, str>,
}

impl Wanted<'_> {
    /// The query. With `hint` the source may leave out what certainly does not affect the package.
    pub fn query(&self, hint: bool) -> Query<'_> {
        let version = (hint && !self.version.is_empty()).then_some(self.version.as_ref());
        Query { ecosystem: &self.ecosystem, name: &self.name, kind: self.kind, version }
    }
}

/// Name and version tell nearly all apart; the rest is left to comparing.
impl Hash for Wanted<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
        self.version.hash(state);
    }
}

/// Everything to ask about a package: under its source and its binary name, for its release and for records that
/// name none.
pub fn queries(package: &Package) -> Vec<Wanted<'_>> {
    let mut out = Vec::new();
    let Some(own) = &package.ecosystem else { return out };
    let further = stream::further(package, own).into_iter().map(Cow::Owned);
    for ecosystem in std::iter::once(Cow::Borrowed(own)).chain(further) {
        for kind in KINDS {
            let Some(name) = name_of(package, &ecosystem, kind) else { continue };
            out.push(Wanted { ecosystem: ecosystem.clone(), name, kind, version: version_of(package, kind) });
        }
    }
    out
}

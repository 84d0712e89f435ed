use std::collections::HashMap;

use plimsoll_core::{Rating, Verdict};

use crate::group::Group;
use crate::identity::identities;
use crate::{Candidates, Error};

/// What the source knows of vulnerabilities besides the records of the packages: their other ids, and what others
/// say of their severity.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    known: HashMap<String, Known>,
}

#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Other ids of the same vulnerability.
    pub(crate) ids: Vec<String>,
    pub(crate) ratings: Vec<Rating>,
}

impl Hub {
    /// Asks for every id of what affects the groups.
    pub(crate) fn ask(groups: &[Group<'_>], source: &dyn Candidates) -> Result<Self, Error> {
        let mut ids: Vec<&str> = groups
            .iter()
            .flat_map(|group| &group.hits)
            .filter(|hit| matches!(hit.evidence.verdict, Verdict::Affected | Verdict::Undetermined))
            .flat_map(|hit| hit.identities.iter().flat_map(|identity| &identity.own))
            .map(String::as_str)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let mut known: HashMap<String, Known> = HashMap::new();
        source.known(&ids, &mut |index, advisory| {
            // A withdrawn record is no longer anyone's word.
            let Some(id) = ids.get(index).filter(|_| advisory.withdrawn.is_none()) else { return };
            let own =
                identities(advisory).into_iter().find(|identity| identity.own.iter().any(|own| own == id));
            // An erratum of several vulnerabilities rates them together, and has no ids of this one alone.
            let Some(identity) = own.filter(|identity| identity.shared.is_empty()) else { return };
            let entry = known.entry((*id).to_owned()).or_default();
            entry.ids.extend(identity.own.into_iter().filter(|other| other != id));
            entry.ratings.extend(advisory.ratings.iter().cloned());
        })?;
        Ok(Self { known })
    }

    pub(crate) fn of(&self, id: &str) -> Option<&Known> {
        self.known.get(id)
    }
}

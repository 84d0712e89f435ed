use std::collections::HashMap;

use plimsoll_core::{Advisory, Rating, Verdict};

use crate::group::Group;
use crate::identity::{identities, inner_cve};
use crate::{Candidates, Error};

/// What the source knows of vulnerabilities besides the records of the packages: their other ids, and what others
/// say of their severity.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    /// Which facts are known by each id that was asked for.
    by_id: HashMap<String, Vec<usize>>,
    facts: Vec<Fact>,
}

/// What one record knows of a vulnerability.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    /// All ids of the vulnerability.
    pub(crate) ids: Vec<String>,
    pub(crate) ratings: Vec<Rating>,
    pub(crate) cwes: Vec<String>,
}

impl Hub {
    /// Asks for every id of what affects the groups.
    pub(crate) fn ask(groups: &[Group<'_>], source: &dyn Candidates) -> Result<Self, Error> {
        let mut ids: Vec<&str> = groups
            .iter()
            .flat_map(|group| &group.hits)
            .filter(|hit| matches!(hit.evidence.verdict, Verdict::Affected | Verdict::Undetermined))
            .flat_map(|hit| identities(&hit.advisory).into_iter().flat_map(|identity| identity.own))
            // An id that is made of a CVE is one distributor's alone.
            .filter(|id| inner_cve(id).is_none())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let mut hub =
            Self { by_id: ids.iter().map(|id| ((*id).to_owned(), Vec::new())).collect(), facts: Vec::new() };
        source.known(&ids, &mut |_, advisory| {
            // A withdrawn record is no longer anyone's word.
            if advisory.withdrawn.is_none() {
                hub.learn(advisory);
            }
        })?;
        Ok(hub)
    }

    fn learn(&mut self, advisory: &Advisory) {
        // An erratum of several vulnerabilities rates them together, and has no ids of one of them alone.
        for identity in identities(advisory).into_iter().filter(|identity| identity.shared.is_empty()) {
            let number = self.facts.len();
            let mut asked = false;
            for id in &identity.own {
                if let Some(facts) = self.by_id.get_mut(*id) {
                    facts.push(number);
                    asked = true;
                }
            }
            if asked {
                let ids = identity.own.into_iter().map(str::to_owned).collect();
                self.facts.push(Fact { ids, ratings: advisory.ratings.clone(), cwes: advisory.cwes.clone() });
            }
        }
    }

    /// The facts that are known by an id, by their numbers.
    pub(crate) fn of(&self, id: &str) -> &[usize] {
        self.by_id.get(id).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn fact(&self, number: usize) -> Option<&Fact> {
        self.facts.get(number)
    }
}

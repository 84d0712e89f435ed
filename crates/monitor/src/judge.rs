//! What findings are made of: advisories, a way of rating, and rules.

use plimsoll_advisory::RecordChange;
use plimsoll_core::{Distro, Finding};
use plimsoll_matcher::{Candidates, Options};
use plimsoll_rules::Ruleset;

use crate::Error;

/// A source of advisories that says what has changed in it. An advisory store is one.
pub trait Advisories: Candidates + Sync {
    /// The number of what it holds now; it rises with every import.
    ///
    /// # Errors
    /// The source can't be read.
    fn generation(&self) -> Result<u64, Error>;

    /// The records that say something else now than at that generation.
    ///
    /// # Errors
    /// The source can't be read.
    fn changes(&self, since: u64) -> Result<Vec<RecordChange>, Error>;

    /// That a distribution gets no fixes any more on a day (`YYYY-MM-DD`), in one sentence; nothing where it does, or
    /// where that is not known. Default: it is never known.
    ///
    /// # Errors
    /// The source can't be read.
    fn support_ended(&self, _distro: &Distro, _day: &str) -> Result<Option<String>, Error> {
        Ok(None)
    }
}

impl Advisories for plimsoll_advisory::Store {
    fn generation(&self) -> Result<u64, Error> {
        Ok(plimsoll_advisory::Store::generation(self)?)
    }

    fn changes(&self, since: u64) -> Result<Vec<RecordChange>, Error> {
        Ok(plimsoll_advisory::Store::changes(self, since)?)
    }

    fn support_ended(&self, distro: &Distro, day: &str) -> Result<Option<String>, Error> {
        let life = self.lifetime(distro)?.filter(|life| life.is_ended(Some(day)));
        let name = || distro.pretty_name.clone().unwrap_or_else(|| distro.title());
        Ok(life.map(|life| life.end(&name())))
    }
}

/// Everything that findings are judged by.
#[derive(Clone, Copy)]
pub struct Judge<'a> {
    /// The advisories.
    pub advisories: &'a dyn Advisories,
    /// Sets a finding's severity, score and priority from its ratings. What it comes to may depend on the finding
    /// alone.
    pub rate: &'a (dyn Fn(&mut Finding) + Sync),
    /// The owner's rules.
    pub rules: &'a Ruleset,
    /// How packages are matched.
    pub options: Options,
}

impl std::fmt::Debug for Judge<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Judge").field("rules", &self.rules.len()).finish_non_exhaustive()
    }
}

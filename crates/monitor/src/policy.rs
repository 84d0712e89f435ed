use plimsoll_core::Digest;
use plimsoll_registry::RegistryEvent;
use serde::{Deserialize, Serialize};

use crate::scope::{Place, Scope};
use crate::time::{DAY, Millis};

/// When images of one place are scanned, and how often what was found in them is looked at anew.
///
/// An advisory that changes reaches every image that it affects at once, whatever stands here: stored inventories are
/// matched, and no registry is asked. What stands here is when an image is read for the first time, and how often a
/// whole image is matched again to make sure that nothing was missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Policy {
    /// Scan what is pushed.
    pub on_push: bool,
    /// Scan what is imported, mounted or replicated from elsewhere.
    pub on_import: bool,
    /// Scan what is pulled and was never scanned.
    pub on_pull: bool,
    /// Scan what a listing finds and no event told of.
    pub on_discovery: bool,
    /// Match whole images again every so many days; none means never.
    pub rematch_every: Option<u16>,
    /// Only those that were pulled in so many days.
    pub pulled_within: Option<u16>,
    /// Only those that were pushed or imported in so many days. With both, either is enough; with neither, all are
    /// matched again.
    pub pushed_within: Option<u16>,
}

/// Policies that have a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// On push, on import, on a first pull; and weekly whatever was pulled in the last 30 days.
    #[default]
    Weekly,
    /// The same, and daily whatever was pushed in the last 90 days or pulled in the last 30.
    Daily,
    /// The same, and every image daily, whether anyone uses it or not.
    Continuous,
    /// Nothing by itself.
    Off,
}

impl Preset {
    /// What it stands for.
    pub fn policy(self) -> Policy {
        let weekly = Policy {
            on_push: true,
            on_import: true,
            on_pull: true,
            on_discovery: true,
            rematch_every: Some(7),
            pulled_within: Some(30),
            pushed_within: None,
        };
        match self {
            Self::Weekly => weekly,
            Self::Daily => Policy { rematch_every: Some(1), pushed_within: Some(90), ..weekly },
            Self::Continuous => Policy { rematch_every: Some(1), pulled_within: None, ..weekly },
            Self::Off => Policy {
                on_push: false,
                on_import: false,
                on_pull: false,
                on_discovery: false,
                rematch_every: None,
                ..weekly
            },
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Preset::default().policy()
    }
}

impl Policy {
    /// Whether an image that was pulled and pushed then is one to be matched again.
    pub fn is_active(&self, now: Millis, last_pull: Option<Millis>, last_push: Option<Millis>) -> bool {
        let within = |days: Option<u16>, at: Option<Millis>| {
            days.zip(at).is_some_and(|(days, at)| now.saturating_sub(at) <= Millis::from(days) * DAY)
        };
        match (self.pulled_within, self.pushed_within) {
            (None, None) => true,
            _ => within(self.pulled_within, last_pull) || within(self.pushed_within, last_push),
        }
    }

    /// Whether an image that was matched then is due.
    pub fn is_due(&self, now: Millis, last_match: Millis) -> bool {
        self.rematch_every.is_some_and(|days| now.saturating_sub(last_match) >= Millis::from(days) * DAY)
    }
}

/// What is different in a scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScopedPolicy {
    /// Where.
    pub scope: Scope,
    /// The preset to begin with; none means what the wider scopes say.
    pub preset: Option<Preset>,
    /// As [`Policy::on_push`].
    pub on_push: Option<bool>,
    /// As [`Policy::on_import`].
    pub on_import: Option<bool>,
    /// As [`Policy::on_pull`].
    pub on_pull: Option<bool>,
    /// As [`Policy::on_discovery`].
    pub on_discovery: Option<bool>,
    /// As [`Policy::rematch_every`]; 0 means never.
    pub rematch_every: Option<u16>,
    /// As [`Policy::pulled_within`]; 0 takes the condition away.
    pub pulled_within: Option<u16>,
    /// As [`Policy::pushed_within`]; 0 takes the condition away.
    pub pushed_within: Option<u16>,
}

impl ScopedPolicy {
    fn change(&self, policy: &mut Policy) {
        if let Some(preset) = self.preset {
            *policy = preset.policy();
        }
        let set = |to: &mut bool, from: Option<bool>| *to = from.unwrap_or(*to);
        set(&mut policy.on_push, self.on_push);
        set(&mut policy.on_import, self.on_import);
        set(&mut policy.on_pull, self.on_pull);
        set(&mut policy.on_discovery, self.on_discovery);
        let days = |to: &mut Option<u16>, from: Option<u16>| {
            if let Some(days) = from {
                *to = Some(days).filter(|&days| days != 0);
            }
        };
        days(&mut policy.rematch_every, self.rematch_every);
        days(&mut policy.pulled_within, self.pulled_within);
        days(&mut policy.pushed_within, self.pushed_within);
    }
}

/// The policies of all places, and whose pulls are the scanner's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policies {
    /// What holds where nothing nearer says otherwise.
    pub preset: Preset,
    /// What is different where. For each field the nearest scope that says anything decides; of two equally near ones
    /// the later.
    pub scopes: Vec<ScopedPolicy>,
    /// Whose pulls do not count.
    pub own: OwnPulls,
}

impl Policies {
    /// One policy everywhere.
    pub fn of(preset: Preset) -> Self {
        Self { preset, ..Self::default() }
    }

    /// The policy of an image at a place.
    ///
    /// ```
    /// use plimsoll_monitor::{Place, Policies, Preset, Scope, ScopedPolicy};
    /// let quiet = Scope { project: Some("archive".into()), ..Scope::default() };
    /// let mut policies = Policies::default();
    /// policies.scopes.push(ScopedPolicy { scope: quiet, preset: Some(Preset::Off), ..ScopedPolicy::default() });
    /// assert!(policies.at(&Place::new("r.example", "shop/web"), None).on_push);
    /// assert!(!policies.at(&Place::new("r.example", "archive/web"), None).on_push);
    /// ```
    pub fn at(&self, place: &Place, digest: Option<&Digest>) -> Policy {
        let mut policy = self.preset.policy();
        let mut matching: Vec<&ScopedPolicy> =
            self.scopes.iter().filter(|scoped| scoped.scope.contains(place, digest)).collect();
        // Stable, so that of two equally near ones the later has the last word.
        matching.sort_by_key(|scoped| scoped.scope.level());
        matching.into_iter().for_each(|scoped| scoped.change(&mut policy));
        policy
    }

    /// Every policy that may hold anywhere is at least so eager: for finding candidates.
    pub(crate) fn widest(&self) -> Policy {
        let mut widest = self.preset.policy();
        let least = |a: Option<u16>, b: Option<u16>| a.into_iter().chain(b).min();
        // No condition is the widest.
        let most = |a: Option<u16>, b: Option<u16>| a.zip(b).map(|(a, b)| a.max(b));
        for scoped in &self.scopes {
            for mut other in [widest, self.preset.policy(), Policy::default()] {
                scoped.change(&mut other);
                widest.rematch_every = least(widest.rematch_every, other.rematch_every);
                widest.pulled_within = most(widest.pulled_within, other.pulled_within);
                widest.pushed_within = most(widest.pushed_within, other.pushed_within);
            }
        }
        widest
    }
}

/// How the pulls of the scanner itself are told from those of others: they say nothing of an image's use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OwnPulls {
    /// What user agents begin with, without regard to case. Default: `plimsoll/`.
    pub user_agents: Vec<String>,
    /// The accounts that the scanner pulls as. Default: none.
    pub actors: Vec<String>,
}

impl Default for OwnPulls {
    fn default() -> Self {
        Self { user_agents: vec!["plimsoll/".to_owned()], actors: Vec::new() }
    }
}

impl OwnPulls {
    /// Whether the event is the scanner's own doing.
    pub fn is(&self, event: &RegistryEvent) -> bool {
        let begins = |agent: &str, with: &String| {
            agent.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with))
        };
        event
            .user_agent
            .as_deref()
            .is_some_and(|agent| self.user_agents.iter().any(|with| begins(agent, with)))
            || event.actor.as_ref().is_some_and(|actor| self.actors.contains(actor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scoped(scope: Scope, days: u16) -> ScopedPolicy {
        ScopedPolicy { scope, rematch_every: Some(days), ..ScopedPolicy::default() }
    }

    #[test]
    fn the_nearest_scope_wins_field_by_field() {
        let digest: Digest = format!("sha256:{}", "ab".repeat(32)).parse().unwrap();
        let some = |text: &str| Some(text.to_owned());
        let place = Place { organisation: some("acme"), ..Place::new("r.example", "shop/web") };
        let levels = [
            Scope { digest: Some(digest.clone()), ..Scope::default() },
            Scope { repository: some("shop/web"), ..Scope::default() },
            Scope { project: some("shop"), ..Scope::default() },
            Scope { registry: some("r.example"), ..Scope::default() },
            Scope { organisation: some("acme"), ..Scope::default() },
        ];
        // The order in which they are written does not matter.
        for rotate in 0..levels.len() {
            let mut scopes: Vec<_> = levels.iter().cloned().zip(1..).map(|(s, d)| scoped(s, d)).collect();
            scopes.rotate_left(rotate);
            for nearest in 1..=5 {
                let policies = Policies { scopes: scopes.clone(), ..Policies::default() };
                assert_eq!(policies.at(&place, Some(&digest)).rematch_every, Some(nearest));
                assert!(policies.at(&place, Some(&digest)).on_push, "what is not said stays");
                scopes.retain(|scoped| scoped.rematch_every != Some(nearest));
            }
        }
    }

    #[test]
    fn windows() {
        let (weekly, daily) = (Preset::Weekly.policy(), Preset::Daily.policy());
        let now = 200 * DAY;
        assert!(weekly.is_active(now, Some(now - 30 * DAY), None));
        assert!(!weekly.is_active(now, Some(now - 30 * DAY - 1), Some(now)));
        assert!(daily.is_active(now, None, Some(now - 90 * DAY)));
        assert!(!daily.is_active(now, None, Some(now - 91 * DAY)));
        assert!(Preset::Continuous.policy().is_active(now, None, None));
        assert!(weekly.is_due(now, now - 7 * DAY) && !weekly.is_due(now, now - 7 * DAY + 1));
        assert!(!Preset::Off.policy().is_due(now, 0));
    }
}

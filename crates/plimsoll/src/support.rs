//! Whether an image's distribution still gets fixes: silence about one that gets none says nothing.

use plimsoll_advisory::Store;
use plimsoll_advisory::feeds::Life;
use plimsoll_core::Distro;
use plimsoll_report::Support;
use plimsoll_rules::Date;

use crate::Error;

/// Whether a distribution gets fixes on a day, where the store knows: for those who take inventories themselves.
///
/// # Errors
/// The store can't be read.
pub fn support_of(store: &Store, distro: &Distro, now: Option<Date>) -> Result<Option<Support>, Error> {
    Ok(store.lifetime(distro)?.map(|life| support(distro, life, now)))
}

/// What is to be said of a distribution's lifetime on a day.
pub(crate) fn support(distro: &Distro, life: Life, now: Option<Date>) -> Support {
    let now = now.map(|now| now.to_string());
    let (over, ended) = (life.is_over(now.as_deref()), life.is_ended(now.as_deref()));
    let name = distro.pretty_name.clone().unwrap_or_else(|| distro.title());
    let since = |day: &Option<String>| day.as_ref().map(|day| format!(" since {day}")).unwrap_or_default();
    let statement = if ended {
        life.end(&name)
    } else if over {
        let extended = life.extended.clone().unwrap_or_default();
        format!(
            "{name} is out of regular support{}; extended support lasts until {extended}",
            since(&life.until)
        )
    } else {
        match &life.until {
            Some(until) => format!("{name} is supported until {until}"),
            None => format!("{name} is supported"),
        }
    };
    let Life { product, release, until, extended, .. } = life;
    Support { product, release, until, extended, ended, statement }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(until: Option<&str>, extended: Option<&str>, ended: Option<bool>, now: &str) -> (bool, String) {
        let life = Life {
            until: until.map(str::to_owned),
            extended: extended.map(str::to_owned),
            ended,
            ..Life::default()
        };
        let distro = Distro { id: "debian".into(), version: "10".into(), ..Distro::default() };
        let support = support(&distro, life, now.parse().ok());
        (support.ended, support.statement)
    }

    #[test]
    fn the_last_day_is_still_supported() {
        let (until, extended) = (Some("2022-09-10"), Some("2024-06-30"));
        let said = |now| at(until, extended, None, now);
        assert_eq!(said("2022-09-10"), (false, "debian 10 is supported until 2022-09-10".into()));
        let extended =
            "debian 10 is out of regular support since 2022-09-10; extended support lasts until 2024-06-30";
        assert_eq!(said("2022-09-11"), (false, extended.into()));
        assert_eq!(said("2024-06-30"), (false, extended.into()));
        let over = "debian 10 is end of life since 2024-06-30; no further fixes";
        assert_eq!(said("2024-07-01"), (true, over.into()));
    }

    #[test]
    fn what_is_not_known_is_not_made_up() {
        assert_eq!(
            at(None, None, Some(true), "2026-01-01"),
            (true, "debian 10 is end of life; no further fixes".into())
        );
        assert_eq!(at(None, None, Some(false), "2026-01-01"), (false, "debian 10 is supported".into()));
        assert_eq!(at(None, None, None, "2026-01-01"), (false, "debian 10 is supported".into()));
    }
}

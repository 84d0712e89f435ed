//! Events get lost: registries are listed when the server starts, and every so often.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use plimsoll::RegistryError;
use plimsoll_monitor::{Millis, Place, Store as _};
use serde::Serialize;

use super::crawl::crawl;
use crate::app::{App, complain, now};
use crate::config::Registry;
use crate::metrics::count;

const LOOK: Duration = Duration::from_secs(30);
/// After a listing broke off it is taken up again where it was.
const AGAIN: Duration = Duration::from_secs(300);
/// Names that are held of one catalog.
const NAMES: usize = 1 << 20;
/// Requests under way at once, where nothing else is configured: what a browser allows itself of one host.
const REQUESTS: usize = 4;
/// Repositories one after the other that the registry fails with: then it is the registry that fails.
const BROKEN: u32 = 8;
/// Repositories that can't be read of which it is said why.
const UNREAD: usize = 100;

/// How the listing of a registry goes, or went.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Listed {
    /// When it was begun, or taken up again.
    started: Millis,
    /// When it came to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<Millis>,
    /// Repositories that were listed.
    repositories: u64,
    /// Their tags.
    tags: u64,
    /// Repositories that could not be read.
    passed_over: u64,
    /// Why, of some of them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    unread: BTreeMap<String, String>,
    /// The same of the listing before.
    #[serde(skip)]
    known: BTreeMap<String, String>,
    /// Why it broke off.
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<String>,
}

pub(super) fn run(app: &App) {
    let mut next: HashMap<String, Instant> = HashMap::new();
    while !app.is_stopping() {
        let seen = app.list.rung();
        let asked: Vec<String> =
            std::mem::take(&mut *app.to_list.lock().unwrap_or_else(PoisonError::into_inner));
        let registries: Vec<Registry> = app.registries.known().cloned().collect();
        for registry in &registries {
            let now = asked.contains(&registry.host);
            let due = next.get(&registry.host).is_none_or(|at| *at <= Instant::now());
            if app.is_stopping() || !(now || due && registry.list_hours > 0) {
                continue;
            }
            let every = Duration::from_secs(u64::from(registry.list_hours.max(1)) * 3600);
            note(app, registry, |listed| {
                let known = std::mem::take(&mut listed.unread);
                *listed = Listed { started: self::now(), known, ..Listed::default() };
            });
            let wait = match list(app, registry) {
                Ok(()) => {
                    count(&app.metrics.listings, 1);
                    note(app, registry, |listed| listed.ended = Some(self::now()));
                    every
                }
                Err(_) if app.is_stopping() => return,
                Err(why) => {
                    count(&app.metrics.listings_failed, 1);
                    complain(&format!("listing {}: {why}", registry.host));
                    note(app, registry, |listed| listed.trouble = Some(why));
                    AGAIN
                }
            };
            next.insert(registry.host.clone(), Instant::now() + wait);
        }
        app.list.wait(seen, LOOK);
    }
}

fn list(app: &App, registry: &Registry) -> Result<(), String> {
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let (client, asked) = app.registries.client(&registry.host);
    let mut listing = app.store.listing(&registry.host, now()).map_err(|e| said(&e))?;
    let mut repositories: BTreeSet<String> = registry.repositories.iter().cloned().collect();
    let named = !repositories.is_empty();
    if !named {
        for page in client.catalog(asked, listing.after.as_deref()) {
            repositories.extend(page.map_err(|e| said(&e))?);
            if repositories.len() > NAMES {
                return Err(format!("it has more than {NAMES} repositories: name those that matter"));
            }
        }
    }
    let left =
        repositories.into_iter().filter(|name| listing.after.as_ref().is_none_or(|after| name > after));
    let places: Vec<Place> = left.map(|name| app.registries.place(&registry.host, &name)).collect();
    let threads = registry.list_requests.unwrap_or(REQUESTS).clamp(1, 64);
    let mut broken = 0;
    crawl(app, client, &places, threads, |place, tags| {
        let tags = match tags {
            Ok(tags) => tags,
            // A repository whose last tag was deleted stays in the catalog. One that someone has named is meant to be
            // there, and many registries say so of what may not be read.
            Err(error) if error.is_not_found() && !named => Vec::new(),
            Err(error) if ends(&error, &mut broken) => return Err(said(&error)),
            Err(error) => {
                unread(app, registry, &place.repository, &error);
                return app.store.passed_over(&mut listing, &place.repository).map_err(|e| said(&e));
            }
        };
        broken = 0;
        note(app, registry, |listed| {
            listed.repositories += 1;
            listed.tags += tags.len() as u64;
        });
        let jobs = app.store.listed(&mut listing, place, &tags, &app.config.policy).map_err(|e| said(&e))?;
        if !jobs.is_empty() {
            app.work.ring();
        }
        Ok(())
    })?;
    app.store.listing_done(listing).map_err(|e| said(&e))
}

/// Whether it is the registry's trouble, and not that of one repository: then the listing goes on there later.
fn ends(error: &RegistryError, broken: &mut u32) -> bool {
    match error {
        // One repository that is damaged must not keep all that come after it from being listed for ever.
        RegistryError::Status { status: 500.., .. } => {
            *broken += 1;
            *broken > BROKEN
        }
        other => other.is_temporary(),
    }
}

/// Says that a repository can't be read, once for as long as it can't.
fn unread(app: &App, registry: &Registry, repository: &str, error: &RegistryError) {
    count(&app.metrics.listings_unread, 1);
    let why = error.to_string();
    let mut new = false;
    note(app, registry, |listed| {
        listed.passed_over += 1;
        new = listed.known.get(repository) != Some(&why);
        if listed.unread.len() < UNREAD {
            listed.unread.insert(repository.to_owned(), why.clone());
        }
    });
    if new {
        complain(&format!("listing {}: {repository} is passed over: {why}", registry.host));
    }
}

fn note(app: &App, registry: &Registry, change: impl FnOnce(&mut Listed)) {
    let mut all = app.listed.lock().unwrap_or_else(PoisonError::into_inner);
    change(all.entry(registry.host.clone()).or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_may_be_broken_and_a_registry_too() {
        let status = |status| RegistryError::Status {
            url: "https://r.example/v2/a".into(),
            status,
            said: String::new(),
        };
        let mut broken = 0;
        assert!((0..BROKEN).all(|_| !ends(&status(500), &mut broken)));
        assert!(ends(&status(502), &mut broken));
        assert!(!ends(&status(451), &mut 0), "it is this repository's alone");
        assert!(ends(&RegistryError::Throttled { url: String::new(), wait: 3600 }, &mut 0));
    }
}

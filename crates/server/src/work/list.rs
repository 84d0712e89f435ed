//! Events get lost: registries are listed when the server starts, and every so often.

use std::collections::{BTreeSet, HashMap};
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use plimsoll::{Client, RegistryError};
use plimsoll_monitor::{Listed, Place, Store as _};

use crate::app::{App, complain, now};
use crate::config::Registry;
use crate::metrics::count;

const LOOK: Duration = Duration::from_secs(30);
/// After a listing broke off it is taken up again where it was.
const AGAIN: Duration = Duration::from_secs(300);
/// Names that are held of one catalog, and of the tags of one repository.
const NAMES: usize = 1 << 20;

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
            let wait = match list(app, registry) {
                Ok(()) => {
                    count(&app.metrics.listings, 1);
                    every
                }
                Err(_) if app.is_stopping() => return,
                Err(why) => {
                    count(&app.metrics.listings_failed, 1);
                    complain(&format!("listing {}: {why}", registry.host));
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
    if repositories.is_empty() {
        for page in client.catalog(asked, listing.after.as_deref()) {
            repositories.extend(page.map_err(|e| said(&e))?);
            if repositories.len() > NAMES {
                return Err(format!("it has more than {NAMES} repositories: name those that matter"));
            }
        }
    }
    for repository in &repositories {
        if listing.after.as_ref().is_some_and(|after| repository <= after) {
            continue;
        }
        let place = app.registries.place(&registry.host, repository);
        let tags = tags(app, client, asked, &place).map_err(|e| said(&e))?;
        let Some(tags) = tags else { return Err("the server stops".to_owned()) };
        let jobs = app.store.listed(&mut listing, &place, &tags, &app.config.policy).map_err(|e| said(&e))?;
        if !jobs.is_empty() {
            app.work.ring();
        }
    }
    app.store.listing_done(listing).map_err(|e| said(&e))
}

/// The tags of a repository and what they name; nothing where the server stops meanwhile.
fn tags(
    app: &App,
    client: &Client,
    asked: &str,
    place: &Place,
) -> Result<Option<Vec<Listed>>, RegistryError> {
    let mut tags = Vec::new();
    for page in client.tags(asked, &place.repository, None) {
        match page {
            Ok(page) => tags.extend(page),
            // A repository whose last tag was deleted stays in the catalog.
            Err(error) if error.is_not_found() => break,
            Err(error) => return Err(error),
        }
        if tags.len() > NAMES {
            break;
        }
    }
    let mut listed = Vec::with_capacity(tags.len());
    for tag in tags {
        if app.is_stopping() {
            return Ok(None);
        }
        let Ok(name) = app.registries.image(place, Some(&tag), None) else { continue };
        match client.manifest(&name) {
            Ok(manifest) => {
                let media_type = Some(manifest.media_type).filter(|text| !text.is_empty());
                listed.push(Listed { tag, digest: manifest.digest, media_type });
            }
            // It was deleted meanwhile.
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Some(listed))
}

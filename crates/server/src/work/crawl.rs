//! The tags of many repositories and what they name, with several requests under way at once.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use plimsoll::{Client, RegistryError};
use plimsoll_monitor::{Listed, Place};

use crate::app::App;

/// Tags that are held of one repository. One that has more is passed over.
const TAGS: usize = 1 << 20;
/// Repositories that are read ahead of the one that is due: some have thousands of tags and most have few.
const AHEAD: usize = 16;

/// What a repository turned out to have.
pub(super) type Tags = Result<Vec<Listed>, RegistryError>;

/// Reads the repositories' tags on some threads, and hands over each repository's in order. What `take` says ends it;
/// nothing more is asked then.
pub(super) fn crawl(
    app: &App,
    client: &Client,
    places: &[Place],
    threads: usize,
    mut take: impl FnMut(&Place, Tags) -> Result<(), String>,
) -> Result<(), String> {
    let crawl = Crawl { app, client, places, state: Mutex::default(), changed: Condvar::new() };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| crawl.work());
        }
        let done = places.iter().enumerate().try_for_each(|(at, place)| match crawl.wait_for(at) {
            Some(tags) => take(place, tags),
            None => Err("the server stops".to_owned()),
        });
        crawl.lock().ended = true;
        crawl.changed.notify_all();
        done
    })
}

struct Crawl<'a> {
    app: &'a App,
    client: &'a Client,
    places: &'a [Place],
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// The next repository whose tags are to be listed.
    next: usize,
    /// The repository that is due.
    due: usize,
    /// Tags that are to be looked up, each with its repository.
    tags: VecDeque<(usize, String)>,
    repositories: BTreeMap<usize, Repository>,
    ended: bool,
}

#[derive(Default)]
struct Repository {
    /// Whether its tags are known.
    listed: bool,
    /// Tags that are not looked up yet.
    left: usize,
    tags: Vec<Listed>,
    trouble: Option<RegistryError>,
}

impl Crawl<'_> {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a repository has, once all of it is known; nothing where the server stops meanwhile.
    fn wait_for(&self, at: usize) -> Option<Tags> {
        let mut state = self.lock();
        state.due = at;
        self.changed.notify_all();
        loop {
            if self.app.is_stopping() {
                return None;
            }
            let whole = |repository: &Repository| repository.listed && repository.left == 0;
            if state.repositories.get(&at).is_some_and(whole) {
                let Repository { tags, trouble, .. } = state.repositories.remove(&at)?;
                return Some(trouble.map_or(Ok(tags), Err));
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn work(&self) {
        let mut state = self.lock();
        loop {
            if state.ended || self.app.is_stopping() {
                self.changed.notify_all();
                return;
            }
            if let Some((at, tag)) = state.tags.pop_front() {
                drop(state);
                let looked_up = self.look_up(at, &tag);
                state = self.lock();
                let found = state.repositories.entry(at).or_default();
                found.left = found.left.saturating_sub(1);
                match looked_up {
                    Ok(listed) => found.tags.extend(listed),
                    Err(error) => {
                        found.trouble.get_or_insert(error);
                        // Nothing of it counts any more.
                        let before = state.tags.len();
                        state.tags.retain(|(of, _)| *of != at);
                        let dropped = before - state.tags.len();
                        let found = state.repositories.entry(at).or_default();
                        found.left = found.left.saturating_sub(dropped);
                    }
                }
                self.changed.notify_all();
            } else if state.next < self.places.len() && state.next < state.due.saturating_add(AHEAD) {
                let at = state.next;
                state.next += 1;
                drop(state);
                let names = self.names(at);
                state = self.lock();
                let found = state.repositories.entry(at).or_default();
                found.listed = true;
                match names {
                    Ok(names) => {
                        found.left = names.len();
                        state.tags.extend(names.into_iter().map(|tag| (at, tag)));
                    }
                    Err(error) => found.trouble = Some(error),
                }
                self.changed.notify_all();
            } else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    fn names(&self, at: usize) -> Result<Vec<String>, RegistryError> {
        let Some(place) = self.places.get(at) else { return Ok(Vec::new()) };
        let (_, asked) = self.app.registries.client(&place.registry);
        let mut names = Vec::new();
        for page in self.client.tags(asked, &place.repository, None) {
            names.extend(page?);
            // What is left out would be taken for deleted.
            if names.len() > TAGS {
                let what = format!("the list of tags of {}", place.repository);
                let reason = format!("it has more than {TAGS}");
                return Err(RegistryError::Malformed { what, reason });
            }
        }
        Ok(names)
    }

    /// What a tag names; nothing where it was deleted meanwhile.
    fn look_up(&self, at: usize, tag: &str) -> Result<Option<Listed>, RegistryError> {
        let name =
            self.places.get(at).and_then(|place| self.app.registries.image(place, Some(tag), None).ok());
        let Some(name) = name else { return Ok(None) };
        match self.client.resolve(&name) {
            Ok(found) => {
                let media_type = Some(found.media_type).filter(|text| !text.is_empty());
                Ok(Some(Listed { tag: tag.to_owned(), digest: found.digest, media_type }))
            }
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

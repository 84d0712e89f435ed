//! Advisories and rules that change, whoever changes them, are carried to every image at once.

use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::time::{Duration, Instant, SystemTime};

use plimsoll_monitor::{DAY, Store as _};

use crate::app::{App, complain, now};
use crate::metrics::count;

/// How soon a change is seen that nobody rings for.
const LOOK: Duration = Duration::from_millis(250);

/// What tells a file from another version of it. An import puts a new file in the old one's place.
#[derive(Clone, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    inode: u64,
}

fn stamp(path: &Path) -> Option<Stamp> {
    let meta = std::fs::metadata(path).ok()?;
    #[cfg(unix)]
    let inode = std::os::unix::fs::MetadataExt::ino(&meta);
    #[cfg(not(unix))]
    let inode = 0;
    Some(Stamp { length: meta.len(), modified: meta.modified().ok(), inode })
}

fn stamps(paths: &[PathBuf]) -> Vec<Option<Stamp>> {
    paths.iter().map(|path| stamp(path)).collect()
}

pub(super) fn run(app: &App) {
    let mut paths = vec![app.config.advisories()];
    paths.extend(app.config.rules.iter().cloned());
    // What was read at the start may be old already.
    let mut known: Vec<Option<Stamp>> = Vec::new();
    let mut day = 0;
    let mut retry = false;
    // Where new advisories could not be read they are still to be.
    let mut unread = false;
    while !app.is_stopping() {
        let seen = app.look.rung();
        let (found, today) = (stamps(&paths), now().div_euclid(DAY));
        // By the turn of a day rules expire.
        if found != known || today != day || retry {
            unread |= found.first() != known.first();
            (known, day) = (found, today);
            let read = reload(app, unread);
            unread &= !read;
            retry = !read | !reassess(app);
        }
        app.look.wait(seen, if retry { Duration::from_secs(5) } else { LOOK });
    }
}

/// Reads what there is now. Where that can't be read, what was read before stays.
fn reload(app: &App, advisories: bool) -> bool {
    let trouble = read(app, advisories).err();
    let mut by = app.by.write().unwrap_or_else(PoisonError::into_inner);
    let shown = trouble.as_deref().map(|why| without_folders(app, why));
    if let Some(why) = trouble.filter(|_| by.trouble != shown) {
        complain(&format!("{why}; what was read before stays in use"));
    }
    by.trouble = shown;
    by.trouble.is_none()
}

/// The same for those who ask over the network: which file it is, and not where.
fn without_folders(app: &App, why: &str) -> String {
    let advisories = app.config.advisories();
    let paths = app.config.rules.iter().chain([&advisories]);
    paths.filter_map(|path| path.parent()).fold(why.to_owned(), |why, folder| match folder.to_str() {
        None | Some("" | "/") => why,
        Some(folder) => why.replace(&format!("{folder}/"), ""),
    })
}

fn read(app: &App, advisories: bool) -> Result<(), String> {
    let rules = super::rules::read(&app.config.rules).map_err(|error| error.to_string())?;
    let store = match advisories {
        true => Some(plimsoll::Store::open(app.config.advisories()).map_err(|error| error.to_string())?),
        false => None,
    };
    let mut by = app.by.write().unwrap_or_else(PoisonError::into_inner);
    by.rules = rules.0.into();
    by.rule_files = rules.1;
    if let Some(store) = store {
        by.advisories = store.into();
    }
    Ok(())
}

/// Carries it to every image.
fn reassess(app: &App) -> bool {
    let started = Instant::now();
    match app.judge(|judge| app.store.reassess(judge, now())) {
        Ok(_) => {
            app.metrics.reassess.add(started.elapsed());
            count(&app.metrics.reassessments, 1);
            app.news.ring();
            true
        }
        Err(error) => {
            complain(&error.to_string());
            false
        }
    }
}

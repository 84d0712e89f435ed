//! What is due by the passing of time.

use std::time::{Duration, Instant};

use plimsoll_monitor::{DAY, Millis, Store as _};

use crate::app::{App, complain, now};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
/// Images that are queued at once.
const IMAGES: usize = 1000;

pub(super) fn run(app: &App) {
    let mut tidied: Option<Instant> = None;
    while !app.is_stopping() {
        let seen = app.look.rung();
        due(app);
        if tidied.is_none_or(|at| at.elapsed() >= HOUR) {
            tidied = Some(Instant::now());
            tidy(app);
        }
        // Others ring as well; to look once more costs nothing.
        app.look.wait(seen, MINUTE);
    }
}

fn due(app: &App) {
    loop {
        match app.store.tick(now(), &app.config.policy, IMAGES) {
            Ok(jobs) => {
                if !jobs.is_empty() {
                    app.work.ring();
                }
                if jobs.len() < IMAGES || app.is_stopping() {
                    return;
                }
            }
            Err(error) => return complain(&error.to_string()),
        }
    }
}

fn tidy(app: &App) {
    let before = now().saturating_sub(Millis::from(app.config.keep_days).saturating_mul(DAY));
    if let Err(error) = app.store.prune(before) {
        complain(&error.to_string());
    }
    if let Err(error) = app.layers.shrink(app.config.layer_cache) {
        complain(&error.to_string());
    }
}

//! Takes jobs from the queue and does them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use plimsoll_monitor::{Claimed, Error as StoreError, Failure, Job, JobKind, Retry, Store as _};

use super::read::{self, Read};
use crate::app::{App, complain, now};
use crate::metrics::count;

/// Jobs become due without anyone ringing.
const LOOK: Duration = Duration::from_secs(1);
/// Clocks are read in this order of magnitude.
const TICK: Duration = Duration::from_millis(5);

pub(super) fn run(app: &App) {
    while !app.is_stopping() {
        let seen = app.work.rung();
        match app.store.claim(1, now()) {
            Ok(claimed) if claimed.is_empty() => app.work.wait(seen, until_due(app)),
            Ok(claimed) => claimed.iter().for_each(|claimed| work(app, claimed)),
            Err(error) => {
                complain(&error.to_string());
                app.work.wait(app.work.rung(), Duration::from_secs(5));
            }
        }
    }
}

/// How long until a job that failed is due again, but no longer than jobs are looked for anyway.
fn until_due(app: &App) -> Duration {
    let now = Instant::now();
    let mut retries = app.retries.lock().unwrap_or_else(PoisonError::into_inner);
    // Those that are due were just looked for; a little later they are found also where clocks differ by a tick.
    *retries = retries.split_off(&now.checked_sub(TICK).unwrap_or(now));
    let next = retries.first().map(|at| at.saturating_duration_since(now));
    next.map_or(LOOK, |next| (next + TICK).min(LOOK))
}

fn work(app: &App, claimed: &Claimed) {
    // An image that brings the scanner down must not take the others with it.
    let done = catch_unwind(AssertUnwindSafe(|| job(app, claimed)));
    let failure = match done {
        Ok(Ok(())) => return,
        // It is in the queue again after the next start.
        Ok(Err(_)) if app.is_stopping() => return,
        Ok(Err(failure)) => failure,
        Err(_) => Failure {
            why: "the scanner has a bug that this image brings out".to_owned(),
            retry: Retry::Never,
        },
    };
    count(&app.metrics.failures, 1);
    if failure.retry == Retry::Never {
        app.arrivals.lock().unwrap_or_else(PoisonError::into_inner).remove(&claimed.job.digest);
    }
    complain(&format!("{}: {}", claimed.job.digest, failure.why));
    for wait in [0, 1, 5, 30] {
        std::thread::sleep(Duration::from_secs(if app.is_stopping() { 0 } else { wait }));
        match app.store.failed(&claimed.job, &failure, now()) {
            Ok(Some(due)) => {
                let wait = u64::try_from(due.saturating_sub(now())).unwrap_or(0);
                let at = Instant::now() + Duration::from_millis(wait);
                app.retries.lock().unwrap_or_else(PoisonError::into_inner).insert(at);
                return app.work.ring();
            }
            Ok(None) => return,
            Err(error) => complain(&error.to_string()),
        }
    }
}

/// What the store says may pass: a full disk, a lock.
fn unstored(error: StoreError) -> Failure {
    let retry = match error {
        StoreError::UnknownSubject(_) | StoreError::Limit { .. } => Retry::Never,
        _ => Retry::Later,
    };
    Failure { why: error.to_string(), retry }
}

fn job(app: &App, claimed: &Claimed) -> Result<(), Failure> {
    let job = &claimed.job;
    match job.kind {
        JobKind::Rematch => {
            let digests = std::slice::from_ref(&job.digest);
            app.judge(|judge| app.store.rematch(digests, judge, now())).map_err(unstored)?;
            count(&app.metrics.rematches, 1);
            app.news.ring();
        }
        JobKind::Expand | JobKind::Scan => match first(app, job)? {
            Read::Index(images) => {
                let policies = &app.config.policy;
                app.store.expanded(&job.digest, &images, now(), policies).map_err(unstored)?;
                count(&app.metrics.expansions, 1);
                arrived_with(app, job, &images);
                app.work.ring();
                app.news.ring();
            }
            Read::Image(scan) => {
                app.judge(|judge| app.store.scanned(&job.digest, &scan, judge, now())).map_err(unstored)?;
                count(&app.metrics.scans, 1);
                app.news.ring();
            }
        },
    }
    let arrived = app.arrivals.lock().unwrap_or_else(PoisonError::into_inner).remove(&job.digest);
    if let Some(arrived) = arrived {
        app.metrics.until_assessed.add(arrived.elapsed());
    }
    Ok(())
}

fn first(app: &App, job: &Job) -> Result<Read, Failure> {
    let started = Instant::now();
    let read = read::read(app, job).map_err(|failure| Failure {
        // A registry may tell of an image before all of its parts can be read everywhere.
        retry: match failure.retry {
            true => Retry::Later,
            false if failure.not_found => Retry::Soon,
            false => Retry::Never,
        },
        why: failure.why,
    })?;
    app.metrics.scan.add(started.elapsed());
    Ok(read)
}

/// The images of an index came when the index did.
fn arrived_with(app: &App, job: &Job, images: &[(plimsoll::Digest, Option<String>)]) {
    let mut arrivals = app.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(at) = arrivals.get(&job.digest).copied() {
        for (digest, _) in images.iter().take(100) {
            arrivals.entry(digest.clone()).or_insert(at);
        }
    }
}

//! The scans that Harbor waits for. They are kept in memory: after a restart Harbor is told that there is no such scan,
//! and asks for a new one, as the API says. So no credential of a registry is ever written down.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use plimsoll::Credential;

use super::request::Wanted;
use crate::app::Bell;
use crate::problem::Problem;

/// Scans that wait to be read.
const WAITING: usize = 1000;
/// Scans that are remembered.
const REMEMBERED: usize = 10_000;
/// How long a scan is remembered after anyone has asked for it.
const KEPT: Duration = Duration::from_secs(3600);

#[derive(Default)]
pub(crate) struct Scans {
    table: Mutex<Table>,
    /// There is something to read.
    pub(super) work: Bell,
}

#[derive(Default)]
struct Table {
    scans: HashMap<String, Scan>,
    waiting: VecDeque<String>,
}

struct Scan {
    wanted: Wanted,
    state: State,
    touched: Instant,
}

/// How far a scan is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    Waiting,
    Running,
    Done,
    Failed(String),
}

impl Scans {
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a request, and gives the id to come back with.
    pub(super) fn add(&self, wanted: Wanted) -> Result<String, Problem> {
        let mut table = self.lock();
        let now = Instant::now();
        table.scans.retain(|_, scan| {
            scan.touched.elapsed() < KEPT || matches!(scan.state, State::Waiting | State::Running)
        });
        let same = |scan: &Scan| {
            (&scan.wanted.name, &scan.wanted.digest) == (&wanted.name, &wanted.digest)
                && !matches!(scan.state, State::Failed(_))
        };
        if let Some((id, scan)) = table.scans.iter_mut().find(|(_, scan)| same(scan)) {
            scan.touched = now;
            if scan.state == State::Waiting {
                // They may hold longer than the first ones.
                scan.wanted.credential = wanted.credential;
            }
            return Ok(id.clone());
        }
        if table.waiting.len() >= WAITING {
            let why = "too many scans wait already";
            return Err(Problem::later(StatusCode::SERVICE_UNAVAILABLE, 30, why));
        }
        if table.scans.len() >= REMEMBERED {
            let ended =
                table.scans.iter().filter(|(_, scan)| !matches!(scan.state, State::Waiting | State::Running));
            let oldest = ended.min_by_key(|(_, scan)| scan.touched).map(|(id, _)| id.clone());
            oldest.and_then(|id| table.scans.remove(&id));
        }
        let id = crate::auth::random_uuid()
            .map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
        table.scans.insert(id.clone(), Scan { wanted, state: State::Waiting, touched: now });
        table.waiting.push_back(id.clone());
        drop(table);
        self.work.ring();
        Ok(id)
    }

    /// What was asked for by an id, and how far it is.
    pub(super) fn find(&self, id: &str) -> Option<(Wanted, State)> {
        let mut table = self.lock();
        let scan = table.scans.get_mut(id)?;
        scan.touched = Instant::now();
        let wanted = Wanted { credential: None, ..scan.wanted.clone() };
        Some((wanted, scan.state.clone()))
    }

    /// The next scan to do. Its credentials are handed over and no longer kept here.
    pub(super) fn take(&self) -> Option<(String, Wanted, Option<Credential>)> {
        let mut table = self.lock();
        let id = table.waiting.pop_front()?;
        let scan = table.scans.get_mut(&id)?;
        scan.state = State::Running;
        let credential = scan.wanted.credential.take();
        Some((id, scan.wanted.clone(), credential))
    }

    pub(super) fn end(&self, id: &str, state: State) {
        if let Some(scan) = self.lock().scans.get_mut(id) {
            (scan.state, scan.touched) = (state, Instant::now());
        }
    }

    /// Has those who wait look up.
    pub(crate) fn wake(&self) {
        self.work.ring();
    }
}

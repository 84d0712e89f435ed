//! What all parts of the server share.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::http::StatusCode;
use plimsoll::{Catalogers, Digest, FolderCache, Policy, Ruleset};
use plimsoll_monitor::{Judge, Millis, SqliteStore};

use crate::audit::Audit;
use crate::auth::Tokens;
use crate::config::Config;
use crate::harbor::Scans;
use crate::limiter::Limiter;
use crate::metrics::Metrics;
use crate::page::{Sessions, Templates};
use crate::problem::Problem;
use crate::registries::Registries;
use crate::work::Listed;

/// The server's parts, for everyone who needs them.
#[derive(Clone)]
pub(crate) struct App(Arc<Shared>);

/// What [`App`] is.
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) store: SqliteStore,
    pub(crate) registries: Registries,
    pub(crate) catalogers: Catalogers,
    pub(crate) layers: FolderCache,
    pub(crate) tokens: Tokens,
    pub(crate) limiter: Limiter,
    pub(crate) audit: Audit,
    pub(crate) metrics: Metrics,
    /// What Harbor waits for.
    pub(crate) harbor: Scans,
    pub(crate) templates: Templates,
    /// Who is logged in to the pages.
    pub(crate) sessions: Sessions,
    /// What images are judged by. It is read as long as anything is written by it, so that nothing that was judged by
    /// older advisories is written after something that was judged by newer ones.
    pub(crate) by: RwLock<By>,
    pub(crate) severity: Policy,
    /// There may be something to do.
    pub(crate) work: Bell,
    /// There may be something to tell.
    pub(crate) news: Bell,
    /// Look whether advisories or rules have changed.
    pub(crate) look: Bell,
    /// Registries that are to be listed now.
    pub(crate) list: Bell,
    pub(crate) to_list: Mutex<Vec<String>>,
    /// How the last listing of each registry went.
    pub(crate) listed: Mutex<BTreeMap<String, Listed>>,
    /// When jobs that failed are due again. The queue itself is the store's.
    pub(crate) retries: Mutex<BTreeSet<Instant>>,
    /// When the events came whose images are not assessed yet.
    pub(crate) arrivals: Mutex<HashMap<Digest, Instant>>,
    pub(crate) stopping: AtomicBool,
}

/// Advisories and rules, as they were read last.
pub(crate) struct By {
    pub(crate) advisories: Advisories,
    pub(crate) rules: Arc<Ruleset>,
    /// The texts of the rules' files.
    pub(crate) rule_files: Vec<(PathBuf, String)>,
    /// Why what is there now could not be read.
    pub(crate) trouble: Option<String>,
}

/// The advisories of one generation.
#[derive(Clone)]
pub(crate) struct Advisories {
    store: Arc<plimsoll::Store>,
    /// What is in them, once someone has asked: to count takes as long as there are records.
    counted: Arc<OnceLock<plimsoll::StoreStatus>>,
}

impl From<plimsoll::Store> for Advisories {
    fn from(store: plimsoll::Store) -> Self {
        Self { store: store.into(), counted: Arc::default() }
    }
}

impl Deref for Advisories {
    type Target = plimsoll::Store;

    fn deref(&self) -> &plimsoll::Store {
        &self.store
    }
}

impl Advisories {
    pub(crate) fn counted(&self) -> Result<&plimsoll::StoreStatus, Problem> {
        match self.counted.get() {
            Some(known) => Ok(known),
            None => {
                let status = self.store.status().map_err(|error| {
                    complain(&error.to_string());
                    Problem::later(StatusCode::SERVICE_UNAVAILABLE, 10, "the advisories can't be read")
                })?;
                Ok(self.counted.get_or_init(|| status))
            }
        }
    }
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    pub(crate) fn new(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }

    /// Runs what waits for a disk or a lock, on a thread for such things.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        run: impl FnOnce(&Self) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let app = self.clone();
        tokio::task::spawn_blocking(move || run(&app)).await.unwrap_or_else(|_| {
            Err(Problem::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the server has a bug here; its output says where",
            ))
        })
    }
}

impl Shared {
    /// Judges by what there is now.
    pub(crate) fn judge<T>(&self, run: impl FnOnce(&Judge<'_>) -> T) -> T {
        let by = self.by.read().unwrap_or_else(PoisonError::into_inner);
        let rate = |finding: &mut plimsoll::Finding| plimsoll::rate(finding, &self.severity);
        run(&Judge {
            advisories: &*by.advisories,
            rate: &rate,
            rules: &by.rules,
            options: Default::default(),
        })
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Has everyone who waits look up.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        [&self.work, &self.news, &self.look, &self.list].into_iter().for_each(Bell::ring);
        self.harbor.wake();
    }
}

/// Wakes those who wait for something to happen.
#[derive(Default)]
pub(crate) struct Bell {
    rung: Mutex<u64>,
    condition: Condvar,
}

impl Bell {
    pub(crate) fn ring(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.condition.notify_all();
    }

    /// How often it was rung: to be asked before looking for something to do, so that nothing is missed.
    pub(crate) fn rung(&self) -> u64 {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it is rung again after `seen`, or for so long.
    pub(crate) fn wait(&self, seen: u64, most: Duration) {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = self.condition.wait_timeout_while(rung, most, |rung| *rung == seen);
    }
}

/// What time it is.
pub(crate) fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX)
}

/// Says on standard error what nobody has asked for and somebody should know.
pub(crate) fn complain(text: &str) {
    eprintln!("plimsoll: {}", plimsoll::clean(text));
}

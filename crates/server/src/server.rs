//! Starting and stopping.

use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use plimsoll::{Catalogers, FolderCache};
use plimsoll_monitor::{SqliteStore, Start, Store as _};
use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::app::{App, Bell, By, Shared};
use crate::audit::Audit;
use crate::auth::Tokens;
use crate::config::Config;
use crate::error::Error;
use crate::harbor::Scans;
use crate::limiter::Limiter;
use crate::metrics::Metrics;
use crate::page::{Sessions, Templates};
use crate::registries::Registries;
use crate::{connection, route, tls, work};

/// Time for the threads to end.
const LONGEST: Duration = Duration::from_secs(30);

/// A server that runs. It is stopped when it is dropped; [`stop`](Self::stop) says so.
pub struct Server {
    app: App,
    address: SocketAddr,
    runtime: Option<Runtime>,
    stopping: watch::Sender<bool>,
    serving: Option<tokio::task::JoinHandle<()>>,
    threads: Vec<JoinHandle<()>>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Server {
    /// Opens the stores, listens, and begins to work.
    ///
    /// # Errors
    /// The configuration contradicts itself, the address is taken, or the store is: by another server, or by what is
    /// no store.
    pub fn start(config: Config) -> Result<Self, Error> {
        config.check()?;
        make_folder(&config.data)?;
        // The lock is the first thing: what another server has is not touched.
        let store = SqliteStore::open(config.data.join("monitor.db"))?;
        let advisories = plimsoll::Store::create_or_open(config.advisories())?;
        let rules = work::rules::read(&config.rules)?;
        let layers = FolderCache::open(config.data.join("layers"))
            .map_err(|error| Error::Setting { what: "the layer cache".to_owned(), why: error.to_string() })?;
        let acceptor = config.tls.as_ref().map(tls::acceptor).transpose()?;
        let listening = |source| Error::Listen { address: config.listen, source };
        let listener = TcpListener::bind(config.listen).map_err(listening)?;
        listener.set_nonblocking(true).map_err(listening)?;
        let address = listener.local_addr().map_err(listening)?;
        for subscriber in &config.subscribers {
            let start = if subscriber.from_oldest { Start::Oldest } else { Start::Now };
            store.subscribe(&subscriber.name, start)?;
        }
        let sinks = work::deliver::open(&config.subscribers)?;
        let app = App::new(Shared {
            registries: Registries::new(&config)?,
            tokens: Tokens::read(&config.tokens)?,
            limiter: Limiter::new(config.limits.rate, config.limits.burst),
            audit: Audit::open(&config.data)?,
            metrics: Metrics::default(),
            harbor: Scans::default(),
            templates: Templates::default(),
            sessions: Sessions::default(),
            by: RwLock::new(By {
                advisories: advisories.into(),
                rules: rules.0.into(),
                rule_files: rules.1,
                trouble: None,
            }),
            severity: Default::default(),
            catalogers: Catalogers::all(),
            layers,
            store,
            config,
            work: Bell::default(),
            news: Bell::default(),
            look: Bell::default(),
            list: Bell::default(),
            to_list: Mutex::default(),
            listed: Mutex::default(),
            retries: Mutex::default(),
            arrivals: Mutex::new(HashMap::new()),
            stopping: AtomicBool::new(false),
        });
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(64)
            .thread_name("plimsoll-http")
            .enable_all()
            .build()
            .map_err(Error::Threads)?;
        let (stopping, stopped) = watch::channel(false);
        let listener = {
            let _in = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(Error::Threads)?
        };
        let router = route::router(&app);
        let serving = connection::serve(listener, acceptor, router, app.clone(), stopped);
        let serving = Some(runtime.spawn(serving));
        let mut server =
            Self { app, address, runtime: Some(runtime), stopping, serving, threads: Vec::new() };
        // Where a thread can't be had the others are stopped by the drop.
        work::start(&server.app, sinks, &mut server.threads)?;
        Ok(server)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until the process is told to end (an interrupt, a termination), and stops.
    ///
    /// # Errors
    /// The system does not let signals be waited for.
    pub fn run_until_signal(self) -> Result<(), Error> {
        if let Some(runtime) = &self.runtime {
            runtime.block_on(signalled()).map_err(Error::Threads)?;
        }
        self.stop();
        Ok(())
    }

    /// Stops: answers what was asked already, leaves the images that are being read for the next start, and closes the
    /// stores.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.app.stop();
        self.stopping.send_replace(true);
        if let Some(runtime) = self.runtime.take() {
            if let Some(serving) = self.serving.take() {
                let _ = runtime.block_on(serving);
            }
            // Whoever waits for a registry or a subscriber that does not answer is not waited for: what it would have
            // done is done after the next start.
            let until = Instant::now() + LONGEST;
            while Instant::now() < until && self.threads.iter().any(|thread| !thread.is_finished()) {
                std::thread::sleep(Duration::from_millis(5));
            }
            self.threads.drain(..).filter(JoinHandle::is_finished).for_each(|thread| {
                let _ = thread.join();
            });
            runtime.shutdown_timeout(Duration::from_secs(5));
        }
    }
}

#[cfg(unix)]
async fn signalled() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut end, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = end.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn signalled() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

fn make_folder(folder: &Path) -> Result<(), Error> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    // What vulnerabilities there are is not for everyone on the machine.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|source| Error::Io { doing: "make", path: folder.to_owned(), source })
}

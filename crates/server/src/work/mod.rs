//! What runs on threads: reading images, looking for changes, the passing of time, listing, telling.

mod clock;
mod crawl;
pub(crate) mod deliver;
mod index;
mod list;
pub(crate) mod read;
pub(crate) mod rules;
mod scan;
mod watch;

pub(crate) use list::Listed;

use std::thread::{Builder, JoinHandle};

use crate::app::App;
use crate::error::Error;

/// Starts all of them.
pub(crate) fn start(
    app: &App,
    sinks: Vec<deliver::Outlet>,
    threads: &mut Vec<JoinHandle<()>>,
) -> Result<(), Error> {
    let mut spawn = |name: &str, run: Box<dyn FnOnce(&App) + Send>| -> Result<(), Error> {
        let app = app.clone();
        let thread = Builder::new().name(name.to_owned()).spawn(move || run(&app)).map_err(Error::Threads)?;
        threads.push(thread);
        Ok(())
    };
    spawn("plimsoll-watch", Box::new(watch::run))?;
    spawn("plimsoll-clock", Box::new(clock::run))?;
    spawn("plimsoll-list", Box::new(list::run))?;
    for sink in sinks {
        spawn("plimsoll-tell", Box::new(move |app| deliver::run(app, sink)))?;
    }
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    for _ in 0..app.config.workers.unwrap_or(processors).clamp(1, 256) {
        spawn("plimsoll-scan", Box::new(scan::run))?;
        spawn("plimsoll-harbor", Box::new(crate::harbor::run))?;
    }
    Ok(())
}

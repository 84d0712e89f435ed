//! Reads the images that Harbor asks for, with what it lends for that, and puts them to the others.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use plimsoll::Credential;
use plimsoll_monitor::{Incoming, Policies, Preset, Scan, ScanState, Store as _};
use plimsoll_registry::{Action, Format, RegistryEvent};

use super::request::Wanted;
use super::scans::State;
use crate::app::{App, complain, now};
use crate::metrics::count;
use crate::work::read::{self, Read};

const LOOK: Duration = Duration::from_secs(5);

/// Works until the server stops.
pub(crate) fn run(app: &App) {
    while !app.is_stopping() {
        let seen = app.harbor.work.rung();
        let Some((id, wanted, credential)) = app.harbor.take() else {
            app.harbor.work.wait(seen, LOOK);
            continue;
        };
        let done = catch_unwind(AssertUnwindSafe(|| scan(app, &id, &wanted, credential)));
        let state = match done {
            Ok(Ok(())) => State::Done,
            Ok(Err(why)) => State::Failed(why),
            Err(_) => State::Failed("the scanner has a bug that this image brings out".to_owned()),
        };
        if let State::Failed(why) = &state {
            count(&app.metrics.failures, 1);
            complain(&format!("{}: {why}", wanted.digest));
        }
        app.harbor.end(&id, state);
    }
}

fn scan(app: &App, id: &str, wanted: &Wanted, credential: Option<Credential>) -> Result<(), String> {
    let said = |error: plimsoll_monitor::Error| error.to_string();
    let known = app.store.image(&wanted.digest).map_err(said)?;
    let there = known.as_ref().is_some_and(|known| known.places.contains(&wanted.place));
    let scan = match known {
        Some(known) if known.image.scan == ScanState::Done => None,
        _ => Some(read_with(app, wanted, credential)?),
    };
    if !there {
        // Nobody else has told of it yet. What is to be done about it is done here.
        let event = RegistryEvent {
            format: Format::Harbor,
            action: Action::Push,
            registry: Some(wanted.place.registry.clone()),
            repository: wanted.place.repository.clone(),
            from: None,
            digest: Some(wanted.digest.clone()),
            tag: wanted.tag.clone(),
            media_type: Some(wanted.media_type.clone()),
            artifact_type: None,
            actor: None,
            user_agent: None,
            method: None,
            time: None,
            id: Some(id.to_owned()),
        };
        let incoming = Incoming { event, place: wanted.place.clone() };
        app.store.accept(&[incoming], now(), &Policies::of(Preset::Off)).map_err(said)?;
    }
    if let Some(scan) = scan {
        app.judge(|judge| app.store.scanned(&wanted.digest, &scan, judge, now())).map_err(said)?;
        count(&app.metrics.scans, 1);
    }
    app.news.ring();
    Ok(())
}

fn read_with(app: &App, wanted: &Wanted, credential: Option<Credential>) -> Result<Scan, String> {
    let client = app.registries.with_credential(wanted.name.registry(), credential, wanted.plain);
    match read::image(app, &Arc::new(client), &wanted.name, &wanted.digest) {
        Ok(Read::Image(scan)) => Ok(*scan),
        Ok(Read::Index(_)) => Err("it is an index: ask for the image of a platform".to_owned()),
        Err(unread) => Err(unread.why),
    }
}

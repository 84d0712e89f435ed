//! Threads without a layer of their own, and the layers that they can help with.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use super::pipe::Pipe;

/// The layers that are being read.
pub(crate) struct Pool<'a> {
    state: Mutex<State<'a>>,
    changed: Condvar,
}

struct State<'a> {
    pipes: Vec<Arc<Pipe<'a>>>,
    /// Layers that are not read to their end yet, those included that nobody has begun.
    unfinished: usize,
}

impl<'a> Pool<'a> {
    pub(crate) fn new(layers: usize) -> Self {
        Self { state: Mutex::new(State { pipes: Vec::new(), unfinished: layers }), changed: Condvar::new() }
    }

    fn with<T>(&self, change: impl FnOnce(&mut State<'a>) -> T) -> T {
        let result = change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
        result
    }

    /// Says that a layer is there to be helped with.
    pub(super) fn offer(&self, pipe: &Arc<Pipe<'a>>) {
        self.with(|state| state.pipes.push(Arc::clone(pipe)));
    }

    pub(super) fn withdraw(&self, pipe: &Arc<Pipe<'a>>) {
        self.with(|state| state.pipes.retain(|other| !Arc::ptr_eq(other, pipe)));
    }

    /// Says that a layer is done with once the result is dropped, even where a visitor panics.
    pub(crate) fn finishing(&self) -> Finishing<'_, 'a> {
        Finishing(self)
    }

    /// Helps with whatever layer has most left, until all are finished.
    pub(crate) fn help(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.unfinished > 0 {
            let open = state.pipes.iter().filter_map(|pipe| Some((pipe.wants_help()?, pipe)));
            match open.max_by_key(|(left, _)| *left).map(|(_, pipe)| Arc::clone(pipe)) {
                Some(pipe) => {
                    drop(state);
                    pipe.help();
                    state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                }
                None => state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

/// A layer that is done with when this is dropped.
pub(crate) struct Finishing<'p, 'a>(&'p Pool<'a>);

impl Drop for Finishing<'_, '_> {
    fn drop(&mut self) {
        self.0.with(|state| state.unfinished = state.unfinished.saturating_sub(1));
    }
}

//! Whose turn it is. Where more threads ask than there are processors, each that runs is stopped again and again for the
//! others, and all are done late; one after the other, in the order in which they came, none waits longer than it must.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};

/// So many at once, the others in the order of their coming.
pub(super) struct Turns(Mutex<State>);

struct State {
    free: usize,
    waiting: VecDeque<Arc<Waiting>>,
}

struct Waiting {
    thread: Thread,
    called: AtomicBool,
}

/// A turn: it is over when this is dropped.
pub(super) struct Turn<'a>(&'a Turns);

impl Turns {
    /// As many for each processor.
    pub(super) fn for_each_processor(count: usize) -> Self {
        let processors = thread::available_parallelism().map_or(1, usize::from).max(2);
        Self(Mutex::new(State { free: processors.saturating_mul(count).max(1), waiting: VecDeque::new() }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a turn. Whoever has one must not ask for another.
    pub(super) fn take(&self) -> Turn<'_> {
        let waiting = {
            let mut state = self.state();
            if state.free > 0 {
                state.free -= 1;
                return Turn(self);
            }
            let waiting = Arc::new(Waiting { thread: thread::current(), called: AtomicBool::new(false) });
            state.waiting.push_back(waiting.clone());
            waiting
        };
        while !waiting.called.load(Ordering::Acquire) {
            thread::park();
        }
        Turn(self)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        match state.waiting.pop_front() {
            // The turn is handed on: nobody who comes now is before those who wait.
            Some(next) => {
                drop(state);
                next.called.store(true, Ordering::Release);
                next.thread.unpark();
            }
            None => state.free += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn no_more_than_so_many_have_a_turn_and_everyone_gets_one() {
        let turns = Turns(Mutex::new(State { free: 3, waiting: VecDeque::new() }));
        let (within, most, done) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..12 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let turn = turns.take();
                        most.fetch_max(within.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        thread::yield_now();
                        within.fetch_sub(1, Ordering::SeqCst);
                        drop(turn);
                        done.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(done.into_inner(), 12 * 200);
        assert!((1..=3).contains(&most.into_inner()));
        assert_eq!(turns.state().free, 3);
    }

    #[test]
    fn a_turn_is_over_also_where_its_owner_panics() {
        let turns = Turns(Mutex::new(State { free: 1, waiting: VecDeque::new() }));
        let panicked = thread::scope(|scope| {
            scope
                .spawn(|| {
                    let _turn = turns.take();
                    panic!("on purpose");
                })
                .join()
        });
        assert!(panicked.is_err());
        drop(turns.take());
    }
}

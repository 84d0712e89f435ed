//! One layer between two threads. The layer's own thread hashes and searches what another one may inflate ahead
//! of it; without another it does everything in turn, on the same chunk, which is then still in the cache.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::producer::{Chunk, Producer};

/// Chunks that may be made ahead.
const AHEAD: usize = 8;

pub(crate) struct Pipe<'a> {
    producer: Mutex<Producer<'a>>,
    queue: Mutex<Queue>,
    moved: Condvar,
}

#[derive(Default)]
struct Queue {
    ready: VecDeque<Chunk>,
    spare: Vec<Chunk>,
    /// Whether a helper makes the chunks.
    helped: bool,
    /// Whether there is no more to be made, or nobody wants it.
    closed: bool,
    /// Stored bytes that were left when it was last looked at.
    left: u64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Pipe<'a> {
    pub(super) fn new(producer: Producer<'a>) -> Self {
        let left = producer.left().unwrap_or(u64::MAX);
        Self {
            producer: Mutex::new(producer),
            queue: Mutex::new(Queue { left, ..Queue::default() }),
            moved: Condvar::new(),
        }
    }

    /// The next chunk, in exchange for one that is done with.
    pub(super) fn next(&self, used: Chunk) -> Chunk {
        let mut used = used;
        let mut queue = lock(&self.queue);
        loop {
            if let Some(chunk) = queue.ready.pop_front() {
                queue.spare.push(used);
                drop(queue);
                self.moved.notify_all();
                return chunk;
            }
            if !queue.helped {
                break;
            }
            queue = self.moved.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        // A helper that comes now waits for the producer, and makes the chunk after this one.
        let mut producer = lock(&self.producer);
        drop(queue);
        producer.produce(&mut used);
        let left = producer.left().unwrap_or(u64::MAX);
        let mut queue = lock(&self.queue);
        drop(producer);
        queue.left = left;
        queue.closed |= used.is_last();
        used
    }

    /// How much there is to help with; nothing where there is a helper or no more to be made.
    pub(super) fn wants_help(&self) -> Option<u64> {
        let queue = lock(&self.queue);
        (!queue.helped && !queue.closed).then_some(queue.left)
    }

    /// Makes chunks ahead of the layer's own thread until there are no more to be made.
    pub(super) fn help(&self) {
        let mut queue = lock(&self.queue);
        if queue.helped || queue.closed {
            return;
        }
        queue.helped = true;
        loop {
            while queue.ready.len() >= AHEAD && !queue.closed {
                queue = self.moved.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
            if queue.closed {
                break;
            }
            let mut chunk = queue.spare.pop().unwrap_or_default();
            drop(queue);
            let mut producer = lock(&self.producer);
            // The layer's own thread may have made the last one meanwhile.
            if lock(&self.queue).closed {
                drop(producer);
                queue = lock(&self.queue);
                break;
            }
            producer.produce(&mut chunk);
            let left = producer.left().unwrap_or(u64::MAX);
            drop(producer);
            queue = lock(&self.queue);
            queue.left = left;
            queue.closed |= chunk.is_last();
            queue.ready.push_back(chunk);
            self.moved.notify_all();
        }
        queue.helped = false;
        drop(queue);
        self.moved.notify_all();
    }

    /// Ends the help, and gives the chunks that were made ahead.
    pub(super) fn close(&self) -> VecDeque<Chunk> {
        let mut queue = lock(&self.queue);
        queue.closed = true;
        self.moved.notify_all();
        while queue.helped {
            queue = self.moved.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        std::mem::take(&mut queue.ready)
    }

    pub(super) fn producer(&self) -> MutexGuard<'_, Producer<'a>> {
        lock(&self.producer)
    }
}

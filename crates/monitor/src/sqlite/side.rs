//! Work that threads do while one writes what comes of it, in its order.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use crate::error::Failed;

/// Things that are done at a time.
const BLOCK: usize = 512;
/// Blocks that a thread may be ahead.
const AHEAD: usize = 2;

/// Does something with each thing, and gives what comes of it to `then`, one after the other and on this thread. What
/// `work` is given besides is the same for the things that one thread works on, to be used again.
pub(super) fn by_side<T: Sync, Out: Send, Scratch: Default>(
    things: &[T],
    work: impl Fn(&T, &mut Scratch) -> Out + Sync,
    mut then: impl FnMut(&T, Out) -> Result<(), Failed>,
) -> Result<(), Failed> {
    // One is busy writing.
    let threads = thread::available_parallelism().map_or(1, usize::from).saturating_sub(1).min(8);
    if things.len() <= BLOCK || threads == 0 {
        let mut scratch = Scratch::default();
        return things.iter().try_for_each(|thing| then(thing, work(thing, &mut scratch)));
    }
    let blocks: Vec<&[T]> = things.chunks(BLOCK).collect();
    thread::scope(|scope| {
        let (mut workers, mut done) = (Vec::new(), Vec::<Receiver<Vec<Out>>>::new());
        for first in 0..threads {
            let (send, receive) = sync_channel(AHEAD);
            let (work, blocks) = (&work, &blocks);
            workers.push(scope.spawn(move || {
                let mut scratch = Scratch::default();
                for block in blocks.iter().skip(first).step_by(threads) {
                    // Nobody takes it any more where the writing has failed.
                    if send.send(block.iter().map(|thing| work(thing, &mut scratch)).collect()).is_err() {
                        break;
                    }
                }
            }));
            done.push(receive);
        }
        for (block, receive) in blocks.iter().zip((0..threads).cycle()) {
            let Some(Ok(outs)) = done.get(receive).map(Receiver::recv) else { break };
            block.iter().zip(outs).try_for_each(|(thing, out)| then(thing, out))?;
        }
        drop(done);
        for worker in workers {
            if let Err(panic) = worker.join() {
                std::panic::resume_unwind(panic);
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_done_in_its_order_and_trouble_ends_it() {
        for count in [0, 1, BLOCK, BLOCK + 1, 10 * BLOCK + 7] {
            let things: Vec<usize> = (0..count).collect();
            let mut seen = Vec::new();
            let work = |n: &usize, calls: &mut usize| {
                *calls += 1;
                n * 2
            };
            by_side(&things, work, |n, twice| {
                seen.push((*n, twice));
                Ok(())
            })
            .unwrap();
            assert_eq!(seen, things.iter().map(|n| (*n, n * 2)).collect::<Vec<_>>());
        }
        let things: Vec<usize> = (0..100 * BLOCK).collect();
        let failed = by_side(
            &things,
            |n, ()| *n,
            |_, n| match n {
                700 => Err(Failed::Damaged("on purpose")),
                _ => Ok(()),
            },
        );
        assert!(matches!(failed, Err(Failed::Damaged("on purpose"))));
        let panicked =
            std::panic::catch_unwind(|| by_side(&things, |n, ()| assert_ne!(*n, 5000), |_, ()| Ok(())));
        assert!(panicked.is_err());
    }
}

//! Many items by all cores: one thread reads, several work, and the caller writes, in the order of the input.
//!
//! ```text
//!            chunks of items                output of chunks
//!  reader ------------------> workers -------------------------> caller --> standard output
//!     \_______________________________________________________/
//!            in this order, and no more of them than there is room for
//! ```
//!
//! What a worker cannot say for itself, because it depends on what came before or is told on standard error, it
//! leaves to the caller, who does it in its turn.

use std::num::NonZero;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::failure::{Failure, Outcome};
use crate::output::Output;
use crate::progress::Progress;

/// How many threads work.
#[derive(clap::Args, Clone, Copy)]
pub(crate) struct ThreadArgs {
    /// How many threads work on a large input; unless said, one for each core. The output is the same.
    #[arg(short = 'j', long, value_name = "COUNT")]
    threads: Option<NonZero<usize>>,
}

impl ThreadArgs {
    /// How many: as many as the machine has cores, unless said.
    pub(crate) fn count(self) -> usize {
        let most = || thread::available_parallelism().map_or(1, NonZero::get);
        self.threads.map_or_else(most, NonZero::get).min(MOST_THREADS)
    }
}

/// More threads than any machine has use for.
const MOST_THREADS: usize = 256;

/// What became of an item.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    /// It is as it should be.
    Fine,
    Wrong,
    /// It is none that counts.
    Uncounted,
}

/// How many items there were, and how many of them wrong.
#[derive(Clone, Copy, Default)]
pub(crate) struct Count {
    pub(crate) total: u64,
    pub(crate) wrong: u64,
}

impl Count {
    fn add(&mut self, done: Done) {
        self.total += u64::from(done != Done::Uncounted);
        self.wrong += u64::from(done == Done::Wrong);
    }
}

/// Takes items one after the other; `waits` says that the next one may take a while to arrive.
pub(crate) type Take<'t, I> = &'t mut dyn FnMut(I, bool) -> Outcome;

/// Does all items on this thread.
pub(crate) fn one_by_one<I>(
    output: &mut Output,
    read: impl FnOnce(Take<'_, I>) -> Outcome,
    mut each: impl FnMut(&mut Output, I) -> Outcome<Done>,
) -> Outcome<Count> {
    let (mut count, mut progress) = (Count::default(), Progress::beside(output));
    read(&mut |item, waits| {
        count.add(each(output, item)?);
        progress.show(count.total);
        if waits {
            output.flush()?;
        }
        Ok(())
    })?;
    Ok(count)
}

/// Does all items by so many threads: `work` writes what it can say of an item, or gives `None`, and then `each`
/// does it in its turn, as it would do all of them.
pub(crate) fn in_order<I: Send + 'static>(
    threads: usize,
    output: &mut Output,
    read: impl FnOnce(Take<'_, I>) -> Outcome + Send + 'static,
    work: impl Fn(&mut Output, &I) -> Option<Done> + Send + Sync + 'static,
    mut each: impl FnMut(&mut Output, I) -> Outcome<Done>,
) -> Outcome<Count> {
    if threads < 2 {
        return one_by_one(output, read, each);
    }
    let chunks = start(threads, output.is_painted(), read, work);
    let (mut count, mut progress) = (Count::default(), Progress::beside(output));
    loop {
        let chunk = match chunks.try_recv() {
            Ok(chunk) => chunk,
            Err(TryRecvError::Disconnected) => return Ok(count),
            Err(TryRecvError::Empty) => {
                // the next one may take a while to arrive
                output.flush()?;
                let Ok(chunk) = chunks.recv() else { return Ok(count) };
                chunk
            }
        };
        // a thread can only end without a word when it has panicked, and has said so
        for part in chunk?.recv().map_err(|_| Failure::Told)? {
            match part {
                Part::Written(octets, done) => {
                    std::io::Write::write_all(output.bytes(), &octets)?;
                    count.total += done.total;
                    count.wrong += done.wrong;
                }
                Part::Kept(item) => count.add(each(output, item)?),
            }
        }
        progress.show(count.total);
    }
}

/// What became of neighbours within a chunk.
enum Part<I> {
    /// What is written of so many items.
    Written(Vec<u8>, Count),
    /// An item that has to be done in its turn.
    Kept(I),
}

/// Where the parts of a chunk will be.
type Parts<I> = Receiver<Vec<Part<I>>>;

/// A chunk to be worked on.
type Job<I> = (Vec<I>, Sender<Vec<Part<I>>>);

/// Starts the threads. None of them is waited for at the end: one may still wait for standard input.
fn start<I: Send + 'static>(
    threads: usize,
    is_painted: bool,
    read: impl FnOnce(Take<'_, I>) -> Outcome + Send + 'static,
    work: impl Fn(&mut Output, &I) -> Option<Done> + Send + Sync + 'static,
) -> Receiver<Outcome<Parts<I>>> {
    let (order, chunks) = sync_channel(4 * threads);
    let (jobs, next) = channel::<Job<I>>();
    let (next, work) = (Arc::new(Mutex::new(next)), Arc::new(work));
    for _ in 0..threads {
        let (next, work) = (Arc::clone(&next), Arc::clone(&work));
        thread::spawn(move || {
            let mut output = Output::in_memory(is_painted);
            loop {
                let job = next.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok((items, parts)) = job else { return };
                // nobody looks when the output was closed
                let _ = parts.send(worked(items, &mut output, &*work));
            }
        });
    }
    thread::spawn(move || {
        let mut chunker = Chunker { items: Vec::new(), jobs, order };
        let done = read(&mut |item, waits| {
            chunker.items.push(item);
            if waits || chunker.items.len() >= CHUNK { chunker.send() } else { Ok(()) }
        });
        if let Err(failure) = chunker.send().and(done) {
            let _ = chunker.order.send(Err(failure));
        }
    });
    chunks
}

/// How many items a chunk has at most: enough that handing it over costs nothing beside the work.
const CHUNK: usize = 64;

/// Gathers items.
struct Chunker<I> {
    items: Vec<I>,
    jobs: Sender<Job<I>>,
    order: SyncSender<Outcome<Parts<I>>>,
}

impl<I> Chunker<I> {
    fn send(&mut self) -> Outcome {
        if self.items.is_empty() {
            return Ok(());
        }
        let (sender, parts) = channel();
        // first its place in the order, which there may be no room for yet
        self.order.send(Ok(parts)).map_err(|_| Failure::Closed)?;
        self.jobs.send((std::mem::take(&mut self.items), sender)).map_err(|_| Failure::Closed)
    }
}

fn worked<I>(
    items: Vec<I>,
    output: &mut Output,
    work: &impl Fn(&mut Output, &I) -> Option<Done>,
) -> Vec<Part<I>> {
    let mut parts = Vec::new();
    let mut count = Count::default();
    for item in items {
        let before = output.written();
        match work(output, &item) {
            Some(done) => count.add(done),
            None => {
                output.cut(before);
                parts.push(Part::Written(output.take(), std::mem::take(&mut count)));
                parts.push(Part::Kept(item));
            }
        }
    }
    parts.push(Part::Written(output.take(), count));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Color;
    use std::io::Write;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// However fast an input is, no more of it is taken in than waits to be written.
    #[test]
    fn what_is_read_ahead_is_bounded_and_all_is_in_order() {
        const ITEMS: usize = 20_000;
        const THREADS: usize = 3;
        let (read, mut next) = (Arc::new(AtomicUsize::new(0)), 0);
        let counted = Arc::clone(&read);
        let mut output = Output::new(Color::Never);
        let count = in_order(
            THREADS,
            &mut output,
            move |take| {
                (0..ITEMS).try_for_each(|item| {
                    counted.fetch_add(1, Ordering::SeqCst);
                    take(item, false)
                })
            },
            // every seventh is left for its turn, after something was written of it
            |output, item| {
                output.bytes().write_all(b"never seen").ok().filter(|()| item % 7 != 0)?;
                output.cut(0);
                Some(Done::Wrong)
            },
            |_, item| {
                assert_eq!(item, next);
                next += 7;
                let ahead = read.load(Ordering::SeqCst) - item;
                // as many chunks as there is room for, one that is gathered, one that waits for its place
                assert!(ahead <= (4 * THREADS + 3) * CHUNK, "{ahead} items");
                Ok(Done::Fine)
            },
        );
        let fine = 20_000_u64.div_ceil(7);
        assert!(count.is_ok_and(|count| count.total == 20_000 && count.total - count.wrong == fine));
    }
}

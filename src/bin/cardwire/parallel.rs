//! Many items by all cores, in the order of the input: threads take turns to read, work side by side, and the caller
//! writes.
//!
//! ```text
//!             one at a time                side by side                  in order
//!                              .--> items, work, output of a chunk --.
//!  input --> piece, its place <---> items, work, output of a chunk ---> caller --> standard output
//!            in the order      `--> items, work, output of a chunk --'    |
//!                                              ^                          |
//!                                              `---- room for output <----'
//! ```
//!
//! A thread in its turn only takes what is at hand, such as whole lines up to the last line feed; what they hold is
//! found out beside the others. So what is done by one alone is little, and what a thread sets aside it gives back
//! itself: the one thing that goes from hand to hand is the room for output, which is used again. There are so many
//! places in the order, and no more is read than has one.
//!
//! What a thread cannot say for itself, because it depends on what came before or is told on standard error, it
//! leaves to the caller, who does it in its turn.

use std::io::Write;
use std::num::NonZero;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
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

/// Gives items, one after the other.
pub(crate) trait Feed: Sized + Send + 'static {
    /// What it gives.
    type Item: Send + 'static;

    /// The next item; `None` at the end.
    fn next(&mut self) -> Outcome<Option<Self::Item>>;

    /// Whether the next item may take a while to arrive.
    fn waits(&self) -> bool;

    /// Items that are at hand, to be read apart from the rest. `None` at the end, and where items cannot be told apart
    /// without being read; there, [`Self::next`] goes on.
    fn piece(&mut self) -> Outcome<Option<Self>> {
        Ok(None)
    }
}

/// Does all items by so many threads: `work` writes what it can say of an item, or gives `None`, and then `each`
/// does it in its turn, as it could do all of them.
pub(crate) fn in_order<F: Feed>(
    threads: usize,
    output: &mut Output,
    mut feed: F,
    work: impl Fn(&mut Output, &F::Item) -> Option<Done> + Send + Sync + 'static,
    mut each: impl FnMut(&mut Output, F::Item) -> Outcome<Done>,
) -> Outcome<Count> {
    let (mut count, mut progress) = (Count::default(), Progress::beside(output));
    // a small input is done before a thread has started
    for _ in 0..if threads < 2 { u64::MAX } else { FEW } {
        let Some(item) = feed.next()? else { return Ok(count) };
        count.add(each(output, item)?);
        progress.show(count.total);
        if feed.waits() {
            output.flush()?;
        }
    }
    let spare = Spare::default();
    let chunks = start(threads, output.is_painted(), feed, work, &spare);
    loop {
        let place = match chunks.try_recv() {
            Err(TryRecvError::Empty) => {
                // the next one may take a while to arrive
                output.flush()?;
                chunks.recv().ok()
            }
            place => place.ok(),
        };
        // a thread can only end without a word when it has panicked, and has said so
        let Some(chunk) = place.ok_or(Failure::Told)?? else { return Ok(count) };
        let chunk = chunk.recv().map_err(|_| Failure::Told)?;
        let mut rest = chunk.octets.as_slice();
        let mut done = 0;
        for (before, item) in chunk.kept {
            let written = rest.split_off(..before.saturating_sub(done)).unwrap_or_default();
            output.bytes().write_all(written)?;
            count.add(each(output, item)?);
            done = before;
        }
        output.bytes().write_all(rest)?;
        count.total += chunk.count.total;
        count.wrong += chunk.count.wrong;
        chunk.end?;
        spare.give(chunk.octets);
        progress.show(count.total);
    }
}

/// How many items the caller does alone at first.
const FEW: u64 = 64;

/// How many items a chunk has at most that are read one by one: enough that handing it over costs nothing beside
/// the work.
const CHUNK: usize = 64;

/// How many places there are in the order for each thread.
const PLACES: usize = 2;

/// What became of neighbours.
struct Chunk<I> {
    /// What is written of them.
    octets: Vec<u8>,
    /// Those that have to be done in their turn, and how many octets are written before each.
    kept: Vec<(usize, I)>,
    /// What became of all others.
    count: Count,
    /// Whether they could be read to the end.
    end: Outcome,
}

/// Where a chunk will be, or `None` at the end of the input.
type Place<I> = Option<Receiver<Chunk<I>>>;

/// Starts the threads. None of them is waited for at the end: one may still wait for standard input.
fn start<F: Feed>(
    threads: usize,
    is_painted: bool,
    feed: F,
    work: impl Fn(&mut Output, &F::Item) -> Option<Done> + Send + Sync + 'static,
    spare: &Spare,
) -> Receiver<Outcome<Place<F::Item>>> {
    let (order, chunks) = sync_channel(PLACES * threads);
    let shared = Arc::new((Mutex::new(Some(Reader { feed, order })), work));
    for _ in 0..threads {
        let (shared, spare) = (Arc::clone(&shared), spare.clone());
        thread::spawn(move || {
            let (reader, work) = &*shared;
            let mut output = Output::in_memory(is_painted);
            while let Some((batch, place)) = turn(reader) {
                output.take_for(spare.take());
                // nobody looks when the output was closed
                let _ = place.send(worked(batch, &mut output, work));
            }
        });
    }
    chunks
}

/// What a thread has in its turn to read.
struct Reader<F: Feed> {
    feed: F,
    order: SyncSender<Outcome<Place<F::Item>>>,
}

/// What is taken in a turn: some items, or what they are read from.
enum Batch<F: Feed> {
    Items(Vec<F::Item>),
    Piece(F),
}

/// What a thread took in its turn, and where it puts what becomes of it.
type Taken<F> = (Batch<F>, SyncSender<Chunk<<F as Feed>::Item>>);

/// Takes what comes next, and its place in the order, which there may be no room for yet. `None` when all is done.
fn turn<F: Feed>(reader: &Mutex<Option<Reader<F>>>) -> Option<Taken<F>> {
    let mut turn = reader.lock().ok()?;
    let Reader { feed, order } = turn.as_mut()?;
    let (batch, end) = next_batch(feed);
    let is_empty = matches!(&batch, Batch::Items(items) if items.is_empty());
    let (sender, chunk) = sync_channel(1);
    let is_closed = !is_empty && order.send(Ok(Some(chunk))).is_err();
    if let Some(end) = end {
        let _ = order.send(end.map(|()| None));
        *turn = None;
    }
    (!is_empty && !is_closed).then_some((batch, sender))
}

/// What comes next, and how the input ended if it did.
fn next_batch<F: Feed>(feed: &mut F) -> (Batch<F>, Option<Outcome>) {
    let mut items = Vec::new();
    match feed.piece() {
        Ok(Some(piece)) => return (Batch::Piece(piece), None),
        Ok(None) => (),
        Err(failure) => return (Batch::Items(items), Some(Err(failure))),
    }
    while items.len() < CHUNK {
        match feed.next() {
            Ok(Some(item)) => items.push(item),
            Ok(None) => return (Batch::Items(items), Some(Ok(()))),
            Err(failure) => return (Batch::Items(items), Some(Err(failure))),
        }
        if feed.waits() {
            break;
        }
    }
    (Batch::Items(items), None)
}

fn worked<F: Feed>(
    batch: Batch<F>,
    output: &mut Output,
    work: &impl Fn(&mut Output, &F::Item) -> Option<Done>,
) -> Chunk<F::Item> {
    let (mut kept, mut count) = (Vec::new(), Count::default());
    let mut one = |item| {
        let before = output.written();
        match work(output, &item) {
            Some(done) => count.add(done),
            None => {
                output.cut(before);
                kept.push((before, item));
            }
        }
    };
    let end = match batch {
        Batch::Items(items) => {
            items.into_iter().for_each(one);
            Ok(())
        }
        Batch::Piece(mut piece) => loop {
            match piece.next() {
                Ok(Some(item)) => one(item),
                Ok(None) => break Ok(()),
                Err(failure) => break Err(failure),
            }
        },
    };
    Chunk { octets: output.take(), kept, count, end }
}

/// Room for output that is not in use.
#[derive(Clone, Default)]
struct Spare(Arc<Mutex<Vec<Vec<u8>>>>);

impl Spare {
    /// How much room is kept: what a message of rare length took is given back.
    const MOST: usize = 1 << 22;

    fn take(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn give(&self, mut octets: Vec<u8>) {
        octets.clear();
        if octets.capacity() <= Self::MOST {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(octets);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Color;
    use std::ops::Range;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const ITEMS: usize = 20_000;
    const THREADS: usize = 3;

    /// Numbers, of which some may be read apart from the rest.
    struct Numbers {
        rest: Range<usize>,
        piece: Option<usize>,
        /// How many were taken in.
        read: Arc<AtomicUsize>,
    }

    impl Feed for Numbers {
        type Item = usize;

        fn next(&mut self) -> Outcome<Option<usize>> {
            let next = self.rest.next();
            self.read.fetch_max(next.map_or(0, |next| next + 1), Ordering::SeqCst);
            Ok(next)
        }

        fn waits(&self) -> bool {
            false
        }

        fn piece(&mut self) -> Outcome<Option<Self>> {
            // now and then, what follows cannot be told apart
            let Some(len) = self.piece.filter(|len| self.rest.start / len % 5 != 4) else { return Ok(None) };
            let end = (self.rest.start + len).min(self.rest.end);
            let piece = Self { rest: self.rest.start..end, piece: None, read: Arc::clone(&self.read) };
            self.rest.start = end;
            self.read.fetch_max(end, Ordering::SeqCst);
            Ok((!piece.rest.is_empty()).then_some(piece))
        }
    }

    /// However fast an input is, no more of it is taken in than waits to be written, and all is in order.
    #[test]
    fn what_is_read_ahead_is_bounded_and_all_is_in_order() {
        for piece in [None, Some(1), Some(100)] {
            let read = Arc::new(AtomicUsize::new(0));
            let numbers = Numbers { rest: 0..ITEMS, piece, read: Arc::clone(&read) };
            let (mut output, mut next) = (Output::new(Color::Never), 0);
            // as many chunks as there are places, one that waits for its place, and the one that is written
            let most = (PLACES * THREADS + 2) * CHUNK.max(piece.unwrap_or(0));
            let count = in_order(
                THREADS,
                &mut output,
                numbers,
                // every seventh is left for its turn, after something was written of it
                |output, item| {
                    output.bytes().write_all(b"never seen").ok().filter(|()| item % 7 != 0)?;
                    output.cut(0);
                    Some(Done::Wrong)
                },
                |_, item| {
                    assert_eq!(item, next);
                    // a few come here at first, whatever they are
                    next += if next < 63 { 1 } else { 7 - next % 7 };
                    let ahead = read.load(Ordering::SeqCst) - item;
                    assert!(ahead <= most, "{ahead} items of pieces of {piece:?}");
                    Ok(Done::Fine)
                },
            );
            let fine = (0..20_000_u64).filter(|item| *item < 64 || item % 7 == 0).count();
            let found = count.ok().map(|count| (count.total, count.total - count.wrong));
            assert_eq!(found, Some((20_000, u64::try_from(fine).unwrap_or_default())));
        }
    }

    /// What fails amid the input fails there: what came before is done.
    #[test]
    fn a_failure_has_its_place() {
        struct Failing(Numbers);
        impl Feed for Failing {
            type Item = usize;

            fn next(&mut self) -> Outcome<Option<usize>> {
                self.0.next()?.map_or(Err(Failure::Told), |item| Ok(Some(item)))
            }

            fn waits(&self) -> bool {
                self.0.waits()
            }

            fn piece(&mut self) -> Outcome<Option<Self>> {
                Ok(self.0.piece()?.map(Self))
            }
        }
        for piece in [None, Some(100)] {
            let numbers = Numbers { rest: 0..1000, piece, read: Arc::default() };
            let (mut output, mut done) = (Output::new(Color::Never), 0);
            let each = |_: &mut Output, _| {
                done += 1;
                Ok(Done::Fine)
            };
            let count = in_order(THREADS, &mut output, Failing(numbers), |_, _| None, each);
            assert!(count.is_err());
            assert_eq!(done, if piece.is_some() { 164 } else { 1000 });
        }
    }
}

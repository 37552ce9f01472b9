//! A party of the fast path as a process: threads that read lines, and one that makes pages durable and releases what
//! waited for it. What arrives during a flush is the next page; there is no timer for that.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use cardwire::Framing;

use super::page::{Line, Page};
use super::process::{percentile, processor_time};
use super::store::Pages;
use super::{Frame, Machine};
use crate::clock::{Clock, Stamp, SystemClock};
use crate::store::local_seconds_east;

/// More than this is in no page while somebody waits for a flush: lines are not read until it is gone.
const FULL: usize = 4 << 20;
/// A peer that takes nothing for so long is left.
const PATIENCE: Duration = Duration::from_secs(2);
/// So long a party that is asked to end waits for what is under way.
const LAST_WAIT: Duration = Duration::from_secs(60);
/// The framing of the terminals' lines, and of the hosts'.
pub const TERMINALS: Framing = Framing::UNIONPAY;
/// As above.
pub const HOSTS: Framing = Framing::BINARY2;

/// Where a party listens, whom it calls, and where it keeps its pages.
#[derive(Clone, Debug)]
pub struct Place {
    /// Where others call it.
    pub listen: SocketAddr,
    /// How those frame their messages.
    pub framing: Framing,
    /// Whom it calls: hosts.
    pub call: Option<SocketAddr>,
    /// Its ledger file; `None`: nothing is kept, and nothing survives.
    pub ledger: Option<PathBuf>,
}

/// What all threads share.
struct Shared {
    state: Mutex<State>,
    arrived: Condvar,
    emptied: Condvar,
    clock: SystemClock,
}

struct State {
    machine: Box<dyn Machine>,
    page: Page,
    lines: HashMap<Line, Arc<TcpStream>>,
    heard: u64,
    stopped: Option<String>,
    ending: Option<Instant>,
}

/// Runs a party until its standard input ends and nothing is under way. `say` is told where it listens, and at the end what
/// it did.
///
/// # Errors
/// In words: why it had to stop. Nothing was released that is not durable.
pub fn run(
    mut machine: Box<dyn Machine>,
    place: &Place,
    end: impl Read + Send + 'static,
    say: &mut dyn FnMut(&str),
) -> Result<(), String> {
    let words = |error: &dyn std::fmt::Display| error.to_string();
    let mut last = Stamp(0);
    let party = machine.party();
    let pages = place.ledger.as_ref().map(|ledger| {
        let mut apply = |event: &super::Event<'_>| {
            last = event.at;
            machine.apply(event);
        };
        Pages::open(ledger, party, &mut apply).map_err(|error| format!("{}: {error}", ledger.display()))
    });
    let pages = pages.transpose()?;
    let clock = SystemClock::new(local_seconds_east()).later_than(last);
    let listener = TcpListener::bind(place.listen).map_err(|error| words(&error))?;
    let address = listener.local_addr().map_err(|error| words(&error))?;
    let mut page = Page::default();
    machine.started(clock.now(), &mut page);
    let (lines, heard, stopped, ending) = (HashMap::new(), 0, None, None);
    let state = Mutex::new(State { machine, page, lines, heard, stopped, ending });
    let shared = Arc::new(Shared { state, arrived: Condvar::new(), emptied: Condvar::new(), clock });
    say(&format!("listening {address}"));
    let (framing, all) = (place.framing, Arc::clone(&shared));
    std::thread::spawn(move || all.accept(&listener, framing));
    if let Some(address) = place.call {
        let all = Arc::clone(&shared);
        std::thread::spawn(move || all.call(address));
    }
    let all = Arc::clone(&shared);
    std::thread::spawn(move || all.await_end(end));
    let done = shared.commit(pages)?;
    say(&done);
    Ok(())
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A thread that panicked decided nothing: the page is as it was.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the calls of others, each on a thread.
    fn accept(self: &Arc<Self>, listener: &TcpListener, framing: Framing) {
        for (line, stream) in (1..).zip(listener.incoming()) {
            let (Ok(stream), all) = (stream, Arc::clone(self)) else { continue };
            std::thread::spawn(move || all.hear(stream, line, framing));
        }
    }

    /// Calls another party, again and again.
    fn call(self: &Arc<Self>, address: SocketAddr) {
        loop {
            if let Ok(stream) = TcpStream::connect(address) {
                self.hear(stream, 0, HOSTS);
            }
            if self.lock().stopped.is_some() {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn await_end(&self, mut end: impl Read) {
        let mut ignored = [0; 64];
        while end.read(&mut ignored).is_ok_and(|read| read > 0) {}
        self.lock().ending = Some(Instant::now());
        self.arrived.notify_one();
    }

    /// A line, from its first octet to its last.
    fn hear(&self, stream: TcpStream, line: Line, framing: Framing) {
        let _ = stream.set_nodelay(true).and_then(|()| stream.set_write_timeout(Some(PATIENCE)));
        let stream = Arc::new(stream);
        self.lock().lines.insert(line, Arc::clone(&stream));
        if line == 0 {
            self.step(|machine, now, page| machine.link(true, now, page));
        }
        let mut buffer = vec![0; 1 << 16];
        let mut filled = 0;
        loop {
            let room = buffer.get_mut(filled..).unwrap_or_default();
            let read = match (&*stream).read(room) {
                Ok(read) if read > 0 => read,
                _ => break,
            };
            filled += read;
            let Some(used) = self.take(buffer.get(..filled).unwrap_or_default(), line, &framing) else {
                break;
            };
            buffer.copy_within(used..filled, 0);
            filled -= used;
        }
        let _ = stream.shutdown(Shutdown::Both);
        let mut state = self.lock();
        state.lines.remove(&line);
        drop(state);
        if line == 0 {
            self.step(|machine, now, page| machine.link(false, now, page));
        }
    }

    /// The whole frames of these octets, and how many octets those are. `None`: what follows can never be a frame.
    fn take(&self, octets: &[u8], line: Line, framing: &Framing) -> Option<usize> {
        let mut used = 0;
        let mut state = self.lock();
        while state.page.events.len() > FULL && state.stopped.is_none() {
            state = self.emptied.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let State { machine, page, stopped, heard, .. } = &mut *state;
        let mut is_sound = stopped.is_none();
        while is_sound {
            match framing.split(octets.get(used..).unwrap_or_default()) {
                Ok(Some(frame)) => {
                    let (header, payload) = (frame.header, frame.payload);
                    machine.heard(Frame { line, header, payload }, self.clock.now(), page);
                    used += frame.consumed;
                    *heard += 1;
                }
                Ok(None) => break,
                Err(_) => is_sound = false,
            }
        }
        drop(state);
        self.arrived.notify_one();
        is_sound.then_some(used)
    }

    fn step(&self, step: impl FnOnce(&mut dyn Machine, Stamp, &mut Page)) {
        let mut state = self.lock();
        let State { machine, page, .. } = &mut *state;
        step(&mut **machine, self.clock.now(), page);
        drop(state);
        self.arrived.notify_one();
    }

    /// Makes page after page durable, and lets what waited for it leave.
    fn commit(&self, mut pages: Option<Pages>) -> Result<String, String> {
        let mut work = Work::default();
        let mut spare = Page::default();
        loop {
            let Some(lines) = self.next_page(&mut spare)? else { break };
            let begun = Instant::now();
            if let Some(pages) = pages.as_mut().filter(|_| !spare.events.is_empty()) {
                if let Err(why) = pages.append(&spare.events) {
                    // Nothing is released, and nobody decides anything any more.
                    self.lock().stopped = Some(why.to_string());
                    return Err(why.to_string());
                }
                work.flushes.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
            }
            work.octets += spare.events.len();
            work.messages += spare.messages;
            for (line, frames) in spare.frames.iter().filter(|(_, frames)| !frames.is_empty()) {
                // A peer that is gone asks again.
                if let Some(stream) = lines.get(line) {
                    let sent = (&**stream).write_all(frames);
                    let _ = sent.or_else(|_| stream.shutdown(Shutdown::Both));
                }
            }
            spare.clear();
        }
        let heard = self.lock().heard;
        Ok(work.told(heard))
    }

    /// Waits for a page, and takes it in exchange for an empty one. `None`: this is the end.
    fn next_page(&self, spare: &mut Page) -> Result<Option<HashMap<Line, Arc<TcpStream>>>, String> {
        let mut state = self.lock();
        loop {
            if let Some(why) = &state.stopped {
                return Err(why.clone());
            }
            let now = self.clock.now();
            let due = state.machine.next_due();
            if due.is_some_and(|due| due <= now) {
                let State { machine, page, .. } = &mut *state;
                machine.tick(now, page);
            }
            if !state.page.is_empty() {
                std::mem::swap(&mut state.page, spare);
                let lines = state.lines.clone();
                drop(state);
                self.emptied.notify_all();
                return Ok(Some(lines));
            }
            if let Some(since) = state.ending
                && (state.machine.open_items() == 0 || since.elapsed() > LAST_WAIT)
            {
                state.stopped = Some("ended".to_owned());
                return Ok(None);
            }
            let wait = due.map_or(PATIENCE, |due| Duration::from_micros(due.0.saturating_sub(now.0).max(1)));
            let wait = if state.ending.is_some() { wait.min(Duration::from_millis(20)) } else { wait };
            let waited = self.arrived.wait_timeout(state, wait.min(PATIENCE));
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// What a committer did.
#[derive(Debug, Default)]
struct Work {
    flushes: Vec<u32>,
    octets: usize,
    messages: u64,
}

impl Work {
    /// In words that [`super::load`] reads.
    fn told(mut self, heard: u64) -> String {
        self.flushes.sort_unstable();
        let at = |permille| percentile(&self.flushes, permille);
        format!(
            "done heard {heard} sent {} flushes {} flush-p50 {} flush-p99 {} octets {} cpu-us {}",
            self.messages,
            self.flushes.len(),
            at(500),
            at(990),
            self.octets,
            processor_time(std::process::id()).as_micros(),
        )
    }
}

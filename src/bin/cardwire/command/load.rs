//! `cardwire load`.
//!
//! ```text
//! files --> all threads: lines to messages --> memory, in order
//!                                                |
//!             thread 1: connections 1, 3, ... <--+--> thread 2: connections 2, 4, ...
//! ```
//!
//! A thread has a runtime, connections and times of its own: what it shares with the others is the number of the next
//! request.

mod messages;
mod share;

use std::io::{IsTerminal, Write};
use std::net::ToSocketAddrs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use cardwire::Spec;
use tokio::sync::oneshot;

use self::messages::Messages;
use self::share::{Run, Share};
use crate::chart::{Form, Timeline, chart};
use crate::failure::{Failure, Outcome, complain};
use crate::keys::{KeyArgs, Keys};
use crate::latency::Latency;
use crate::link::{LinkArgs, address, block_on, duration, host};
use crate::output::Output;
use crate::parallel::ThreadArgs;
use crate::specs::SpecArgs;

/// Put a bounded load on a host, and measure its responses.
#[derive(clap::Args)]
#[command(
    mut_arg("threads", |arg| arg.help("How many threads read the messages, and hold the connections; unless said, one for each core")),
    mut_arg("window", |arg| arg.help("How many requests may be in flight on each connection")),
    after_help = "The messages are sent in turn, each time with a new STAN (DE 11). With --rate, a time counts\n\
    from the moment when the request was due, so that a host that stalls is not flattered.\n\nExamples:\n  \
    cardwire load localhost:5000 -s iso87-ascii --rate 500 --window 64 --count 10000 messages.ndjson\n  \
    cardwire load localhost:5000 -s iso87-ascii --connections 4 --window 64 --count 1000000 messages.ndjson"
)]
pub(crate) struct Load {
    /// Host and port.
    #[arg(value_name = "HOST:PORT", value_parser = address)]
    address: String,
    /// Files of messages: hexadecimal digits or JSON, one a line; `-` or none is standard input.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    spec: SpecArgs,
    #[command(flatten)]
    link: LinkArgs,
    #[command(flatten)]
    keys: KeyArgs,
    /// How many connections. Each belongs to one thread, and a thread has one or more of them.
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=4096))]
    connections: u16,
    #[command(flatten)]
    threads: ThreadArgs,
    /// How many requests a second; as fast as responses come when it is not said.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
    /// How many requests in all.
    #[arg(long, value_name = "COUNT", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    count: u64,
    /// How long at most.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    duration: Duration,
    /// Allow a host that is not this machine; it must be the one named.
    #[arg(long, value_name = "HOST")]
    allow_host: Option<String>,
    /// Draw response times over time (p50, p99, max), rate and distribution: an SVG, or a page if it ends in .html.
    #[arg(long, value_name = "FILE")]
    chart: Option<PathBuf>,
}

/// How often it is said how far a load is.
const PAUSE: Duration = Duration::from_millis(200);

impl Load {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        let spec = self.spec.required()?;
        self.check_host()?;
        let form = self.form()?;
        let messages = Messages::read(&self.files, spec, self.threads.count(), self.count)?;
        let keys = self.keys.chosen()?;
        let (run, latency, end) = self.measure((spec, keys), messages)?;
        let seconds = end.duration_since(run.start).as_secs_f64();
        let (answered, lost) = (run.answered.load(Ordering::Relaxed), run.lost.load(Ordering::Relaxed));
        #[allow(clippy::cast_precision_loss, reason = "a rate to be read by people")]
        let rate = answered as f64 / seconds;
        let summary = format!("{answered} answered, {lost} not, in {seconds:.2} s: {rate:.0} a second");
        output.line(&summary)?;
        output.line(latency.line())?;
        for bar in latency.bars() {
            output.line(bar)?;
        }
        if let Some((file, form)) = form {
            let mut drawn = String::new();
            let summary = [summary.as_str(), &latency.line()];
            run.over_time(|timeline| {
                drawn = chart(form, timeline, &format!("Load on {}", self.address), summary)
            });
            std::fs::write(file, drawn).map_err(|error| Failure::io(file.display(), error))?;
        }
        match run.error.lock().unwrap_or_else(PoisonError::into_inner).take() {
            None => Ok(()),
            Some(error) => Err(Failure::data(format_args!("the first of {lost} errors: {error}"))),
        }
    }

    /// The file of the chart, which can be written, and its form.
    fn form(&self) -> Outcome<Option<(&Path, Form)>> {
        let Some(file) = self.chart.as_deref() else { return Ok(None) };
        let form = Form::of(file).map_err(|text| Failure::usage(format_args!("--chart: {text}")))?;
        std::fs::File::create(file).map_err(|error| Failure::io(file.display(), error))?;
        Ok(Some((file, form)))
    }

    /// A load meets this machine, or a host that was named twice.
    fn check_host(&self) -> Outcome {
        let host = host(&self.address);
        if self.allow_host.as_deref() == Some(host) {
            return Ok(());
        }
        let addresses = self.address.to_socket_addrs().map_err(|error| Failure::io(&self.address, error))?;
        if addresses.into_iter().all(|address| address.ip().is_loopback()) {
            return Ok(());
        }
        Err(Failure::usage(format_args!(
            "{host} is not this machine: say --allow-host {host} if the load is meant for it"
        )))
    }

    /// Sends all requests; gives the times of their responses, and when the last of them was there.
    fn measure(
        &self,
        (spec, keys): (&'static Spec<'static>, Option<&'static Keys>),
        messages: Messages,
    ) -> Outcome<(Arc<Run>, Latency, Instant)> {
        let connections = usize::from(self.connections_with(keys));
        let threads = self.threads.count().min(connections);
        let window = self.link.window_with(keys);
        let ((connected, waits), (alive, ended)) = (mpsc::channel(), mpsc::channel());
        thread::scope(|scope| {
            let (mut starts, mut shares) = (Vec::new(), Vec::new());
            for index in 0..threads {
                let (start, started) = oneshot::channel();
                let (connected, alive) = (connected.clone(), alive.clone());
                let share = Share { connections: (index..connections).step_by(threads).len(), window };
                starts.push(start);
                shares.push(scope.spawn(move || {
                    let _alive: mpsc::Sender<()> = alive;
                    block_on(share.drive((&self.link, &self.address), spec, connected, started))
                }));
            }
            drop((connected, alive));
            // a thread that has no connection says why when it is joined, and none of the others starts
            let run = (waits.iter().count() == threads).then(|| Arc::new(self.begun((spec, keys), messages)));
            for (start, run) in starts.into_iter().zip(run.iter().cycle()) {
                let _ = start.send(Arc::clone(run));
            }
            if let Some(run) = &run {
                show_until(run, &ended);
            }
            let mut latency = Latency::new();
            let mut end = run.as_ref().map_or_else(Instant::now, |run| run.start);
            for share in shares {
                let (times, last) = share.join().map_err(|_| Failure::Told)??;
                latency.add(&times);
                end = end.max(last);
            }
            run.map(|run| (run, latency, end)).ok_or(Failure::Told)
        })
    }

    /// How many connections there are: one, where each request takes the next key of one device.
    fn connections_with(&self, keys: Option<&Keys>) -> u16 {
        let is_one = keys.is_some_and(Keys::has_transactions) && self.connections > 1;
        if is_one {
            complain("with DUKPT there is one connection, so that counters arrive in order");
        }
        if is_one { 1 } else { self.connections }
    }

    /// A load that begins now.
    fn begun(
        &self,
        (spec, keys): (&'static Spec<'static>, Option<&'static Keys>),
        messages: Messages,
    ) -> Run {
        let start = Instant::now();
        Run {
            spec,
            keys,
            messages,
            start,
            end: start + self.duration,
            count: self.count,
            rate: self.rate,
            timeout: self.link.timeout,
            taken: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            timeline: self.chart.as_ref().map(|_| Mutex::new(Timeline::new())),
            error: Mutex::new(None),
        }
    }
}

/// A bar on the terminal until all threads have ended.
fn show_until(run: &Run, ended: &mpsc::Receiver<()>) {
    let is_seen = std::io::stderr().is_terminal();
    while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(PAUSE) {
        if is_seen {
            // nobody is left to be told when standard error is closed
            let _ = write!(std::io::stderr(), "\r{}", run.bar());
        }
    }
    if is_seen {
        let _ = writeln!(std::io::stderr());
    }
}

//! `cardwire load`.

use std::io::{IsTerminal, Write};
use std::net::ToSocketAddrs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use cardwire::net::{Client, Received};
use cardwire::{Builder, Message, Spec, Template, de};

use super::send;
use crate::chart::{Form, Timeline, chart};
use crate::failure::{Failure, Outcome};
use crate::input::{self, Line, Lines, files};
use crate::keys::{self, KeyArgs, Keys, Turn};
use crate::latency::Latency;
use crate::link::{LinkArgs, address, block_on, duration, host};
use crate::output::Output;
use crate::specs::SpecArgs;

/// Put a bounded load on a host, and measure its responses.
#[derive(clap::Args)]
#[command(
    after_help = "The messages are sent in turn, each time with a new STAN (DE 11). With --rate, a time counts\n\
    from the moment when the request was due, so that a host that stalls is not flattered.\n\nExample:\n  \
    cardwire load localhost:5000 -s iso87-ascii --rate 500 --window 64 --count 10000 messages.ndjson"
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

/// What the workers share.
struct Run {
    spec: &'static Spec<'static>,
    keys: Option<&'static Keys>,
    templates: Vec<Vec<u8>>,
    start: Instant,
    end: Instant,
    count: u64,
    rate: Option<u32>,
    timeout: Duration,
    taken: AtomicU64,
    answered: AtomicU64,
    lost: AtomicU64,
    latency: Mutex<Latency>,
    /// The same over time, where it is to be drawn.
    timeline: Option<Mutex<Timeline>>,
    /// The first error, to be shown.
    error: Mutex<Option<String>>,
}

impl Load {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        let spec = self.spec.required()?;
        self.check_host()?;
        let form = self.form()?;
        let templates = self.templates(spec)?;
        let keys = self.keys.chosen()?;
        let run = block_on(self.measure((spec, keys), templates))?;
        let seconds = run.start.elapsed().as_secs_f64();
        let (answered, lost) = (run.answered.load(Ordering::Relaxed), run.lost.load(Ordering::Relaxed));
        #[allow(clippy::cast_precision_loss, reason = "a rate to be read by people")]
        let rate = answered as f64 / seconds;
        let summary = format!("{answered} answered, {lost} not, in {seconds:.2} s: {rate:.0} a second");
        output.line(&summary)?;
        let latency = run.latency.lock().unwrap_or_else(PoisonError::into_inner);
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

    fn templates(&self, spec: &Spec<'_>) -> Outcome<Vec<Vec<u8>>> {
        let mut templates = Vec::new();
        for file in files(&self.files) {
            let (name, stream) = input::open(&file)?;
            let mut lines = Lines::new(stream, 1 << 20);
            loop {
                let wire = match lines.next_line().map_err(|error| Failure::io(&name, error))? {
                    None => break,
                    Some(Line::Whole(b"")) => continue,
                    Some(Line::Whole(line)) => send::message((spec, None), line),
                    Some(Line::TooLong) => Err("longer than 1 MiB".into()),
                };
                let wire = wire.and_then(|wire| match Message::parse(spec, &wire) {
                    Ok(_) => Ok(wire),
                    Err(error) => Err(error.to_string()),
                });
                templates.push(
                    wire.map_err(|text| Failure::data(format_args!("{name}:{}: {text}", lines.number())))?,
                );
            }
        }
        if templates.is_empty() { Err(Failure::data("no message to send")) } else { Ok(templates) }
    }

    async fn measure(
        &self,
        (spec, keys): (&'static Spec<'static>, Option<&'static Keys>),
        templates: Vec<Vec<u8>>,
    ) -> Outcome<Arc<Run>> {
        let client = self.link.connect(&self.address, spec).await?;
        let start = Instant::now();
        let run = Arc::new(Run {
            spec,
            keys,
            templates,
            start,
            end: start + self.duration,
            count: self.count,
            rate: self.rate,
            timeout: self.link.timeout,
            taken: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            latency: Mutex::new(Latency::new()),
            timeline: self.chart.as_ref().map(|_| Mutex::new(Timeline::new())),
            error: Mutex::new(None),
        });
        let window = self.link.window_with(keys);
        let workers: Vec<_> =
            (0..window).map(|_| tokio::spawn(work(Arc::clone(&run), client.clone()))).collect();
        let progress = tokio::spawn(progress(Arc::clone(&run)));
        for worker in workers {
            worker.await.map_err(|_| Failure::data("a worker stopped"))?;
        }
        progress.abort();
        if std::io::stderr().is_terminal() {
            let _ = writeln!(std::io::stderr());
        }
        client.shutdown(Duration::from_secs(1)).await;
        Ok(run)
    }
}

/// Sends one request after the other until the run is over.
async fn work(run: Arc<Run>, client: Client) {
    loop {
        let ticket = run.taken.fetch_add(1, Ordering::Relaxed);
        let due = match run.rate {
            Some(rate) => run.start + Duration::from_secs(ticket) / rate,
            None => Instant::now(),
        };
        if ticket >= run.count || due >= run.end || Instant::now() >= run.end {
            return;
        }
        // even a sleep of no time lasts until the next tick of the timer
        if due > Instant::now() {
            tokio::time::sleep_until(due.into()).await;
        }
        let result = match request(&run, ticket) {
            Ok(wire) => {
                let response = client.request(&wire, run.timeout).await.map_err(|error| error.to_string());
                response.and_then(|response| run.verified(&wire, &response))
            }
            Err(error) => Err(error),
        };
        match result {
            Ok(_) => {
                run.answered.fetch_add(1, Ordering::Relaxed);
                let (at, time) = (run.start.elapsed(), due.elapsed());
                run.latency.lock().unwrap_or_else(PoisonError::into_inner).record(time);
                run.over_time(|timeline| timeline.record(at, time));
            }
            Err(error) => {
                run.lost.fetch_add(1, Ordering::Relaxed);
                run.over_time(|timeline| timeline.lose(run.start.elapsed()));
                run.error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            }
        }
    }
}

impl Run {
    fn over_time(&self, note: impl FnOnce(&mut Timeline)) {
        if let Some(timeline) = &self.timeline {
            note(&mut timeline.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// A response with a wrong MAC is none.
    fn verified(&self, request: &[u8], response: &Received) -> Result<(), String> {
        let Some(keys) = self.keys else { return Ok(()) };
        let request = Message::parse(self.spec, request).ok();
        let faults = keys.faults(&response.message(), request.as_ref());
        faults.into_iter().next().map_or(Ok(()), |(_, text)| Err(format!("the response: {text}")))
    }
}

/// The next message, with a STAN of its own, and signed where there are keys.
fn request(run: &Run, ticket: u64) -> Result<Vec<u8>, String> {
    let count = u64::try_from(run.templates.len()).unwrap_or(1).max(1);
    let index = usize::try_from(ticket % count).unwrap_or(0);
    let template = run.templates.get(index).map(Vec::as_slice).unwrap_or_default();
    let said = |error: cardwire::Error| error.to_string();
    let (mut wire, stan) = (template.to_vec(), ticket % 999_999 + 1);
    let mut patched = Template::of(run.spec, &mut wire).map_err(said)?;
    if patched.patch(de::STAN, stan).is_err() {
        // it has none, or one of another length
        let message = Message::parse(run.spec, template).map_err(said)?;
        wire = Builder::copy_of(&message, run.spec).set(de::STAN, stan).to_vec().map_err(said)?;
    }
    keys::sign(Turn::Own, run.keys, run.spec, wire)
}

/// A bar on the terminal, five times a second.
async fn progress(run: Arc<Run>) {
    if !std::io::stderr().is_terminal() {
        return;
    }
    loop {
        let done = run.answered.load(Ordering::Relaxed) + run.lost.load(Ordering::Relaxed);
        let by_count = done * 100 / run.count.max(1);
        let time = run.start.elapsed().as_millis() * 100 / (run.end - run.start).as_millis().max(1);
        let percent =
            usize::try_from(by_count.max(u64::try_from(time).unwrap_or(100)).min(100)).unwrap_or(100);
        let bar = "#".repeat(percent / 2);
        let lost = run.lost.load(Ordering::Relaxed);
        let _ = write!(std::io::stderr(), "\r[{bar:<50}] {percent:>3}%  {done} done, {lost} lost ");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

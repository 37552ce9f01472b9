//! `cardwire send`.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cardwire::net::{Received, SendError};
use cardwire::{Inspection, Spec};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::encode::build;
use crate::failure::{Failure, Outcome, complain};
use crate::input::{self, Line, Lines, files};
use crate::json::{self, Record, Shown};
use crate::latency::Latency;
use crate::link::{LinkArgs, address, block_on};
use crate::output::{Output, Role};
use crate::show;
use crate::specs::SpecArgs;

/// Send messages to a host, and print their answers.
#[derive(clap::Args)]
#[command(after_help = "A line is a message in hexadecimal digits or a JSON object.\n\nExamples:\n  \
    cardwire send localhost:5000 -s iso87-ascii -F ascii4 messages.ndjson\n  \
    cardwire send pos.example:5000 -s unionpay-pos -F unionpay --station 6000030000603100311203 -m 0800...\n  \
    cardwire send host:5001 -s iso87-bcd --tls-ca ca.pem --timeout 10s --window 20 messages.hex\n\n\
    Exit code 1 when a message has no answer.")]
pub(crate) struct Send {
    /// Host and port.
    #[arg(value_name = "HOST:PORT", value_parser = address)]
    address: String,
    /// Files; `-` or none is standard input.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A message in hexadecimal digits, instead of files. Can be said again.
    #[arg(short, long, value_name = "HEX", conflicts_with = "files")]
    message: Vec<String>,
    #[command(flatten)]
    spec: SpecArgs,
    #[command(flatten)]
    link: LinkArgs,
    /// What to print.
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Format,
    /// Show card data as it is.
    #[arg(long)]
    expose: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A listing of each answer.
    #[default]
    Text,
    /// A JSON object for each message: where it came from, the time, the answer.
    Ndjson,
}

/// Where a message was found, and the message or why there is none.
type Queued = (String, Result<Arc<Vec<u8>>, String>);

/// A message that was sent, and what came of it.
struct Sent {
    origin: String,
    time: Duration,
    answer: Result<Received, SendError>,
}

impl Send {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        let spec = self.spec.required()?;
        block_on(self.exchange(output, spec))
    }

    async fn exchange(&self, output: &mut Output, spec: &'static Spec<'static>) -> Outcome {
        let client = self.link.connect(&self.address, spec).await?;
        let (queue, mut messages) = mpsc::channel(1);
        let reader = self.reader(spec, queue);
        let reading = tokio::task::spawn_blocking(reader);
        let (mut latency, mut lost, mut bad, mut total) = (Latency::new(), 0u64, 0u64, 0u64);
        let mut flying: JoinSet<Sent> = JoinSet::new();
        let window = usize::from(self.link.window);
        let mut open = true;
        while open || !flying.is_empty() {
            tokio::select! {
                next = messages.recv(), if open && flying.len() < window => match next {
                    None => open = false,
                    Some((origin, Err(text))) => {
                        total += 1;
                        bad += 1;
                        complain(format_args!("{origin}: {text}"));
                    }
                    Some((origin, Ok(wire))) => {
                        total += 1;
                        let (client, timeout) = (client.clone(), self.link.timeout);
                        let wire: Arc<Vec<u8>> = wire;
                        flying.spawn(async move {
                            let start = Instant::now();
                            let answer = client.request(wire.as_slice(), timeout).await;
                            Sent { origin, time: start.elapsed(), answer }
                        });
                    }
                },
                Some(done) = flying.join_next(), if !flying.is_empty() => {
                    let sent = done.map_err(|_| Failure::data("a request was abandoned"))?;
                    match sent.answer {
                        Ok(_) => latency.record(sent.time),
                        Err(_) => lost += 1,
                    }
                    self.tell(output, &sent)?;
                    output.flush()?;
                }
            }
        }
        client.shutdown(Duration::from_secs(1)).await;
        reading.await.map_err(|_| Failure::data("reading stopped"))??;
        if total == 0 {
            return Err(Failure::data("no message to send"));
        }
        complain(latency.line());
        if lost + bad > 0 { Err(Failure::Told) } else { Ok(()) }
    }

    /// Reads messages and puts them into the queue, as far as there is room.
    fn reader(
        &self,
        spec: &'static Spec<'static>,
        queue: mpsc::Sender<Queued>,
    ) -> impl FnOnce() -> Outcome + use<> {
        let (arguments, named) = (self.message.clone(), self.files.clone());
        move || {
            for (index, text) in arguments.iter().enumerate() {
                let wire = message(spec, text.as_bytes()).map(Arc::new);
                if queue.blocking_send((format!("message {}", index + 1), wire)).is_err() {
                    return Ok(());
                }
            }
            for file in if arguments.is_empty() { files(&named) } else { Vec::new() } {
                let (name, stream) = input::open(&file)?;
                let mut lines = Lines::new(stream, 1 << 20);
                loop {
                    let wire = match lines.next_line().map_err(|error| Failure::io(&name, error))? {
                        None => break,
                        Some(Line::Whole(b"")) => continue,
                        Some(Line::Whole(line)) => message(spec, line).map(Arc::new),
                        Some(Line::TooLong) => Err("longer than 1 MiB".into()),
                    };
                    if queue.blocking_send((format!("{name}:{}", lines.number()), wire)).is_err() {
                        return Ok(());
                    }
                }
            }
            Ok(())
        }
    }

    fn tell(&self, output: &mut Output, sent: &Sent) -> Outcome {
        let shown = if self.expose { Shown::Exposed } else { Shown::Masked };
        let millis = format!("{}.{:03}", sent.time.as_millis(), sent.time.subsec_micros() % 1000);
        let answer = sent.answer.as_ref();
        if self.format == Format::Ndjson {
            let mut text = b"{\"origin\":".to_vec();
            json::string(&mut text, sent.origin.bytes());
            text.extend(format!(",\"ms\":{millis},").bytes());
            match answer {
                Ok(answer) => {
                    text.extend_from_slice(b"\"answer\":");
                    json::message(&mut text, &answer.inspect(), answer.header(), shown);
                }
                Err(error) => {
                    text.extend_from_slice(b"\"error\":");
                    json::string(&mut text, error.to_string().bytes());
                }
            }
            text.extend_from_slice(b"}\n");
            return Ok(output.bytes().write_all(&text)?);
        }
        let title = format!("{}, {millis} ms", sent.origin);
        match answer {
            Ok(answer) => {
                let parsed: Inspection<'_> = answer.inspect();
                show::listing(output, &parsed, &title, shown)?;
            }
            Err(error) => {
                let painted = output.paint(Role::Bad, &format!("!! {title}: {error}"));
                output.line(painted)?;
            }
        }
        Ok(output.line("")?)
    }
}

/// The message that a line stands for.
pub(super) fn message(spec: &Spec<'_>, line: &[u8]) -> Result<Vec<u8>, String> {
    if line.trim_ascii_start().starts_with(b"{") {
        let record = Record::parse(line)?;
        build(spec, &record).map_err(|trouble| trouble.text())
    } else {
        input::octets(line).map_err(|refusal| refusal.to_string())
    }
}

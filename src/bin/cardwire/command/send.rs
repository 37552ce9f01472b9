//! `cardwire send`.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cardwire::net::{Received, SendError};
use cardwire::{Inspection, Message, Spec};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::encode::build;
use crate::failure::{Failure, Outcome, complain};
use crate::input::{self, Line, Lines, files};
use crate::json::{self, Record, Shown};
use crate::keys::{self, Checked, KeyArgs, Keys, Turn};
use crate::latency::Latency;
use crate::link::{LinkArgs, address, block_on};
use crate::output::{Output, Role};
use crate::remark;
use crate::show;
use crate::specs::SpecArgs;

/// Send messages to a host, and print their responses.
#[derive(clap::Args)]
#[command(after_help = "A line is a message in hexadecimal digits or a JSON object.\n\nExamples:\n  \
    cardwire send localhost:5000 -s iso87-ascii -F ascii4 messages.ndjson\n  \
    cardwire send pos.example:5000 -s unionpay-pos -F unionpay --station 6000030000603100311203 -m 0800...\n  \
    cardwire send host:5001 -s iso87-bcd --tls-ca ca.pem --timeout 10s --window 20 messages.hex\n\n\
    Exit code 1 when a message has no response.")]
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
    #[command(flatten)]
    keys: KeyArgs,
    /// What to print.
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Format,
    /// Show card data as it is.
    #[arg(long)]
    expose: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A listing of each response.
    #[default]
    Text,
    /// A JSON object for each message: where it came from, the time, the response.
    Ndjson,
}

/// Where a message was found, and the message or why there is none.
type Queued = (String, Result<Arc<Vec<u8>>, String>);

/// A message that was sent, and what came of it.
struct Sent {
    origin: String,
    request: Arc<Vec<u8>>,
    time: Duration,
    response: Result<Received, SendError>,
}

impl Send {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        let spec = self.spec.required()?;
        let keys = self.keys.chosen()?;
        block_on(self.exchange(output, spec, keys))
    }

    async fn exchange(
        &self,
        output: &mut Output,
        spec: &'static Spec<'static>,
        keys: Option<&'static Keys>,
    ) -> Outcome {
        let client = self.link.connect(&self.address, spec).await?;
        let (queue, mut messages) = mpsc::channel(1);
        let reader = self.reader((spec, keys), queue);
        let reading = tokio::task::spawn_blocking(reader);
        let (mut latency, mut lost, mut bad, mut total) = (Latency::new(), 0u64, 0u64, 0u64);
        let mut flying: JoinSet<Sent> = JoinSet::new();
        let window = usize::from(self.link.window_with(keys));
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
                            let response = client.request(wire.as_slice(), timeout).await;
                            Sent { origin, request: wire, time: start.elapsed(), response }
                        });
                    }
                },
                Some(done) = flying.join_next(), if !flying.is_empty() => {
                    let sent = done.map_err(|_| Failure::data("a request was abandoned"))?;
                    match sent.response {
                        Ok(_) => latency.record(sent.time),
                        Err(_) => lost += 1,
                    }
                    let checked = keys.map(|keys| sent.checked(spec, keys)).unwrap_or_default();
                    self.tell(output, &sent, &checked)?;
                    for text in checked.iter().filter_map(|checked| checked.fault.as_ref()) {
                        bad += 1;
                        complain(format_args!("{}: the response: {text}", sent.origin));
                    }
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
        (spec, keys): (&'static Spec<'static>, Option<&'static Keys>),
        queue: mpsc::Sender<Queued>,
    ) -> impl FnOnce() -> Outcome + use<> {
        let (arguments, named) = (self.message.clone(), self.files.clone());
        move || {
            for (index, text) in arguments.iter().enumerate() {
                let wire = message((spec, keys), text.as_bytes()).map(Arc::new);
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
                        Some(Line::Whole(line)) => message((spec, keys), line).map(Arc::new),
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

    fn tell(&self, output: &mut Output, sent: &Sent, checked: &[Checked]) -> Outcome {
        let shown = if self.expose { Shown::Exposed } else { Shown::Masked };
        let millis = format!("{}.{:03}", sent.time.as_millis(), sent.time.subsec_micros() % 1000);
        let response = sent.response.as_ref();
        if self.format == Format::Ndjson {
            let mut text = b"{\"origin\":".to_vec();
            json::string(&mut text, sent.origin.bytes());
            text.extend(format!(",\"ms\":{millis},").bytes());
            match response {
                Ok(response) => {
                    text.extend_from_slice(b"\"response\":");
                    json::message(&mut text, &response.inspect(), response.header(), shown);
                    remark::checks(&mut text, checked);
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
        match response {
            Ok(response) => {
                let parsed: Inspection<'_> = response.inspect();
                show::listing(output, &parsed, &title, shown)?;
                show::checks(output, checked)?;
            }
            Err(error) => {
                let painted = output.paint(Role::Bad, &format!("!! {title}: {error}"));
                output.line(painted)?;
            }
        }
        Ok(output.line("")?)
    }
}

impl Sent {
    /// What keys have to say of the response.
    fn checked(&self, spec: &Spec<'_>, keys: &Keys) -> Vec<Checked> {
        let Ok(response) = &self.response else { return Vec::new() };
        let request = Message::parse(spec, &self.request).ok();
        keys.checked(&response.message(), request.as_ref())
    }
}

/// The message that a line stands for, signed where there are keys.
pub(super) fn message((spec, keys): (&Spec<'_>, Option<&Keys>), line: &[u8]) -> Result<Vec<u8>, String> {
    let wire = if line.trim_ascii_start().starts_with(b"{") {
        let record = Record::parse(line)?;
        build(spec, &record).map_err(|trouble| trouble.text())
    } else {
        input::octets(line).map_err(|refusal| refusal.to_string())
    };
    keys::sign(Turn::Own, keys, spec, wire?)
}

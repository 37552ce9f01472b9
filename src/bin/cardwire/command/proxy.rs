//! `cardwire proxy`: between two parties, to see what they say and to get it wrong on purpose.

mod deeds;
mod frames;
mod relay;
mod rules;
mod tape;
mod tell;
mod trial;
mod words;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use cardwire::net::{ClientTls, Closed, ServerTls};
use cardwire::{Framing, Spec};
use serde::Deserialize;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;
use tokio::time::timeout;
use toml::Spanned;

use self::relay::{Stream, relay};
use self::rules::{Rule, Rules};
use self::tape::{Ends, Tape};
use crate::failure::{Failure, Outcome};
use crate::input::parse_delimited;
use crate::json::Shown;
use crate::link::{CallerTls, OwnTls, address, block_on};
use crate::log::{Log, log};
use crate::output::Output;
use crate::plain::without_cards;
use crate::specs::SpecArgs;
use crate::toml_file;

/// Stand between two parties: record what they say, and drop, delay, double or change it by rule.
#[derive(clap::Args)]
#[command(after_help = RULES)]
pub(crate) struct Proxy {
    /// Where to listen; port 0 takes a free one.
    #[arg(short, long, value_name = "HOST:PORT", value_parser = address, default_value = "127.0.0.1:5001")]
    listen: String,
    /// The host to which everything goes.
    #[arg(short, long, value_name = "HOST:PORT", value_parser = address)]
    to: String,
    #[command(flatten)]
    spec: SpecArgs,
    /// The framing, such as binary2, ascii4 or binary2+tpdu.
    #[arg(short = 'F', long, value_name = "FRAMING", value_parser = parse_delimited, default_value = "binary2")]
    framing: Framing,
    /// Rules in TOML; without any everything passes as it is.
    #[arg(short, long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// A rule in words, such as 'delay 2s when 0210'. Can be said again; they come before those of the file.
    #[arg(long, value_name = "WORDS")]
    rule: Vec<String>,
    /// Drop these messages: 'X' is short for --rule 'drop when X'.
    #[arg(long, value_name = "CONDITION")]
    drop: Vec<String>,
    /// What to print.
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Format,
    /// Write the frames to this file, too, with card data redacted: a capture if it ends in .pcap, else hexadecimal
    /// digits, one a line.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Show and record card data as it is.
    #[arg(long)]
    expose: bool,
    /// End after so many messages.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// How many connections there may be; more wait until one has ended.
    #[arg(long, value_name = "COUNT", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    connections: u32,
    #[command(flatten)]
    own: OwnTls,
    #[command(flatten)]
    host: CallerTls,
    /// The certificate chain (PEM) to show to the host.
    #[arg(long, value_name = "FILE", requires = "tls_ca", requires = "tls_client_key")]
    tls_client_cert: Option<PathBuf>,
    /// Its private key (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_client_cert")]
    tls_client_key: Option<PathBuf>,
}

const RULES: &str = r#"A rule says what happens to which messages; the first that fits counts, those of --rule first:

  --rule 'drop when 0210'
  --rule 'delay 2s and twice when 0210 from host'
  --rule 'set 39=05 and remove 38 when 0210 4>=100000 once'
  --rule 'respond 39=91 when 0200 41=TERM0001 every 3'     the host sees nothing of it
  --rule 'hold until 0420 when 0210'                       a response that comes after the reversal
  --rule 'close when 0200 skip 10'                         broken cut, garbage or frame: damaged

The same in a file, where values may hold blanks:

  [[rule]]
  name = "every third sale of a terminal is lost"
  from = "client"                              # or "host"; either, if not said
  match = { mti = "0200", "41" = "TERM 001" }  # or "51*", ">=9", "<=9", "present", "absent"
  every = 3                                    # and skip = 10, times = 2
  drop = true     # or close, twice = true, delay = "2s", hold = "0420", set = { "39" = "05" }, remove = [38],
                  # response = { "39" = "91" }, broken = "cut", "garbage" or "frame"

What no rule touches passes octet for octet, whether it can be decoded or not."#;

/// What is printed.
#[derive(Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A line a message: when, who, its type and number, its code, and what a rule did.
    #[default]
    Line,
    /// A listing of each message.
    Text,
    /// A JSON object for each message.
    Ndjson,
}

/// A party.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[serde(rename_all = "lowercase")]
enum Side {
    /// Who connected to the proxy.
    Client,
    /// Whom the proxy connected to.
    Host,
}

impl Side {
    const fn other(self) -> Self {
        if matches!(self, Self::Client) { Self::Host } else { Self::Client }
    }

    const fn name(self) -> &'static str {
        if matches!(self, Self::Client) { "client" } else { "host" }
    }
}

/// What connections share.
struct Shared {
    spec: &'static Spec<'static>,
    framing: Framing,
    rules: Vec<Arc<Rule>>,
    format: Format,
    shown: Shown,
    is_painted: bool,
    log: Log,
    tape: Option<Tape>,
    count: Option<u64>,
    messages: AtomicU64,
    enough: Notify,
}

/// How the two sockets of a connection are made.
struct Ways {
    to: String,
    own: Option<ServerTls>,
    host: Option<ClientTls>,
}

/// How long connecting to the host may take, and a handshake.
const CONNECT: Duration = Duration::from_secs(10);

/// How long what was said before the end may take to arrive.
const GRACE: Duration = Duration::from_millis(300);

impl Proxy {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        let spec = self.spec.required()?;
        let rules = self.chosen_rules(spec)?;
        let identity = self.tls_client_cert.as_ref().zip(self.tls_client_key.as_ref());
        let ways = Ways {
            to: self.to.clone(),
            own: self.own.chosen()?,
            host: self.host.chosen(&self.to, identity)?,
        };
        let tape = self
            .record
            .as_deref()
            .map(|file| Tape::new(file, spec, self.framing, self.expose))
            .transpose()?;
        let (log, writer) = log();
        let shared = Arc::new(Shared {
            spec,
            framing: self.framing,
            rules,
            format: self.format,
            shown: Format::shown(self.expose),
            is_painted: output.is_painted(),
            log,
            tape,
            count: self.count,
            messages: AtomicU64::new(0),
            enough: Notify::new(),
        });
        let (listen, connections) = (self.listen.clone(), self.connections);
        // The log is written by this thread, which may have to wait; traffic goes on in another.
        let proxy = std::thread::spawn(move || block_on(pass(shared, ways, listen, connections)));
        writer.run(output)?;
        proxy.join().map_err(|_| Failure::data("the proxy stopped"))?
    }

    /// All rules, in their order.
    fn chosen_rules(&self, spec: &'static Spec<'static>) -> Outcome<Vec<Arc<Rule>>> {
        let mut rules = Vec::new();
        for (index, text) in self.rule.iter().enumerate() {
            rules.push(checked(("--rule", index), text, words::rule(text), spec)?);
        }
        for (index, text) in self.drop.iter().enumerate() {
            rules.push(checked(("--drop", index), &format!("drop when {text}"), words::drop(text), spec)?);
        }
        if let Some(file) = &self.rules {
            let (read, text): (Rules, String) = toml_file::read_with_text(file)?;
            let wrong = |text| Failure::data(format_args!("{}, {text}", file.display()));
            read.check(spec, &text).map_err(wrong)?;
            for (index, rule) in read.rules.into_iter().map(Spanned::into_inner).enumerate() {
                let name = without_cards(&rule.name);
                let name =
                    if name.is_empty() { format!("rule {}", index + 1) } else { format!("rule '{name}'") };
                rules.push(Rule { name, ..rule });
            }
        }
        if let Some(before) = rules.iter().rev().skip(1).find(|rule| rule.takes_all()) {
            return Err(Failure::usage(format_args!(
                "{} takes every message, so the next is never reached",
                before.name
            )));
        }
        Ok(rules.into_iter().map(Arc::new).collect())
    }
}

/// A rule of an option, whose words are its name.
fn checked(
    (option, index): (&str, usize),
    text: &str,
    rule: Result<Rule, String>,
    spec: &'static Spec<'static>,
) -> Outcome<Rule> {
    let place = if index == 0 { option.to_owned() } else { format!("{option} {}", index + 1) };
    let wrong = |text: String| Failure::usage(format_args!("{place}: {text}"));
    let rule = rule.map_err(wrong)?;
    rule.check(spec).map_err(|(_, text)| wrong(text))?;
    Ok(Rule { name: format!("rule '{}'", without_cards(text)), ..rule })
}

/// Takes connections until there were enough messages.
async fn pass(shared: Arc<Shared>, ways: Ways, listen: String, connections: u32) -> Outcome {
    let failed = |error| Failure::io(&listen, error);
    let listener = TcpListener::bind(&listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let said = format!("listening on {address}, to {}", ways.to);
    match shared.format {
        Format::Ndjson => crate::failure::complain(said),
        _ => shared.log.say(said),
    }
    let ways = Arc::new(ways);
    let places = Arc::new(Semaphore::new(usize::try_from(connections).unwrap_or(1)));
    let mut running = JoinSet::new();
    let mut number = 0;
    loop {
        while running.try_join_next().is_some() {}
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        tokio::select! {
            () = shared.enough.notified() => break,
            (place, accepted) = accepted => match accepted {
                Ok((stream, client)) => {
                    number += 1;
                    let connection = connection(Arc::clone(&shared), Arc::clone(&ways), number, (stream, client));
                    running.spawn(async move {
                        connection.await;
                        drop(place);
                    });
                }
                // out of descriptors, most likely: some will be free again
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
        }
    }
    let _ = timeout(GRACE, async { while running.join_next().await.is_some() {} }).await;
    Ok(())
}

/// One connection, from its two handshakes to its end.
async fn connection(
    shared: Arc<Shared>,
    ways: Arc<Ways>,
    number: u64,
    (stream, client): (TcpStream, SocketAddr),
) {
    let made = timeout(CONNECT, ways.both(stream)).await;
    match made.unwrap_or_else(|_| Err("no connection in time".into())) {
        Ok((client_stream, host_stream, host)) => {
            shared.remark(number, format_args!("{client} to {host}"));
            relay(shared, (number, Ends { client, host }), client_stream, host_stream).await;
        }
        Err(why) => shared.remark(number, format_args!("{client} turned away: {why}")),
    }
}

impl Ways {
    /// Both sockets of a connection, and the address of the host.
    async fn both(&self, stream: TcpStream) -> Result<(Stream, Stream, SocketAddr), String> {
        let said = |party: &str| {
            let party = party.to_owned();
            move |error: std::io::Error| format!("{party}: {}", Closed::by(&error))
        };
        stream.set_nodelay(true).map_err(said("client"))?;
        let client: Stream = match &self.own {
            None => Box::new(stream),
            Some(tls) => Box::new(tls.clone().accept(stream).await.map_err(said("client"))?),
        };
        let stream = TcpStream::connect(&self.to).await.map_err(said(&self.to))?;
        stream.set_nodelay(true).map_err(said(&self.to))?;
        let address = stream.peer_addr().map_err(said(&self.to))?;
        let host: Stream = match &self.host {
            None => Box::new(stream),
            Some(tls) => Box::new(tls.clone().connect(stream).await.map_err(said(&self.to))?),
        };
        Ok((client, host, address))
    }
}

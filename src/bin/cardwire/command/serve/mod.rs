//! `cardwire serve`.

mod call;
mod connection;
mod initiate;
mod rules;
mod trial;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cardwire::net::{Client, ClientBuilder, Server, ServerBuilder};
use cardwire::{Framing, Message, Spec};
use tokio::sync::Notify;

use self::call::call;
pub(super) use self::connection::built;
use self::connection::{Connection, Door, named};
use self::initiate::{InitiateArgs, Party, Plan, initiate};
use self::rules::Rules;
pub(super) use self::rules::{record, time};
use crate::failure::{Failure, Outcome};
use crate::input::parse_delimited;
use crate::keys::{KeyArgs, Keys};
use crate::link::{CallerTls, OwnTls, address, block_on, duration};
use crate::log::{Log, log};
use crate::output::Output;
use crate::specs::SpecArgs;
use crate::toml_file;

/// Respond to requests, well or badly, and initiate some: a host that an acquirer or a switch is tested against.
#[derive(clap::Args)]
#[command(after_help = RULES)]
pub(crate) struct Serve {
    #[command(flatten)]
    spec: SpecArgs,
    /// Where to listen; port 0 takes a free one.
    #[arg(short, long, value_name = "HOST:PORT", value_parser = address, default_value = "127.0.0.1:5000")]
    listen: String,
    /// Connect to the other party instead, as a client of its; the connection is made again whenever it is lost.
    #[arg(short, long, value_name = "HOST:PORT", value_parser = address, conflicts_with_all = ["listen", "connections", "connections_per_peer"])]
    connect: Option<String>,
    /// The framing, such as binary2, ascii4 or binary2+tpdu.
    #[arg(short = 'F', long, value_name = "FRAMING", value_parser = parse_delimited, default_value = "binary2")]
    framing: Framing,
    #[command(flatten)]
    keys: KeyArgs,
    /// Rules in TOML; without them everything is approved.
    #[arg(short, long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// End after so many requests.
    #[arg(long, value_name = "COUNT")]
    count: Option<u64>,
    /// How many connections there may be. When there are as many, one that is not used gives way.
    #[arg(long, value_name = "COUNT", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..))]
    connections: u32,
    /// How many of them one address may have; half of them when it is not said.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    connections_per_peer: Option<u32>,
    /// How long a connection may be silent.
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration)]
    idle_timeout: Duration,
    /// How long a TLS handshake may take.
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = duration)]
    handshake_timeout: Duration,
    #[command(flatten)]
    tls: OwnTls,
    #[command(flatten)]
    caller: CallerTls,
    #[command(flatten)]
    initiate: InitiateArgs,
}

const RULES: &str = r#"A rule matches on elements and says what happens; the first that fits counts:

  [[rule]]
  name = "declined"
  match = { mti = "0200", "4" = ">=100000" }   # or "51", "4111*", "<=9", "present", "absent"
  response = { "39" = "51" }

  [[rule]]
  match = { "2" = "400000*" }
  every = 10                # every tenth of them
  delay = "2s"
  drop = true               # or close = true, twice = true,
                            # broken = "cut", "garbage", "mirror" or "frame"

With --keys a request whose MAC, PIN or cryptogram is wrong is refused (39 is A0, 55, 05), responses are signed, and a
good cryptogram has its response in tag 91.

Without a rule: 39 approved, and the usual elements echoed (echo = [...] names others).

A host also speaks by itself, to whoever connects or, with --connect, to the switch that it connects to:

  cardwire serve -s iso87-ascii --connect switch.example:5000 --sign-on --echo 60s --send advices.ndjson

Lines of the log that nobody reads in time are dropped and counted; responses never wait for them."#;

/// How long responses may take to leave after the last request.
const GRACE: Duration = Duration::from_millis(300);

/// What connections share.
struct Issuer {
    spec: &'static Spec<'static>,
    framing: Framing,
    rules: Rules,
    /// What requests are verified and responses signed with.
    keys: Option<&'static Keys>,
    log: Log,
    /// After how many requests it ends.
    count: Option<u64>,
    requests: AtomicU64,
    enough: Notify,
    /// What this host says by itself.
    plan: Plan,
    /// Those who have just connected, and are yet to be spoken to.
    parties: Mutex<HashMap<SocketAddr, Arc<Party>>>,
}

impl Issuer {
    /// Says what became of a request.
    fn log(&self, line: String) {
        self.log.say(line);
        let requests = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        if self.count.is_some_and(|count| requests >= count) {
            self.enough.notify_one();
        }
    }

    /// What a message of this host is called.
    fn named(&self, wire: &[u8]) -> String {
        Message::parse(self.spec, wire).map_or_else(|_| "a message".into(), |message| named(&message))
    }

    /// Who responds to one that has connected.
    fn connection(self: Arc<Self>, peer: SocketAddr) -> Connection {
        let party = (!self.plan.is_empty()).then(|| (peer, Arc::new(Party::new())));
        if let Some((address, party)) = &party {
            self.parties().insert(*address, Arc::clone(party));
        }
        Connection { issuer: self, peer: peer.to_string(), party, is_dialled: false }
    }

    fn parties(&self) -> MutexGuard<'_, HashMap<SocketAddr, Arc<Party>>> {
        self.parties.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget(&self, address: &SocketAddr) -> Option<Arc<Party>> {
        self.parties().remove(address)
    }

    /// How it ended.
    fn outcome(&self) -> Outcome {
        if self.plan.until_sent && self.plan.has_failed() { Err(Failure::Told) } else { Ok(()) }
    }

    /// Says what does not count as a request.
    fn remark(&self, text: impl std::fmt::Display) {
        self.log.say(format!("- {text}"));
    }
}

impl Serve {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        let spec = self.spec.required()?;
        let rules = match &self.rules {
            None => Rules::default(),
            Some(file) => {
                let (rules, text): (Rules, String) = toml_file::read_with_text(file)?;
                rules
                    .check(spec, &text)
                    .map_err(|text| Failure::data(format_args!("{}, {text}", file.display())))?;
                rules
            }
        };
        let keys = self.keys.chosen()?;
        let plan = self.initiate.plan(spec, keys)?;
        let (log, writer) = log();
        let issuer = Arc::new(Issuer {
            spec,
            framing: self.framing,
            rules,
            keys,
            log,
            count: self.count,
            requests: AtomicU64::new(0),
            enough: Notify::new(),
            plan,
            parties: Mutex::default(),
        });
        // The log is written by this thread, which may have to wait; the messages leave from another.
        let server = match &self.connect {
            None => {
                let (builder, listen) = (self.builder(&issuer)?, self.listen.clone());
                std::thread::spawn(move || block_on(serve(builder, issuer, listen)))
            }
            Some(address) => {
                let (builder, address) = (self.caller(address)?, address.clone());
                std::thread::spawn(move || {
                    let ended = Arc::clone(&issuer);
                    block_on(
                        async move { call(builder, issuer, address).await.and_then(|()| ended.outcome()) },
                    )
                })
            }
        };
        writer.run(output)?;
        server.join().map_err(|_| Failure::data("the server stopped"))?
    }

    /// The side that connects.
    fn caller(&self, address: &str) -> Outcome<ClientBuilder> {
        let mut client = Client::builder(address)
            .idle_timeout(self.idle_timeout)
            .handshake_timeout(self.handshake_timeout);
        match self.caller.chosen(address, self.tls.files())? {
            Some(tls) => client = client.tls(tls),
            None if self.tls.files().is_some() => {
                return Err(Failure::usage("with --connect, TLS needs --tls-ca: the authorities to trust"));
            }
            None => {}
        }
        Ok(client)
    }

    fn builder(&self, issuer: &Arc<Issuer>) -> Outcome<ServerBuilder> {
        let places = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        let mut server = Server::bind(&self.listen)
            .spec(issuer.spec)
            .framing(self.framing)
            .connections(places(self.connections))
            .idle_timeout(self.idle_timeout)
            .handshake_timeout(self.handshake_timeout)
            .limits(Plan::limits())
            .correlation(issuer.plan.correlation.clone())
            .header(&issuer.plan.station)
            .observer(Arc::new(Door { issuer: Arc::clone(issuer) }));
        if self.caller.is_said() {
            return Err(Failure::usage(
                "--tls-ca is for --connect; who listens shows --tls-cert and --tls-key",
            ));
        }
        if let Some(count) = self.connections_per_peer {
            server = server.connections_per_peer(places(count));
        }
        if let Some(tls) = self.tls.chosen()? {
            server = server.tls(tls);
        }
        Ok(server)
    }
}

/// Serves until there were enough requests.
async fn serve(builder: ServerBuilder, issuer: Arc<Issuer>, listen: String) -> Outcome {
    let (shared, speaker) = (Arc::clone(&issuer), Arc::clone(&issuer));
    let server = builder
        .on_connect(move |peer, address| {
            if let Some(party) = speaker.forget(&address) {
                tokio::spawn(initiate(Arc::clone(&speaker), peer, address.to_string(), party));
            }
        })
        .serve_each(move |peer| Arc::clone(&shared).connection(peer))
        .await
        .map_err(|error| Failure::io(&listen, error))?;
    issuer.log.say(format!("listening on {}", server.address()));
    issuer.enough.notified().await;
    server.shutdown(GRACE).await;
    issuer.outcome()
}

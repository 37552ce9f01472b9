//! `cardwire serve`.

mod connection;
mod rules;
mod trial;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cardwire::net::{Server, ServerBuilder};
use cardwire::{Framing, Spec};
use tokio::sync::Notify;

pub(super) use self::connection::built;
use self::connection::{Connection, Door};
use self::rules::Rules;
pub(super) use self::rules::{record, time};
use crate::failure::{Failure, Outcome};
use crate::input::parse_delimited;
use crate::keys::{KeyArgs, Keys};
use crate::link::{OwnTls, address, block_on, duration};
use crate::log::{Log, log};
use crate::output::Output;
use crate::specs::SpecArgs;
use crate::toml_file;

/// Respond to requests, well or badly: what an acquirer is tested against.
#[derive(clap::Args)]
#[command(after_help = RULES)]
pub(crate) struct Serve {
    #[command(flatten)]
    spec: SpecArgs,
    /// Where to listen; port 0 takes a free one.
    #[arg(short, long, value_name = "HOST:PORT", value_parser = address, default_value = "127.0.0.1:5000")]
    listen: String,
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
        let (log, writer) = log();
        let issuer = Arc::new(Issuer {
            spec,
            framing: self.framing,
            rules,
            keys: self.keys.chosen()?,
            log,
            count: self.count,
            requests: AtomicU64::new(0),
            enough: Notify::new(),
        });
        let builder = self.builder(&issuer)?;
        let listen = self.listen.clone();
        // The log is written by this thread, which may have to wait; the responses leave from another.
        let server = std::thread::spawn(move || block_on(serve(builder, issuer, listen)));
        writer.run(output)?;
        server.join().map_err(|_| Failure::data("the server stopped"))?
    }

    fn builder(&self, issuer: &Arc<Issuer>) -> Outcome<ServerBuilder> {
        let places = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        let mut server = Server::bind(&self.listen)
            .spec(issuer.spec)
            .framing(self.framing)
            .connections(places(self.connections))
            .idle_timeout(self.idle_timeout)
            .handshake_timeout(self.handshake_timeout)
            .observer(Arc::new(Door { issuer: Arc::clone(issuer) }));
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
    let shared = Arc::clone(&issuer);
    let server = builder
        .serve_each(move |peer| Connection { issuer: Arc::clone(&shared), peer })
        .await
        .map_err(|error| Failure::io(&listen, error))?;
    issuer.log.say(format!("listening on {}", server.address()));
    issuer.enough.notified().await;
    server.shutdown(GRACE).await;
    Ok(())
}

//! `cardwire serve`.

mod connection;
mod rules;
mod trial;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cardwire::net::{Identity, Server, ServerTls};
use cardwire::{Framing, Spec};
use tokio::sync::mpsc;

use self::connection::Connection;
use self::rules::Rules;
use crate::failure::{Failure, Outcome};
use crate::input::parse_delimited;
use crate::link::{address, block_on, read};
use crate::output::Output;
use crate::specs::SpecArgs;
use crate::toml_file;

/// Answer requests, well or badly: what an acquirer is tested against.
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
    /// Rules in TOML; without them everything is approved.
    #[arg(short, long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// End after so many requests.
    #[arg(long, value_name = "COUNT")]
    count: Option<u64>,
    /// TLS, with this certificate chain (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Its private key (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

const RULES: &str = r#"A rule matches on elements and says what happens; the first that fits counts:

  [[rule]]
  name = "declined"
  match = { mti = "0200", "4" = ">=100000" }   # or "51", "4111*", "<=9", "present", "absent"
  answer = { "39" = "51" }

  [[rule]]
  match = { "2" = "400000*" }
  every = 10                # every tenth of them
  delay = "2s"
  drop = true               # or close = true, twice = true,
                            # broken = "cut", "garbage", "mirror" or "frame"

Without a rule: 39 approved, and the usual elements echoed (echo = [...] names others)."#;

/// How long answers may take to leave after the last request.
const GRACE: Duration = Duration::from_millis(300);

/// What connections share.
struct Issuer {
    spec: &'static Spec<'static>,
    framing: Framing,
    rules: Rules,
    /// Its other end is read by the thread that fills it.
    lines: mpsc::UnboundedSender<String>,
}

impl Issuer {
    fn log(&self, line: String) {
        // when nobody reads any more, the command is about to end
        let _ = self.lines.send(line);
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
        let tls = self.tls()?;
        block_on(self.listen(output, spec, rules, tls))
    }

    async fn listen(
        &self,
        output: &mut Output,
        spec: &'static Spec<'static>,
        rules: Rules,
        tls: Option<ServerTls>,
    ) -> Outcome {
        let (lines, mut logged) = mpsc::unbounded_channel();
        let issuer = Arc::new(Issuer { spec, framing: self.framing, rules, lines });
        let mut server = Server::bind(&self.listen).spec(spec).framing(self.framing);
        if let Some(tls) = tls {
            server = server.tls(tls);
        }
        let server = server
            .serve_each(move |peer| Connection { issuer: Arc::clone(&issuer), peer })
            .await
            .map_err(|error| Failure::io(&self.listen, error))?;
        output.line(format_args!("listening on {}", server.address()))?;
        output.flush()?;
        let mut requests = 0;
        while let Some(line) = logged.recv().await {
            requests += u64::from(!line.starts_with('-'));
            output.line(&line)?;
            if logged.is_empty() {
                output.flush()?;
            }
            if self.count.is_some_and(|count| requests >= count) {
                break;
            }
        }
        output.flush()?;
        server.shutdown(GRACE).await;
        Ok(())
    }

    fn tls(&self) -> Outcome<Option<ServerTls>> {
        let (Some(chain), Some(key)) = (&self.tls_cert, &self.tls_key) else { return Ok(None) };
        let wrong = |error: std::io::Error| Failure::data(format_args!("{}: {error}", chain.display()));
        let identity = Identity::from_pem(&read(chain)?, &read(key)?).map_err(wrong)?;
        ServerTls::new(identity, None).map(Some).map_err(wrong)
    }
}

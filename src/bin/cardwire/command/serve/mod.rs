//! `cardwire serve`. Its connections are its own: it cuts frames, answers twice and hangs up in the
//! middle when told so, which those of `cardwire::net` cannot be made to do.

mod connection;
mod rules;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cardwire::{Framing, Spec};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::failure::{Failure, Outcome};
use crate::input::parse_framing;
use crate::link::{address, block_on, read};
use crate::output::Output;
use crate::specs::SpecArgs;
use crate::toml_file;
use rules::Rules;

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
    #[arg(short = 'F', long, value_name = "FRAMING", value_parser = parse_framing, default_value = "binary2")]
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
    log: mpsc::Sender<String>,
}

impl Serve {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        let spec = self.spec.required()?;
        let rules = match &self.rules {
            None => Rules::default(),
            Some(file) => {
                let rules: Rules = toml_file::read(file)?;
                rules
                    .check(spec)
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
        tls: Option<TlsAcceptor>,
    ) -> Outcome {
        let listener =
            TcpListener::bind(&self.listen).await.map_err(|error| Failure::io(&self.listen, error))?;
        let address = listener.local_addr().map_err(|error| Failure::io(&self.listen, error))?;
        output.line(format_args!("listening on {address}"))?;
        output.flush()?;
        let (log, mut lines) = mpsc::channel(1024);
        let issuer = Arc::new(Issuer { spec, framing: self.framing, rules, log });
        let mut requests = 0;
        loop {
            tokio::select! {
                accepted = listener.accept() => {
                    // a connection that failed before it was taken is the peer's affair
                    let Ok((stream, peer)) = accepted else { continue };
                    let (issuer, tls) = (Arc::clone(&issuer), tls.clone());
                    tokio::spawn(async move {
                        let _ = stream.set_nodelay(true);
                        match tls {
                            None => connection::serve(&issuer, stream, peer).await,
                            Some(tls) => match tls.accept(stream).await {
                                Ok(stream) => connection::serve(&issuer, stream, peer).await,
                                Err(error) => {
                                    let _ = issuer.log.send(format!("- {peer} TLS: {error}")).await;
                                }
                            },
                        }
                    });
                }
                Some(line) = lines.recv() => {
                    requests += u64::from(!line.starts_with('-'));
                    output.line(&line)?;
                    if lines.is_empty() {
                        output.flush()?;
                    }
                    if self.count.is_some_and(|count| requests >= count) {
                        output.flush()?;
                        // the last answers are on their way
                        tokio::time::sleep(GRACE).await;
                        return Ok(());
                    }
                }
            }
        }
    }

    fn tls(&self) -> Outcome<Option<TlsAcceptor>> {
        let (Some(chain), Some(key)) = (&self.tls_cert, &self.tls_key) else { return Ok(None) };
        let wrong = |file: &PathBuf, what: &str| Failure::data(format_args!("{}: {what}", file.display()));
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&read(chain)?).collect();
        let certificates = certificates.map_err(|_| wrong(chain, "no certificates"))?;
        let private = PrivateKeyDer::from_pem_slice(&read(key)?).map_err(|_| wrong(key, "no private key"))?;
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| wrong(chain, &error.to_string()))?
            .with_no_client_auth()
            .with_single_cert(certificates, private)
            .map_err(|error| wrong(chain, &error.to_string()))?;
        Ok(Some(TlsAcceptor::from(Arc::new(config))))
    }
}

//! What the commands that connect have in common.

use std::path::PathBuf;
use std::time::Duration;

use cardwire::net::{Client, ClientTls, Correlation, Identity, ServerTls, mux};
use cardwire::{Framing, Spec};

use crate::failure::{Failure, Outcome, complain};
use crate::hex;
use crate::input::parse_delimited;
use crate::keys::Keys;

/// How to reach the host.
#[derive(clap::Args, Clone)]
pub(crate) struct LinkArgs {
    /// The framing, such as binary2, ascii4 or binary2+tpdu.
    #[arg(short = 'F', long, value_name = "FRAMING", value_parser = parse_delimited, default_value = "binary2")]
    pub(crate) framing: Framing,
    /// The station header of requests, such as a TPDU, in hexadecimal digits.
    #[arg(long, value_name = "HEX", default_value = "")]
    station: String,
    /// The elements by which responses find their requests.
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',')]
    key: Vec<u8>,
    /// How long a response is waited for.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub(crate) timeout: Duration,
    /// How many requests may be in flight.
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) window: u16,
    #[command(flatten)]
    tls: CallerTls,
    /// The certificate chain (PEM) to show to the host.
    #[arg(long, value_name = "FILE", requires = "tls_ca", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Its private key (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

/// TLS to a host.
#[derive(clap::Args, Clone)]
pub(crate) struct CallerTls {
    /// TLS, trusting the authorities in this PEM file.
    #[arg(long, value_name = "FILE")]
    tls_ca: Option<PathBuf>,
    /// The name in the certificate of the host, when it is not the host's.
    #[arg(long, value_name = "NAME", requires = "tls_ca")]
    tls_name: Option<String>,
}

/// TLS of this end, for those who connect to it.
#[derive(clap::Args, Clone)]
pub(crate) struct OwnTls {
    /// TLS, with this certificate chain (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// Its private key (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
}

/// A time such as `250ms`, `30s` or `2m`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| "a time is 250ms, 30s or 2m")?;
    match unit {
        "ms" => Ok(Duration::from_millis(number)),
        "s" | "" => Ok(Duration::from_secs(number)),
        "m" => Ok(Duration::from_secs(number.saturating_mul(60))),
        _ => Err("a time is 250ms, 30s or 2m".into()),
    }
}

impl LinkArgs {
    /// How many requests may be in flight: one, where each takes the next key of one device.
    pub(crate) fn window_with(&self, keys: Option<&Keys>) -> u16 {
        if !keys.is_some_and(Keys::has_transactions) {
            return self.window;
        }
        if self.window > 1 {
            complain("with DUKPT there is one request at a time, so that counters arrive in order");
        }
        1
    }

    /// Connects.
    pub(crate) async fn connect(&self, address: &str, spec: &'static Spec<'static>) -> Outcome<Client> {
        let station = hex::octets(self.station.as_bytes())
            .map_err(|(_, text)| Failure::usage(format_args!("--station: {text}")))?;
        // numbers are given out in order, so that none comes again while it could be mistaken
        let limits = mux::Limits::default().window(usize::from(self.window)).reuse_completed(true);
        let mut builder =
            Client::builder(address).framing(self.framing).spec(spec).limits(limits).header(&station);
        if !self.key.is_empty() {
            builder = builder.correlation(Correlation::on(&self.key));
        }
        let identity = self.tls_cert.as_ref().zip(self.tls_key.as_ref());
        if let Some(tls) = self.tls.chosen(address, identity)? {
            builder = builder.tls(tls);
        }
        let connected = tokio::time::timeout(self.timeout, builder.connect()).await;
        match connected {
            Ok(Ok(client)) => Ok(client),
            Ok(Err(why)) => Err(Failure::data(format_args!("{address}: {why}"))),
            Err(_) => Err(Failure::data(format_args!("{address}: no connection in time"))),
        }
    }
}

impl CallerTls {
    /// Whether TLS was asked for.
    pub(crate) fn is_said(&self) -> bool {
        self.tls_ca.is_some()
    }

    /// TLS to the host of an address, if it was asked for; a certificate chain and its key are shown to it.
    pub(crate) fn chosen(
        &self,
        address: &str,
        identity: Option<(&PathBuf, &PathBuf)>,
    ) -> Outcome<Option<ClientTls>> {
        let Some(roots) = &self.tls_ca else { return Ok(None) };
        let identity = identity.map(|(chain, key)| identified(chain, key)).transpose()?;
        let host = self.tls_name.as_deref().unwrap_or_else(|| host(address));
        let tls = ClientTls::new(&read(roots)?, host, identity);
        tls.map(Some).map_err(|error| Failure::io(roots.display(), error))
    }
}

impl OwnTls {
    /// TLS, if it was asked for.
    pub(crate) fn chosen(&self) -> Outcome<Option<ServerTls>> {
        let Some((chain, key)) = self.files() else { return Ok(None) };
        let tls = ServerTls::new(identified(chain, key)?, None);
        tls.map(Some).map_err(|error| Failure::data(format_args!("{}: {error}", chain.display())))
    }

    /// The chain and the key.
    pub(crate) fn files(&self) -> Option<(&PathBuf, &PathBuf)> {
        self.tls_cert.as_ref().zip(self.tls_key.as_ref())
    }
}

fn identified(chain: &PathBuf, key: &PathBuf) -> Outcome<Identity> {
    let wrong = |error: std::io::Error| Failure::data(format_args!("{}: {error}", chain.display()));
    Identity::from_pem(&read(chain)?, &read(key)?).map_err(wrong)
}

/// A host and a port, to which a connection may be tried.
pub(crate) fn address(text: &str) -> Result<String, String> {
    match text.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => Ok(text.to_owned()),
        _ => Err("an address is a host and a port, such as 127.0.0.1:5000 or [::1]:5000".to_owned()),
    }
}

/// The host of an address with a port.
pub(crate) fn host(address: &str) -> &str {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    host.trim_start_matches('[').trim_end_matches(']')
}

/// A small file.
pub(crate) fn read(file: &PathBuf) -> Outcome<Vec<u8>> {
    std::fs::read(file).map_err(|error| Failure::io(file.display(), error))
}

/// Runs what connects.
pub(crate) fn block_on<T>(work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::io("the runtime", error))?;
    let done = runtime.block_on(work);
    // a thread that still waits for standard input holds up nobody
    runtime.shutdown_background();
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_number_and_one_of_three_units() {
        for (text, millis) in
            [("250ms", 250), ("0ms", 0), ("30s", 30_000), ("7", 7_000), ("2m", 120_000), ("0", 0)]
        {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "s", "ms", "1h", "1 s", "1.5s", "-1s", "1sm", "18446744073709551616s"] {
            assert_eq!(duration(text), Err("a time is 250ms, 30s or 2m".to_owned()), "{text}");
        }
    }

    #[test]
    fn an_address_has_a_host_and_a_port() {
        for (text, wanted) in [
            ("127.0.0.1:5000", "127.0.0.1"),
            ("host.example:1", "host.example"),
            ("[::1]:65535", "::1"),
            ("localhost:0", "localhost"),
        ] {
            assert_eq!(address(text), Ok(text.to_owned()));
            assert_eq!(host(text), wanted);
        }
        for text in ["", "127.0.0.1", ":5000", "host:", "host:65536", "host:x", "host:-1"] {
            let wanted = "an address is a host and a port, such as 127.0.0.1:5000 or [::1]:5000";
            assert_eq!(address(text), Err(wanted.to_owned()), "{text}");
        }
        assert_eq!(host("localhost"), "localhost");
    }

    #[test]
    fn a_chain_goes_with_its_key() {
        let file = |name: &str| Some(PathBuf::from(name));
        for (chain, key, both) in
            [(None, None, false), (file("a"), None, false), (file("a"), file("b"), true)]
        {
            let own = OwnTls { tls_cert: chain, tls_key: key };
            let found = own.files().map(|(chain, key)| (chain.clone(), key.clone()));
            assert_eq!(found, both.then(|| ("a".into(), "b".into())));
            assert_eq!(own.chosen().is_err(), both, "the files are not there");
        }
        for said in [false, true] {
            let caller = CallerTls { tls_ca: said.then(|| "nowhere.pem".into()), tls_name: None };
            assert_eq!(caller.is_said(), said);
            assert_eq!(caller.chosen("localhost:1", None).is_err(), said);
        }
    }
}

//! TLS by rustls: the other side is verified unless there is no TLS at all.

use core::fmt;
use std::boxed::Box;
use std::format;
use std::io;
use std::string::{String, ToString};
use std::sync::Arc;
use std::vec::Vec;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{
    AlertDescription, CertificateError, ClientConfig, Error, RootCertStore, ServerConfig,
};
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};

/// Why TLS failed. What it says of certificates is what they say of themselves, made printable.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The certificate is trusted, and is for another host than the one expected.
    #[error("the certificate is for {presented}, not {expected}")]
    WrongName {
        /// The names in the certificate.
        presented: Box<str>,
        /// The host that was expected.
        expected: Box<str>,
    },
    /// No authority that is trusted has signed the certificate.
    #[error("the certificate is not signed by a trusted authority")]
    UnknownAuthority,
    /// The certificate was valid once.
    #[error("the certificate has expired")]
    Expired,
    /// The certificate will be valid later, or the clock of this machine is wrong.
    #[error("the certificate is not valid yet")]
    NotYetValid,
    /// Something else is wrong with the certificate.
    #[error("the certificate is not accepted: {0}")]
    Certificate(Box<str>),
    /// The other side has to show a certificate, and showed none.
    #[error("the other side showed no certificate")]
    NoCertificate,
    /// The other side gave up, and said why.
    #[error("refused by the other side: {0}")]
    Refused(Box<str>),
    /// What came in is no TLS.
    #[error("the other side does not speak TLS")]
    NotTls,
    /// The handshake took longer than is allowed.
    #[error("the handshake took too long")]
    TimedOut,
    /// Anything else.
    #[error("{0}")]
    Other(Box<str>),
}

impl TlsError {
    /// The cause within an error of reading, writing or connecting, where TLS is the cause.
    pub(crate) fn within(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref::<Error>().map(Self::of)
    }

    fn of(error: &Error) -> Self {
        match error {
            Error::InvalidCertificate(error) => Self::of_certificate(error),
            Error::NoCertificatesPresented => Self::NoCertificate,
            Error::AlertReceived(alert) => Self::Refused(words(*alert)),
            Error::InvalidMessage(_) => Self::NotTls,
            other => Self::Other(printable(&other.to_string())),
        }
    }

    fn of_certificate(error: &CertificateError) -> Self {
        match error {
            CertificateError::NotValidForNameContext { expected, presented } => {
                let expected = printable(&expected.to_str());
                Self::WrongName { presented: names(presented), expected }
            }
            // An authority of the same name with another key leaves a signature that does not match.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Self::UnknownAuthority,
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Self::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Self::NotYetValid,
            other => Self::Certificate(printable(&other.to_string())),
        }
    }
}

/// The names in a certificate: `DnsName("a.example")` as `a.example`, the first few of them.
fn names(presented: &[String]) -> Box<str> {
    let inner = |name: &str| {
        let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name);
        inner.trim_matches('"').to_string()
    };
    let mut names: Vec<_> = presented.iter().take(NAMES).map(|name| inner(name)).collect();
    if presented.len() > NAMES {
        names.push(format!("{} others", presented.len() - NAMES));
    }
    if names.is_empty() { "no host".into() } else { printable(&names.join(", ")) }
}

/// How many names of a certificate are shown.
const NAMES: usize = 4;

/// Text of a stranger, of bounded length and without what a terminal would act on.
fn printable(text: &str) -> Box<str> {
    let shown = text
        .chars()
        .take(200)
        .map(|shown| if shown.is_ascii_graphic() || shown == ' ' { shown } else { '?' });
    shown.collect::<String>().into_boxed_str()
}

/// What the other side says with an alert.
fn words(alert: AlertDescription) -> Box<str> {
    let known = match alert {
        AlertDescription::UnknownCA => "it does not trust the authority of the certificate",
        AlertDescription::CertificateRequired | AlertDescription::NoCertificate => "it demands a certificate",
        AlertDescription::CertificateExpired => "the certificate has expired",
        AlertDescription::CertificateRevoked => "the certificate is revoked",
        AlertDescription::BadCertificate
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnsupportedCertificate => "it does not accept the certificate",
        AlertDescription::AccessDenied => "access is denied",
        AlertDescription::HandshakeFailure
        | AlertDescription::ProtocolVersion
        | AlertDescription::InsufficientSecurity => "it has no version or cipher in common",
        AlertDescription::UnrecognisedName => "it does not serve that name",
        other => return format!("alert {}", u8::from(other)).into(),
    };
    known.into()
}

/// A certificate chain and its private key, as PEM.
pub struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Identity {
    /// Reads both.
    ///
    /// # Errors
    /// `InvalidInput` when there is no certificate or no key in them.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> io::Result<Self> {
        let chain = certificates(chain)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| wrong("no private key in the PEM"))?;
        Ok(Self { chain, key })
    }
}

/// The private key is not shown.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({} certificates)", self.chain.len())
    }
}

/// How a client speaks TLS: which authorities it trusts, whom it expects, and who it is.
#[derive(Clone)]
pub struct ClientTls {
    connector: TlsConnector,
    host: ServerName<'static>,
}

impl ClientTls {
    /// Trusts the authorities in `roots` (PEM), expects `host` in the certificate, and shows
    /// `identity` when the host demands one.
    ///
    /// # Errors
    /// `InvalidInput` when one of them cannot be used.
    pub fn new(roots: &[u8], host: &str, identity: Option<Identity>) -> io::Result<Self> {
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(rustls)?
            .with_root_certificates(store(roots)?);
        let config = match identity {
            None => config.with_no_client_auth(),
            Some(Identity { chain, key }) => config.with_client_auth_cert(chain, key).map_err(rustls)?,
        };
        let host = ServerName::try_from(host.to_string()).map_err(|_| wrong("not the name of a host"))?;
        Ok(Self::from_config(Arc::new(config), host))
    }

    /// With a configuration made by other means.
    #[must_use]
    pub fn from_config(config: Arc<ClientConfig>, host: ServerName<'static>) -> Self {
        Self { connector: config.into(), host }
    }

    /// Makes a connection one of TLS, for those who use no [`Client`](super::Client).
    ///
    /// # Errors
    /// When the handshake fails: [`Closed::by`](super::Closed::by) says why.
    pub async fn connect(self, stream: TcpStream) -> io::Result<client::TlsStream<TcpStream>> {
        self.connector.connect(self.host, stream).await
    }
}

impl fmt::Debug for ClientTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientTls").field("host", &self.host).finish_non_exhaustive()
    }
}

/// How a server speaks TLS: who it is, and whom it lets in.
#[derive(Clone)]
pub struct ServerTls {
    acceptor: TlsAcceptor,
}

impl ServerTls {
    /// Shows `identity`. With `clients`, authorities as PEM, only peers with a certificate of one of
    /// them are let in: mutual TLS.
    ///
    /// # Errors
    /// `InvalidInput` when one of them cannot be used.
    pub fn new(identity: Identity, clients: Option<&[u8]>) -> io::Result<Self> {
        let provider = Arc::new(default_provider());
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(rustls)?;
        let config = match clients {
            None => config.with_no_client_auth(),
            Some(roots) => {
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(store(roots)?), provider)
                    .build()
                    .map_err(|_| wrong("the authorities for clients cannot be used"))?;
                config.with_client_cert_verifier(verifier)
            }
        };
        let Identity { chain, key } = identity;
        Ok(Self::from_config(Arc::new(config.with_single_cert(chain, key).map_err(rustls)?)))
    }

    /// With a configuration made by other means.
    #[must_use]
    pub fn from_config(config: Arc<ServerConfig>) -> Self {
        Self { acceptor: config.into() }
    }

    /// Makes a connection one of TLS, for those who use no [`Server`](super::Server).
    ///
    /// # Errors
    /// When the handshake fails: [`Closed::by`](super::Closed::by) says why.
    pub async fn accept<S>(self, stream: S) -> io::Result<server::TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        self.acceptor.accept(stream).await
    }
}

impl fmt::Debug for ServerTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerTls").finish_non_exhaustive()
    }
}

fn certificates(pem: &[u8]) -> io::Result<Vec<CertificateDer<'static>>> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let all = all.map_err(|_| wrong("a certificate in the PEM cannot be read"))?;
    if all.is_empty() { Err(wrong("no certificate in the PEM")) } else { Ok(all) }
}

fn store(pem: &[u8]) -> io::Result<RootCertStore> {
    let mut store = RootCertStore::empty();
    for certificate in certificates(pem)? {
        store.add(certificate).map_err(rustls)?;
    }
    Ok(store)
}

fn wrong(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what)
}

fn rustls(error: Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error)
}

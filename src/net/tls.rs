//! TLS by rustls: the other side is verified unless there is no TLS at all.

use core::fmt;
use std::io;
use std::string::ToString;
use std::sync::Arc;
use std::vec::Vec;

use tokio::net::TcpStream;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};

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
    /// `identity` when the host asks for one.
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

    pub(crate) async fn connect(self, stream: TcpStream) -> io::Result<client::TlsStream<TcpStream>> {
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

    pub(crate) async fn accept(self, stream: TcpStream) -> io::Result<server::TlsStream<TcpStream>> {
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

fn rustls(error: tokio_rustls::rustls::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error)
}

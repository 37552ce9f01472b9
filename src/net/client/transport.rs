//! A connection that is made and not used yet: TCP, or TLS over it.

#[cfg(feature = "tls")]
use std::boxed::Box;
use std::sync::Arc;
use std::vec::Vec;

use tokio::net::TcpStream;
use tokio::sync::oneshot;
#[cfg(feature = "tls")]
use tokio_rustls::client::TlsStream;

use super::session::{Hooks, connected};
use crate::net::connection::run::Service;
use crate::net::connection::state::State;
use crate::net::error::Closed;
use crate::net::settings::Settings;

pub(crate) struct Transport {
    stream: Stream,
    /// What came in during a sign-on that was accepted.
    early: Option<Vec<u8>>,
}

enum Stream {
    Plain(TcpStream),
    #[cfg(feature = "tls")]
    Tls(Box<TlsStream<TcpStream>>),
}

impl Transport {
    /// Over a TCP connection, after the TLS handshake if there is one.
    pub(crate) async fn over(stream: TcpStream, settings: &Settings, hooks: &Hooks) -> Result<Self, Closed> {
        stream.set_nodelay(true).map_err(|error| Closed::by(&error))?;
        #[cfg(feature = "tls")]
        if let Some(tls) = hooks.tls.clone() {
            use crate::net::tls::TlsError;
            let handshake = tokio::time::timeout(settings.handshake_timeout, tls.connect(stream)).await;
            let stream = handshake.map_err(|_| Closed::Tls(TlsError::TimedOut))?;
            let stream = stream.map_err(|error| Closed::by(&error))?;
            return Ok(Self { stream: Stream::Tls(stream.into()), early: None });
        }
        #[cfg(not(feature = "tls"))]
        let _ = (settings, hooks);
        Ok(Self { stream: Stream::Plain(stream), early: None })
    }

    /// The same, once the far end has accepted the sign-on.
    pub(crate) async fn signed_on(mut self, state: &State, hooks: &Hooks) -> Result<Self, Closed> {
        if let Some(sign_on) = &hooks.sign_on {
            let early = match &mut self.stream {
                Stream::Plain(stream) => sign_on.succeeds_on(&state.settings, stream).await,
                #[cfg(feature = "tls")]
                Stream::Tls(stream) => sign_on.succeeds_on(&state.settings, stream).await,
            };
            self.early = Some(early.ok_or(Closed::SignOn)?);
        }
        Ok(self)
    }

    /// Uses it to its end.
    pub(crate) async fn run(
        self,
        client: (Arc<State>, Service),
        hooks: Hooks,
        up: oneshot::Sender<()>,
    ) -> Closed {
        match self.stream {
            Stream::Plain(stream) => connected(client, hooks, stream.into_split(), self.early, up).await,
            #[cfg(feature = "tls")]
            Stream::Tls(stream) => connected(client, hooks, tokio::io::split(*stream), self.early, up).await,
        }
    }
}

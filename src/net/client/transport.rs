//! A connection that is made and not used yet: TCP, or TLS over it.

#[cfg(feature = "tls")]
use std::boxed::Box;
use std::sync::Arc;
use std::vec::Vec;

use tokio::net::TcpStream;
use tokio::sync::oneshot;
#[cfg(feature = "tls")]
use tokio_rustls::client::TlsStream;

use crate::net::client::supervisor::{Hooks, connected};
use crate::net::connection::state::Desk;
use crate::net::error::Closed;
use crate::net::settings::Settings;

pub(crate) struct Line {
    stream: Stream,
    /// What came in while it was introduced; none if it was not.
    early: Option<Vec<u8>>,
}

enum Stream {
    Plain(TcpStream),
    #[cfg(feature = "tls")]
    Tls(Box<TlsStream<TcpStream>>),
}

impl Line {
    /// A line over a TCP connection, after the TLS handshake if there is one.
    pub(crate) async fn over(stream: TcpStream, settings: &Settings, hooks: &Hooks) -> Result<Self, Closed> {
        stream.set_nodelay(true).map_err(|error| Closed::Io(error.kind()))?;
        #[cfg(feature = "tls")]
        if let Some(tls) = hooks.tls.clone() {
            let handshake = tokio::time::timeout(settings.connect_timeout, tls.connect(stream)).await;
            let stream = handshake.map_err(|_| Closed::Io(std::io::ErrorKind::TimedOut))?;
            let stream = stream.map_err(|error| Closed::Io(error.kind()))?;
            return Ok(Self { stream: Stream::Tls(stream.into()), early: None });
        }
        #[cfg(not(feature = "tls"))]
        let _ = (settings, hooks);
        Ok(Self { stream: Stream::Plain(stream), early: None })
    }

    /// The line, once the far end has accepted the sign-on.
    pub(crate) async fn introduced(mut self, desk: &Desk, hooks: &Hooks) -> Result<Self, Closed> {
        if let Some(sign_on) = &hooks.sign_on {
            let early = match &mut self.stream {
                Stream::Plain(stream) => sign_on.introduce(&desk.settings, stream).await,
                #[cfg(feature = "tls")]
                Stream::Tls(stream) => sign_on.introduce(&desk.settings, stream).await,
            };
            self.early = Some(early.ok_or(Closed::SignOn)?);
        }
        Ok(self)
    }

    /// Uses it to its end.
    pub(crate) async fn run(self, desk: Arc<Desk>, hooks: Hooks, up: oneshot::Sender<()>) -> Closed {
        match self.stream {
            Stream::Plain(stream) => {
                let (reader, writer) = stream.into_split();
                connected(desk, hooks, reader, writer, self.early, up).await
            }
            #[cfg(feature = "tls")]
            Stream::Tls(stream) => {
                let (reader, writer) = tokio::io::split(*stream);
                connected(desk, hooks, reader, writer, self.early, up).await
            }
        }
    }
}

//! A connection of a client with its sign-on and its echo tests.

use core::future::pending;
use core::time::Duration;
use std::sync::Arc;
use std::vec::Vec;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use crate::net::connection::pending::{RequestKind, request};
use crate::net::connection::received::Received;
use crate::net::connection::run::{self, Service};
use crate::net::connection::state::{Phase, State};
use crate::net::error::{Closed, SendError};
use crate::net::observe::Event;
use crate::net::settings::Settings;
use crate::read::message::Message;

/// What is said on a connection besides the requests of the caller.
#[derive(Clone)]
pub(crate) struct Hooks {
    pub(crate) sign_on: Option<OwnRequest>,
    /// After how much silence, and what is sent then.
    pub(crate) echo_test: Option<(Duration, OwnRequest)>,
    pub(crate) sign_off: Option<OwnRequest>,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<crate::net::tls::ClientTls>,
}

impl Hooks {
    pub(crate) const NONE: Self = Self {
        sign_on: None,
        echo_test: None,
        sign_off: None,
        #[cfg(feature = "tls")]
        tls: None,
    };
}

/// One request of the connection itself, and what makes its response good.
#[derive(Clone)]
pub(crate) struct OwnRequest {
    make: Arc<dyn Fn() -> Vec<u8> + Send + Sync>,
    accepted: Arc<dyn Fn(&Message<'_>) -> bool + Send + Sync>,
    time: Duration,
}

impl OwnRequest {
    pub(crate) fn new(
        make: impl Fn() -> Vec<u8> + Send + Sync + 'static,
        accepted: impl Fn(&Message<'_>) -> bool + Send + Sync + 'static,
        time: Duration,
    ) -> Self {
        Self { make: Arc::new(make), accepted: Arc::new(accepted), time }
    }

    /// Whether the response came and was accepted.
    pub(crate) async fn succeeds(&self, state: &Arc<State>) -> bool {
        self.send(state).await.is_ok_and(|response| (self.accepted)(&response.message()))
    }

    async fn send(&self, state: &Arc<State>) -> Result<Received, SendError> {
        let message = (self.make)();
        request(state, &message, &state.settings.header, self.time, RequestKind::Early).await
    }

    /// The same on a stream that is no connection of a client yet: gives the octets that came in besides
    /// the response, when that was accepted.
    pub(crate) async fn succeeds_on<S>(&self, settings: &Settings, stream: &mut S) -> Option<Vec<u8>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        timeout(self.time, self.send_on(settings, stream)).await.ok().flatten()
    }

    async fn send_on<S>(&self, settings: &Settings, stream: &mut S) -> Option<Vec<u8>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let Settings { spec, framing, correlation, check, .. } = settings;
        let request = (self.make)();
        let trace = correlation.trace(&Message::parse(spec, &request).ok()?)?;
        let mut frame = std::vec![0; framing.measure(&settings.header, &request).ok()?];
        stream.write_all(framing.wrap(&settings.header, &request, &mut frame).ok()?).await.ok()?;
        let (mut octets, mut at) = (Vec::new(), 0);
        loop {
            while let Some(frame) = framing.split(octets.get(at..)?).ok()? {
                let response = Message::parse(spec, frame.payload).ok();
                let response = response.filter(|response| correlation.mismatch(&trace, response).is_none());
                if let Some(response) = response {
                    let holds = check.as_ref().is_none_or(|check| check(&response).is_ok());
                    let accepted = holds && (self.accepted)(&response);
                    let end = at + frame.consumed;
                    octets.drain(at..end);
                    return accepted.then_some(octets);
                }
                at += frame.consumed;
            }
            // Whatever else is said before the response to the sign-on has to fit into one read.
            if octets.len() >= settings.read_buffer || stream.read_buf(&mut octets).await.ok()? == 0 {
                return None;
            }
        }
    }
}

/// A connection with its sign-on and its echo tests. With `early` octets, which were read already, the
/// sign-on was accepted before.
pub(crate) async fn connected<R, W>(
    (state, service): (Arc<State>, Service),
    hooks: Hooks,
    (reader, writer): (R, W),
    early: Option<Vec<u8>>,
    up: oneshot::Sender<()>,
) -> Closed
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let sign_on = hooks.sign_on.clone().filter(|_| early.is_none());
    state.connected(if sign_on.is_some() { Phase::SigningOn } else { Phase::Up });
    let keeper = keep(Arc::clone(&state), sign_on, hooks.echo_test, up);
    run::run(state, service, reader, writer, early.unwrap_or_default(), keeper).await
}

async fn keep(
    state: Arc<State>,
    sign_on: Option<OwnRequest>,
    echo_test: Option<(Duration, OwnRequest)>,
    up: oneshot::Sender<()>,
) -> Closed {
    if let Some(sign_on) = sign_on {
        if !sign_on.succeeds(&state).await {
            return Closed::SignOn;
        }
        state.set_phase(Phase::Up);
    }
    state.tell(Event::Up);
    let _ = up.send(());
    let Some((idle, echo_test)) = echo_test else { return pending().await };
    loop {
        let silence = state.usage.silence();
        if silence < idle {
            sleep(idle - silence).await;
        } else if let Err(SendError::Unknown { .. } | SendError::NotSent(_)) = echo_test.send(&state).await
            && state.usage.silence() >= idle
        {
            return Closed::NoEcho;
        }
    }
}

//! A relay between two parties: it carries octets and knows nothing of messages. Its weather can be bad.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::plan::Weather;

/// A relay that is at work as long as it is kept.
#[derive(Debug)]
pub(super) struct Relay {
    /// The port that the caller calls.
    #[cfg(test)]
    port: u16,
    weather: watch::Sender<Weather>,
}

impl Relay {
    /// Listens at a port of this machine and calls another one for whoever calls.
    ///
    /// # Errors
    /// When nobody may listen there.
    pub(super) fn open(runtime: &Runtime, port: u16, to: u16) -> io::Result<Self> {
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, port)))?;
        let (weather, seen) = watch::channel(Weather::Fair);
        runtime.spawn(accept(listener, to, seen));
        Ok(Self {
            #[cfg(test)]
            port,
            weather,
        })
    }

    /// Changes the weather, from now on and of the connections that there are.
    pub(super) fn set(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }
}

async fn accept(listener: TcpListener, to: u16, weather: watch::Receiver<Weather>) {
    loop {
        tokio::select! {
            accepted = listener.accept() => if let Ok((caller, _)) = accepted {
                tokio::spawn(carry(caller, to, weather.clone()));
            },
            // The relay is gone.
            () = ended(weather.clone()) => return,
        }
    }
}

async fn ended(mut weather: watch::Receiver<Weather>) {
    while weather.changed().await.is_ok() {}
}

/// One connection, until it is cut or one of its ends closes it.
async fn carry(caller: TcpStream, to: u16, mut weather: watch::Receiver<Weather>) {
    if *weather.borrow() == Weather::Cut {
        return;
    }
    let called = SocketAddr::from((Ipv4Addr::LOCALHOST, to));
    let Ok(called) = TcpStream::connect(called).await else { return };
    if called.local_addr().ok() == called.peer_addr().ok() {
        // Nobody listens, and TCP connected the port with itself.
        return;
    }
    let _ = caller.set_nodelay(true).and_then(|()| called.set_nodelay(true));
    let ((from_caller, to_caller), (from_called, to_called)) = (caller.into_split(), called.into_split());
    let (first, second, third) = (weather.clone(), weather.clone(), weather.clone());
    tokio::select! {
        () = pass(from_caller, to_called, first, false) => {}
        () = pass(from_called, to_caller, second, true) => {}
        () = until(&mut weather, |weather| weather == Weather::Cut) => {}
        () = half_open(third) => {}
    }
}

/// A connection that was half-open carries nothing ever again: when that weather is over, its caller learns that it is
/// gone.
async fn half_open(mut weather: watch::Receiver<Weather>) {
    until(&mut weather, |weather| weather == Weather::HalfOpen).await;
    until(&mut weather, |weather| weather != Weather::HalfOpen).await;
}

async fn until(weather: &mut watch::Receiver<Weather>, is_so: impl Fn(Weather) -> bool) {
    // Nobody sets the weather any more: the relay ends.
    let _ = weather.wait_for(|now| is_so(*now)).await;
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut weather: watch::Receiver<Weather>,
    to_caller: bool,
) {
    let mut octets = vec![0; 4_096];
    loop {
        let read = tokio::select! {
            read = from.read(&mut octets) => read.unwrap_or_default(),
            () = until(&mut weather, |weather| weather == Weather::HalfOpen) => break,
        };
        if read == 0 {
            return;
        }
        let now = *weather.borrow();
        match now {
            Weather::Delay(delay) => tokio::time::sleep(delay).await,
            Weather::Stall => until(&mut weather, |weather| weather != Weather::Stall).await,
            Weather::Fair | Weather::Cut | Weather::HalfOpen => {}
        }
        if *weather.borrow() == Weather::HalfOpen {
            break;
        }
        if to.write_all(octets.get(..read).unwrap_or_default()).await.is_err() {
            return;
        }
    }
    // The called side sees the end of its connection; the caller's stays open, and what it sends goes nowhere.
    let _open = to_caller.then_some(to);
    while matches!(from.read(&mut octets).await, Ok(1..)) {}
    std::future::pending().await
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{Shutdown, TcpListener, TcpStream};
    use std::time::Duration;

    use super::*;

    fn pair(relay: &Relay, called: &TcpListener) -> (TcpStream, TcpStream) {
        let caller = TcpStream::connect((Ipv4Addr::LOCALHOST, relay.port)).unwrap();
        let (called, _) = called.accept().unwrap();
        for stream in [&caller, &called] {
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        }
        (caller, called)
    }

    fn free_port() -> u16 {
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
    }

    fn heard(stream: &mut TcpStream) -> Vec<u8> {
        let mut octets = [0; 16];
        let count = stream.read(&mut octets).unwrap();
        octets[..count].to_vec()
    }

    #[test]
    fn octets_are_carried_held_back_lost_and_cut() {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let called = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let relay = Relay::open(&runtime, free_port(), called.local_addr().unwrap().port()).unwrap();
        let (mut one, mut other) = pair(&relay, &called);
        one.write_all(b"0800").unwrap();
        assert_eq!(heard(&mut other), b"0800");
        relay.set(Weather::Stall);
        other.write_all(b"0810").unwrap();
        one.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        assert!(one.read(&mut [0; 4]).is_err(), "it is stalled");
        one.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        relay.set(Weather::Fair);
        assert_eq!(heard(&mut one), b"0810", "and nothing is lost");
        relay.set(Weather::HalfOpen);
        assert_eq!(heard(&mut other), b"", "the called side is told that it is over");
        other.shutdown(Shutdown::Both).unwrap();
        one.write_all(b"0200").unwrap();
        one.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        assert!(one.read(&mut [0; 4]).is_err(), "the caller is not told, and hears nothing");
        one.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        relay.set(Weather::Fair);
        assert_eq!(heard(&mut one), b"", "it is told when this weather is over");
        let (mut one, mut other) = pair(&relay, &called);
        relay.set(Weather::Cut);
        assert_eq!((heard(&mut one), heard(&mut other)), (vec![], vec![]));
    }
}

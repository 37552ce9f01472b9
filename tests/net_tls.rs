//! TLS: the host is verified, peers too if wanted, and a failure says what it was.
#![cfg(feature = "tls")]

#[path = "common/exchange.rs"]
mod exchange;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cardwire::net::{
    Client, ClientTls, Closed, Event, Identity, Observer, Received, Server, ServerTls, TlsError,
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use exchange::{approve, holds, request};

const SECOND: Duration = Duration::from_secs(1);

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        Self::named("an authority")
    }

    fn named(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> Vec<u8> {
        self.0.pem().into_bytes()
    }

    /// A certificate of these names, valid from one year to another.
    fn certificate(&self, names: &[&str], years: (i32, i32)) -> Identity {
        let key = KeyPair::generate().unwrap();
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        (params.not_before, params.not_after) = (date_time_ymd(years.0, 1, 1), date_time_ymd(years.1, 1, 1));
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Identity::from_pem(certificate.pem().as_bytes(), key.serialize_pem().as_bytes()).unwrap()
    }

    fn identity(&self, name: &str) -> Identity {
        self.certificate(&[name], (2020, 2100))
    }
}

#[derive(Default)]
struct Heard(Mutex<Vec<Event>>);

impl Observer for Heard {
    fn event(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}

impl Heard {
    /// How handshakes failed.
    fn handshakes(&self) -> Vec<Closed> {
        let events = self.0.lock().unwrap();
        let failed = events.iter().filter_map(|event| match event {
            Event::HandshakeFailed(why) => Some(why.clone()),
            _ => None,
        });
        failed.collect()
    }

    async fn handshake(&self) -> Closed {
        loop {
            match self.handshakes().pop() {
                Some(why) => return why,
                None => tokio::time::sleep(Duration::from_millis(2)).await,
            }
        }
    }
}

async fn secure(identity: Identity, clients: Option<&[u8]>) -> (Server, Arc<Heard>) {
    secure_within(60 * SECOND, identity, clients).await
}

async fn secure_within(limit: Duration, identity: Identity, clients: Option<&[u8]>) -> (Server, Arc<Heard>) {
    let heard = Arc::new(Heard::default());
    let server = Server::bind("127.0.0.1:0")
        .tls(ServerTls::new(identity, clients).unwrap())
        .handshake_timeout(limit)
        .observer(Arc::<Heard>::clone(&heard))
        .serve_sync(approve);
    (server.await.unwrap(), heard)
}

async fn connect(server: &Server, tls: ClientTls) -> Result<Client, Closed> {
    Client::builder(server.address()).tls(tls).connect().await
}

async fn ask(server: &Server, tls: ClientTls) -> Result<Received, String> {
    let client = connect(server, tls).await.map_err(|error| error.to_string())?;
    client.request(request(1), 60 * SECOND).await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn the_host_is_verified_unless_nobody_asks_for_tls() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let (server, _) = secure(ours.identity("host.example"), None).await;
    let tls = |roots: &Authority, host| ClientTls::new(&roots.pem(), host, None).unwrap();
    assert!(holds(&ask(&server, tls(&ours, "host.example")).await.unwrap(), 1));
    ask(&server, tls(&theirs, "host.example")).await.unwrap_err();
    ask(&server, tls(&ours, "other.example")).await.unwrap_err();
    assert_eq!(server.totals().taken, 1);
}

#[tokio::test]
async fn mutual_tls_lets_in_who_is_known() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let (server, _) = secure(ours.identity("host.example"), Some(&ours.pem())).await;
    let tls = |identity| ClientTls::new(&ours.pem(), "host.example", identity).unwrap();
    assert!(holds(&ask(&server, tls(Some(ours.identity("terminal")))).await.unwrap(), 1));
    ask(&server, tls(Some(theirs.identity("terminal")))).await.unwrap_err();
    ask(&server, tls(None)).await.unwrap_err();
    assert_eq!(server.totals().taken, 1);
}

#[test]
fn what_is_no_certificate_is_refused_and_keys_are_not_shown() {
    assert!(Identity::from_pem(b"", b"").is_err() && ClientTls::new(b"x", "host", None).is_err());
    let shown = format!("{:?}", Authority::new().identity("terminal"));
    assert_eq!(shown, "Identity(1 certificates)");
}

/// The names, the authority and the dates of a certificate are told apart, by words and by variant.
#[tokio::test]
async fn a_wrong_name_a_wrong_authority_and_a_wrong_date_are_told_apart() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let tls = |roots: &Authority, host| ClientTls::new(&roots.pem(), host, None).unwrap();
    let (server, heard) = secure(ours.identity("localhost"), None).await;
    let error = connect(&server, tls(&ours, "127.0.0.1")).await.unwrap_err();
    assert_eq!(error.to_string(), "TLS: the certificate is for localhost, not 127.0.0.1");
    let Closed::Tls(TlsError::WrongName { presented, expected }) = error else { panic!("{error}") };
    assert_eq!((&*presented, &*expected), ("localhost", "127.0.0.1"));
    assert!(matches!(heard.handshake().await, Closed::Tls(TlsError::Refused(_))));

    // whether it has another name or only another key
    for theirs in [theirs, Authority::named("another")] {
        let error = connect(&server, tls(&theirs, "localhost")).await.unwrap_err();
        assert_eq!(error, Closed::Tls(TlsError::UnknownAuthority));
        assert_eq!(error.to_string(), "TLS: the certificate is not signed by a trusted authority");
    }

    for (years, expected) in [((2001, 2002), TlsError::Expired), ((2098, 2099), TlsError::NotYetValid)] {
        let (server, _) = secure(ours.certificate(&["localhost"], years), None).await;
        let error = connect(&server, tls(&ours, "localhost")).await.unwrap_err();
        assert_eq!(error, Closed::Tls(expected), "{years:?}");
    }

    let names = ["a.example", "b.example", "c.example", "d.example", "e.example", "f.example"];
    let (server, _) = secure(ours.certificate(&names, (2020, 2100)), None).await;
    let error = connect(&server, tls(&ours, "g.example")).await.unwrap_err().to_string();
    let words = "a.example, b.example, c.example, d.example, 2 others, not g.example";
    assert_eq!(error, format!("TLS: the certificate is for {words}"));
}

/// A client that tries on in the background tells the cause, too.
#[tokio::test]
async fn a_failure_in_the_background_is_told_to_the_observer() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let (server, _) = secure(ours.identity("localhost"), None).await;
    let heard = Arc::new(Heard::default());
    let _client = Client::builder(server.address())
        .tls(ClientTls::new(&theirs.pem(), "localhost", None).unwrap())
        .observer(Arc::<Heard>::clone(&heard))
        .start();
    let expected = Event::ConnectFailed(Closed::Tls(TlsError::UnknownAuthority));
    while !heard.0.lock().unwrap().contains(&expected) {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn a_peer_without_a_certificate_and_one_without_tls_are_told_apart() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let (server, heard) = secure(ours.identity("localhost"), Some(&ours.pem())).await;
    let tls = |identity| ClientTls::new(&ours.pem(), "localhost", identity).unwrap();
    let client = connect(&server, tls(None)).await;
    assert_eq!(heard.handshake().await, Closed::Tls(TlsError::NoCertificate));
    // in TLS 1.3 the client hears of it after its own handshake
    if let Ok(client) = client {
        client.request(request(1), 60 * SECOND).await.unwrap_err();
    }
    heard.0.lock().unwrap().clear();
    let _ = connect(&server, tls(Some(theirs.identity("terminal")))).await;
    assert_eq!(heard.handshake().await, Closed::Tls(TlsError::UnknownAuthority));
    heard.0.lock().unwrap().clear();
    let mut plain = TcpStream::connect(server.address()).await.unwrap();
    plain.write_all(&[b"\0\x40".as_slice(), &request(1)].concat()).await.unwrap();
    assert_eq!(heard.handshake().await, Closed::Tls(TlsError::NotTls));
    let (server, heard) = secure_within(SECOND / 5, ours.identity("localhost"), None).await;
    let _silent = TcpStream::connect(server.address()).await.unwrap();
    assert_eq!(heard.handshake().await, Closed::Tls(TlsError::TimedOut));
}

#[tokio::test]
async fn a_host_without_tls_is_told_as_such() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 64]).await;
        stream.write_all(b"\0\x0C080000000000").await.unwrap();
        let _ = stream.read(&mut [0; 64]).await;
    });
    let tls = ClientTls::new(&Authority::new().pem(), "localhost", None).unwrap();
    let error = Client::builder(address).tls(tls).connect().await.unwrap_err();
    assert_eq!(error.to_string(), "TLS: the other side does not speak TLS");
}

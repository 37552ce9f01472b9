//! `cardwire serve` among those who do not read, do not speak, and are too many.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::network::Issuer;

/// A request of 26 octets and its response of 28, in frames of ASCII lengths.
fn frame(stan: u32) -> Vec<u8> {
    format!("002602000020000000000000{:06}", stan % 1_000_000).into_bytes()
}

const RESPONSE: usize = 32;

/// Sends a request and takes its response.
fn ask(stream: &mut TcpStream, stan: u32) -> bool {
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut response = [0; RESPONSE];
    stream.write_all(&frame(stan)).is_ok()
        && stream.read_exact(&mut response).is_ok()
        && response.starts_with(b"00280210")
}

fn connect(issuer: &Issuer) -> TcpStream {
    TcpStream::connect(&issuer.address).unwrap()
}

const ARGS: [&str; 4] = ["-s", "iso87-ascii", "-F", "ascii4"];

/// Nobody reads the log: every request has its response all the same, and how many lines were dropped is
/// said when somebody reads at last.
#[test]
fn a_log_that_nobody_reads_stops_no_response() {
    let issuer = Issuer::start(&[&ARGS[..], &["--count", "20000"]].concat());
    let mut stream = connect(&issuer);
    for batch in 0..200 {
        let requests: Vec<u8> = (0..100).flat_map(|stan| frame(batch * 100 + stan)).collect();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(&requests).unwrap();
        stream.read_exact(&mut [0; 100 * RESPONSE]).unwrap();
    }
    let log = issuer.log();
    let dropped = log.lines().filter_map(|line| {
        line.strip_prefix("- ")?.strip_suffix(" lines were dropped: nobody read them in time")
    });
    let dropped: usize = dropped.map(|count| count.parse::<usize>().unwrap()).sum();
    let written = log.lines().filter(|line| line.contains(" -> 0210 00")).count();
    assert!(dropped > 5_000, "{dropped} of 20,000 lines were dropped");
    assert_eq!(written + dropped, 20_000, "each is written or counted");
}

/// Peers that send and do not read are not read: what waits for them, and what is said of them, is bounded.
#[cfg(target_os = "linux")]
#[test]
fn peers_that_do_not_read_fill_no_memory() {
    let issuer = Issuer::start(&ARGS);
    let requests: Vec<u8> = (0..1_000).flat_map(frame).collect();
    let senders: Vec<_> = (0..4)
        .map(|_| {
            let (mut stream, requests) = (connect(&issuer), requests.clone());
            std::thread::spawn(move || {
                stream.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
                let mut sent = 0_u64;
                loop {
                    match stream.write(&requests) {
                        Ok(octets) => sent += octets as u64,
                        Err(error) if error.kind() == ErrorKind::WouldBlock => return (stream, sent),
                        Err(error) => panic!("{error}"),
                    }
                    assert!(sent < 1 << 30, "it reads without end");
                }
            })
        })
        .collect();
    let streams: Vec<_> = senders.into_iter().map(|sender| sender.join().unwrap()).collect();
    let status = std::fs::read_to_string(format!("/proc/{}/status", issuer.child.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(kib < 64 * 1024, "{line}");
    assert!(ask(&mut connect(&issuer), 7), "others are served");
    drop(streams);
}

#[test]
fn silent_connections_give_way_and_that_is_said() {
    let limits = ["--connections", "20", "--connections-per-peer", "20", "--count", "2"];
    let issuer = Issuer::start(&[&ARGS[..], &limits].concat());
    let mut silent: Vec<_> = (0..60).map(|_| connect(&issuer)).collect();
    assert!(ask(&mut connect(&issuer), 1));
    assert_eq!(silent[0].read(&mut [0]).unwrap_or(0), 0, "the oldest was closed");
    assert!(ask(&mut silent[59], 2), "the youngest is there");
    let log = issuer.log();
    assert!(log.contains(" closed: it gave way to another connection\n"), "{log}");
}

#[test]
fn an_idle_connection_is_closed_in_time() {
    let issuer = Issuer::start(&[&ARGS[..], &["--idle-timeout", "50ms"]].concat());
    let mut silent = connect(&issuer);
    silent.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    assert_eq!(silent.read(&mut [0]).unwrap(), 0);
}

/// More connections than the process may have: the newcomers are served, because the unused give way; and
/// where all are being used, they are told instead of waiting for ever.
#[cfg(target_os = "linux")]
#[test]
fn at_the_limit_of_descriptors_nobody_waits_for_ever() {
    let issuer = Issuer::start_with_descriptors(40, &[&ARGS[..], &["--count", "3"]].concat());
    let silent: Vec<_> = (0..120).map(|_| connect(&issuer)).collect();
    for stan in 1..=3 {
        assert!(ask(&mut connect(&issuer), stan), "{stan}");
    }
    drop(silent);
    let rules = super::file("slow.toml", b"[[rule]]\ndelay = \"30s\"\n");
    let slow = [&ARGS[..], &["-r", rules.to_str().unwrap()]].concat();
    let mut issuer = Issuer::start_with_descriptors(40, &slow);
    let used: Vec<_> = (0..60)
        .map(|stan| {
            let mut stream = connect(&issuer);
            stream.write_all(&frame(stan)).unwrap();
            stream
        })
        .collect();
    // the last of them got no place, and are told so
    let mut last = used.into_iter().next_back().unwrap();
    last.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    assert!(!matches!(last.read(&mut [0]), Ok(1)), "closed");
    let mut line = String::new();
    while !line.contains(" turned away: no file descriptor is left") {
        line.clear();
        assert!(std::io::BufRead::read_line(&mut issuer.log, &mut line).unwrap() > 0);
    }
}

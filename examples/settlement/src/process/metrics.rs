//! The endpoint for Prometheus: one text over HTTP, whatever is asked for.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Clock;
use crate::watch::Watch;
use crate::watch::alert::Alert;

/// A request is read so far and no longer, and for so long.
const REQUEST: usize = 4_096;
const PATIENCE: Duration = Duration::from_secs(2);

/// Serves until the process ends.
pub(super) fn serve(
    address: SocketAddr,
    watch: Arc<Mutex<Watch>>,
    alerts: Vec<Alert>,
    clock: Arc<dyn Clock>,
) -> io::Result<()> {
    let listener = TcpListener::bind(address)?;
    std::thread::spawn(move || {
        for stream in listener.incoming().filter_map(Result::ok) {
            let text = watch.lock().unwrap_or_else(PoisonError::into_inner).text(&alerts, clock.now());
            // Whoever asked may be gone.
            let _ = respond(stream, &text);
        }
    });
    Ok(())
}

fn respond(mut stream: TcpStream, text: &str) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let (mut request, mut octets) = (Vec::new(), [0; 512]);
    while !request.windows(4).any(|end| end == b"\r\n\r\n") && request.len() < REQUEST {
        match stream.read(&mut octets)? {
            0 => break,
            count => request.extend(octets.iter().take(count)),
        }
    }
    let head = if request.starts_with(b"GET ") {
        format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {}",
            text.len()
        )
    } else {
        "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0".to_owned()
    };
    let body = if request.starts_with(b"GET ") { text } else { "" };
    stream.write_all(format!("{head}\r\nConnection: close\r\n\r\n{body}").as_bytes())
}

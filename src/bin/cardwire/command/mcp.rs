//! `cardwire mcp`: the command for programs that speak the Model Context Protocol over standard input and output.
//!
//! A line is a message of JSON-RPC 2.0. What a tool does is done by the command itself, started anew without
//! `--expose`: what no listing shows, no tool shows, and nothing that a message does to it reaches the next.

mod child;
mod rpc;
mod tools;

use std::io::{self, BufRead, Read, Write};
use std::time::Duration;

use serde_json::{Value, json};

use self::rpc::{Fault, Incoming};
use crate::failure::{Failure, Outcome};
use crate::link::duration;
use crate::output::Output;

/// Serve decode, encode, probe, check, code and spec to an agent, by the Model Context Protocol (MCP) on standard
/// input and output. Private data is never shown.
#[derive(clap::Args)]
#[command(after_help = "Example, in the configuration of a client:\n  \
    { \"mcpServers\": { \"cardwire\": { \"command\": \"cardwire\", \"args\": [\"mcp\"] } } }")]
pub(crate) struct Mcp {
    /// How long a tool may take.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    timeout: Duration,
    /// The longest line that is read, in bytes.
    #[arg(long, value_name = "BYTES", default_value_t = 4 << 20)]
    max_line: usize,
}

/// The versions of the protocol, the newest first.
const VERSIONS: [&str; 3] = ["2025-06-18", "2025-03-26", "2024-11-05"];

/// What a client is told of the tools together.
const INSTRUCTIONS: &str = "ISO 8583 card payment messages: decode and check them, find out their spec, build them, \
    explain their codes. Card numbers, tracks, PINs and other private data are always masked; there is no way to \
    unmask them here.";

/// The most messages in a batch.
const MOST_IN_BATCH: usize = 100;

impl Mcp {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        let mut input = io::stdin().lock();
        let mut line = Vec::new();
        loop {
            let response = match next_line(&mut input, &mut line, self.max_line) {
                Err(error) => return Err(Failure::io("standard input", error)),
                Ok(Taken::End) => return Ok(()),
                Ok(Taken::TooLong) => {
                    let words = format!("a line has at most {} bytes", self.max_line);
                    Some(Fault::request(words).response(&Value::Null))
                }
                Ok(Taken::Line) if line.trim_ascii().is_empty() => None,
                Ok(Taken::Line) => self.answer(&line),
            };
            if let Some(response) = response {
                output.bytes().write_all(response.to_string().as_bytes())?;
                output.bytes().write_all(b"\n")?;
                output.flush()?;
            }
        }
    }

    /// What a line is responded with, if anything.
    fn answer(&self, line: &[u8]) -> Option<Value> {
        match serde_json::from_slice(line) {
            Err(_) => Some(Fault::parse().response(&Value::Null)),
            Ok(Value::Array(batch)) if batch.is_empty() || batch.len() > MOST_IN_BATCH => {
                let words = format!("a batch has 1 to {MOST_IN_BATCH} messages");
                Some(Fault::request(words).response(&Value::Null))
            }
            Ok(Value::Array(batch)) => {
                let responses: Vec<Value> = batch.iter().filter_map(|one| self.respond(one)).collect();
                (!responses.is_empty()).then_some(Value::Array(responses))
            }
            Ok(one) => self.respond(&one),
        }
    }

    /// The response to a message; none to a notification, or to a response.
    fn respond(&self, message: &Value) -> Option<Value> {
        match Incoming::of(message) {
            Incoming::Request { id, method, params } => Some(match self.call(method, params) {
                Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
                Err(fault) => fault.response(id),
            }),
            Incoming::Nothing => None,
            Incoming::Wrong(id, words) => Some(Fault::request(words).response(&id)),
        }
    }

    fn call(&self, method: &str, params: &Value) -> Result<Value, Fault> {
        match method {
            "initialize" => Ok(initialized(params)),
            "ping" => Ok(json!({})),
            "tools/list" => Ok(json!({ "tools": tools::list() })),
            "tools/call" => tools::call(params, self.timeout),
            _ => Err(Fault::method()),
        }
    }
}

/// The response to `initialize`: the client's version of the protocol if it is known here, else the newest.
fn initialized(params: &Value) -> Value {
    let [newest, ..] = VERSIONS;
    let asked = params["protocolVersion"].as_str();
    let version = VERSIONS.into_iter().find(|known| asked == Some(*known)).unwrap_or(newest);
    json!({
        "protocolVersion": version,
        "capabilities": { "tools": { "listChanged": false } },
        "serverInfo": { "name": "cardwire", "version": env!("CARGO_PKG_VERSION") },
        "instructions": INSTRUCTIONS,
    })
}

/// What was read.
enum Taken {
    Line,
    /// It has more octets than are kept; all of it was passed over.
    TooLong,
    End,
}

/// Reads a line into `line`, without its end.
fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>, most: usize) -> io::Result<Taken> {
    line.clear();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let count = input.by_ref().take(limit).read_until(b'\n', line)?;
    match line.last() {
        None => Ok(Taken::End),
        Some(b'\n') => {
            line.pop();
            Ok(Taken::Line)
        }
        // the last line may have no end
        Some(_) if count <= most => Ok(Taken::Line),
        Some(_) => {
            line.clear();
            pass_line(input)?;
            Ok(Taken::TooLong)
        }
    }
}

/// Reads on to the end of a line, and keeps nothing.
fn pass_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        let (end, count) = match buffer.iter().position(|octet| *octet == b'\n') {
            Some(at) => (true, at + 1),
            None => (buffer.is_empty(), buffer.len()),
        };
        input.consume(count);
        if end {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of each length about the most, through a reader that gives few octets at a time.
    #[test]
    fn lines_are_read_to_the_most() {
        for capacity in [1, 2, 3, 100] {
            let text = b"\nabc\nabcd\nabcdefgh\nab\r\nabcde\nxyz";
            let mut input = io::BufReader::with_capacity(capacity, &text[..]);
            let mut line = Vec::new();
            let mut found = Vec::new();
            loop {
                found.push(match next_line(&mut input, &mut line, 4).expect("octets") {
                    Taken::Line => String::from_utf8_lossy(&line).into_owned(),
                    Taken::TooLong => "too long".into(),
                    Taken::End => break,
                });
            }
            assert_eq!(found, ["", "abc", "abcd", "too long", "ab\r", "too long", "xyz"], "{capacity}");
        }
        let mut input = &b"abcde"[..];
        assert!(matches!(next_line(&mut input, &mut Vec::new(), 4), Ok(Taken::TooLong)));
        let mut input = &b"abcd"[..];
        assert!(matches!(next_line(&mut input, &mut Vec::new(), 4), Ok(Taken::Line)));
    }

    /// JSON-RPC 2.0: what has a response, with which identifier and which code.
    #[test]
    fn what_each_message_is_responded_with() {
        let server = Mcp { timeout: Duration::from_secs(60), max_line: 1 << 20 };
        for (line, wanted) in [
            ("{", Some((Value::Null, -32700))),
            ("7", Some((Value::Null, -32600))),
            ("[]", Some((Value::Null, -32600))),
            (r#"{"jsonrpc":"1.0","id":3,"method":"ping"}"#, Some((json!(3), -32600))),
            (r#"{"id":"a","method":"ping"}"#, Some((json!("a"), -32600))),
            (r#"{"id":[1],"method":"ping"}"#, Some((Value::Null, -32600))),
            (r#"{"jsonrpc":"2.0","id":3}"#, Some((json!(3), -32600))),
            (r#"{"jsonrpc":"2.0","id":3,"method":7}"#, Some((json!(3), -32600))),
            (r#"{"jsonrpc":"2.0","id":3,"method":"ping","params":[]}"#, Some((json!(3), -32600))),
            (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, Some((Value::Null, -32600))),
            (r#"{"jsonrpc":"2.0","id":3,"method":"x"}"#, Some((json!(3), -32601))),
            (r#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{}}"#, Some((json!(3), -32602))),
            (r#"{"jsonrpc":"2.0","id":3,"method":"ping"}"#, Some((json!(3), 0))),
            (r#"{"jsonrpc":"2.0","id":"b","method":"ping","params":{}}"#, Some((json!("b"), 0))),
            (r#"{"jsonrpc":"2.0","method":"ping"}"#, None),
            (r#"{"jsonrpc":"2.0","id":3,"result":{}}"#, None),
            (r#"{"jsonrpc":"2.0","id":3,"error":{}}"#, None),
        ] {
            let found = server.answer(line.as_bytes());
            let found =
                found.map(|found| (found["id"].clone(), found["error"]["code"].as_i64().unwrap_or(0)));
            assert_eq!(found, wanted, "{line}");
        }
    }

    #[test]
    fn a_batch_has_a_hundred_messages_at_most() {
        let server = Mcp { timeout: Duration::from_secs(60), max_line: 1 << 20 };
        let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
        for (count, is_served) in [(1, true), (100, true), (101, false)] {
            let batch = Value::from(vec![ping.clone(); count]).to_string();
            let found = server.answer(batch.as_bytes()).expect("a response");
            assert_eq!(found.as_array().map(Vec::len), is_served.then_some(count));
            assert_eq!(found["error"]["message"] == "a batch has 1 to 100 messages", !is_served);
        }
        let note = json!([{ "jsonrpc": "2.0", "method": "ping" }]).to_string();
        assert_eq!(server.answer(note.as_bytes()), None);
    }

    /// JSON-RPC 2.0, section 5.1.
    #[test]
    fn each_fault_has_its_code() {
        let words = || "x 4111111111111111".to_owned();
        for (fault, code) in [
            (Fault::parse(), -32700),
            (Fault::request(words()), -32600),
            (Fault::method(), -32601),
            (Fault::params(words()), -32602),
            (Fault::internal(words()), -32603),
        ] {
            let response = fault.response(&json!(7));
            assert_eq!((&response["jsonrpc"], &response["id"]), (&json!("2.0"), &json!(7)));
            assert_eq!(response["error"]["code"], code);
            assert!(!response.to_string().contains("4111111111111111"), "{response}");
        }
    }
}

//! One connection of a responder.

use std::net::SocketAddr;

use cardwire::{Builder, Message, de};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

use super::Issuer;
use super::rules::{Damage, Rule};
use crate::json::Lists;

/// What leaves a connection.
enum Out {
    Octets(Vec<u8>),
    Close,
}

/// What is done about a request.
struct Deed {
    frame: Option<Vec<u8>>,
    words: String,
}

/// Reads requests and answers them until the peer, or a rule, closes the connection.
pub(super) async fn serve(
    issuer: &Issuer,
    stream: impl AsyncRead + AsyncWrite + Send + 'static,
    peer: SocketAddr,
) {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let (outbox, mut out) = mpsc::channel(256);
    let writing = tokio::spawn(async move {
        while let Some(Out::Octets(octets)) = out.recv().await {
            if writer.write_all(&octets).await.is_err() || writer.flush().await.is_err() {
                break;
            }
        }
        let _ = writer.shutdown().await;
    });
    let (mut buffer, mut room) = (Vec::new(), vec![0; 1 << 16]);
    'reading: while !outbox.is_closed() {
        let count = tokio::select! {
            read = reader.read(&mut room) => read.unwrap_or(0),
            () = outbox.closed() => 0,
        };
        if count == 0 {
            break;
        }
        buffer.extend_from_slice(room.get(..count).unwrap_or_default());
        let mut used = 0;
        loop {
            match issuer.framing.split(buffer.get(used..).unwrap_or_default()) {
                Ok(None) => break,
                Ok(Some(frame)) => {
                    used += frame.consumed;
                    if !frame.is_poll() {
                        request(issuer, frame.header, frame.payload, &outbox, peer).await;
                    }
                }
                Err(error) => {
                    let _ = issuer.log.send(format!("- {peer} closed: {error}")).await;
                    break 'reading;
                }
            }
        }
        buffer.drain(..used);
    }
    drop(outbox);
    let _ = writing.await;
}

/// Answers a request as its rule says.
async fn request(
    issuer: &Issuer,
    header: &[u8],
    payload: &[u8],
    outbox: &mpsc::Sender<Out>,
    peer: SocketAddr,
) {
    let message = match Message::parse(issuer.spec, payload) {
        Ok(message) => message,
        Err(error) => {
            let _ = issuer.log.send(format!("{peer} not answered: {error}")).await;
            return;
        }
    };
    let rule = issuer.rules.find(&message);
    let deed = answer(issuer, rule, header, &message);
    let stan = message.get(de::STAN).map(|field| field.to_string()).unwrap_or_default();
    let name = rule.map(|rule| format!(", rule '{}'", rule.name)).unwrap_or_default();
    let delay = rule.map_or_else(Default::default, |rule| rule.delay);
    let after = if delay.is_zero() { String::new() } else { format!(", after {delay:?}") };
    let _ = issuer.log.send(format!("{peer} {} {stan} -> {}{name}{after}", message.mti(), deed.words)).await;
    let mut outs: Vec<Out> = Vec::new();
    if rule.is_some_and(|rule| rule.close) {
        outs.push(Out::Close);
    } else if let Some(frame) = deed.frame {
        if rule.is_some_and(|rule| rule.twice) {
            outs.push(Out::Octets(frame.clone()));
        }
        outs.push(Out::Octets(frame));
    }
    let outbox = outbox.clone();
    let sending = async move {
        // even a sleep of no time lasts until the next tick of the timer
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        for out in outs {
            if outbox.send(out).await.is_err() {
                return;
            }
        }
    };
    // what waits does not hold up others
    if delay.is_zero() { sending.await } else { drop(tokio::spawn(sending)) }
}

fn answer(issuer: &Issuer, rule: Option<&Rule>, header: &[u8], request: &Message<'_>) -> Deed {
    let words = |words: &str| Deed { frame: None, words: words.into() };
    if rule.is_some_and(|rule| rule.close) {
        return words("closed");
    }
    if rule.is_some_and(|rule| rule.drop) {
        return words("dropped");
    }
    if request.mti().response().is_none() {
        return words("not a request");
    }
    let (payload, code) = match built(issuer, rule, request) {
        Ok(built) => built,
        Err(text) => return words(&format!("no answer: {text}")),
    };
    let mti = request.mti().response().map(|mti| mti.to_string()).unwrap_or_default();
    let damage = rule.and_then(|rule| rule.broken);
    let payload = damaged(payload, damage, request);
    let mut frame = vec![0; payload.len() + header.len() + 64];
    let mut frame = match issuer.framing.reply(header, &payload, &mut frame) {
        Ok(frame) => frame.to_vec(),
        Err(error) => return words(&format!("no answer: {error}")),
    };
    if damage == Some(Damage::Frame) {
        frame.truncate(frame.len() / 2);
    }
    let broken = if damage.is_some() { ", broken" } else { "" };
    Deed { frame: Some(frame), words: format!("{mti} {code}{broken}") }
}

/// The answer and its code.
fn built(issuer: &Issuer, rule: Option<&Rule>, request: &Message<'_>) -> Result<(Vec<u8>, String), String> {
    let record = rule.map(Rule::record).transpose()?.unwrap_or_default();
    let values = record.prepare(issuer.spec).map_err(|(number, text)| format!("field {number}: {text}"))?;
    let lists = Lists::new(values.iter().map(|(_, value)| value));
    let mut builder = Builder::reply_to(request);
    builder.echo(request, rule.and_then(|rule| rule.echo.as_deref()).unwrap_or(ECHO));
    if issuer.spec.element(de::RESPONSE_CODE).is_some() {
        let code = match issuer.spec.element(de::RESPONSE_CODE).map(cardwire::Element::max) {
            Some(2) => "00",
            Some(3) => "000",
            _ => "0000",
        };
        builder.set(de::RESPONSE_CODE, code);
    }
    for (number, value) in &values {
        builder.set(*number, lists.value(value));
    }
    let wire = builder.to_vec().map_err(|error| error.to_string())?;
    let code = Message::parse(issuer.spec, &wire).map_err(|error| error.to_string())?;
    let code = code.get(de::RESPONSE_CODE).map(|field| field.to_string()).unwrap_or_default();
    Ok((wire, code))
}

/// What an answer usually carries over.
const ECHO: &[u8] = &[2, 3, 4, 7, 11, 12, 13, 24, 25, 32, 33, 37, 41, 42, 49, 60, 70];

fn damaged(mut payload: Vec<u8>, damage: Option<Damage>, request: &Message<'_>) -> Vec<u8> {
    match damage {
        None | Some(Damage::Frame) => payload,
        Some(Damage::Cut) => {
            payload.truncate(payload.len() * 2 / 3);
            payload
        }
        Some(Damage::Garbage) => {
            let mut state = 0x2545_F491u32;
            payload.iter_mut().for_each(|octet| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *octet = state.to_be_bytes()[0];
            });
            payload
        }
        Some(Damage::Mirror) => request.wire().to_vec(),
    }
}

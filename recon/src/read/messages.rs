//! Octets of messages in every form that the command `cardwire` reads: digits, dumps, frames, captures.
//!
//! Where no spec is said, the file is read twice: once to see which spec and framing explain the first messages, of a
//! capture connection by connection, and once by those.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Cursor, Read};
use std::net::SocketAddr;
use std::sync::Arc;

use cardwire::input::{self, Item, Kind, Opened, Origin, Payload, Stream};
use cardwire::probe::explain;
use cardwire::spec::builtin;
use cardwire::{Framing, Message, Spec};

use super::column::Column;
use super::isomsg;
use super::make::Maker;
use super::row::Row;
use super::tell::Teller;
use crate::record::Place;

/// What is said of the messages of a file.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Said {
    pub(super) spec: Option<&'static Spec<'static>>,
    pub(super) framing: Option<Framing>,
}

/// A spec and a framing that explain messages.
type Reading = (&'static Spec<'static>, Option<Framing>);

/// The two ends of a connection, the lower one first; those of what is no capture are `None`.
type Connection = Option<(SocketAddr, SocketAddr)>;

/// Gives a file from its start on.
pub(super) type Again<'a> = &'a dyn Fn() -> io::Result<Box<dyn Read + Send>>;

/// How many messages of a connection are looked at to find its spec.
const ENOUGH: usize = 32;

/// Reads a file.
pub(super) fn read(
    first: impl Read + Send + 'static,
    again: Again<'_>,
    said: Said,
    maker: &Maker,
    teller: &mut Teller<'_>,
) -> io::Result<()> {
    let name = teller.name();
    let options = input::Options { spec: said.spec, framing: said.framing, ..input::Options::default() };
    let opened = options.open(name.as_ref().into(), stream(first));
    let mut source = match opened {
        Ok(Opened::Octets(source)) => source,
        Ok(Opened::Isomsg(stream)) => return isomsg::read(stream, maker, teller),
        Ok(Opened::Json(_)) => return Err(io::ErrorKind::Unsupported.into()),
        Err(error) => return failed(error, teller),
    };
    if let Some(spec) = said.spec {
        let mut messages = Messages::new(maker, spec);
        return messages.all(&mut *source, |_| true, teller);
    }
    let mut starts: BTreeMap<Connection, Vec<Vec<u8>>> = BTreeMap::new();
    loop {
        match source.next() {
            Ok(Some(Item { origin, content: Ok(payload) })) if !payload.is_poll() => {
                let start = starts.entry(connection(&origin)).or_default();
                if start.len() < ENOUGH {
                    start.push(payload.message);
                }
            }
            Ok(Some(_)) => (),
            Ok(None) => break,
            Err(error) => return failed(error, teller),
        }
    }
    drop(source);
    by_readings(&starts, again, said, maker, teller)
}

/// Reads the file once for each way to read some of its connections.
fn by_readings(
    starts: &BTreeMap<Connection, Vec<Vec<u8>>>,
    again: Again<'_>,
    said: Said,
    maker: &Maker,
    teller: &mut Teller<'_>,
) -> io::Result<()> {
    let mut readings: Vec<(Reading, Vec<Connection>)> = Vec::new();
    for (connection, messages) in starts {
        let Some(reading) = reading(messages, said.framing) else {
            let whose =
                connection.map_or_else(String::new, |(one, other)| format!(" between {one} and {other}"));
            teller.stop(
                Place::Offset(0),
                format_args!("no spec that comes with cardwire explains the messages{whose}: say --spec"),
            );
            continue;
        };
        match readings
            .iter_mut()
            .find(|((spec, framing), _)| spec.name() == reading.0.name() && *framing == reading.1)
        {
            Some((_, connections)) => connections.push(*connection),
            None => readings.push((reading, vec![*connection])),
        }
    }
    if starts.is_empty() {
        teller.stop(Place::Offset(0), "the file holds no message");
    }
    let name = teller.name();
    for (index, ((spec, framing), connections)) in readings.iter().enumerate() {
        teller.note(
            Place::Offset(0),
            format_args!(
                "no spec was said; messages fit {}{}",
                spec.name(),
                framing.map_or("", |_| ", in frames")
            ),
        );
        let kind = Kind::Auto;
        let options =
            input::Options { kind, spec: Some(*spec), framing: *framing, ..input::Options::default() };
        let mut source = match options.open(name.as_ref().into(), stream(again()?)) {
            Ok(Opened::Octets(source)) => source,
            Ok(_) => return Err(io::ErrorKind::Unsupported.into()),
            Err(error) => return failed(error, teller),
        };
        let mut messages = Messages::new(maker, spec);
        // what belongs to no connection is told once
        let is_wanted = |origin: &Origin| match connection(origin) {
            None => index == 0,
            known => connections.contains(&known),
        };
        messages.all(&mut *source, is_wanted, teller)?;
    }
    Ok(())
}

fn stream(read: impl Read + Send + 'static) -> Stream {
    BufReader::with_capacity(1 << 16, Box::new(read))
}

/// Octets as a file that can be read again.
pub(super) fn kept(octets: &Arc<[u8]>) -> Box<dyn Read + Send> {
    Box::new(Cursor::new(Arc::clone(octets)))
}

fn failed(error: input::Error, teller: &mut Teller<'_>) -> io::Result<()> {
    match error {
        input::Error::Io(_, error) => Err(error),
        other => {
            teller.stop(Place::Offset(0), other);
            Ok(())
        }
    }
}

/// The likeliest way to read messages.
fn reading(messages: &[Vec<u8>], framing: Option<Framing>) -> Option<Reading> {
    let messages: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
    let found = explain(&messages, builtin())?;
    let is_likely = found.reads_messages() || found.reaches().iter().any(|reach| reach.error.is_none());
    let envelope = found.envelope();
    let own = (!envelope.is_bare()).then(|| envelope.framing());
    is_likely.then(|| (found.spec(), framing.or(own)))
}

fn connection(origin: &Origin) -> Connection {
    match origin {
        Origin::Packet { from, to, .. } => Some((*from.min(to), *from.max(to))),
        _ => None,
    }
}

fn place(origin: &Origin) -> Place {
    match origin {
        Origin::Line(_, line) => Place::Line(*line),
        Origin::Byte(_, at) => Place::Offset(*at),
        Origin::Packet { offset, .. } => Place::Offset(*offset),
        Origin::Argument(index) => Place::Line(u64::try_from(*index).unwrap_or(u64::MAX)),
    }
}

/// Messages of one spec on their way to be records.
struct Messages<'m> {
    maker: &'m Maker,
    spec: &'static Spec<'static>,
    columns: Vec<(u8, Column)>,
    row: Row,
}

impl<'m> Messages<'m> {
    fn new(maker: &'m Maker, spec: &'static Spec<'static>) -> Self {
        let columns = (2..=128).filter_map(|number| Some((number, Column::of_element(number)?))).collect();
        Self { maker, spec, columns, row: Row::default() }
    }

    fn all(
        &mut self,
        source: &mut dyn input::Source,
        is_wanted: impl Fn(&Origin) -> bool,
        teller: &mut Teller<'_>,
    ) -> io::Result<()> {
        loop {
            match source.next() {
                Ok(Some(item)) if is_wanted(&item.origin) => self.take(&item, teller),
                Ok(Some(_)) => (),
                Ok(None) => break,
                Err(error) => return failed(error, teller),
            }
        }
        if let Some(skipped) = source.skipped() {
            teller.note(Place::Offset(0), skipped);
        }
        Ok(())
    }

    fn take(&mut self, item: &Item, teller: &mut Teller<'_>) {
        let place = place(&item.origin);
        match &item.content {
            Ok(payload) if payload.is_poll() => (),
            Ok(payload) => self.message(payload, &item.origin, place, teller),
            // what is lost may have been a message
            Err(refusal) => {
                teller.complete = false;
                match item.origin {
                    Origin::Byte(..) => teller.fault(place, &refusal.text),
                    _ => teller.refuse(place, &refusal.text),
                }
            }
        }
    }

    fn message(&mut self, payload: &Payload, origin: &Origin, place: Place, teller: &mut Teller<'_>) {
        let message = match Message::parse(self.spec, &payload.message) {
            Ok(message) => message,
            Err(error) => return teller.refuse(place, format_args!("the message is broken: {error}")),
        };
        let row = &mut self.row;
        row.clear();
        row.put(Column::Mti, message.mti().as_str());
        let mut text = String::new();
        for (number, column) in &self.columns {
            let Some(field) = message.get(*number).filter(|field| !field.content().is_binary()) else {
                continue;
            };
            text.clear();
            text.extend(field.expose().chars());
            row.put(*column, &text);
        }
        if let Origin::Packet { from, to, moment, .. } = origin {
            row.put(Column::From, &from.to_string());
            row.put(Column::To, &to.to_string());
            if let Some(moment) = moment {
                row.put(Column::Time, &moment.to_string());
            }
        }
        self.maker.take(row, place, teller);
    }
}

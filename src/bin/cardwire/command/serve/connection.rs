//! One connection of a responder.

use std::net::SocketAddr;
use std::sync::Arc;

use cardwire::net::{Closed, Event, Handler, Observer, Received, Reply, Responder};
use cardwire::{Builder, Inspection, Message, Spec, de, profile};

use super::Issuer;
use super::initiate::Party;
use super::rules::Rule;
use crate::json::{Lists, Record};
use crate::keys::{self, Keys, Turn};

/// A peer, and who responds to it.
pub(super) struct Connection {
    pub(super) issuer: Arc<Issuer>,
    /// What the peer is called.
    pub(super) peer: String,
    /// Where the peer connects to this host, and this host says something by itself.
    pub(super) party: Option<(SocketAddr, Arc<Party>)>,
    /// Whether this host makes the connection.
    pub(super) is_dialled: bool,
}

/// Hears of those who do not get that far.
pub(super) struct Door {
    pub(super) issuer: Arc<Issuer>,
}

impl Observer for Door {
    fn event(&self, event: Event) {
        if let Event::TurnedAway { peer: Some(peer), why } = event {
            self.issuer.remark(format_args!("{peer} turned away: {why}"));
        }
    }
}

/// What is done about a request.
enum Deed {
    Nothing,
    Close,
    /// Frames, whole or not.
    Write(Vec<u8>),
}

impl Connection {
    fn log(&self, text: impl std::fmt::Display) {
        self.issuer.log(format!("{} {text}", self.peer));
    }

    fn hear(&self) {
        if let Some((_, party)) = &self.party {
            party.hear();
        }
    }

    /// What does not count as a request.
    fn remark(&self, text: impl std::fmt::Display) {
        self.issuer.remark(format_args!("{} {text}", self.peer));
    }
}

impl Handler for Connection {
    /// Responds to a request as its rule says.
    fn handle(&self, request: &Message<'_>, reply: Reply<'_>) {
        self.hear();
        let issuer = &self.issuer;
        let rule = issuer.rules.find(request);
        let (deed, words) = response(issuer, rule, reply.header(), request);
        let name = rule.map(|rule| format!(", rule '{}'", rule.name)).unwrap_or_default();
        let delay = rule.map_or_else(Default::default, |rule| rule.delay);
        let after = if delay.is_zero() { String::new() } else { format!(", after {delay:?}") };
        self.log(format_args!("{} -> {words}{name}{after}", named(request)));
        let responder = reply.later();
        if delay.is_zero() {
            return deed.done(responder);
        }
        // what waits does not hold up others
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            deed.done(responder);
        });
    }
}

impl Observer for Connection {
    fn late(&self, response: Received) {
        self.remark(format_args!("{} -> a late response", named(&response.message())));
    }

    fn duplicate(&self, response: Received) {
        self.remark(format_args!("{} -> one more response", named(&response.message())));
    }

    fn unsolicited(&self, message: Received) {
        self.log(format_args!("{} -> not a request", named(&message.message())));
    }

    fn unreadable(&self, inspection: &Inspection<'_>) {
        if let Some(error) = inspection.error() {
            self.log(format_args!("not answered: {error}"));
        }
    }

    fn event(&self, event: Event) {
        if let Some((address, party)) = &self.party {
            match event {
                Event::Down(_) | Event::HandshakeFailed(_) => {
                    self.issuer.forget(address);
                    party.ended.notify_one();
                }
                _ => party.hear(),
            }
        }
        match event {
            Event::Up if self.is_dialled => self.remark("connected"),
            Event::ConnectFailed(why) => self.remark(format_args!("no connection: {why}")),
            Event::Retry(wait) => self.remark(format_args!("next attempt in {:.1} s", wait.as_secs_f64())),
            Event::Down(why) if self.is_dialled => self.remark(format_args!("closed: {why}")),
            Event::Down(
                why @ (Closed::Framing(_)
                | Closed::GaveWay
                | Closed::Silent
                | Closed::SlowFrame
                | Closed::WriteTimeout),
            ) => self.remark(format_args!("closed: {why}")),
            Event::HandshakeFailed(why) => self.remark(format_args!("TLS handshake failed: {why}")),
            _ => {}
        }
    }
}

impl Deed {
    fn done(self, responder: Responder) {
        match self {
            Self::Nothing => {}
            Self::Close => responder.hang_up(),
            Self::Write(octets) => responder.send_raw(&octets),
        }
    }
}

/// The MTI and the STAN.
pub(super) fn named(message: &Message<'_>) -> String {
    let stan = message.get(de::STAN).map(|field| field.to_string()).unwrap_or_default();
    format!("{} {stan}", message.mti())
}

/// What is done about a request, and how that is said.
fn response(issuer: &Issuer, rule: Option<&Rule>, header: &[u8], request: &Message<'_>) -> (Deed, String) {
    let nothing = |words: &str| (Deed::Nothing, words.to_owned());
    if rule.is_some_and(|rule| rule.close) {
        return (Deed::Close, "closed".into());
    }
    if rule.is_some_and(|rule| rule.drop) {
        return nothing("dropped");
    }
    let Some(mti) = request.mti().response() else { return nothing("not a request") };
    let fault = issuer.keys.and_then(|keys| fault(keys, request));
    let answered = match &fault {
        None => ordinary(issuer.spec, rule, request).and_then(|built| authenticated(issuer, request, built)),
        Some((field, _)) => refused(issuer.spec, *field, request),
    };
    let signed = answered.and_then(|(wire, code)| {
        match keys::sign(Turn::Response(request), issuer.keys, issuer.spec, wire.clone()) {
            Ok(signed) => Ok((signed, code)),
            // a key serial number that nobody uses gives no key, and all the same it is refused
            Err(text) if fault.is_some() => Ok((wire, format!("{code}, without a MAC: {text}"))),
            Err(text) => Err(text),
        }
    });
    let (payload, code) = match signed {
        Ok(signed) => signed,
        Err(text) => return nothing(&format!("no response: {text}")),
    };
    let damage = rule.and_then(|rule| rule.broken);
    let payload = match damage {
        Some(damage) => damage.done_to(payload, request.wire()),
        None => payload,
    };
    let mut room = vec![0; payload.len() + header.len() + 64];
    let frame = match issuer.framing.reply(header, &payload, &mut room) {
        Ok(frame) => frame,
        Err(error) => return nothing(&format!("no response: {error}")),
    };
    let frame = match damage {
        Some(damage) => damage.done_to_frame(frame),
        None => frame,
    };
    let times = if rule.is_some_and(|rule| rule.twice) { 2 } else { 1 };
    let broken = if damage.is_some() { ", broken" } else { "" };
    let fault = fault.map(|(_, text)| format!(", {text}")).unwrap_or_default();
    (Deed::Write(frame.repeat(times)), format!("{mti} {code}{broken}{fault}"))
}

/// What is wrong with a request: the element, and words.
fn fault(keys: &Keys, request: &Message<'_>) -> Option<(Option<u8>, String)> {
    let wrong = keys.faults(request, None).into_iter().next();
    wrong.or_else(|| keys.replayed(request).map(|text| (None, text)))
}

/// The response to a request that is not what it says it is: its MAC (A0 of UnionPay and others, 916 of 1993), its
/// PIN or its cryptogram is wrong.
fn refused(
    spec: &'static Spec<'static>,
    field: Option<u8>,
    request: &Message<'_>,
) -> Result<(Vec<u8>, String), String> {
    let [of_1987, of_1993, of_2003] = match field {
        Some(de::PIN) => ["55", "117", "1017"],
        Some(de::ICC) => ["05", "100", "1000"],
        _ => ["A0", "916", "9116"],
    };
    let code = match spec.element(de::RESPONSE_CODE).map(cardwire::layout::Element::max) {
        Some(2) => of_1987,
        Some(3) => of_1993,
        _ => of_2003,
    };
    let mut builder = Builder::reply_to(request);
    builder.echo(request, profile::ECHOED).remove(de::ICC).set(de::RESPONSE_CODE, code);
    Ok((builder.to_vec().map_err(|error| error.to_string())?, code.to_owned()))
}

/// The response with the issuer's own authentication in it, where the request has a good cryptogram.
fn authenticated(
    issuer: &Issuer,
    request: &Message<'_>,
    (wire, code): (Vec<u8>, String),
) -> Result<(Vec<u8>, String), String> {
    let Some(octets) = issuer.keys.and_then(|keys| keys.authentication(request)) else {
        return Ok((wire, code));
    };
    let said = |error: cardwire::Error| error.to_string();
    let response = Message::parse(issuer.spec, &wire).map_err(said)?;
    let parts = [(0x91, octets.as_slice())];
    let wire = Builder::copy_of(&response, issuer.spec).set(de::ICC, &parts).to_vec().map_err(said)?;
    Ok((wire, code))
}

/// The response that a rule says, or the usual one.
pub(super) fn ordinary(
    spec: &'static Spec<'static>,
    rule: Option<&Rule>,
    request: &Message<'_>,
) -> Result<(Vec<u8>, String), String> {
    let record = rule.map(Rule::record).transpose()?.unwrap_or_default();
    built(spec, &record, rule.and_then(|rule| rule.echo.as_deref()), request)
}

/// The response and its code: the elements of the record, and of the request those that it carries over, the usual ones
/// when not said.
pub(in crate::command) fn built(
    spec: &'static Spec<'static>,
    record: &Record,
    echo: Option<&[u8]>,
    request: &Message<'_>,
) -> Result<(Vec<u8>, String), String> {
    let values = record.prepare(spec).map_err(|(number, text)| format!("field {number}: {text}"))?;
    let lists = Lists::new(values.iter().map(|(_, value)| value));
    let mut builder = Builder::reply_to(request);
    builder.echo(request, echo.unwrap_or(profile::ECHOED));
    if spec.element(de::RESPONSE_CODE).is_some() {
        let code = match spec.element(de::RESPONSE_CODE).map(cardwire::layout::Element::max) {
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
    let code = Message::parse(spec, &wire).map_err(|error| error.to_string())?;
    let code = code.get(de::RESPONSE_CODE).map(|field| field.to_string()).unwrap_or_default();
    Ok((wire, code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use cardwire::spec::ISO87_ASCII;

    /// A spec whose DE 39 has so many digits.
    fn edition(code: &str) -> &'static Spec<'static> {
        let text = format!(
            "name = 'x'\n[elements]\n11 = {{ is = 'n6' }}\n{code}41 = {{ is = 'ans8' }}\n55 = {{ is = 'b..9', length = 'LLL' }}\n"
        );
        crate::spec_text::leak(cardwire::import::toml::parse(&text).expect("TOML")).expect("a spec")
    }

    fn request(spec: &'static Spec<'static>, mti: &str) -> Vec<u8> {
        let mut builder = Builder::new(spec, mti.parse().expect("a type"));
        builder.set(11, 7).set(41, "TERM0001").set(55, &[1, 2, 3][..]).to_vec().expect("a message")
    }

    /// The codes of each edition for a wrong PIN, a wrong cryptogram and a wrong MAC; no chip data comes back.
    #[test]
    fn what_is_wrong_has_its_code() {
        for (code, mti, of_pin, of_chip, of_mac) in [
            ("39 = { is = 'an2', privacy = 'open' }\n", "0200", "55", "05", "A0"),
            ("39 = { is = 'n3', privacy = 'open' }\n", "1200", "117", "100", "916"),
            ("39 = { is = 'n4', privacy = 'open' }\n", "2200", "1017", "1000", "9116"),
        ] {
            let spec = edition(code);
            let wire = request(spec, mti);
            let request = Message::parse(spec, &wire).expect("a message");
            for (field, wanted) in
                [(Some(52), of_pin), (Some(55), of_chip), (Some(64), of_mac), (None, of_mac)]
            {
                let (wire, code) = refused(spec, field, &request).expect("a response");
                let response = Message::parse(spec, &wire).expect("a message");
                assert_eq!((code.as_str(), response.has(55)), (wanted, false));
                let value =
                    |number: u8| response.get(number).map(|field| field.expose().chars().collect::<String>());
                assert_eq!(value(39).as_deref(), Some(wanted));
                assert_eq!((value(11).as_deref(), value(41).as_deref()), (Some("000007"), Some("TERM0001")));
            }
        }
    }

    /// A response that nobody describes: approved in the words of its edition, with what is echoed.
    #[test]
    fn the_usual_response_approves() {
        for (code, mti, wanted) in [
            ("39 = { is = 'an2', privacy = 'open' }\n", "0200", "00"),
            ("39 = { is = 'n3', privacy = 'open' }\n", "1200", "000"),
            ("39 = { is = 'n4', privacy = 'open' }\n", "2200", "0000"),
            ("", "0200", ""),
        ] {
            let spec = edition(code);
            let wire = request(spec, mti);
            let request = Message::parse(spec, &wire).expect("a message");
            let (wire, code) = ordinary(spec, None, &request).expect("a response");
            let response = Message::parse(spec, &wire).expect("a message");
            assert_eq!(code, wanted);
            assert_eq!(
                (response.has(39), response.has(11), response.has(41)),
                (!wanted.is_empty(), true, true)
            );
            assert_eq!(Some(response.mti()), request.mti().response());
            let (bare, _) = built(spec, &Record::default(), Some(&[11]), &request).expect("a response");
            let bare = Message::parse(spec, &bare).expect("a message");
            assert_eq!((bare.has(11), bare.has(41)), (true, false));
        }
    }

    #[test]
    fn messages_are_named_by_type_and_number() {
        let name = |fill: bool| {
            let mut builder = Builder::new(&ISO87_ASCII, "0200".parse().expect("a type"));
            if fill {
                builder.set(11, 7);
            }
            let wire = builder.set(3, "000000").to_vec().expect("a message");
            named(&Message::parse(&ISO87_ASCII, &wire).expect("a message"))
        };
        assert_eq!((name(true), name(false)), ("0200 000007".into(), "0200 ".into()));
    }
}

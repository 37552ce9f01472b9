//! Terminals under load: each has one thing under way, and all of a connection share a thread. Most sales are approved;
//! some are declined, repeated as they were or with another amount, or reversed since the terminal "heard nothing".

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use cardwire::spec::UNIONPAY_POS;
use cardwire::{Message, Parser, Template, Value};

use super::setup::{CARDS, EXPIRY, LIMIT, MERCHANTS, PIN, merchant, terminal, timers};
use super::shell::TERMINALS;
use super::wire::digits;
use crate::card::Card;
use crate::money::Money;
use crate::telegram::{Code, Mti, Telegram};
use crate::wire::pos;

/// What the terminals of one connection are to do.
#[derive(Clone, Debug)]
pub struct Shift {
    /// Where the acquirer listens.
    pub acquirer: SocketAddr,
    /// The number of the first terminal.
    pub first: usize,
    /// How many there are: each has one sale under way.
    pub terminals: usize,
    /// How many sales they make, all together.
    pub sales: u64,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// Sales that came to an end.
    pub sales: u64,
    /// Slips that say approved and were not reversed: how many, and their sum in minor units.
    pub approved: (u64, u64),
    /// Declined sales.
    pub declined: u64,
    /// Sales that were reversed by their terminal.
    pub reversed: u64,
    /// Sales that came again, as they were or with another amount, and got the right response.
    pub repeated: u64,
    /// How often the line was lost, or nobody answered in time.
    pub losses: u64,
    /// Messages of the terminals, both ways.
    pub messages: u64,
    /// How long each sale took from its request to its response, in microseconds.
    pub latencies: Vec<u32>,
    /// A name of each response that was heard, and which must be in the acquirer's journal.
    pub heard: Vec<u64>,
    /// Responses that say something else than they should.
    pub wrong: Vec<String>,
}

/// What a terminal waits for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Waits {
    SignOn,
    Sale,
    /// The sale came again, as it was.
    Repeat,
    /// With another amount.
    Reuse,
    Reversal,
    Nothing,
}

struct Terminal {
    name: String,
    merchant: String,
    stan: u64,
    amount: u64,
    waits: Waits,
    since: Instant,
    /// The name of the response to its sale.
    answer: u64,
    request: Vec<u8>,
}

struct Running<'a> {
    shift: &'a Shift,
    terminals: Vec<Terminal>,
    parser: Parser<'static>,
    random: u64,
    begun: u64,
    out: Vec<u8>,
    done: Done,
}

/// Works a shift.
///
/// # Errors
/// In words: the acquirer cannot be reached for a long time, or says what no acquirer says.
pub fn work(shift: &Shift) -> Result<Done, String> {
    let terminals = (0..shift.terminals).map(|place| Terminal::new(shift.first + place));
    let mut running = Running {
        shift,
        terminals: terminals.collect::<Option<_>>().ok_or("a test card is impossible")?,
        parser: Parser::new(&UNIONPAY_POS),
        random: 0x9E37_79B9_7F4A_7C15 ^ u64::try_from(shift.first).unwrap_or_default(),
        begun: 0,
        out: Vec::new(),
        done: Done::default(),
    };
    running.signs_on().map_err(|error| error.to_string())?;
    let mut stream = connect(shift.acquirer)?;
    let mut buffer = vec![0; 1 << 16];
    let mut filled = 0;
    while running.is_working() {
        let lost = running.send(&mut stream).is_err();
        let room = buffer.get_mut(filled..).unwrap_or_default();
        match if lost { Ok(0) } else { stream.read(room) } {
            Ok(read) if read > 0 => {
                filled += read;
                let used = running.hear(buffer.get(..filled).unwrap_or_default())?;
                buffer.copy_within(used..filled, 0);
                filled -= used;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            _ => {
                filled = 0;
                running.done.losses += 1;
                stream = connect(shift.acquirer)?;
                running.lost().map_err(|error| error.to_string())?;
            }
        }
    }
    Ok(running.done)
}

/// A connection, made again and again for a while.
fn connect(address: SocketAddr) -> Result<TcpStream, String> {
    let begun = Instant::now();
    loop {
        match TcpStream::connect(address) {
            Ok(stream) => {
                let limit = Some(timers().terminal);
                let set = stream.set_nodelay(true).and_then(|()| stream.set_read_timeout(limit));
                return set.map(|()| stream).map_err(|error| error.to_string());
            }
            Err(error) if begun.elapsed() > Duration::from_secs(30) => {
                return Err(format!("the acquirer at {address} is not there: {error}"));
            }
            Err(_) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

impl Terminal {
    fn new(number: usize) -> Option<Self> {
        let digits = CARDS.get(number % CARDS.len())?;
        let card = Card::test(digits, EXPIRY, PIN)?;
        let (name, merchant) = (terminal(number), merchant(number % MERCHANTS));
        let sale = Telegram {
            pan: Some(card.pan),
            pin: Some(card.pin),
            expiry: Some(card.expiry),
            amount: Some(Money::minor(1)),
            terminal: name.clone(),
            merchant: merchant.clone(),
            batch: Some(1),
            ..Telegram::new(Mti::SALE, 1)
        };
        let request = pos::encode(&sale).ok()?;
        let (waits, since) = (Waits::Nothing, Instant::now());
        Some(Self { name, merchant, stan: 0, amount: 0, waits, since, answer: 0, request })
    }

    /// Its sale in octets.
    fn sale(&mut self, amount: u64) -> Result<&[u8], cardwire::Error> {
        let stan = self.stan;
        let mut template = Template::of(&UNIONPAY_POS, &mut self.request)?;
        template.patch(11, Value::from(stan))?.patch(4, Value::from(amount))?;
        Ok(&self.request)
    }

    fn other(&self, mti: Mti) -> Telegram {
        let (terminal, merchant) = (self.name.clone(), self.merchant.clone());
        Telegram { terminal, merchant, batch: Some(1), ..Telegram::new(mti, self.stan) }
    }
}

impl Running<'_> {
    fn is_working(&self) -> bool {
        self.done.sales < self.shift.sales && self.done.wrong.is_empty()
    }

    fn random(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }

    fn signs_on(&mut self) -> Result<(), crate::wire::WireError> {
        for terminal in &mut self.terminals {
            terminal.waits = Waits::SignOn;
            let octets = pos::encode(&Telegram { management: Some(1), ..terminal.other(Mti::NETWORK) })?;
            frame(&octets, &mut self.out);
            self.done.messages += 1;
        }
        Ok(())
    }

    fn send(&mut self, stream: &mut TcpStream) -> std::io::Result<()> {
        let sent = stream.write_all(&self.out);
        self.out.clear();
        sent
    }

    /// Takes whole frames, and gives the length of these.
    fn hear(&mut self, octets: &[u8]) -> Result<usize, String> {
        let mut used = 0;
        loop {
            let rest = octets.get(used..).unwrap_or_default();
            let Some(frame) = TERMINALS.split(rest).map_err(|error| error.to_string())? else {
                return Ok(used);
            };
            used += frame.consumed;
            let message = self.parser.parse(frame.payload).map_err(|error| error.to_string())?;
            self.done.messages += 1;
            self.response(&message).map_err(|error| error.to_string())?;
        }
    }

    fn response(&mut self, message: &Message<'_>) -> Result<(), cardwire::Error> {
        let mut room = [0; 8];
        let name = message.expose(41)?.copy_to(&mut room)?;
        let number = digits(name).and_then(|name| usize::try_from(name).ok()?.checked_sub(10_000_001));
        let place = number.and_then(|number| number.checked_sub(self.shift.first));
        let (mti, stan) = (message.mti().number(), message.number(11)?);
        let code = message.text(39)?;
        let code = code.as_str().and_then(|code| code.parse().ok()).unwrap_or(Code::of(b"??"));
        let Some((place, terminal)) = place.and_then(|at| Some((at, self.terminals.get_mut(at)?))) else {
            return Ok(());
        };
        let is_due = match terminal.waits {
            Waits::SignOn => mti == 810,
            Waits::Reversal => mti == 410,
            Waits::Nothing => false,
            _ => mti == 210,
        };
        if !is_due || stan != terminal.stan {
            return Ok(());
        }
        match terminal.waits {
            Waits::SignOn | Waits::Nothing => self.next(place),
            Waits::Sale => self.sold(place, code, named(message.wire())),
            Waits::Repeat | Waits::Reuse => self.repeated(place, code, named(message.wire())),
            Waits::Reversal => {
                self.done.reversed += 1;
                self.done.sales += 1;
                self.next(place)
            }
        }
    }

    /// The first response to a sale.
    fn sold(&mut self, place: usize, code: Code, name: u64) -> Result<(), cardwire::Error> {
        let chance = self.random() % 256;
        let Some(terminal) = self.terminals.get_mut(place) else { return Ok(()) };
        let took = terminal.since.elapsed().as_micros();
        self.done.latencies.push(u32::try_from(took).unwrap_or(u32::MAX));
        self.done.heard.push(name);
        terminal.answer = name;
        match chance {
            // It is asked once more.
            0 => self.ask(place, Waits::Repeat, false),
            1 => self.ask(place, Waits::Reuse, true),
            // "Nothing was heard."
            2 if code.approved() => self.reverse(place),
            _ => self.ended(place, code),
        }
    }

    fn repeated(&mut self, place: usize, code: Code, name: u64) -> Result<(), cardwire::Error> {
        let Some(terminal) = self.terminals.get_mut(place) else { return Ok(()) };
        let is_right = match terminal.waits {
            Waits::Repeat => name == terminal.answer,
            _ => code == Code::of(b"94"),
        };
        if !is_right {
            self.done
                .wrong
                .push(format!("{} {:06}: a repeat got another response", terminal.name, terminal.stan));
        }
        self.done.repeated += 1;
        // What it was the first time is not known here any more: it is undone.
        self.reverse(place)
    }

    fn ended(&mut self, place: usize, code: Code) -> Result<(), cardwire::Error> {
        let Some(terminal) = self.terminals.get_mut(place) else { return Ok(()) };
        if code.approved() {
            self.done.approved.0 += 1;
            self.done.approved.1 += terminal.amount;
        } else {
            self.done.declined += 1;
        }
        self.done.sales += 1;
        self.next(place)
    }

    fn next(&mut self, place: usize) -> Result<(), cardwire::Error> {
        let random = self.random();
        let Some(terminal) = self.terminals.get_mut(place) else { return Ok(()) };
        terminal.waits = Waits::Nothing;
        if self.begun >= self.shift.sales {
            return Ok(());
        }
        self.begun += 1;
        terminal.stan += 1;
        // One of a hundred is more than a card may be charged with.
        terminal.amount = if random.is_multiple_of(100) { LIMIT + 1 } else { 100 + (random >> 8) % 50_000 };
        self.ask(place, Waits::Sale, false)
    }

    fn ask(&mut self, place: usize, waits: Waits, is_other: bool) -> Result<(), cardwire::Error> {
        let Some(terminal) = self.terminals.get_mut(place) else { return Ok(()) };
        (terminal.waits, terminal.since) = (waits, Instant::now());
        let amount = terminal.amount + u64::from(is_other);
        frame(terminal.sale(amount)?, &mut self.out);
        self.done.messages += 1;
        Ok(())
    }

    fn reverse(&mut self, place: usize) -> Result<(), cardwire::Error> {
        let Some(terminal) = self.terminals.get_mut(place) else { return Ok(()) };
        (terminal.waits, terminal.since) = (Waits::Reversal, Instant::now());
        let amount = Some(Money::minor(terminal.amount));
        let reversal = Telegram { amount, code: Some(Code::of(b"98")), ..terminal.other(Mti::REVERSAL) };
        if let Ok(octets) = pos::encode(&reversal) {
            frame(&octets, &mut self.out);
            self.done.messages += 1;
        }
        Ok(())
    }

    /// The line was lost, or nobody answered in time: what is under way is undone, and reversals come again.
    fn lost(&mut self) -> Result<(), cardwire::Error> {
        self.out.clear();
        for place in 0..self.terminals.len() {
            match self.terminals.get(place).map(|terminal| terminal.waits) {
                Some(Waits::SignOn) => {
                    if let Some(terminal) = self.terminals.get(place) {
                        let sign_on = Telegram { management: Some(1), ..terminal.other(Mti::NETWORK) };
                        pos::encode(&sign_on).iter().for_each(|octets| frame(octets, &mut self.out));
                    }
                }
                Some(Waits::Nothing) | None => {}
                Some(_) => self.reverse(place)?,
            }
        }
        Ok(())
    }
}

/// A message of a terminal in its frame.
fn frame(octets: &[u8], out: &mut Vec<u8>) {
    let length = u16::try_from(octets.len() + pos::HEADER.len()).unwrap_or_default();
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&pos::HEADER);
    out.extend_from_slice(octets);
}

/// A name of octets: those with the same name are the same.
pub fn named(octets: &[u8]) -> u64 {
    use std::hash::Hasher;
    let mut mixer = super::hash::Mixer::default();
    mixer.write(octets);
    mixer.finish()
}

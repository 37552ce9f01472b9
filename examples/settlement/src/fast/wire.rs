//! The four messages of a purchase in octets, read and written by plans and forms of the library. Anything that has
//! not exactly their shape is for [`crate::wire`], which reads and writes all that the parties know.

use cardwire::spec::{ISO87_ASCII, UNIONPAY_POS};
use cardwire::{Bitmap, Message, MessageForm, Mti, Parser, ResponseForms, Value};

use super::calendar::Calendar;
use crate::telegram::Telegram;
use crate::wire::{CURRENCY, Dialect, WireError};

/// What the terminal sends in a 0200, and the acquirer.
const SALE_OF_TERMINAL: [u8; 14] = [2, 3, 4, 11, 14, 22, 25, 26, 41, 42, 49, 52, 53, 60];
const SALE_OF_HOST: [u8; 16] = [2, 3, 4, 7, 11, 12, 13, 14, 22, 25, 32, 37, 41, 42, 49, 52];
/// What the issuer repeats of it.
const ECHO: [u8; 11] = [3, 4, 7, 11, 12, 13, 32, 37, 41, 42, 49];
const ROOM: usize = 32;

/// A 0200 of a terminal, in numbers.
#[derive(Copy, Clone, Debug)]
pub struct Asked {
    /// DE41 and DE42.
    pub station: Station,
    /// DE 60.2.
    pub batch: Option<u32>,
    /// DE11.
    pub stan: u32,
    /// DE4.
    pub amount: Option<u64>,
    /// DE 60.3.
    pub management: Option<u64>,
    /// The ends of DE2, see [`card_ends`]; 0 without it.
    pub card: u64,
}

/// A terminal and its merchant, as they stand on the wire, filled with blanks.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Station {
    /// DE41.
    pub terminal: [u8; 8],
    /// DE42.
    pub merchant: [u8; 15],
}

impl Station {
    /// Of a terminal and a merchant as text.
    pub fn of(terminal: &str, merchant: &str) -> Self {
        Self { terminal: filled(terminal.as_bytes()), merchant: filled(merchant.as_bytes()) }
    }

    /// DE41 without blanks.
    pub fn terminal(&self) -> &str {
        shown(&self.terminal)
    }

    /// DE42 without blanks.
    pub fn merchant(&self) -> &str {
        shown(&self.merchant)
    }
}

/// A message that has not the usual shape. Terminal and merchant are as they stand there: as text, a number that looks
/// like that of a card would come masked, and a merchant may have one.
pub fn read_other(dialect: Dialect, payload: &[u8]) -> Option<Telegram> {
    let read = dialect.decode(payload).ok()?;
    let message = Message::parse(dialect.spec(), payload).ok()?;
    let mut room = [0; ROOM];
    let mut name = |number| shown(characters(&message, number, &mut room).unwrap_or_default()).to_owned();
    Some(Telegram { terminal: name(41), merchant: name(42), ..read })
}

/// A field of fixed size, filled with blanks.
pub fn filled<const N: usize>(text: &[u8]) -> [u8; N] {
    let mut field = [b' '; N];
    field.iter_mut().zip(text).for_each(|(place, octet)| *place = *octet);
    field
}

/// The text of such a field.
pub fn shown(field: &[u8]) -> &str {
    str::from_utf8(field).unwrap_or_default().trim()
}

/// A 0200 of an acquirer, in numbers.
#[derive(Copy, Clone, Debug)]
pub struct Requested {
    /// DE2: its digits, and how many.
    pub pan: (u64, u8),
    /// DE4.
    pub amount: u64,
    /// DE7.
    pub time: u32,
    /// DE11.
    pub stan: u32,
    /// DE14.
    pub expiry: [u8; 4],
    /// DE32.
    pub acquirer: [u8; 11],
    /// DE37.
    pub rrn: [u8; 12],
    /// DE52.
    pub pin: [u8; 8],
}

/// A 0210 of the issuer, in numbers.
#[derive(Copy, Clone, Debug)]
pub struct Decided {
    /// DE4.
    pub amount: Option<u64>,
    /// DE7.
    pub time: u32,
    /// DE11.
    pub stan: u32,
    /// DE15.
    pub date: Option<[u8; 4]>,
    /// DE38.
    pub approval: Option<[u8; 6]>,
    /// DE39.
    pub code: [u8; 2],
}

/// What the acquirer says in a 0210.
#[derive(Copy, Clone, Debug)]
pub struct Told {
    /// DE41 and DE42.
    pub station: Station,
    /// DE 60.2.
    pub batch: u32,
    /// DE11.
    pub stan: u32,
    /// DE4.
    pub amount: u64,
    /// DE13 and DE12.
    pub local: [u8; 10],
    /// DE15.
    pub date: Option<[u8; 4]>,
    /// DE37.
    pub rrn: [u8; 12],
    /// DE38.
    pub approval: Option<[u8; 6]>,
    /// DE39.
    pub code: [u8; 2],
}

/// The acquirer's ends of its two lines.
pub struct AcquirerWire {
    terminal: Parser<'static>,
    issuer: Parser<'static>,
    shape: Bitmap,
    request: MessageForm<'static>,
    /// Without DE15 and DE38, with the first of them, with both.
    responses: [MessageForm<'static>; 3],
}

impl AcquirerWire {
    /// Forms made, no plan learned.
    ///
    /// # Errors
    /// Never: the specs have these elements.
    pub fn new() -> Result<Self, WireError> {
        let response = |optional: &[u8]| {
            let all = [3, 4, 11, 12, 13, 15, 25, 37, 38, 39, 41, 42, 49, 60];
            let these: Vec<u8> =
                all.into_iter().filter(|n| !matches!(n, 15 | 38) || optional.contains(n)).collect();
            MessageForm::new(&UNIONPAY_POS, Mti::FINANCIAL_RESPONSE, &these)
        };
        Ok(Self {
            terminal: Parser::new(&UNIONPAY_POS),
            issuer: Parser::new(&ISO87_ASCII),
            shape: shape(&SALE_OF_TERMINAL),
            request: MessageForm::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST, &SALE_OF_HOST)?,
            responses: [response(&[])?, response(&[15])?, response(&[15, 38])?],
        })
    }

    /// A 0200 of the usual shape.
    pub fn read_sale<'m>(&mut self, payload: &'m [u8]) -> Option<(Asked, Message<'m>)> {
        let message = self.terminal.parse(payload).ok()?;
        if message.mti() != Mti::FINANCIAL_REQUEST || message.bitmap() != self.shape {
            return None;
        }
        let mut room = [0; ROOM];
        let kind: [u8; 11] = characters(&message, 60, &mut room)?.try_into().ok()?;
        let [b'2', b'2', batch @ .., b'0', b'0', b'0'] = kind else { return None };
        let (code, condition) = (packed(&message, 3)?, packed(&message, 25)?);
        let is_even = message.get(2)?.len() == 16;
        if (code, condition) != (0, 0) || !is_even || message.get(49)? != CURRENCY {
            return None;
        }
        let station = Station { terminal: text(&message, 41)?, merchant: text(&message, 42)? };
        if [station.terminal.first(), station.merchant.first()].contains(&Some(&b' ')) {
            return None;
        }
        let asked = Asked {
            station,
            batch: u32::try_from(digits(&batch)?).ok(),
            stan: u32::try_from(packed(&message, 11)?).ok()?,
            amount: packed(&message, 4),
            management: Some(0),
            card: card_ends(characters(&message, 2, &mut room)?),
        };
        Some((asked, message))
    }

    /// The 0200 for the issuer.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_request(
        &self,
        sale: &Message<'_>,
        (stan, amount, rrn, institution): (u32, u64, &[u8; 12], &str),
        (station, calendar): (&Station, &Calendar),
        out: &mut [u8],
    ) -> Result<usize, WireError> {
        let [pan, expiry, pin] = [sale.expose(2)?, sale.expose(14)?, sale.expose(52)?];
        let (date, time) = calendar.transmission().split_at(4);
        let values = [
            (2, Value::from(&pan)),
            (3, "000000".into()),
            (4, amount.into()),
            (7, calendar.transmission().into()),
            (11, stan.into()),
            (12, time.into()),
            (13, date.into()),
            (14, (&expiry).into()),
            (22, "011".into()),
            (25, "00".into()),
            (32, institution.into()),
            (37, rrn.into()),
            (41, (&station.terminal).into()),
            (42, (&station.merchant).into()),
            (49, CURRENCY.into()),
            (52, (&pin).into()),
        ];
        Ok(self.request.write(&values, out)?.len())
    }

    /// What is kept of a 0200 for the issuer.
    pub fn redact_request(&mut self, octets: &[u8], into: &mut Vec<u8>) {
        match self.issuer.parse(octets) {
            Ok(message) => redacted(&message, into),
            Err(_) => into.clear(),
        }
    }

    /// A 0210 of the issuer.
    pub fn read_response(&mut self, payload: &[u8]) -> Option<Decided> {
        let message = self.issuer.parse(payload).ok()?;
        if message.mti() != Mti::FINANCIAL_RESPONSE || message.get(49).is_some_and(|field| field != CURRENCY)
        {
            return None;
        }
        if message.number(3).ok()? != 0 || message.has(25) {
            return None;
        }
        Some(Decided {
            amount: message.number(4).ok(),
            time: u32::try_from(message.number(7).ok()?).ok()?,
            stan: u32::try_from(message.number(11).ok()?).ok()?,
            date: text(&message, 15),
            approval: text(&message, 38),
            code: text(&message, 39)?,
        })
    }

    /// The 0210 for the terminal.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_response(&self, told: &Told, out: &mut [u8]) -> Result<usize, WireError> {
        let mut kind = *b"22000000000";
        decimal(u64::from(told.batch), kind.get_mut(2..8).unwrap_or_default());
        let (date, time) = told.local.split_at(4);
        let none = Value::from("");
        let (settlement, approval) = (told.date.as_ref(), told.approval.as_ref());
        let values = [
            (3, "000000".into()),
            (4, told.amount.into()),
            (11, told.stan.into()),
            (12, time.into()),
            (13, date.into()),
            (15, settlement.map_or(none, Value::from)),
            (25, "00".into()),
            (37, (&told.rrn).into()),
            (38, approval.map_or(none, Value::from)),
            (39, (&told.code).into()),
            (41, (&told.station.terminal).into()),
            (42, (&told.station.merchant).into()),
            (49, CURRENCY.into()),
            (60, (&kind).into()),
        ];
        let [bare, dated, whole] = &self.responses;
        let has = |value: &(u8, Value<'_>)| match value.0 {
            15 => told.date.is_some(),
            38 => told.approval.is_some(),
            _ => true,
        };
        let form = match (told.date, told.approval) {
            (Some(_), Some(_)) => return Ok(whole.write(&values, out)?.len()),
            (Some(_), None) => dated,
            // the ordinary way, which has the same octets
            _ => bare,
        };
        let these: Vec<_> = values.into_iter().filter(has).collect();
        Ok(form.write(&these, out)?.len())
    }
}

/// The issuer's end of its line.
pub struct IssuerWire {
    parser: Parser<'static>,
    shape: Bitmap,
    responses: ResponseForms<'static>,
}

/// No plan learned.
impl Default for IssuerWire {
    fn default() -> Self {
        let responses = ResponseForms::new(&ISO87_ASCII, &ECHO);
        Self { parser: Parser::new(&ISO87_ASCII), shape: shape(&SALE_OF_HOST), responses }
    }
}

impl IssuerWire {
    /// A 0200 of the usual shape.
    pub fn read_request<'m>(&mut self, payload: &'m [u8]) -> Option<(Requested, Message<'m>)> {
        let message = self.parser.parse(payload).ok()?;
        let is_sale = message.mti() == Mti::FINANCIAL_REQUEST && message.bitmap() == self.shape;
        let codes = is_sale.then(|| Some((message.number(3).ok()?, message.number(25).ok()?)))??;
        if codes != (0, 0) || message.get(49)? != CURRENCY {
            return None;
        }
        let mut room = [0; ROOM];
        let pan = characters(&message, 2, &mut room)?;
        let requested = Requested {
            pan: (digits(pan)?, u8::try_from(pan.len()).ok()?),
            amount: message.number(4).ok()?,
            time: u32::try_from(message.number(7).ok()?).ok()?,
            stan: u32::try_from(message.number(11).ok()?).ok()?,
            expiry: text(&message, 14)?,
            acquirer: filled(characters(&message, 32, &mut room)?),
            rrn: text(&message, 37)?,
            pin: text(&message, 52)?,
        };
        Some((requested, message))
    }

    /// The 0210: with DE38 where it is approved, and with DE4 where less was approved than was asked for.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_response(
        &mut self,
        request: &Message<'_>,
        date: &[u8; 4],
        (code, approval): (&[u8; 2], Option<&[u8; 6]>),
        less: Option<u64>,
        out: &mut [u8],
    ) -> Result<usize, WireError> {
        let (date, code) = ((15, Value::from(date)), (39, Value::from(code)));
        let written = match (approval, less) {
            (Some(approval), Some(amount)) => {
                self.responses.write(request, &[(4, amount.into()), date, (38, approval.into()), code], out)
            }
            (Some(approval), None) => {
                self.responses.write(request, &[date, (38, approval.into()), code], out)
            }
            (None, _) => self.responses.write(request, &[date, code], out),
        };
        Ok(written?.len())
    }
}

/// The same message for those who judge: of the card number the first six and the last four digits, zeros in the place
/// of the others, of the expiry date and of the PIN block.
pub fn redacted(message: &Message<'_>, into: &mut Vec<u8>) {
    into.clear();
    into.extend_from_slice(message.wire());
    let is_packed = message.get(2).is_some_and(|pan| pan.value_range().len() < pan.len());
    let (hidden, zero) = if is_packed { (3, 0) } else { (6, b'0') };
    let behind = if is_packed { 2 } else { 4 };
    let mut blank = |number, before: usize, after: usize, zero| {
        let Some(range) = message.get(number).map(|field| field.value_range()) else { return };
        let within = range.start + before..range.end.saturating_sub(after).max(range.start + before);
        into.get_mut(within).unwrap_or_default().fill(zero);
    };
    blank(2, hidden, behind, zero);
    blank(14, 0, 0, zero);
    blank(52, 0, 0, 0);
}

fn shape(numbers: &[u8]) -> Bitmap {
    numbers.iter().copied().collect()
}

/// The characters of an element, whether it may be shown or not.
fn characters<'o>(message: &Message<'_>, number: u8, out: &'o mut [u8]) -> Option<&'o [u8]> {
    message.get(number)?.expose().copy_to(out).ok()
}

/// The first six and the last four digits of a card number and how many digits it has, as one number: nobody keeps more of
/// it.
pub fn card_ends(pan: &[u8]) -> u64 {
    let ends = pan.first_chunk::<6>().zip(pan.last_chunk::<4>());
    let ends = ends.and_then(|(first, last)| Some(digits(first)? * 10_000 + digits(last)?));
    ends.map_or(0, |ends| ends << 5 | u64::try_from(pan.len()).unwrap_or_default())
}

/// The number in an element of an even number of packed digits, which the parser has looked at.
fn packed(message: &Message<'_>, number: u8) -> Option<u64> {
    let octets = message.wire().get(message.get(number)?.value_range())?;
    Some(octets.iter().fold(0, |number, octet| number * 100 + u64::from((octet >> 4) * 10 + (octet & 0x0F))))
}

fn text<const N: usize>(message: &Message<'_>, number: u8) -> Option<[u8; N]> {
    let mut field = [0; N];
    let read = message.get(number)?.expose().copy_to(&mut field).ok()?.len();
    (read == N).then_some(field)
}

/// The number that these digits are.
pub fn digits(text: &[u8]) -> Option<u64> {
    text.iter().try_fold(0_u64, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit & 0x0F))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// A number in as many digits as there is room for.
pub fn decimal(mut number: u64, out: &mut [u8]) {
    for place in out.iter_mut().rev() {
        let [digit, ..] = (number % 10).to_le_bytes();
        *place = b'0' | digit;
        number /= 10;
    }
}

//! The terminal's dialect: UnionPay POS. Packed digits, batch and management code in F60, totals in
//! F48, no DE39 in a 0510.

use cardwire::spec::UNIONPAY_POS;
use cardwire::spec::UNIONPAY_TOTALS;
use cardwire::{Builder, Message, de};

use super::{CURRENCY, WireError, common, mti_of, text, time_and_date};
use crate::money::Money;
use crate::ops::Operation;
use crate::telegram::{Balance, Mti, Slip, Tally, Telegram, Totals, Upload};

/// TPDU and header of a request: to host 0003, financial application, version 31.
pub const HEADER: [u8; 11] = [0x60, 0x00, 0x03, 0x00, 0x00, 0x60, 0x31, 0x00, 0x31, 0x12, 0x03];

/// F63.1 of responses: the card scheme. Texts of issuer, scheme and acquirer follow, of twenty characters each.
const SCHEME: &str = "CUP";
/// What the acquirer's text says of a sale that may be a double, before its RRN.
const DOUBLE: &str = "DOUBLE? ";
/// The type of amount in F54: available.
const AVAILABLE: &str = "02";

/// A message in bytes.
pub fn encode(message: &Telegram) -> Result<Vec<u8>, WireError> {
    let financial = message.amount.is_some();
    let row = message.operation.row();
    let kind = if financial { row.kind } else { "00" };
    let batch = format!("{:06}", message.batch.unwrap_or_default());
    let management = format!("{:03}", message.management.unwrap_or_default());
    let message_type = [(1, kind), (2, batch.as_str()), (3, management.as_str())];
    let totals = message.totals.map(|totals| totals_field(&totals, message.balance));

    let slip = message
        .slip
        .as_ref()
        .map(|slip| format!("{:06}{:06}{}", slip.batch, slip.stan, slip.day.as_deref().unwrap_or_default()));

    let upload = message.upload.map(upload_field);

    let mut builder = Builder::new(&UNIONPAY_POS, mti_of(message.mti)?);
    builder.set(de::STAN, message.stan).set(41, message.terminal.as_str()).set(42, message.merchant.as_str());
    builder.set(60, &message_type);
    if let Some(amount) = message.amount {
        builder.set(3, row.code).set(de::AMOUNT, amount.units()).set(25, row.condition).set(49, CURRENCY);
    }
    if let Some(pan) = &message.pan {
        builder.set(de::PAN, pan.expose()).set(22, "011");
    }
    if let Some(pin) = &message.pin {
        builder.set(26, "12").set(52, pin.expose()).set(53, "2000000000000000");
    }
    if let Some((time, date)) = message.local.as_deref().and_then(time_and_date) {
        builder.set(12, time).set(13, date);
    }
    let texts =
        [(14, &message.expiry), (15, &message.settlement), (37, &message.rrn), (38, &message.approval)];
    for (number, text) in texts {
        if let Some(text) = text {
            builder.set(number, text.as_str());
        }
    }
    if let Some(code) = &message.code {
        builder.set(39, code.as_str());
    }
    if let Some(slip) = &slip {
        builder.set(61, slip.as_str());
    }
    if let Some(totals) = &totals {
        builder.set(48, totals.as_str()).set(49, CURRENCY);
    }
    if let Some(upload) = &upload {
        builder.set(48, upload.as_str());
    }
    if let Some(keys) = &message.keys {
        builder.set(62, keys.as_slice());
    }
    if message.mti.is_request() && !financial {
        builder.set(63, "01 ");
    }
    let texts = message.double.as_ref().map(|rrn| format!("{SCHEME}{:40}{DOUBLE}{rrn}", ""));
    if let Some(texts) = &texts {
        builder.set(63, texts.as_str());
    }
    let stays = message.replacement.map(|left| format!("00{AVAILABLE}{CURRENCY}C{:012}", left.units()));
    if let Some(stays) = &stays {
        builder.set(54, stays.as_str());
    }
    let mut room = [0; 1024];
    Ok(builder.write(&mut room)?.to_vec())
}

/// Bytes as a message.
pub fn decode(payload: &[u8]) -> Result<Telegram, WireError> {
    let message = Message::parse(&UNIONPAY_POS, payload)?;
    let part = |path| message.path(path).map(|field| field.number()).transpose();
    let (batch, management) = (part("60.2")?, part("60.3")?);
    let text_of =
        |path| message.path(path).map(|field| field.text().map(|text| text.to_string())).transpose();
    let kind = text_of("60.1")?;
    let operation = match (text(&message, 3)?, text(&message, 25)?, kind.as_deref()) {
        (Some(code), condition, Some(kind)) => {
            let found = Operation::on_terminal(&code, condition.as_deref().unwrap_or("00"), kind);
            found.ok_or(WireError::Unsupported(60))?
        }
        (_, _, Some(kind)) if kind != "00" => return Err(WireError::Unsupported(60)),
        _ => Operation::Sale,
    };
    let slip = match text(&message, 61)? {
        Some(text) => Some(read_slip(&text).ok_or(WireError::Unsupported(61))?),
        None => None,
    };
    let (totals, balance) = read_totals(&message)?;
    let upload = read_upload(&message)?;
    let keys = message.get(62).map(|field| field.expose().octets().collect());
    let (replacement, double) = (read_stays(&message)?, read_double(&message));
    let of_batch = Telegram { batch, management, totals, balance, upload, ..common(&message)? };
    Ok(Telegram { operation, slip, keys, replacement, double, ..of_batch })
}

/// F54 of a completion: what stays reserved.
fn read_stays(message: &Message<'_>) -> Result<Option<Money>, WireError> {
    let Some(field) = message.get(54) else { return Ok(None) };
    let text: String = field.expose().chars().collect();
    let head = format!("00{AVAILABLE}{CURRENCY}C");
    let units = text.strip_prefix(&head).and_then(|digits| digits.parse().ok());
    units.map(|units| Some(Money::minor(units))).ok_or(WireError::Unsupported(54))
}

/// The acquirer's text in F63, if it is that of a double. Other texts are for people.
fn read_double(message: &Message<'_>) -> Option<String> {
    let text: String = message.get(63)?.expose().chars().collect();
    let rrn = text.get(SCHEME.len() + 40..)?.strip_prefix(DOUBLE)?;
    let is_rrn = rrn.len() == 12 && rrn.bytes().all(|sign| sign.is_ascii_alphanumeric());
    is_rrn.then(|| rrn.to_owned())
}

/// F48 of an 0320: one item (its number, the class of the card, STAN, the card, which the terminal does not keep, and
/// the amount), or how many there were.
fn upload_field(upload: Upload) -> String {
    match upload {
        Upload::Item { stan, amount } => format!("0100{stan:06}{:020}{:012}", 0, amount.units()),
        Upload::End { count } => format!("{count:04}"),
    }
}

fn read_upload(message: &Message<'_>) -> Result<Option<Upload>, WireError> {
    let Some(field) = message.get(48).filter(|_| message.mti().number() == Mti::ITEM.0) else {
        return Ok(None);
    };
    let digits: String = field.expose().chars().collect();
    let part = |from: usize, to: usize| digits.get(from..to)?.parse::<u64>().ok();
    let upload = match digits.len() {
        4 => part(0, 4).map(|count| Upload::End { count }),
        42 if digits.starts_with("01") => part(4, 10)
            .zip(part(30, 42))
            .map(|(stan, units)| Upload::Item { stan, amount: Money::minor(units) }),
        _ => None,
    };
    upload.map(Some).ok_or(WireError::Unsupported(48))
}

/// F61: batch, STAN and perhaps the day.
fn read_slip(text: &str) -> Option<Slip> {
    let (batch, rest) = text.split_at_checked(6)?;
    let (stan, day) = rest.split_at_checked(6)?;
    let day = (!day.is_empty()).then(|| day.to_owned());
    Some(Slip { batch: batch.parse().ok()?, stan: stan.parse().ok()?, day })
}

/// F48 of a settlement: domestic, then foreign cards, of which we have none. Sales are debits here.
/// A 0500 says 0 for the answer.
fn totals_field(totals: &Totals, balance: Option<Balance>) -> String {
    let (sales, refunds) = (totals.sales, totals.refunds);
    let answer = balance.map_or(0, Balance::digit);
    let foreign = if balance.is_some() { 1 } else { 0 };
    format!(
        "{:012}{:03}{:012}{:03}{answer}{:030}{foreign}",
        sales.amount.units(),
        sales.count,
        refunds.amount.units(),
        refunds.count,
        0
    )
}

fn read_totals(message: &Message<'_>) -> Result<(Option<Totals>, Option<Balance>), WireError> {
    let settlement = [Mti::SETTLEMENT, Mti::SETTLEMENT.answer()].contains(&Mti(message.mti().number()));
    let Some(field) = message.get(48).filter(|_| settlement) else { return Ok((None, None)) };
    let Some(domestic) = field.parts_as(&UNIONPAY_TOTALS)?.next() else { return Ok((None, None)) };
    let value =
        |part| domestic.part(part).ok_or(WireError::Unsupported(48))?.number().map_err(WireError::from);
    let tally = |amount, count| {
        Ok::<_, WireError>(Tally { amount: Money::minor(value(amount)?), count: value(count)? })
    };
    let totals = Totals { sales: tally(1, 2)?, refunds: tally(3, 4)?, ..Totals::default() };
    Ok((Some(totals), Balance::from_digit(value(5)?)))
}

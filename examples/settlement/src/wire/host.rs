//! The hosts' dialect: ISO 8583:1987 in ASCII. DE7 and DE32 in the key, DE90 for the original, DE66
//! and DE74-97 for the totals.

use cardwire::spec::ISO87_ASCII;
use cardwire::{Builder, Message, de};

use super::{CURRENCY, WireError, common, mti_of, number, text, time_and_date};
use crate::money::Money;
use crate::ops::Operation;
use crate::telegram::{Balance, Mti, Original, Tally, Telegram, Totals};

/// The pairs of count and amount of a reconciliation, in the order of [`Totals`]: a sale is a
/// credit to the acquirer.
const TALLIES: [(u8, u8); 4] = [(74, 86), (75, 87), (76, 88), (77, 89)];

/// Where a reconciliation lists the sales that its totals leave out, as agreed between the two hosts.
const LISTS: [u8; 9] = [48, 120, 121, 122, 123, 124, 125, 126, 127];
/// A sale in such a list: DE11 and DE7 of its request.
const LISTED: usize = 16;
/// As many as 999 characters hold.
const IN_ONE_LIST: usize = 62;
/// More sales than this cannot be left out of one reconciliation.
pub const MAX_EXCLUDED: usize = IN_ONE_LIST * LISTS.len();

/// How DE57 begins where it counts days, as the two hosts agreed; its form is that of ISO 8583:1993.
const DAYS: char = '1';

/// A message in bytes.
pub fn encode(message: &Telegram) -> Result<Vec<u8>, WireError> {
    let original = message.original.as_ref().map(|original| original_parts(original, &message.acquirer));
    let left = message.replacement.map(|left| format!("{:012}{:012}C{:08}C{:08}", left.units(), 0, 0, 0));
    let valid = message.valid_days.map(|days| format!("{DAYS}{:02}", days.min(99)));
    let net = message.totals.map(|totals| net_amount(&totals));

    let row = message.operation.row();

    let mut builder = Builder::new(&ISO87_ASCII, mti_of(message.mti)?);
    builder.set(de::STAN, message.stan);
    if let Some(amount) = message.amount {
        builder.set(3, row.code).set(de::AMOUNT, amount.units()).set(49, CURRENCY);
    }
    if let Some(pan) = &message.pan {
        builder.set(de::PAN, pan.expose()).set(22, "011");
    }
    if message.pan.is_some() || (message.amount.is_some() && row.condition != "00") {
        builder.set(25, row.condition);
    }
    if let Some(pin) = &message.pin {
        builder.set(52, pin.expose());
    }
    if let Some((time, date)) = message.local.as_deref().and_then(time_and_date) {
        builder.set(12, time).set(13, date);
    }
    let optional = [
        (7, &message.transmission),
        (14, &message.expiry),
        (15, &message.settlement),
        (37, &message.rrn),
        (38, &message.approval),
    ];
    let optional = optional.into_iter().filter_map(|(number, text)| Some((number, text.as_deref()?)));
    let stations = [(32, message.acquirer.as_str()), (41, &message.terminal), (42, &message.merchant)];
    for (number, text) in optional.chain(stations.into_iter().filter(|(_, text)| !text.is_empty())) {
        builder.set(number, text);
    }
    if let Some(code) = &message.code {
        builder.set(39, code.as_str());
    }
    if let Some(balance) = message.balance {
        builder.set(66, balance.digit());
    }
    if let Some(management) = message.management {
        builder.set(70, management);
    }
    if let (Some(totals), Some(net)) = (&message.totals, &net) {
        for ((count, amount), tally) in TALLIES.into_iter().zip(tallies(totals)) {
            builder.set(count, tally.count).set(amount, tally.amount.units());
        }
        builder.set(50, CURRENCY).set(97, net.as_str());
    }
    if let Some(original) = &original {
        builder.set(90, original.as_str());
    }
    if let Some(valid) = &valid {
        builder.set(57, valid.as_str());
    }
    if let Some(left) = &left {
        builder.set(95, left.as_str());
    }
    let lists: Vec<_> = message.excluded.chunks(IN_ONE_LIST).map(list_of).collect();
    if lists.len() > LISTS.len() {
        return Err(WireError::Unsupported(48));
    }
    for (number, list) in LISTS.into_iter().zip(&lists) {
        builder.set(number, list.as_str());
    }
    Ok(builder.to_vec()?)
}

/// Bytes as a message.
pub fn decode(payload: &[u8]) -> Result<Telegram, WireError> {
    let message = Message::parse(&ISO87_ASCII, payload)?;
    let totals = read_totals(&message)?;
    if let (Some(totals), Some(net)) = (totals, message.get(97))
        && i128::from(net.bytes()?.signed()?) != totals.net()
    {
        return Err(WireError::Unsupported(97));
    }
    let code = text(&message, 3)?;
    let condition = text(&message, 25)?.unwrap_or_else(|| "00".to_owned());
    let operation = code.map_or(Some(Operation::Sale), |code| {
        Operation::on_host(Mti(message.mti().number()), &code, &condition)
    });
    Ok(Telegram {
        operation: operation.ok_or(WireError::Unsupported(3))?,
        transmission: text(&message, 7)?,
        acquirer: text(&message, 32)?.unwrap_or_default(),
        balance: number(&message, 66)?.and_then(Balance::from_digit),
        management: number(&message, 70)?,
        totals,
        original: read_original(&message)?,
        replacement: read_replacement(&message)?,
        valid_days: read_valid(&message),
        excluded: read_lists(&message)?,
        ..common(&message)?
    })
}

/// DE90: MTI, STAN, DE7, DE32 and DE33, filled with zeros.
fn original_parts(original: &Original, acquirer: &str) -> String {
    format!("{}{:06}{}{acquirer:0>11}{:011}", original.mti, original.stan, original.transmission, 0)
}

fn read_original(message: &Message<'_>) -> Result<Option<Original>, WireError> {
    let (Some(mti), Some(stan), Some(time)) =
        (message.path("90.1"), message.path("90.2"), message.path("90.3"))
    else {
        return Ok(None);
    };
    let mti = u16::try_from(mti.number()?).map_err(|_| WireError::Unsupported(90))?;
    Ok(Some(Original { mti: Mti(mti), stan: stan.number()?, transmission: time.text()?.to_string() }))
}

/// DE57: for how many days an authorization is valid.
fn read_valid(message: &Message<'_>) -> Option<u64> {
    let code: String = message.get(57)?.expose().chars().collect();
    code.strip_prefix(DAYS).filter(|days| days.len() == 2)?.parse().ok()
}

/// The first twelve digits of DE95: the amount of the transaction, behind which stand amounts that nobody uses here.
fn read_replacement(message: &Message<'_>) -> Result<Option<Money>, WireError> {
    let Some(amounts) = text(message, 95)? else { return Ok(None) };
    let left = amounts.get(..12).and_then(|digits| digits.parse().ok());
    left.map(|units| Some(Money::minor(units))).ok_or(WireError::Unsupported(95))
}

fn list_of(sales: &[Original]) -> String {
    sales.iter().map(|sale| format!("{:06}{}", sale.stan, sale.transmission)).collect()
}

fn read_lists(message: &Message<'_>) -> Result<Vec<Original>, WireError> {
    let mut sales = Vec::new();
    for number in LISTS {
        let Some(list) = message.get(number) else { continue };
        let list: String = list.expose().chars().collect();
        if !list.len().is_multiple_of(LISTED) || !list.bytes().all(|octet| octet.is_ascii_digit()) {
            return Err(WireError::Unsupported(number));
        }
        let mut rest = list.as_str();
        while let Some((sale, after)) = rest.split_at_checked(LISTED) {
            let (stan, transmission) = sale.split_at(6);
            let stan = stan.parse().map_err(|_| WireError::Unsupported(number))?;
            sales.push(Original { mti: Mti::SALE, stan, transmission: transmission.to_owned() });
            rest = after;
        }
    }
    Ok(sales)
}

fn tallies(totals: &Totals) -> [Tally; 4] {
    [totals.sales, totals.sales_reversed, totals.refunds, totals.refunds_reversed]
}

fn net_amount(totals: &Totals) -> String {
    let net = totals.net();
    format!("{}{:016}", if net < 0 { 'D' } else { 'C' }, net.unsigned_abs())
}

fn read_totals(message: &Message<'_>) -> Result<Option<Totals>, WireError> {
    if !message.has(86) {
        return Ok(None);
    }
    let mut read = [Tally::default(); 4];
    for ((count, amount), tally) in TALLIES.into_iter().zip(&mut read) {
        tally.count = number(message, count)?.unwrap_or_default();
        tally.amount = Money::minor(number(message, amount)?.unwrap_or_default());
    }
    let [sales, sales_reversed, refunds, refunds_reversed] = read;
    Ok(Some(Totals { sales, sales_reversed, refunds, refunds_reversed }))
}

//! Faults put into a day, each with what must be found for it.

use super::day::{Day, Dice, Fault, MERCHANT, fee};

/// Puts a fault into the records of a day; payouts come afterwards.
pub(crate) fn inject(day: &mut Day, fault: Fault, dice: &mut Dice) {
    if of_bank(fault) {
        return;
    }
    if of_files(day, fault) {
        return;
    }
    let Some(place) = day.pick(dice) else { return };
    let rrn = day.items[place].rrn.clone();
    let item = &mut day.items[place];
    let more = i64::try_from(1 + dice.below(50)).unwrap();
    match fault {
        Fault::MissingInClearing => {
            item.clearing.clear();
            item.cleared.clear();
            day.expect("missing-in-clearing", &rrn);
        }
        Fault::DuplicateClearing => {
            item.clearing.push(item.clearing[0].clone());
            item.cleared.push(item.cleared[0]);
            day.expect("duplicate-clearing", &rrn);
        }
        Fault::AmountDiffers => {
            item.clear(item.amount + more, fee(item.amount + more), "CNY", "2026-03-16");
            day.expect("amount-differs", &rrn);
        }
        Fault::Tip => {
            item.messages.iter_mut().for_each(|row| *row = row.replace(",5999,", ",5812,"));
            item.clear(item.amount + more, fee(item.amount + more), "CNY", "2026-03-16");
            day.expect("amount-within", &rrn);
        }
        Fault::ReversedButCleared => {
            item.messages.push(
                item.message(60, "T>A", "0400", "000000", ["", "98", ""]).replace(",2026-03-16,", ",,"),
            );
            item.messages.push(item.message(61, "A>T", "0410", "000000", [&rrn, "00", ""]));
            day.expect("reversed-but-cleared", &rrn);
        }
        Fault::DeclinedButCleared => {
            item.messages[1] = item.message(1, "A>T", "0210", "000000", [&rrn, "51", ""]);
            day.expect("declined-but-cleared", &rrn);
        }
        Fault::MissingInSwitch => {
            item.messages.clear();
            day.expect("missing-in-switch", &rrn);
        }
        Fault::UnknownOutcome => {
            item.messages.truncate(1);
            item.clearing.clear();
            item.cleared.clear();
            let stan = format!("{:06}", item.stan);
            day.expect("unknown-outcome", &stan);
        }
        Fault::NextDay => {
            item.clear(item.amount, fee(item.amount), "CNY", "2026-03-17");
            day.expect("cut-over", &rrn);
        }
        _ => messages_of_another(day, place, fault),
    }
}

fn messages_of_another(day: &mut Day, place: usize, fault: Fault) {
    let item = &mut day.items[place];
    let rrn = item.rrn.clone();
    let approval = item.approval();
    match fault {
        Fault::OneSided => {
            item.messages = vec![
                item.message(0, "T>A", "0200", "000000", ["", "", ""]),
                item.message(0, "A>N", "0200", "000000", [&rrn, "", ""]),
                item.message(1, "N>A", "0210", "000000", [&rrn, "00", &approval]),
            ];
            for later in [60, 65, 70] {
                item.messages.push(
                    item.message(later, "T>A", "0400", "000000", ["", "98", ""])
                        .replace(",2026-03-16,", ",,"),
                );
            }
            day.expect("one-sided", &rrn);
        }
        Fault::CurrencyDiffers => {
            item.clear(item.amount, 0, "USD", "2026-03-16");
            // its payout is in dollars, and comes, too
            let (net, payout) = (item.amount, item.payout);
            item.cleared.clear();
            let row = format!("2026-03-17,{net},USD,ACC-2,{}", day.payouts[payout]);
            day.bank.push(format!("{row},"));
            day.expect("currency-differs", &rrn);
        }
        Fault::RefundFailed => {
            item.amount = -item.amount;
            item.messages = vec![
                item.message(0, "T>A", "0220", "200000", ["", "", ""]),
                item.message(1, "A>T", "0230", "200000", [&rrn, "05", ""]),
            ];
            item.clearing.clear();
            item.cleared.clear();
            day.expect("refund-failed", &rrn);
        }
        Fault::ReversalFirst => {
            // the host remembers the reversal and declines what comes later: nothing is wrong
            item.messages = vec![
                item.message(0, "T>A", "0400", "000000", ["", "98", ""]).replace(",2026-03-16,", ",,"),
                item.message(1, "A>T", "0410", "000000", [&rrn, "00", ""]),
                item.message(5, "T>A", "0200", "000000", ["", "", ""]),
                item.message(6, "A>T", "0210", "000000", [&rrn, "22", ""]),
            ];
            item.clearing.clear();
            item.cleared.clear();
        }
        Fault::Ambiguous => ambiguous(day, place),
        Fault::Chargeback => {
            let row = format!("chargeback,605010{:06},,,{MERCHANT},-700,0,-700,CNY,2026-03-16,PAYOUT,,,", 77);
            day.clearing.push((row, -700, 0, day.items[place].payout));
            day.expect("chargeback", "605010000077");
        }
        Fault::Held => {
            let row = format!("hold,605010{:06},,,{MERCHANT},-300,0,-300,CNY,2026-03-16,PAYOUT,,,", 78);
            day.clearing.push((row, -300, 0, day.items[place].payout));
            day.expect("held", "605010000078");
        }
        _ => {}
    }
}

/// Two sales of one card with one approval code, and one record that names neither.
fn ambiguous(day: &mut Day, place: usize) {
    let item = &mut day.items[place];
    let rrn = item.rrn.clone();
    let approval = item.approval();

    let mut twin = item.clone();
    twin.stan += 500;
    twin.second += 30;
    twin.rrn = format!("607599{:06}", twin.stan);
    for of in [&mut *item, &mut twin] {
        of.messages = vec![
            of.message(0, "T>A", "0200", "000000", ["", "", ""])
                .replace(",5999,,", ",5999,4111111111111111,"),
            of.message(1, "A>T", "0210", "000000", [&of.rrn, "00", &approval]),
        ];
    }
    let (gross, fees) = item.cleared[0];
    item.clearing = vec![format!(
        "sale,,,,{MERCHANT},{gross},{fees},{},CNY,2026-03-16,PAYOUT,411111******1111,{approval},",
        gross - fees
    )];
    twin.clearing.clear();
    twin.cleared.clear();
    day.items.push(twin);
    day.expect("ambiguous", &rrn);
}

fn of_files(day: &mut Day, fault: Fault) -> bool {
    match fault {
        Fault::BatchOutOfBalance => {
            day.balanced = false;
            day.expect("batch-out-of-balance", "000099");
        }
        Fault::WrongTrailer => {
            day.trailer_off += 1;
            day.expect("file", "");
        }
        Fault::BrokenRecord => {
            day.broken = true;
            day.expect("refused", "");
        }
        Fault::UnexpectedEntry => {
            day.bank.push("2026-03-17,4321,CNY,ACC-1,RENT MARCH,".to_owned());
            day.expect("unexpected-in-bank", "");
        }
        _ => return false,
    }
    true
}

fn of_bank(fault: Fault) -> bool {
    matches!(
        fault,
        Fault::PayoutShort
            | Fault::PayoutFee
            | Fault::PayoutMissing
            | Fault::PayoutTwice
            | Fault::PayoutReturned
            | Fault::PayoutSplit
    )
}

/// Writes the bank entries of all payouts; faults of payouts are given one payout each.
pub(crate) fn pay(day: &mut Day, faults: &[Fault]) {
    let mut faults = faults.iter().copied().filter(|fault| of_bank(*fault));
    for payout in 0..day.payouts.len() {
        let name = day.payouts[payout].clone();
        let due = day.due(payout);
        let entry =
            |amount: i64, text: &str, reason: &str| format!("2026-03-17,{amount},CNY,ACC-1,{text},{reason}");
        let has_records = day.items.iter().any(|item| item.payout == payout && !item.cleared.is_empty())
            || day.clearing.iter().any(|(.., of)| *of == payout);
        if due <= 0 {
            if has_records {
                day.expect("carried", &name);
            }
            continue;
        }
        let (rows, class) = match faults.next() {
            None => (vec![entry(due, &format!("{name} MID {MERCHANT}"), "")], None),
            Some(Fault::PayoutShort) => (vec![entry(due - 7, &name, "")], Some("payout-short")),
            Some(Fault::PayoutFee) => {
                (vec![entry(due - 1000, &format!("{name} FEE DEDUCTED"), "")], Some("payout-short"))
            }
            Some(Fault::PayoutMissing) => (vec![], Some("missing-in-bank")),
            Some(Fault::PayoutTwice) => {
                (vec![entry(due, &name, ""), entry(due, &name, "")], Some("paid-twice"))
            }
            Some(Fault::PayoutReturned) => (
                vec![entry(due, &name, ""), entry(-due, &format!("RETURN {name}"), "AC04")],
                Some("returned"),
            ),
            Some(_) => {
                let part = due / 3;
                let rows =
                    vec![entry(part, &format!("{name}/1"), ""), entry(due - part, &format!("{name}/2"), "")];
                (rows, Some("payout-split"))
            }
        };
        day.bank.extend(rows);
        if let Some(class) = class {
            day.expect(class, &name);
        }
    }
}

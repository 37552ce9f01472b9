//! The line of a transaction.

use cardwire::codes;
use jiff::civil::Date;

use super::cleared::Cleared;
use super::{funded, id};
use crate::engine::books::RecordId;
use crate::engine::bundle;
use crate::engine::class::{Class, Holder, State, States};
use crate::engine::line::{Effect, Line, LineKind, Note};
use crate::engine::payout;
use crate::engine::rules::Network;
use crate::engine::run::Run;
use crate::engine::transact::{Kind, Outcome, TotalsResult, Transaction};
use crate::record::Currency;

/// The line at a place of the order.
pub(super) fn line(run: &Run, place: usize) -> Line {
    let Some((index, of)) = run.transaction_at(place) else {
        return Line::new(LineKind::Transaction, Class::NoMoney);
    };
    let matched = run.matches.of_transaction.get(index as usize).copied().flatten();
    let bundle = matched.and_then(|(bundle, rule)| Some((run.bundles.get(bundle as usize)?, rule)));
    let mut line = match bundle {
        Some((bundle, rule)) => {
            let approved = if of.kind == Kind::Preauth { of.authorized } else { of.approved };
            let cleared = Cleared::of(run, bundle, (approved != 0).then_some(approved));
            let mut line = with_clearing(run, of, &cleared);
            line.rule = run.frame.rules.matches.get(usize::from(rule)).map(|rule| rule.name.clone());
            line.records.extend(cleared.records().map(RecordId::Clearing));
            line
        }
        None => match run.set_of(index) {
            Some(set) => return set_line(run, place, set),
            None => without_clearing(run, of),
        },
    };
    let messages = of.messages.iter().map(|message| RecordId::Message(*message));
    line.records.splice(0..0, messages);
    line.item = run.transaction_item(place);
    describe(run, index, of, &mut line);
    suggestions(run, index, &mut line);
    line
}

/// The id of the transaction at a place; equal ones are numbered.
pub(crate) fn item(run: &Run, place: usize) -> String {
    let Some((_, of)) = run.transaction_at(place) else { return String::new() };
    let item = id::transaction(&run.books, of);
    match run.rank(place) {
        0 => item,
        rank => format!("{item}-{}", rank + 1),
    }
}

fn one(currency: Currency, effect: Effect) -> Vec<(Currency, Effect)> {
    if effect.is_empty() { Vec::new() } else { vec![(currency, effect)] }
}

fn is_one_sided(of: &Transaction) -> bool {
    let known = of.knowledge;
    let unheard = known.terminal_asked && known.terminal_told.is_none() && of.outcome != Outcome::Reversed;
    let refused = known.terminal_told == Some(false) && of.outcome == Outcome::Approved;
    known.unconfirmed || unheard || refused
}

fn with_clearing(run: &Run, of: &Transaction, cleared: &Cleared) -> Line {
    let sum = cleared.sum(run);
    let currency = cleared.records().next().map_or(of.currency, |index| bundle::currency(&run.books, index));
    let approved = i128::from(if of.kind == Kind::Preauth && of.outcome == Outcome::Approved {
        of.authorized
    } else {
        of.approved
    });
    let new = |class: Class| {
        let mut line = Line::new(LineKind::Transaction, class);
        line.amounts.push(("cleared", sum));
        line
    };
    let mut line = if cleared.counted.is_empty() {
        taken_back(run, of, cleared, new)
    } else if of.outcome == Outcome::Approved && currency == of.currency {
        compare(run, of, cleared, approved, new)
    } else {
        let class = match of.outcome {
            Outcome::Approved => Class::CurrencyDiffers,
            Outcome::Reversed => Class::ReversedButCleared,
            Outcome::Declined => Class::DeclinedButCleared,
            Outcome::Unknown => Class::OneSided,
        };
        let mut line = new(class);
        if class == Class::ReversedButCleared {
            line = reversed_but_cleared(run, of, line);
        }
        let missing = if of.outcome == Outcome::Approved { approved } else { 0 };
        let own = Effect { approved: missing, missing, ..Effect::default() };
        line.effects = one(of.currency, own);
        line.effects.extend(one(currency, Effect { cleared: sum, unapproved: sum, ..Effect::default() }));
        line
    };
    states(run, of, Some(cleared), &mut line);
    line
}

/// The record that takes it back may be due in a later file.
fn reversed_but_cleared(run: &Run, of: &Transaction, mut line: Line) -> Line {
    let later =
        of.reversal_date.filter(|date| Some(*date) > of.settlement_date && !run.is_clearing_due(Some(*date)));
    if let Some(date) = later {
        let mut waiting = Line::new(LineKind::Transaction, Class::CutOver);
        waiting.amounts = line.amounts;
        waiting.notes.push(Note::Awaits(date));
        waiting.due = run.clearing_due(Some(date));
        return waiting;
    }
    if !of.knowledge.sees_network {
        line.notes.push(Note::NetworkNotSeen);
    } else if !of.knowledge.network_reversal {
        line.notes.push(Note::NoNetworkReversal);
    }
    line
}

/// Everything that was presented was taken back.
fn taken_back(run: &Run, of: &Transaction, cleared: &Cleared, new: impl Fn(Class) -> Line) -> Line {
    let sum = cleared.sum(run);
    let (first, last) = cleared.dates(run);
    let approved = i128::from(of.approved);
    if of.outcome == Outcome::Approved {
        let mut line = new(Class::MissingInClearing);
        line.notes.push(Note::Withdrawn);
        let effect =
            Effect { approved, cleared: sum, unapproved: sum, missing: approved, ..Effect::default() };
        line.effects = one(of.currency, effect);
        return line;
    }
    let class = match (sum, of.outcome) {
        (0, Outcome::Declined) => Class::Declined,
        (0, _) if first != last => Class::CutOver,
        (0, _) => Class::Reversed,
        _ => Class::AmountDiffers,
    };
    let mut line = new(class);
    if class == Class::CutOver {
        line.notes.push(Note::AcrossCut);
        line.holder = if of.kind == Kind::Refund { Holder::Merchant } else { Holder::Cardholder };
    }
    line.effects = one(of.currency, Effect { cleared: sum, unapproved: sum, ..Effect::default() });
    line
}

/// Approved and cleared in one currency.
fn compare(
    run: &Run,
    of: &Transaction,
    cleared: &Cleared,
    approved: i128,
    new: impl Fn(Class) -> Line,
) -> Line {
    let sum = cleared.sum(run);
    let difference = sum - approved;
    let (first, _) = cleared.dates(run);
    let shift = of
        .settlement_date
        .zip(first)
        .map_or(0, |(ours, theirs)| theirs.since(ours).map_or(0, |span| i64::from(span.get_days())));
    let mut notes = Vec::new();
    let is_refund = of.kind == Kind::Refund;
    let class = if difference != 0 {
        differing(run, of, cleared, approved, &mut notes)
    } else if is_one_sided(of) {
        Class::OneSided
    } else if shift != 0 {
        notes.push(Note::OtherDate(shift));
        if shift.abs() == 1 { Class::CutOver } else { Class::DateDiffers }
    } else if is_refund {
        Class::MatchedRefund
    } else {
        Class::Matched
    };
    let mut line = new(class);
    if class == Class::CutOver {
        line.holder = Holder::Merchant;
    }
    if difference != 0 && is_one_sided(of) {
        line.also.push(Class::OneSided);
    }
    if cleared.counted.len() > 1 {
        notes.push(Note::Parts(cleared.counted.len()));
    }
    line.notes = notes;
    let mut effect = Effect { approved, cleared: sum, differences: difference, ..Effect::default() };
    if class == Class::PartlyCleared {
        effect.differences = 0;
        effect.open = -difference;
        line.due = of
            .settlement_date
            .and_then(|date| date.checked_add(jiff::Span::new().days(run.frame.rules.due.partial_days)).ok());
    }
    line.effects = one(of.currency, effect);
    line.amounts.push(("difference", difference));
    other_merchant(run, of, cleared, &mut line);
    fee_note(run, cleared, &mut line);
    line
}

/// The amounts differ: within a limit, because parts are still to come, or not as they should.
fn differing(run: &Run, of: &Transaction, cleared: &Cleared, approved: i128, notes: &mut Vec<Note>) -> Class {
    let as_amount = |amount: i128| i64::try_from(amount).unwrap_or(i64::MAX);
    let sum = cleared.sum(run);
    let in_records = cleared
        .counted
        .iter()
        .filter_map(|index| bundle::record(&run.books, *index))
        .find_map(|(_, context)| context.mcc);
    let mcc = run.books.text(of.mcc.or(in_records));
    if let Some(rule) = run.frame.rules.tolerance(mcc, as_amount(approved), as_amount(sum)) {
        notes.push(Note::Tolerance(rule.name.clone()));
        return Class::AmountWithin;
    }
    let powers = [1u32, 2, 3].into_iter().find(|power| {
        let factor = 10i128.pow(*power);
        sum == approved * factor || sum * factor == approved
    });
    notes.extend(powers.map(Note::Decimals));
    let is_less = sum.abs() < approved.abs();
    let last_day = of
        .settlement_date
        .and_then(|date| date.checked_add(jiff::Span::new().days(run.frame.rules.due.partial_days)).ok());
    if is_less && cleared.more_follow && last_day.is_none_or(|day| run.frame.as_of.date() <= day) {
        return Class::PartlyCleared;
    }
    let reason = |index: &u32| {
        bundle::record(&run.books, *index).map_or("", |(_, context)| run.books.text(context.reason))
    };
    if is_less && cleared.counted.iter().any(|index| reason(index) == "1404") {
        notes.push(Note::Tolerance("last-part".to_owned()));
        return Class::AmountWithin;
    }
    if let Some(rule) = run.frame.rules.tolerance.iter().find(|rule| rule.mcc.iter().any(|code| code == mcc))
    {
        notes.push(Note::Above(rule.name.clone(), rule.limit(as_amount(approved), as_amount(sum))));
    }
    Class::AmountDiffers
}

/// The merchant of the clearing records, where it is another one.
fn other_merchant(run: &Run, of: &Transaction, cleared: &Cleared, line: &mut Line) {
    let records = cleared.counted.iter().filter_map(|index| bundle::record(&run.books, *index));
    let mut merchants = records.filter_map(|(_, context)| context.merchant);
    if let Some(other) = merchants.find(|merchant| of.merchant.is_some_and(|ours| ours != *merchant)) {
        line.notes.push(Note::OtherMerchant(run.books.names.text(other).to_owned()));
    }
}

/// The fee of the contract, where the file has another one.
fn fee_note(run: &Run, cleared: &Cleared, line: &mut Line) {
    for index in &cleared.counted {
        let Some((record, context)) = bundle::record(&run.books, *index) else { continue };
        let merchant = run.books.text(context.merchant);
        let contract = run.frame.rules.fee(merchant, run.books.text(context.mcc), context.settlement_date);
        let Some(expected) = contract.map(|fee| i128::from(fee.of(record.gross))) else { continue };
        let fees = payout::parts(&run.books, &run.frame.rules, *index).fees;
        if fees != expected {
            line.notes.push(Note::ContractFee(expected, fees));
            line.also.push(Class::FeeDiffers);
            if matches!(
                line.class,
                Class::Matched | Class::MatchedRefund | Class::CutOver | Class::AmountWithin
            ) {
                line.class = Class::FeeDiffers;
                line.also.pop();
                line.is_exception = true;
                line.holder = Class::FeeDiffers.holder();
            }
        }
    }
}

fn without_clearing(run: &Run, of: &Transaction) -> Line {
    let day = of.settlement_date.or(of.local_date);
    let is_due = run.frame.has_clearing && run.is_clearing_due(day);
    let approved = i128::from(of.approved);
    let new = |class: Class| Line::new(LineKind::Transaction, class);
    let mut line = match of.outcome {
        Outcome::Declined if of.kind == Kind::Refund => new(Class::RefundFailed),
        Outcome::Declined if of.knowledge.terminal_told == Some(true) => {
            let mut line = new(Class::OneSided);
            line.notes.push(Note::Conflict);
            line
        }
        Outcome::Declined => new(Class::Declined),
        Outcome::Reversed => new(Class::Reversed),
        Outcome::Unknown => {
            let mut line = new(Class::UnknownOutcome);
            line.is_exception = is_due;
            line.due = run.clearing_due(day);
            line
        }
        Outcome::Approved if of.kind == Kind::Preauth => reservation(run, of, day),
        Outcome::Approved if !is_due => {
            let mut line = new(Class::Open);
            line.due = run.clearing_due(day);
            line.effects = one(of.currency, Effect { approved, open: approved, ..Effect::default() });
            line
        }
        Outcome::Approved => {
            let class = if is_one_sided(of) { Class::UnknownOutcome } else { Class::MissingInClearing };
            let mut line = new(class);
            line.due = run.clearing_due(day);
            line.effects = one(of.currency, Effect { approved, missing: approved, ..Effect::default() });
            line
        }
    };
    if line.class == Class::Reversed
        && of.knowledge.sees_network
        && !of.knowledge.network_reversal
        && of.authorized != 0
    {
        line.notes.push(Note::NoNetworkReversal);
    }
    states(run, of, None, &mut line);
    line
}

/// A pre-authorization that was not completed. Its response may say until when it is valid; else the rules do.
fn reservation(run: &Run, of: &Transaction, day: Option<Date>) -> Line {
    let until = of.valid_until.and_then(|time| run.local(time));
    if let Some(until) = until.filter(|until| *until <= run.frame.as_of) {
        let mut line = Line::new(LineKind::Transaction, Class::PreauthExpired);
        line.notes.push(Note::Expired(until.to_string().replacen('T', " ", 1)));
        line.is_exception = of.knowledge.completion_declined;
        return line;
    }
    let mut line = Line::new(LineKind::Transaction, Class::PreauthOpen);
    let by_rule = || day?.checked_add(jiff::Span::new().days(run.frame.rules.due.preauth_days)).ok();
    line.due = until.map(|until| until.date()).or_else(by_rule);
    line.is_exception = line.due.is_some_and(|due| run.frame.as_of.date() > due);
    line
}

/// The four states, and whose move it is when the money is not there yet.
fn states(run: &Run, of: &Transaction, cleared: Option<&Cleared>, line: &mut Line) {
    let authorized = match of.outcome {
        Outcome::Approved if line.class == Class::PreauthExpired => State::Returned,
        Outcome::Approved if of.knowledge.partial || of.knowledge.partly_reversed => State::Partly,
        Outcome::Approved => State::Yes,
        Outcome::Declined => State::No,
        Outcome::Reversed => State::Returned,
        Outcome::Unknown => State::Unknown,
    };
    let batched = match (of.outcome, run.batch_of(of)) {
        (Outcome::Declined | Outcome::Reversed, _) => State::No,
        (_, Some(TotalsResult::Balanced)) => State::Yes,
        (_, Some(TotalsResult::OutOfBalance)) => State::No,
        _ => State::Unknown,
    };
    let is_nothing = matches!(of.outcome, Outcome::Declined | Outcome::Reversed);
    let (cleared_state, funded_state) = match cleared {
        Some(cleared) if !cleared.counted.is_empty() => {
            let state = if line.class == Class::PartlyCleared { State::Partly } else { State::Yes };
            (state, funded(run, &cleared.counted))
        }
        Some(_) => (State::Returned, State::No),
        None if is_nothing || line.class == Class::PreauthExpired => (State::No, State::No),
        None if !run.frame.has_clearing => (State::Unknown, State::Unknown),
        None if matches!(line.class, Class::Open) || !line.is_exception => (State::Pending, State::Pending),
        None => (State::No, State::No),
    };
    line.states = Some(States { authorized, batched, cleared: cleared_state, funded: funded_state });
    let is_plain =
        matches!(line.class, Class::Matched | Class::AmountWithin | Class::CutOver | Class::DateDiffers);
    let is_unpaid = funded_state != State::Yes && cleared_state != State::Returned;
    if is_plain && is_unpaid && line.holder == Holder::Merchant {
        line.holder = if run.frame.has_bank { Holder::Acquirer } else { line.holder };
    }
}

/// Amounts, and what the messages say beyond the class.
fn describe(run: &Run, index: u32, of: &Transaction, line: &mut Line) {
    line.currency = Some(of.currency);
    line.day = of.local_date.or(of.settlement_date);
    let amount =
        [of.approved, of.authorized, of.requested].into_iter().find(|amount| *amount != 0).unwrap_or(0);
    let is_across = line.notes.contains(&Note::AcrossCut);
    line.amount = Some(if is_across { 0 } else { i128::from(amount) });
    let amounts = [("requested", of.requested), ("authorized", of.authorized), ("approved", of.approved)];
    line.amounts.splice(0..0, amounts.map(|(name, amount)| (name, i128::from(amount))));
    let known = of.knowledge;
    let mut notes = Vec::new();
    let mut say = |says: bool, note: Note| notes.extend(says.then_some(note));
    say(known.partial, Note::PartlyApproved);
    say(known.partly_reversed, Note::PartlyReversed);
    say(known.voided, Note::Voided);
    say(known.completed, Note::Completed);
    say(known.adjusted, Note::Adjusted);
    say(known.late, Note::LateResponse);
    say(known.refused, Note::ReversalRefused);
    say(known.unconfirmed && !known.refused, Note::Unconfirmed(known.reversals));
    let is_unheard = known.terminal_asked && known.terminal_told.is_none() && known.reversals == 0;
    say(is_unheard, Note::NoResponse);
    let code = run.books.text(of.response);
    let has_remark =
        of.outcome == Outcome::Approved && !matches!(code, "" | "00" | "000" | "10" | "11" | "002");
    let (en, zh) = meaning(run, code);
    say(of.outcome == Outcome::Declined || has_remark, Note::Response(code.to_owned(), en, zh));
    if let Some(twin) = run.twin_of(index) {
        notes.push(Note::Twin(twin));
    }
    line.notes.extend(notes);
    let payouts = line.records.iter().filter_map(|id| match id {
        RecordId::Clearing(index) => run.payout_of(*index),
        _ => None,
    });
    line.payouts = payouts.collect();
    line.payouts.dedup();
}

/// What a response code means, in English and Chinese.
fn meaning(run: &Run, code: &str) -> (&'static str, &'static str) {
    let advice = codes::ResponseCode::new(code).and_then(|code| match run.frame.rules.network {
        Network::UnionPay => code.at(codes::Network::UnionPay),
        Network::Iso => code.advice(),
    });
    advice.map_or(("", ""), |advice| (advice.meaning, advice.meaning_zh))
}

fn suggestions(run: &Run, index: u32, line: &mut Line) {
    let found = run.matches.suggested_for(index);
    let is_free = |bundle: u32| run.matches.bundle_taken.get(bundle as usize) == Some(&false);
    if run.matches.of_transaction.get(index as usize) != Some(&None) {
        return;
    }
    for (_, bundle, rule) in found.iter().filter(|(_, bundle, _)| is_free(*bundle)) {
        let rule = run
            .frame
            .rules
            .matches
            .get(usize::from(*rule))
            .map_or_else(String::new, |rule| rule.name.clone());
        let record = run.bundles.get(*bundle as usize).and_then(bundle::Bundle::main);
        let item = record
            .map_or_else(String::new, |record| id::records('X', &run.books, &[RecordId::Clearing(record)]));
        line.notes.push(Note::Suggested(rule, item));
    }
}

/// Equal transactions and as many equal clearing records in one line.
fn set_line(run: &Run, place: usize, set: &crate::engine::matching::Group) -> Line {
    let of: Vec<&Transaction> =
        set.transactions.iter().filter_map(|index| run.transactions.get(*index as usize)).collect();
    let Some(first) = of.first() else { return Line::new(LineKind::Transaction, Class::NoMoney) };
    let class = if first.kind == Kind::Refund { Class::MatchedRefund } else { Class::Matched };
    let mut line = Line::new(LineKind::Transaction, class);
    let records: Vec<u32> = set
        .bundles
        .iter()
        .filter_map(|index| run.bundles.get(*index as usize))
        .flat_map(bundle::Bundle::records)
        .collect();
    let approved: i128 = of.iter().map(|of| i128::from(of.approved)).sum();
    let cleared = bundle::gross(&run.books, records.iter().copied());
    line.item = run.transaction_item(place);
    line.rule = run.frame.rules.matches.get(usize::from(set.rule)).map(|rule| rule.name.clone());
    line.currency = Some(first.currency);
    line.amount = Some(approved);
    line.amounts = vec![("approved", approved), ("cleared", cleared)];
    line.effects = one(first.currency, Effect { approved, cleared, ..Effect::default() });
    line.notes.push(Note::Set(of.len()));
    line.states = Some(States {
        authorized: State::Yes,
        batched: State::Unknown,
        cleared: State::Yes,
        funded: funded(run, &records),
    });
    line.records = of.iter().flat_map(|of| &of.messages).map(|index| RecordId::Message(*index)).collect();
    line.records.extend(records.iter().map(|index| RecordId::Clearing(*index)));
    line.payouts = records.iter().filter_map(|index| run.payout_of(*index)).collect();
    line.payouts.dedup();
    line
}

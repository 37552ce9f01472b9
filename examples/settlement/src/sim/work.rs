//! What people do in a run: the cashiers at three terminals, and the back offices at night. It follows from the seed.

use std::time::Duration;

use super::chance::{Class, Dice, Season, index};
use super::parties::{ACCOUNTS, CARDS, MERCHANTS, TILLS, TODAY};
use crate::clock::{Date, Stamp};
use crate::journal::Party;
use crate::money::Money;
use crate::ops::Operation;
use crate::party::{Command, Desk};

/// So many days are worked under weather; what comes after heals.
pub const DAYS: u64 = 2;

/// What somebody does.
#[derive(Clone, Debug)]
pub enum Doing {
    /// A sale: which card, and whether the holder mistypes the PIN.
    Sell(usize, Money, bool),
    /// Anything else that has a slip, about the so many-th slip of this terminal.
    Follow(Operation, usize, Money, usize),
    /// Anything else at a terminal.
    Till(Command),
    /// A back office.
    Ask(Party, Command),
    /// The line between the hosts is cut, or mended.
    Link(bool),
    /// The first terminal uses the number of its last slip again, with another amount: a fault of its program.
    Again,
    /// A second acquirer starts on the history of the first.
    Second,
    /// The acquirer's desk corrects what is in dispute.
    Correct,
    /// The merchants of payouts that came back name another account.
    Redirect,
}

/// One thing that is done.
#[derive(Clone, Debug)]
pub struct Task {
    /// When.
    pub at: Stamp,
    /// At which terminal, where it is one.
    pub till: u8,
    /// What.
    pub doing: Doing,
}

fn task(at: Stamp, till: u8, doing: Doing) -> Task {
    Task { at, till, doing }
}

/// When the weather ends: the morning after the last day's work.
pub fn healing() -> Stamp {
    Stamp::on(Date(TODAY.0 + DAYS), 11 * 3_600)
}

/// All that is done in the days of weather.
pub fn tasks(dice: &mut Dice) -> Vec<Task> {
    let mut tasks = Vec::new();
    for day in 0..DAYS {
        let date = Date(TODAY.0 + day);
        for till in 0..till_count() {
            tasks.push(task(
                Stamp::on(date, 8 * 3_600 + 60 * u64::from(till)),
                till,
                Doing::Till(Command::SignOn),
            ));
        }
        let count = 6 + dice.draw(&[10, day]) % 14;
        for number in 0..count {
            let first = sale(dice, date, number);
            tasks.extend(again_at_once(dice, &first, &[date.0, number]));
            tasks.push(first);
        }
        tasks.extend(outage(dice, date));
        tasks.extend(persons(dice, date));
        tasks.extend(night(dice, date, false));
    }
    tasks.sort_by_key(|task| task.at);
    tasks
}

fn till_count() -> u8 {
    u8::try_from(TILLS.len()).unwrap_or_default()
}

/// Somebody at a terminal, between nine and ten to ten in the evening; every fourth in a hurry after another.
fn sale(dice: &Dice, date: Date, number: u64) -> Task {
    let draw = |what: u64| dice.draw(&[11, date.0, number, what]);
    let second = match draw(0) % 4 {
        0 => 9 * 3_600 + number / 2 * 1_800 + draw(1) % 40,
        _ => 9 * 3_600 + draw(1) % 46_000,
    };
    let till = u8::try_from(draw(2) % u64::from(till_count())).unwrap_or_default();
    let amount = Money::minor(match draw(3) % 10 {
        0 => 2_500_000,
        1..=3 => 20_000 + draw(4) % 30_000,
        _ => 1_000 + draw(4) % 12_000,
    });
    let card = match draw(5) % 10 {
        0..=5 => 0,
        other => index(other, CARDS.len()),
    };
    let about = index(draw(6), 10);
    let follow = |operation| Doing::Follow(operation, about, amount, card);
    let doing = match draw(7) % 20 {
        0 | 1 => follow(Operation::Void),
        2 => follow(Operation::Refund),
        3 => follow(Operation::Adjust),
        4 | 5 => follow(Operation::Preauth),
        6 => follow(Operation::Completion),
        7 => follow(Operation::Cancel),
        8 => Doing::Sell(card.max(1), amount, true),
        9 => Doing::Till(Command::SignOn),
        _ => Doing::Sell(card, amount, false),
    };
    task(Stamp::on(date, second), till, doing)
}

/// A cashier in a hurry keys a sale again when the terminal has given up: the reversal goes out before it. Not with a wrong
/// PIN, which would block the card, and nobody could sell in the days that heal.
fn again_at_once(dice: &Dice, first: &Task, of: &[u64]) -> Option<Task> {
    let Doing::Sell(_, _, false) = first.doing else { return None };
    let wait = 31 + dice.draw(&[13, of.iter().sum()]) % 60;
    let at = first.at.after(Duration::from_secs(wait));
    (Season::of(dice.seed()) == Season::Hurry).then(|| task(at, first.till, first.doing.clone()))
}

/// The issuer is out of order for some hours, and meanwhile each terminal takes its last slips back.
fn outage(dice: &Dice, date: Date) -> Vec<Task> {
    if Season::of(dice.seed()) != Season::Outage {
        return Vec::new();
    }
    let draw = dice.draw(&[14, date.0]);
    let begins = 11 * 3_600 + draw % 14_400;
    let ask = |second, command| task(Stamp::on(date, second), 0, Doing::Ask(Party::Issuer, command));
    let fails = if draw.is_multiple_of(2) { Command::Break } else { Command::DayEnd };
    let mut tasks = vec![ask(begins, fails), ask(begins + 7_200, Command::Repair)];
    for (till, number) in (0..till_count()).flat_map(|till| [(till, 0), (till, 1)]) {
        let draw = dice.draw(&[15, date.0, u64::from(till), number]);
        let at = Stamp::on(date, begins + 60 + draw % 7_000);
        let void = Doing::Follow(Operation::Void, index(draw >> 16, 40), Money::ZERO, 0);
        tasks.push(task(at, till, void));
    }
    tasks
}

/// The evening and the morning after: batches, date, files, payouts. Where it matters, twice.
pub fn night(dice: &Dice, date: Date, healed: bool) -> Vec<Task> {
    let mut tasks = Vec::new();
    for till in 0..till_count() {
        for (number, minute) in (0..).zip([0, 6, 12]) {
            let closes = healed || !dice.draw(&[12, date.0, u64::from(till), number]).is_multiple_of(3);
            if closes {
                let at = Stamp::on(date, 22 * 3_600 + 60 * minute + u64::from(till));
                tasks.push(task(at, till, Doing::Till(Command::CloseBatch)));
            }
        }
    }
    let ask = |party, command| Doing::Ask(party, command);
    let desk = |party, desk| Doing::Ask(party, Command::Desk(desk));
    let next = 86_400;
    let plan = [
        (23 * 3_600, ask(Party::Issuer, Command::CutOver)),
        (23 * 3_600 + 1_800, desk(Party::Acquirer, Desk::Present)),
        (23 * 3_600 + 2_400, desk(Party::Acquirer, Desk::Present)),
        (next + 5 * 3_600, desk(Party::Hub, Desk::Run)),
        (next + 5 * 3_600 + 600, desk(Party::Hub, Desk::Run)),
        (next + 6 * 3_600, ask(Party::Acquirer, Command::Pay)),
        (next + 6 * 3_600 + 600, ask(Party::Acquirer, Command::Pay)),
        (next + 7 * 3_600, desk(Party::Bank, Desk::Run)),
        (next + 7 * 3_600 + 600, desk(Party::Bank, Desk::Run)),
        (next + 7 * 3_600 + 1_200, ask(Party::Acquirer, Command::Pay)),
    ];
    for (second, doing) in plan {
        tasks.push(task(Stamp::on(date, second), 0, doing));
    }
    if Season::of(dice.seed()) == Season::Capped {
        // So often that what is sold in a day of healing finds room in the night after it.
        let settle = |minute: u64| Stamp::on(date, next + 4 * 3_600 + 60 * minute);
        let doing = || desk(Party::Hub, Desk::SettlePositions);
        tasks.extend([0, 10, 20, 30].map(|minute| task(settle(minute), 0, doing())));
    }
    tasks
}

/// What is not of an ordinary day.
fn persons(dice: &mut Dice, date: Date) -> Vec<Task> {
    let mut tasks = Vec::new();
    let desk = |desk| Doing::Ask(Party::Acquirer, Command::Desk(desk));
    let day = date.0 - TODAY.0;
    for count in 1..=3 {
        let place = format!("person {day}");
        let Some(draw) = dice.strikes(Class::Person, &place, count, Stamp(0)) else { continue };
        let second = 9 * 3_600 + (draw >> 8) % 72_000;
        let longest = if draw % 10 < 2 { 60_000 } else { 7_200 };
        let (at, later) = (Stamp::on(date, second), Stamp::on(date, second + 60 + (draw >> 24) % longest));
        let place = index(draw >> 40, MERCHANTS.len());
        let merchant = MERCHANTS.get(place).copied().unwrap_or_default().to_owned();
        let account = ACCOUNTS.get(place).copied().unwrap_or_default().to_owned();
        let pair = match draw % 10 {
            0 => [desk(Desk::Freeze(merchant.clone(), "case 88".to_owned())), desk(Desk::Release(merchant))],
            1 => {
                let limit = Money::minor(5_000 + (draw >> 32) % 50_000);
                [
                    desk(Desk::Limit(merchant.clone(), limit)),
                    desk(Desk::Limit(merchant, Money::minor(9_000_000))),
                ]
            }
            2 => {
                let close = Doing::Ask(Party::Bank, Command::Desk(Desk::Close(account)));
                [close, Doing::Redirect]
            }
            3 => {
                let reason = "AC04".to_owned();
                let back = Doing::Ask(Party::Bank, Command::Desk(Desk::Return(reason)));
                [back, Doing::Redirect]
            }
            4 | 5 => {
                let ask = |command| Doing::Ask(Party::Issuer, command);
                let fails = if draw.is_multiple_of(2) { Command::Break } else { Command::DayEnd };
                [ask(fails), ask(Command::Repair)]
            }
            6 => [Doing::Second, Doing::Again],
            _ => [Doing::Link(false), Doing::Link(true)],
        };
        let [first, second] = pair;
        tasks.extend([task(at, 0, first), task(later, 0, second)]);
    }
    tasks
}

/// A day of healing: people put in order what went wrong, and the day ends as it should.
pub fn healing_day(dice: &Dice, date: Date, is_first: bool) -> Vec<Task> {
    let mut tasks = Vec::new();
    let noon = |minute: u64| Stamp::on(date, 11 * 3_600 + 1_800 + 60 * minute);
    let desk = |desk| Doing::Ask(Party::Acquirer, Command::Desk(desk));
    if is_first {
        tasks.push(task(noon(0), 0, Doing::Ask(Party::Issuer, Command::Repair)));
        for merchant in MERCHANTS.map(str::to_owned) {
            tasks.push(task(noon(0), 0, desk(Desk::Release(merchant.clone()))));
            tasks.push(task(noon(0), 0, desk(Desk::Limit(merchant, Money::minor(90_000_000)))));
        }
    }
    // No more than one item may be, where the hub's members may owe little.
    let is_capped = Season::of(dice.seed()) == Season::Capped;
    let amount = Money::minor(if is_capped { 50_000 } else { 100_000 });
    // A line that is made anew lets the acquirer try again what nobody answered.
    tasks.push(task(noon(1), 0, Doing::Link(false)));
    tasks.push(task(noon(2), 0, Doing::Link(true)));
    tasks.push(task(noon(10), 0, Doing::Redirect));
    tasks.push(task(noon(12), 0, Doing::Correct));
    for till in 0..till_count() {
        for minute in [20, 30, 40] {
            let at = noon(minute + u64::from(till));
            tasks.push(task(at, till, Doing::Till(Command::SignOn)));
        }
        let at = noon(60 + u64::from(till));
        tasks.push(task(at, till, Doing::Sell(0, amount, false)));
    }
    tasks.extend(night(dice, date, true));
    tasks.sort_by_key(|task| task.at);
    tasks
}

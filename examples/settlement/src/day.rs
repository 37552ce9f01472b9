//! The story of the day, as data: what is done in which order. What comes of it is decided by the
//! parties and read from their journals; no line of this file knows a response code.

use std::time::Duration;

use crate::card::{Card, Pan, PinBlock};
use crate::clock::Date;
use crate::journal::Party;
use crate::money::Money;
use crate::party::{
    Acquirer, AcquirerConfig, CardFile, Command, Issuer, IssuerConfig, Machine, Outcome, Terminal,
    TerminalConfig, Timers,
};
use crate::resume::Rest;
use crate::store::Begun;
use crate::telegram::Mti;
use crate::world::{Fault, Mishap, World, WorldError};

const TERMINAL: &str = "10000001";
const MERCHANT: &str = "104440359980001";

/// Something to do.
#[derive(Clone, Debug)]
pub enum Action {
    /// Wait until both lines are in service.
    Open,
    /// The terminal signs on.
    SignOn,
    /// A sale: card number, expiry (YYMM) on the card, PIN as typed, amount in minor units.
    Sell(&'static str, &'static str, &'static str, u64),
    /// The next message of this type on this link meets with a mishap.
    Arrange(Party, Party, Mti, Trouble),
    /// Wait until this happens at that party.
    Await(Party, Outcome),
    /// Wait until the acquirer has reconciled the date that is over.
    AwaitReconciliation,
    /// Cut or mend the link between acquirer and issuer.
    HostLink(bool),
    /// Let the issuer's account system fail, or work again.
    AccountSystem(bool),
    /// The terminal closes its batch.
    CloseBatch,
    /// The issuer ends the settlement date.
    CutOver,
    /// The acquirer pays.
    Pay,
}

/// What can befall a message.
#[derive(Copy, Clone, Debug)]
pub enum Trouble {
    /// Lost.
    Lost,
    /// Slower than the acquirer waits.
    TooSlow,
}

/// One step of the day, with its caption.
pub type Step = (&'static str, Action);

/// A day on which everything happens that the field is afraid of, and at the end of which every fen
/// has a place.
pub fn script() -> Vec<Step> {
    use Action::{AccountSystem, Arrange, Await, CloseBatch, CutOver, HostLink, Open, Pay, Sell, SignOn};
    use Party::{Acquirer, Issuer, Terminal};
    vec![
        ("the lines are up, the acquirer signs on with the issuer", Open),
        ("the terminal signs on and is told its batch", SignOn),
        ("a coffee machine", Sell("4111111111111111", "4912", "1234", 12_850)),
        ("a bicycle", Sell("6212345678901232", "4811", "246810", 199_900)),
        ("more than there is on the account", Sell("4242424242424242", "4705", "4321", 35_000)),
        ("a card that expired", Sell("5555444433331111", "2406", "1111", 4_500)),
        ("a wrong PIN", Sell("4111111111111111", "4912", "9999", 8_800)),
        ("more than the card's limit for one sale", Sell("4111111111111111", "4912", "1234", 450_000)),
        ("a mistyped card number", Sell("4111111111111112", "4912", "1234", 2_500)),
        ("the line to the issuer is cut", HostLink(false)),
        ("a sale while the issuer cannot be reached", Sell("6212345678901232", "4811", "246810", 6_000)),
        ("the line is mended", HostLink(true)),
        ("the issuer's account system fails", AccountSystem(false)),
        ("a sale while it does", Sell("6212345678901232", "4811", "246810", 7_000)),
        ("it works again", AccountSystem(true)),
        (
            "an answer will be lost on the way to the terminal",
            Arrange(Acquirer, Terminal, Mti(210), Trouble::Lost),
        ),
        ("approved, but the terminal hears nothing", Sell("6212345678901232", "4811", "246810", 26_800)),
        ("the next sale: first the reversal, then the sale", Sell("4242424242424242", "4705", "4321", 6_660)),
        ("an answer of the issuer will be late", Arrange(Issuer, Acquirer, Mti(210), Trouble::TooSlow)),
        ("approved too late", Sell("4111111111111111", "4912", "1234", 7_500)),
        ("the late approval arrives", Await(Acquirer, Outcome::LateApproval)),
        ("the batch is closed", CloseBatch),
        ("the settlement date ends: reconciliation", CutOver),
        ("the merchant is paid", Pay),
        ("the evening: next settlement date, next batch", Sell("4111111111111111", "4912", "1234", 42_000)),
        ("this batch is closed, too", CloseBatch),
        ("one more sale, and the shop closes", Sell("6212345678901232", "4811", "246810", 1_880)),
    ]
}

/// Who is told that a step begins, before anything of it happens, and can stop the day there.
pub type Diary<'a> = &'a mut dyn FnMut(&Begun) -> Result<(), WorldError>;

/// Plays a script in a world. `progress` is told the number of each step and its caption.
pub fn play(
    world: &mut dyn World,
    steps: &[Step],
    timers: Timers,
    progress: &mut dyn FnMut(usize, &str),
) -> Result<Vec<Begun>, WorldError> {
    let mut captions = Vec::with_capacity(steps.len());
    play_from(world, &Rest::whole(), steps, timers, &mut |begun| {
        progress(begun.step, &begun.caption);
        captions.push(begun.clone());
        Ok(())
    })?;
    Ok(captions)
}

/// Plays what is left of a script, after what makes the world what it was.
pub fn play_from(
    world: &mut dyn World,
    rest: &Rest,
    steps: &[Step],
    timers: Timers,
    diary: Diary<'_>,
) -> Result<(), WorldError> {
    let mut director = Director { world, timers, unclaimed: Vec::new() };
    rest.before.iter().try_for_each(|action| director.perform(action))?;
    for (number, (caption, action)) in steps.iter().enumerate().skip(rest.played) {
        diary(&Begun { step: number + 1, at: director.world.now(), caption: (*caption).to_owned() })?;
        director.perform(action).map_err(|error| match error {
            WorldError::Silent(what) => WorldError::Silent(format!("{caption}: {what}")),
            stopped @ WorldError::Stopped(_) => stopped,
        })?;
    }
    Ok(())
}

/// Who has the actions done, one after the other.
struct Director<'a> {
    world: &'a mut dyn World,
    timers: Timers,
    /// What was told while another thing was awaited; the next `Await` may be about it.
    unclaimed: Vec<(Party, Outcome)>,
}

impl Director<'_> {
    fn perform(&mut self, action: &Action) -> Result<(), WorldError> {
        let (party, command) = match action {
            Action::Open => {
                self.claim(Party::Terminal, &Outcome::InService(Party::Acquirer))?;
                return self.claim(Party::Acquirer, &Outcome::InService(Party::Issuer));
            }
            Action::SignOn => (Party::Terminal, Command::SignOn),
            Action::Sell(pan, expiry, pin, amount) => {
                let card = Card::test(pan, expiry, pin)
                    .ok_or_else(|| WorldError::Stopped("the script holds an impossible card".to_owned()))?;
                (Party::Terminal, Command::Sell(card, Money::minor(*amount)))
            }
            Action::Arrange(from, to, mti, trouble) => {
                self.arrange(*from, *to, *mti, *trouble);
                return Ok(());
            }
            Action::Await(party, outcome) => return self.claim(*party, outcome),
            Action::AwaitReconciliation => return self.await_reconciliation(),
            Action::HostLink(up) => {
                self.unclaimed.clear();
                self.world.host_link(*up)?;
                let expected = if *up { Outcome::InService(Party::Issuer) } else { Outcome::Noted };
                return self.wait(|who, what| who == Party::Acquirer && *what == expected);
            }
            Action::AccountSystem(works) => {
                (Party::Issuer, if *works { Command::Repair } else { Command::Break })
            }
            Action::CloseBatch => (Party::Terminal, Command::CloseBatch),
            Action::CutOver => (Party::Issuer, Command::CutOver),
            Action::Pay => (Party::Acquirer, Command::Pay),
        };
        self.unclaimed.clear();
        self.world.ask(party, command)?;
        self.wait(|who, what| ends(action, who, what))
    }

    fn arrange(&mut self, from: Party, to: Party, mti: Mti, trouble: Trouble) {
        let mishap = match trouble {
            Trouble::Lost => Mishap::Drop,
            Trouble::TooSlow => Mishap::Delay(self.timers.acquirer.saturating_mul(3) / 2),
        };
        self.world.fault(Fault { from, to, mti, mishap });
    }

    fn claim(&mut self, party: Party, outcome: &Outcome) -> Result<(), WorldError> {
        match self.unclaimed.iter().position(|(who, what)| *who == party && what == outcome) {
            Some(place) => {
                self.unclaimed.remove(place);
                Ok(())
            }
            None => self.wait(|who, what| who == party && what == outcome),
        }
    }

    fn await_reconciliation(&mut self) -> Result<(), WorldError> {
        if self.unclaimed.iter().any(|(who, what)| ends(&Action::CutOver, *who, what)) {
            return Ok(());
        }
        self.wait(|who, what| ends(&Action::CutOver, who, what))
    }

    /// Reads outcomes until the awaited one. A party answers within the longest timer, or after a
    /// reversal with all its tries.
    fn wait(&mut self, awaited: impl Fn(Party, &Outcome) -> bool) -> Result<(), WorldError> {
        let limit = self.timers.terminal.saturating_mul(5).saturating_add(Duration::from_secs(5));
        loop {
            let (who, what) = self.world.outcome(limit)?;
            if awaited(who, &what) {
                return Ok(());
            }
            self.unclaimed.push((who, what));
        }
    }
}

/// Is this what the one who asked waits for?
fn ends(action: &Action, who: Party, what: &Outcome) -> bool {
    match action {
        Action::CutOver => who == Party::Acquirer && matches!(what, Outcome::Reconciled(_, _)),
        Action::Pay => who == Party::Acquirer && matches!(what, Outcome::Paid(_)),
        Action::AccountSystem(_) => who == Party::Issuer && *what == Outcome::Noted,
        _ => who == Party::Terminal && !matches!(what, Outcome::InService(_)),
    }
}

/// The three parties of the day, without history.
pub fn parties(today: Date, timers: Timers) -> Option<[Box<dyn Machine>; 3]> {
    let terminal = TerminalConfig { terminal: TERMINAL.to_owned(), merchant: MERCHANT.to_owned(), timers };
    let acquirer = AcquirerConfig {
        institution: "10344000".to_owned(),
        merchants: [MERCHANT.to_owned()].into(),
        fee_basis_points: 60,
        node: 1,
        timers,
    };
    let cards = [
        card("4111111111111111", "1001", "4912", "1234", 300_000, 500_000)?,
        card("4242424242424242", "1002", "4705", "4321", 100_000, 12_000)?,
        card("5555444433331111", "1003", "2406", "1111", 100_000, 250_000)?,
        card("6212345678901232", "1004", "4811", "246810", 2_000_000, 8_000_000)?,
        CardFile { prepaid: true, ..card("5105105105105100", "1005", "4912", "5100", 100_000, 30_000)? },
    ];
    let issuer = IssuerConfig { cards: cards.into(), first_date: today, timers };
    Some([
        Box::new(Terminal::new(terminal)),
        Box::new(Acquirer::new(acquirer)),
        Box::new(Issuer::new(issuer)),
    ])
}

fn card(digits: &str, account: &str, expiry: &str, pin: &str, limit: u64, balance: u64) -> Option<CardFile> {
    let pan = Pan::new(digits)?;
    let pin = PinBlock::clear_test(pin, &pan)?;
    let (account, expiry) = (account.to_owned(), expiry.to_owned());
    Some(CardFile {
        pan,
        account,
        expiry,
        pin,
        limit: Money::minor(limit),
        balance: Money::minor(balance),
        prepaid: false,
    })
}

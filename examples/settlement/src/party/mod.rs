//! The parties, without input or output. A party is told what happened ([`Input`]) and says what is
//! to be done ([`Effect`]); the runtime makes the records and transfers of a step durable
//! **before** it lets a message leave. What a party knows is the fold of its own records
//! ([`Machine::apply`]), so a restart is a replay and nothing can be remembered that was not
//! stored.

mod acquirer;
mod bank;
mod exchange;
mod hub;
mod intake;
mod issuer;
pub mod parcel;
mod terminal;

use std::time::Duration;

pub(crate) use acquirer::DOUBLE;
pub use acquirer::{Acquirer, AcquirerConfig, CLAIMS};
pub use bank::{Bank, BankConfig, PAYOUTS, entries, statement};
pub use hub::{Caps, Hub, HubConfig, StandIn, SwitchConfig, owed};
pub use issuer::{CardFile, Issuer, IssuerConfig};
pub use terminal::{Terminal, TerminalConfig};

use self::parcel::Parcel;
use crate::card::Card;
use crate::clock::{Date, Stamp};
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::{Ledger, Transfer};
use crate::money::Money;
use crate::ops::Operation;
use crate::telegram::{Balance, Code, Telegram};

/// What happens to a party.
#[derive(Clone, Debug)]
pub enum Input {
    /// The party (re)started; its history is applied.
    Start,
    /// A message arrived.
    Received(Party, Telegram),
    /// A message arrived whose MAC is wrong. What it says may be anybody's.
    BadMac(Party, Telegram),
    /// This message could not leave: there is no connection, not one byte was written.
    NotSent(Party, Telegram),
    /// Bytes arrived that are no message of the dialect. They change nothing but are remembered.
    BadFrame(Party, String),
    /// There is a connection to this party.
    LinkUp(Party),
    /// There is none any more.
    LinkDown(Party),
    /// A timer that the party set has run out.
    Timer(Timer),
    /// A file, an order or a receipt arrived.
    Parcel(Party, Parcel),
    /// A person wants something.
    Command(Command),
}

/// What a person can ask for.
#[derive(Clone, Debug)]
pub enum Command {
    /// Terminal: sign on.
    SignOn,
    /// Terminal: sell.
    Sell(Card, Money),
    /// Terminal: anything else that its keys offer.
    Request(TerminalRequest),
    /// Terminal: close the batch.
    CloseBatch,
    /// Issuer: end the settlement date.
    CutOver,
    /// Acquirer: pay what is due.
    Pay,
    /// Issuer: the account system fails from here on.
    Break,
    /// Issuer: it works again.
    Repair,
    /// Issuer: it closes its books for the day, and answers 90 until it works again.
    DayEnd,
    /// What the back office of acquirer, hub or bank does.
    Desk(Desk),
}

/// What a cashier wants besides a sale.
#[derive(Clone, Debug)]
pub struct TerminalRequest {
    /// What.
    pub operation: Operation,
    /// The card, where it is shown again.
    pub card: Option<Card>,
    /// How much; the amount of the earlier transaction when it is not said.
    pub amount: Option<Money>,
    /// STAN of the earlier transaction that it is about.
    pub about: Option<u64>,
    /// What stays reserved after a completion, for another one.
    pub keeps: Option<Money>,
}

/// What a back office can ask for.
#[derive(Clone, Debug)]
pub enum Desk {
    /// Acquirer: present what is captured and reconciled, and again what has no receipt.
    Present,
    /// Acquirer: freeze this merchant, for this reason.
    Freeze(String, String),
    /// Acquirer: the item with this RRN is in dispute; the issuer is to charge what its slip says.
    Correct(String),
    /// Acquirer: pay it again.
    Release(String),
    /// Acquirer: pay this merchant no more than this on one day; what is left is paid on the next.
    Limit(String, Money),
    /// Acquirer: sell no more than this at this merchant on one day; what is beyond it is declined.
    SalesLimit(String, Money),
    /// Acquirer: pay this merchant to this account from here on, says this person. A second one has to agree.
    PayTo(String, String, String),
    /// Acquirer: this person agrees to the account that was named for this merchant.
    Agree(String, String),
    /// Acquirer: claim from the hub what it did not settle.
    Claim,
    /// Acquirer, hub: take this table of fees, which is the text of its file.
    Fees(String),
    /// Hub: what the members owe each other was paid at the bank where they have their accounts.
    SettlePositions,
    /// Hub: the clearing run. Bank: the booking run.
    Run,
    /// Bank: close this account.
    Close(String),
    /// Bank: send back what was credited last, for this reason (`AC04`).
    Return(String),
}

/// What a timer is for. Timers are not cancelled: when one runs out the party looks whether it
/// still waits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Timer {
    /// An answer about this transaction is overdue.
    Answer(String),
    /// Time to look whether an advice is due.
    Forward,
    /// The advice with this number, sent then, was not answered.
    Advice(u64, Stamp),
    /// Time to reconcile this date.
    Reconcile(Date),
    /// Time to compare the next item of this date.
    Upload(Date),
    /// The announcement that this date is over was not answered.
    CutOver(Date),
    /// A reservation has lasted long enough.
    Expiry(String),
    /// The terminal's message with this STAN was not answered.
    Terminal(u64),
    /// The request with this DE7 and DE11 that went by this way may have no response by now.
    Response(Party, String, u64),
    /// The circuit of this way, which is as it is since then, has rested.
    Route(Party, Stamp),
}

/// What a party wants done.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Remember this.
    Record(Box<Record>),
    /// Book this.
    Transfer(Transfer),
    /// Let this leave, once the above is durable.
    Send(Party, Box<Telegram>),
    /// Let this file, order or receipt leave, once the above is durable.
    Parcel(Party, Parcel),
    /// Wake me.
    Timer(Timer, Duration),
    /// Tell the person who asked.
    Done(Outcome),
}

/// What a person is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The link to this party is in service.
    InService(Party),
    /// Signed on, with this batch.
    SignedOn(u64),
    /// The sale was approved.
    Approved(u64),
    /// It was, and may be a double of the sale with this RRN.
    Double(u64, String),
    /// The sale was declined.
    Declined(u64, Code),
    /// There was no answer in time; the terminal will reverse.
    NoAnswer(u64),
    /// A reversal is still not answered, so nothing else can be done.
    ReversalPending,
    /// An approval came after its reversal and was ignored.
    LateApproval,
    /// A sale is reversed.
    Reversed,
    /// The batch was compared.
    BatchClosed(Balance),
    /// The date was compared.
    Reconciled(Date, Balance),
    /// The merchant was paid this much.
    Paid(Money),
    /// The party is out of order, or works again.
    Noted,
    /// Not possible now.
    Refused(&'static str),
}

/// A party: a decision and a fold.
pub trait Machine: Send {
    /// Who this is.
    fn party(&self) -> Party;
    /// DE41 of a terminal; nothing for anybody else.
    fn terminal(&self) -> &str {
        ""
    }
    /// Decides. Nothing durable changes here; that is the job of the records in the answer.
    fn step(&mut self, books: &Ledger, input: Input, now: Stamp) -> Vec<Effect>;
    /// Takes note of a record that is durable now.
    fn apply(&mut self, record: &Record);
}

/// How long each party waits. Timers nest: whoever is nearer to the issuer gives up first, so that
/// the one next to the fault answers and the ones behind it still hear the answer.
#[derive(Copy, Clone, Debug)]
pub struct Timers {
    /// The terminal waits this long for the acquirer.
    pub terminal: Duration,
    /// The acquirer waits this long for the issuer.
    pub acquirer: Duration,
    /// The issuer waits this long for an answer to its announcements.
    pub issuer: Duration,
}

impl Timers {
    /// Timers that nest, from the shortest.
    pub const fn from_base(base: Duration) -> Self {
        Self { terminal: base.saturating_mul(3), acquirer: base.saturating_mul(2), issuer: base }
    }

    /// How long this party waits.
    pub const fn of(&self, party: Party) -> Duration {
        match party {
            Party::Terminal => self.terminal,
            Party::Acquirer => self.acquirer,
            Party::Issuer | Party::Hub | Party::Bank => self.issuer,
        }
    }

    /// Do they nest?
    pub fn nest(&self) -> bool {
        self.terminal > self.acquirer && self.acquirer > self.issuer && !self.issuer.is_zero()
    }
}

/// The effects of one step, in the making.
#[derive(Debug)]
struct Effects {
    now: Stamp,
    list: Vec<Effect>,
    /// Who sent the message that this step is about.
    from: Option<Party>,
}

impl Effects {
    const fn at(now: Stamp) -> Self {
        Self { now, list: Vec::new(), from: None }
    }

    fn note(&mut self, record: Record) {
        self.list.push(Effect::Record(Box::new(record)));
    }

    fn record(&self, kind: RecordKind) -> Record {
        Record::new(self.now, kind)
    }

    fn started(&mut self) {
        let record = self.record(RecordKind::Started);
        self.note(record);
    }

    fn received(&mut self, from: Party, message: &Telegram) {
        self.from = Some(from);
        self.note(Record::traffic(self.now, RecordKind::MessageIn, from, message));
    }

    fn bad_mac(&mut self, from: Party) {
        let record = self.record(RecordKind::BadFrame);
        self.note(Record { peer: Some(from), note: "the MAC is wrong".to_owned(), ..record });
    }

    fn transfer(&mut self, transfer: Transfer) {
        self.list.push(Effect::Transfer(transfer));
    }

    /// A message never leaves without a record that says so.
    fn send(&mut self, to: Party, message: Telegram) {
        self.note(Record::traffic(self.now, RecordKind::MessageOut, to, &message));
        self.list.push(Effect::Send(to, Box::new(message)));
    }

    /// A record about the message that this step is about.
    fn about(&self, kind: RecordKind, message: &Telegram) -> Record {
        let traffic = Record::traffic(self.now, kind, Party::Acquirer, message);
        Record { peer: self.from, ..traffic }
    }

    /// A response goes back on the line of its request.
    fn reply(&mut self, message: Telegram) {
        if let Some(from) = self.from {
            self.send(from, message);
        }
    }

    fn parcel(&mut self, to: Party, parcel: Parcel) {
        self.list.push(Effect::Parcel(to, parcel));
    }

    fn after(&mut self, delay: Duration, timer: Timer) {
        self.list.push(Effect::Timer(timer, delay));
    }

    fn done(&mut self, outcome: Outcome) {
        self.list.push(Effect::Done(outcome));
    }
}

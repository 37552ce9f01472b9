//! Parties that do without a rule. The rules stand in the parties and have no switch there: what a party without one would
//! do is done around it, to what it is told, to what it remembers, and to what it says. So each rule can be taken away in
//! the simulation alone, and what becomes of the money shows whether anything would notice.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::Stamp;
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::{Ledger, Purpose, Transfer};
use crate::names::named;
use crate::party::parcel::{Notice, Order, Parcel};
use crate::party::{Effect, Input, Machine};
use crate::telegram::{Code, Mti, Telegram};

named! {
    /// A rule that protects money.
    Rule {
        /// What a step keeps is on the disk before anything of it leaves.
        PersistFirst = "persist-first",
        /// The acquirer knows a request that comes again.
        DedupAcquirer = "dedup-acquirer",
        /// The issuer does.
        DedupIssuer = "dedup-issuer",
        /// The acquirer remembers a reversal of what it has not seen.
        TombstoneAcquirer = "tombstone-acquirer",
        /// The issuer does.
        TombstoneIssuer = "tombstone-issuer",
        /// An approval after the reversal changes nothing.
        LateApproval = "late-approval",
        /// The amount of a response is that of its request, at the acquirer.
        AmountAcquirer = "amount-acquirer",
        /// And at the terminal.
        AmountTerminal = "amount-terminal",
        /// A message with a wrong MAC is none, at the acquirer.
        MacAcquirer = "mac-acquirer",
        /// And at the terminal.
        MacTerminal = "mac-terminal",
        /// An advice is kept until it is answered.
        AdviceKept = "advice-kept",
        /// 90, 91 and 96 are no final response to an advice.
        NotFinal = "not-final",
        /// After a restart what has no outcome is reversed, at the acquirer.
        RecoveryAcquirer = "recovery-acquirer",
        /// And at the terminal.
        RecoveryTerminal = "recovery-terminal",
        /// A sale that is taken back after it was counted is adjusted.
        Compensation = "compensation",
        /// A sale is paid when the settlement file has it.
        MatchBeforePay = "match-before-pay",
        /// The hub takes a file once.
        FileHub = "file-hub",
        /// The acquirer does.
        FileAcquirer = "file-acquirer",
        /// The issuer does.
        FileIssuer = "file-issuer",
        /// What is in a payout is in no other.
        PaidOnce = "paid-once",
        /// The bank credits an order once.
        PayoutId = "payout-id",
        /// Nothing is paid to a merchant that is frozen.
        Frozen = "frozen",
        /// Nobody owes more at the hub than its cap.
        PositionCap = "position-cap",
        /// Of two instances of a party one is stopped.
        Fencing = "fencing",
    }
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 24] = [
        Self::PersistFirst,
        Self::DedupAcquirer,
        Self::DedupIssuer,
        Self::TombstoneAcquirer,
        Self::TombstoneIssuer,
        Self::LateApproval,
        Self::AmountAcquirer,
        Self::AmountTerminal,
        Self::MacAcquirer,
        Self::MacTerminal,
        Self::AdviceKept,
        Self::NotFinal,
        Self::RecoveryAcquirer,
        Self::RecoveryTerminal,
        Self::Compensation,
        Self::MatchBeforePay,
        Self::FileHub,
        Self::FileAcquirer,
        Self::FileIssuer,
        Self::PaidOnce,
        Self::PayoutId,
        Self::Frozen,
        Self::PositionCap,
        Self::Fencing,
    ];
}

/// Rules that other rules stand behind, and which: taken away alone, nothing may come of it.
///
/// A terminal sees another amount than it asked for only if the acquirer took another one from it: a response whose amount was
/// changed on the way has no right MAC, and a request neither.
pub const REDUNDANT: [(Rule, &str); 1] = [(Rule::AmountTerminal, "mac-acquirer")];

/// Rules that stand behind each other: taken away together, it must be found.
pub const PAIRS: [[Rule; 2]; 3] = [
    [Rule::MacAcquirer, Rule::AmountTerminal],
    [Rule::RecoveryAcquirer, Rule::RecoveryTerminal],
    [Rule::FileHub, Rule::FileAcquirer],
];

/// A party without some of its rules.
pub struct Lax {
    inner: Box<dyn Machine>,
    without: BTreeSet<Rule>,
    /// Requests that were heard, with how often: STAN, DE7, terminal.
    heard: BTreeMap<(u64, String, String), u64>,
    /// What was asked for, by STAN on the line of the one who answers.
    asked: BTreeMap<u64, crate::money::Money>,
    /// STANs of requests that were taken for others.
    renamed: BTreeSet<u64>,
    orders: u64,
}

/// A second hearing of a STAN is given this much more.
const AGAIN: u64 = 400_000;

impl Lax {
    /// This party without these rules.
    pub fn new(inner: Box<dyn Machine>, without: &BTreeSet<Rule>) -> Self {
        let (heard, asked, renamed) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Self { inner, without: without.clone(), heard, asked, renamed, orders: 0 }
    }

    fn lacks(&self, party: Party, rule: Rule) -> bool {
        self.party() == party && self.without.contains(&rule)
    }

    /// What it is told, as it takes it.
    fn taken(&mut self, input: Input) -> Input {
        use Party::{Acquirer, Bank, Terminal};
        match input {
            Input::BadMac(from, message)
                if self.lacks(Acquirer, Rule::MacAcquirer) || self.lacks(Terminal, Rule::MacTerminal) =>
            {
                Input::Received(from, message)
            }
            Input::Received(from, message) => {
                let message = self.request(from, message);
                Input::Received(from, self.response(message))
            }
            Input::Parcel(from, Parcel::Order(order)) if self.lacks(Bank, Rule::PayoutId) => {
                self.orders += 1;
                let id = format!("{}#{}", order.id, self.orders);
                Input::Parcel(from, Parcel::Order(Order { id, ..order }))
            }
            other => other,
        }
    }

    fn request(&mut self, from: Party, message: Telegram) -> Telegram {
        let is_asking = [Mti::SALE, Mti::AUTHORIZATION, Mti::ADVICE].contains(&message.mti);
        let forgets = self.lacks(Party::Acquirer, Rule::DedupAcquirer) && from == Party::Terminal
            || self.lacks(Party::Issuer, Rule::DedupIssuer);
        if !is_asking || !forgets {
            return message;
        }
        let key = (message.stan, message.transmission.clone().unwrap_or_default(), message.terminal.clone());
        let times = self.heard.entry(key).or_default();
        *times += 1;
        if *times < 2 {
            return message;
        }
        let stan = message.stan + AGAIN;
        self.renamed.insert(stan);
        Telegram { stan, ..message }
    }

    fn response(&self, message: Telegram) -> Telegram {
        let blind = self.lacks(Party::Acquirer, Rule::AmountAcquirer)
            || self.lacks(Party::Terminal, Rule::AmountTerminal);
        let is_answer = [210, 110, 230].contains(&message.mti.0);
        let code = message.code.unwrap_or(Code::of(b"96"));
        if blind && is_answer && !code.partial() {
            let amount = self.asked.get(&message.stan).copied().or(message.amount);
            return Telegram { amount, ..message };
        }
        let retried = ["90", "91", "96"].contains(&code.as_str());
        if self.lacks(Party::Acquirer, Rule::NotFinal) && message.mti.0 == 430 && retried {
            return Telegram { code: Some(Code::of(b"00")), ..message };
        }
        message
    }

    /// What it says, as it leaves; `None` for what it does not do.
    fn said(&mut self, effect: Effect, is_start: bool) -> Vec<Effect> {
        match effect {
            Effect::Send(to, mut message) => {
                if message.mti.is_request() {
                    self.asked.extend(message.amount.map(|amount| (message.stan, amount)));
                } else if self.renamed.contains(&message.stan) {
                    message.stan -= AGAIN;
                }
                vec![Effect::Send(to, message)]
            }
            Effect::Parcel(to, Parcel::Notice(notice)) if self.lacks(Party::Bank, Rule::PayoutId) => {
                let id = notice.id.split('#').next().unwrap_or_default().to_owned();
                vec![Effect::Parcel(to, Parcel::Notice(Notice { id, ..notice }))]
            }
            Effect::Record(record) => self.noted(record, is_start),
            Effect::Transfer(transfer)
                if transfer.purpose == Purpose::Adjustment
                    && self.lacks(Party::Acquirer, Rule::Compensation) =>
            {
                Vec::new()
            }
            other => vec![other],
        }
    }

    fn noted(&self, record: Box<Record>, is_start: bool) -> Vec<Effect> {
        use RecordKind::{LateApproval, SaleAdjusting, SaleReversing};
        match record.kind {
            LateApproval if self.lacks(Party::Acquirer, Rule::LateApproval) => {
                let merchant = record.tx.split('/').next().unwrap_or_default();
                let unsettled = format!("merchant_unsettled:{merchant}");
                let amount = record.amount.unwrap_or_default();
                let hold = Transfer::pending(Purpose::Sale, &record.tx, "hub_receivable", &unsettled, amount);
                let approved = Record { kind: RecordKind::SaleApproved, ..*record };
                vec![Effect::Record(Box::new(approved)), Effect::Transfer(hold)]
            }
            SaleAdjusting if self.lacks(Party::Acquirer, Rule::Compensation) => Vec::new(),
            SaleReversing
                if is_start
                    && (self.lacks(Party::Acquirer, Rule::RecoveryAcquirer)
                        || self.lacks(Party::Terminal, Rule::RecoveryTerminal)) =>
            {
                Vec::new()
            }
            _ => vec![Effect::Record(record)],
        }
    }

    /// What it forgets.
    fn forgets(&self, record: &Record) -> bool {
        use Party::{Acquirer, Hub, Issuer};
        match record.kind {
            RecordKind::Tombstone => {
                self.lacks(Acquirer, Rule::TombstoneAcquirer) || self.lacks(Issuer, Rule::TombstoneIssuer)
            }
            RecordKind::AdviceQueued => self.lacks(Acquirer, Rule::AdviceKept),
            RecordKind::FileTaken => {
                self.lacks(Hub, Rule::FileHub)
                    || self.lacks(Acquirer, Rule::FileAcquirer)
                    || self.lacks(Issuer, Rule::FileIssuer)
            }
            RecordKind::SalePaid => self.lacks(Acquirer, Rule::PaidOnce),
            RecordKind::MerchantHeld => self.lacks(Acquirer, Rule::Frozen),
            _ => false,
        }
    }
}

impl Machine for Lax {
    fn party(&self) -> Party {
        self.inner.party()
    }

    fn step(&mut self, books: &Ledger, input: Input, now: Stamp) -> Vec<Effect> {
        let is_start = matches!(input, Input::Start);
        let input = self.taken(input);
        let effects = self.inner.step(books, input, now);
        effects.into_iter().flat_map(|effect| self.said(effect, is_start)).collect()
    }

    fn apply(&mut self, record: &Record) {
        if self.forgets(record) {
            return;
        }
        if record.kind == RecordKind::SaleSettled && self.lacks(Party::Acquirer, Rule::MatchBeforePay) {
            self.inner.apply(&Record { kind: RecordKind::SaleCleared, ..record.clone() });
        }
        self.inner.apply(record);
    }
}

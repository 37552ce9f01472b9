//! The journal: what a party did and saw, in order. A record has no place for a full card number, a
//! track or a PIN.

use crate::clock::{Date, Stamp};
use crate::money::Money;
use crate::names::named;
use crate::telegram::{Balance, Code, Mti, Telegram, Totals};

named! {
    /// Who.
    Party {
        /// The point-of-sale terminal at the merchant.
        Terminal = "terminal",
        /// The acquirer's host.
        Acquirer = "acquirer",
        /// The issuer's host.
        Issuer = "issuer",
        /// The hub: the network's clearing house, between acquirer and issuer.
        Hub = "hub",
        /// The bank of the merchants.
        Bank = "bank",
    }
}

impl Party {
    /// Those of the first payment day, which talk ISO 8583 to each other, from the merchant to the issuer.
    pub const ALL: [Self; 3] = [Self::Terminal, Self::Acquirer, Self::Issuer];
    /// The parties of the whole network: those, and the two that exchange files with the acquirer.
    pub const NETWORK: [Self; 5] = [Self::Terminal, Self::Acquirer, Self::Issuer, Self::Hub, Self::Bank];

    /// The next one on the way to the bank.
    pub const fn towards_issuer(self) -> Self {
        match self {
            Self::Terminal => Self::Acquirer,
            Self::Acquirer | Self::Issuer | Self::Hub | Self::Bank => Self::Issuer,
        }
    }

    /// One letter for tables.
    pub const fn letter(self) -> char {
        match self {
            Self::Terminal => 'T',
            Self::Acquirer => 'A',
            Self::Issuer => 'I',
            Self::Hub => 'H',
            Self::Bank => 'B',
        }
    }
}

named! {
    /// What happened.
    RecordKind {
        /// A message is about to leave.
        MessageOut = "message_out",
        /// A message arrived.
        MessageIn = "message_in",
        /// A message that could not leave: not one byte was written.
        NotSent = "not_sent",
        /// Bytes arrived that are no message of the dialect.
        BadFrame = "bad_frame",
        /// The party (re)started with this history.
        Started = "started",
        /// The other side signed on, or we did.
        SignedOn = "signed_on",
        /// The other side is gone.
        LinkDown = "link_down",
        /// A batch is open from here on.
        BatchOpened = "batch_opened",
        /// Both sides of a batch agree.
        BatchBalanced = "batch_balanced",
        /// They do not.
        BatchOutOfBalance = "batch_out_of_balance",
        /// An item of a batch that is out of balance is the same on both sides.
        BatchItemAgreed = "batch_item_agreed",
        /// It is not, or one side does not have it. It holds nothing else back.
        BatchItemDisputed = "batch_item_disputed",
        /// All items of the batch are compared: it is closed.
        BatchUploaded = "batch_uploaded",
        /// Durable intent: a sale is about to be sent on.
        SaleSent = "sale_sent",
        /// The answer was yes.
        SaleApproved = "sale_approved",
        /// The answer was no.
        SaleDeclined = "sale_declined",
        /// The outcome is unknown or must be undone: being reversed.
        SaleReversing = "sale_reversing",
        /// Undone, and the other side said so.
        SaleReversed = "sale_reversed",
        /// The advice that a sale is to be undone waits for its turn.
        AdviceQueued = "advice_queued",
        /// It is about to be sent, for the first time or again.
        AdviceSent = "advice_sent",
        /// The other side has it.
        AdviceDone = "advice_done",
        /// It was never answered: somebody has to look at it.
        AdviceParked = "advice_parked",
        /// It is tried once more.
        AdviceRetried = "advice_retried",
        /// A reversal came for a sale we never saw: remembered, the sale will be refused if it
        /// still comes.
        Tombstone = "tombstone",
        /// An approval came after the reversal. It changes nothing.
        LateApproval = "late_approval",
        /// The same STAN with other content.
        StanReuse = "stan_reuse",
        /// Its terminal took it back.
        SaleVoided = "sale_voided",
        /// A reservation was not charged in time, and holds nothing any more.
        SaleExpired = "sale_expired",
        /// Part of a reservation was charged, and this much of it stays reserved.
        ReservationKept = "reservation_kept",
        /// Less of it is charged from here on: the issuer is to release the rest.
        SaleReducing = "sale_reducing",
        /// The issuer did.
        SaleReduced = "sale_reduced",
        /// Confirmed by a balanced batch.
        SaleCaptured = "sale_captured",
        /// Reconciled with the other side.
        SaleSettled = "sale_settled",
        /// Part of a payout.
        SalePaid = "sale_paid",
        /// A settlement date begins.
        DateOpened = "date_opened",
        /// A settlement date is over.
        DateClosed = "date_closed",
        /// The totals of a date that the 0520 carries, however often it is sent.
        DateSubmitted = "date_submitted",
        /// Left out of the totals of that date: its reversal is not answered yet.
        SaleExcluded = "sale_excluded",
        /// Both sides of a settlement date agree.
        DateReconciled = "date_reconciled",
        /// They do not: it is settled item by item.
        DateOutOfBalance = "date_out_of_balance",
        /// An item of totals that are out of balance is the same on both sides.
        ItemAgreed = "item_agreed",
        /// It is not, or one side does not have it: open until somebody corrects it. It holds nothing else back.
        ItemDisputed = "item_disputed",
        /// All items of these totals are compared.
        ItemsCompared = "items_compared",
        /// The merchant was paid.
        Payout = "payout",
        /// The merchant's bank credited the payout.
        PayoutCredited = "payout_credited",
        /// It sent the payout back.
        PayoutReturned = "payout_returned",
        /// A file is about to leave.
        FileSent = "file_sent",
        /// A file arrived, was sound, and is taken.
        FileTaken = "file_taken",
        /// The other side has our file, or our notice that a payout came back.
        FileAcknowledged = "file_acknowledged",
        /// A file arrived again with the same content. It changes nothing.
        FileDuplicate = "file_duplicate",
        /// A file that is damaged, or has the number of another one. It changes nothing.
        FileQuarantined = "file_quarantined",
        /// Part of a clearing file.
        SalePresented = "sale_presented",
        /// In the settlement file of the network, with the same amount.
        SaleCleared = "sale_cleared",
        /// A record of a file and the books say different things. Nothing is paid for it.
        ClearingException = "clearing_exception",
        /// Missing in the settlement file, and claimed from the hub.
        SaleClaimed = "sale_claimed",
        /// The hub settles what was claimed, in its next run.
        ClaimGranted = "claim_granted",
        /// An item waits at the hub, since its payer would owe more than its cap.
        PositionCapped = "position_capped",
        /// It fits into the cap now, and is in the next settlement file.
        PositionFreed = "position_freed",
        /// What the members owed each other at the hub was paid.
        PositionsSettled = "positions_settled",
        /// The same card paid the same amount at the same terminal minutes before.
        PossibleDouble = "possible_double",
        /// To be taken back after it was counted: a credit in the next clearing file, and a deduction from the next
        /// payout.
        SaleAdjusting = "sale_adjusting",
        /// The credit is in a clearing file.
        CreditPresented = "credit_presented",
        /// It is in the settlement file of the network.
        CreditCleared = "credit_cleared",
        /// Both are done.
        SaleAdjusted = "sale_adjusted",
        /// Due, and put into the reserve since the merchant is frozen.
        SaleReserved = "sale_reserved",
        /// Out of the reserve again.
        SaleReleased = "sale_released",
        /// The merchant is frozen, or nothing is paid to it.
        MerchantHeld = "merchant_held",
        /// It no longer is.
        MerchantReleased = "merchant_released",
        /// Another account was named by one person; a second one has to agree.
        AccountProposed = "account_proposed",
        /// A trial payment was taken out of this payout.
        TrialDeducted = "trial_deducted",
        /// The most that is sold at a merchant on one day.
        SalesLimitSet = "sales_limit_set",
        /// The account that a merchant is paid to.
        AccountSet = "account_set",
        /// The most that a merchant is paid on one day.
        LimitSet = "limit_set",
        /// A table of fees is in force from here on.
        FeesSet = "fees_set",
        /// The settlement file has another fee of an item than our table. The item waits, and nothing else does.
        FeeDiffers = "fee_differs",
        /// The fee of an item is this one now.
        FeeAgreed = "fee_agreed",
        /// An account is closed.
        AccountClosed = "account_closed",
        /// A part of the party is out of order.
        Broken = "broken",
        /// It works again.
        Repaired = "repaired",
        /// Money that was there before.
        Opening = "opening",
        /// A way to the issuer did not do its work: no response, a code that says so, octets that are no message.
        RouteFailed = "route_failed",
        /// It is not used from here on.
        RouteOpened = "route_opened",
        /// It is tried by an echo test.
        RouteTried = "route_tried",
        /// It is used again.
        RouteClosed = "route_closed",
        /// A request is about to be forwarded.
        Forwarded = "forwarded",
        /// Approved in the name of the issuer, which cannot be reached; an advice will tell it.
        StoodIn = "stood_in",
        /// The issuer refuses what was approved in its name, and bears it.
        StandInRefused = "stand_in_refused",
        /// Somebody has to look at this.
        WorkItem = "work_item",
    }
}

/// One line of the journal. What does not apply is empty, zero or `None`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// When.
    pub at: Stamp,
    /// What happened.
    pub kind: RecordKind,
    /// With whom.
    pub peer: Option<Party>,
    /// The message that did it.
    pub mti: Option<Mti>,
    /// The transaction, as this party keys it.
    pub tx: String,
    /// DE11 on the terminal's link (for the issuer: on its own link).
    pub stan: u64,
    /// DE11 on the acquirer's host link.
    pub host_stan: u64,
    /// DE7 on the host link.
    pub transmission: String,
    /// Batch number.
    pub batch: u64,
    /// DE37.
    pub rrn: String,
    /// DE4.
    pub amount: Option<Money>,
    /// DE39.
    pub code: Option<Code>,
    /// DE38.
    pub approval: String,
    /// Settlement date, DE15.
    pub date: Option<Date>,
    /// First six and last four of the card number.
    pub card: String,
    /// Totals of a batch or a date.
    pub totals: Option<Totals>,
    /// Result of comparing totals.
    pub balance: Option<Balance>,
    /// Anything else, in words.
    pub note: String,
}

impl Record {
    /// An empty record of this kind.
    pub const fn new(at: Stamp, kind: RecordKind) -> Self {
        Self {
            at,
            kind,
            peer: None,
            mti: None,
            tx: String::new(),
            stan: 0,
            host_stan: 0,
            transmission: String::new(),
            batch: 0,
            rrn: String::new(),
            amount: None,
            code: None,
            approval: String::new(),
            date: None,
            card: String::new(),
            totals: None,
            balance: None,
            note: String::new(),
        }
    }

    /// All of it, in a fixed order: what the hash chain covers.
    pub fn words(&self) -> [String; 18] {
        fn shown<T: ToString>(value: Option<T>) -> String {
            value.map_or_else(String::new, |value| value.to_string())
        }
        [
            self.at.0.to_string(),
            self.kind.to_string(),
            shown(self.peer),
            shown(self.mti),
            self.tx.clone(),
            self.stan.to_string(),
            self.host_stan.to_string(),
            self.transmission.clone(),
            self.batch.to_string(),
            self.rrn.clone(),
            shown(self.amount.map(Money::units)),
            shown(self.code),
            self.approval.clone(),
            shown(self.date.map(|date| date.0)),
            self.card.clone(),
            shown(self.totals),
            shown(self.balance.map(Balance::digit)),
            self.note.clone(),
        ]
    }

    /// A message that arrived or is about to leave.
    pub fn traffic(at: Stamp, kind: RecordKind, peer: Party, message: &Telegram) -> Self {
        let note = match message.management {
            Some(code) => format!("network management {code:03}"),
            None => String::new(),
        };
        Self {
            peer: Some(peer),
            mti: Some(message.mti),
            stan: message.stan,
            transmission: message.transmission.clone().unwrap_or_default(),
            batch: message.batch.unwrap_or_default(),
            rrn: message.rrn.clone().unwrap_or_default(),
            amount: message.amount,
            code: message.code,
            approval: message.approval.clone().unwrap_or_default(),
            date: message.date(at),
            card: message.pan.as_ref().map(crate::card::Pan::masked).unwrap_or_default(),
            totals: message.totals,
            balance: message.balance,
            note,
            ..Self::new(at, kind)
        }
    }
}

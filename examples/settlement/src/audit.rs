//! Do the books balance? Every check is recomputed from the stored history; nothing a party says
//! about itself is believed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::clock::{Date, Stamp};
use crate::evidence::Sighting;
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::{Account, Digest, Ledger, Purpose, Transfer};
use crate::local::Local;
use crate::money::signed;
use crate::store::{Begun, Contents, History, Seal, StoreError, Tip, link};

/// The stored histories of the three parties.
#[derive(Clone, Debug, Default)]
pub struct Books {
    histories: BTreeMap<Party, History>,
    seals: Vec<Seal>,
    begun: Vec<Begun>,
}

impl Books {
    /// Reads them from a ledger file, without changing it.
    pub fn read(file: &Path) -> Result<Self, StoreError> {
        let Contents { histories, seals, begun } = Contents::read(file)?;
        Ok(Self { histories, seals, begun })
    }

    /// Books of histories that were read somewhere else.
    pub fn of_histories(histories: BTreeMap<Party, History>) -> Self {
        Self { histories, ..Self::default() }
    }

    /// Reads them from the stores of a local world.
    pub fn of(local: &Local) -> Result<Self, StoreError> {
        let stores = Party::NETWORK.into_iter().filter_map(|party| Some((party, local.store(party)?)));
        let histories = stores.map(|(party, store)| Ok((party, store.history()?)));
        Ok(Self { histories: histories.collect::<Result<_, StoreError>>()?, ..Self::default() })
    }

    /// The history of one party; for tests that tamper, mutable.
    pub fn history_mut(&mut self, party: Party) -> &mut History {
        self.histories.entry(party).or_default()
    }

    /// A party's journal.
    pub fn records(&self, party: Party) -> &[Record] {
        self.histories.get(&party).map_or(&[], |history| &history.records)
    }

    /// The same books, with the steps of the day that began: for a world that keeps them elsewhere.
    #[must_use]
    pub fn with_begun(self, begun: Vec<Begun>) -> Self {
        Self { begun, ..self }
    }

    /// The steps of the day that began.
    pub fn begun(&self) -> &[Begun] {
        &self.begun
    }

    /// When the last thing happened.
    pub fn last_stamp(&self) -> Option<Stamp> {
        let begun = self.begun.iter().map(|begun| begun.at);
        Party::ALL
            .into_iter()
            .flat_map(|party| self.records(party))
            .map(|record| record.at)
            .chain(begun)
            .max()
    }

    /// The settlement date that the issuer began with.
    pub fn first_date(&self) -> Option<Date> {
        let started = self.records(Party::Issuer).iter().find(|record| record.kind == RecordKind::Started)?;
        started.date
    }

    /// A party's transfers.
    pub fn transfers(&self, party: Party) -> &[Transfer] {
        self.histories.get(&party).map_or(&[], |history| &history.transfers)
    }

    /// A party's book, folded from its transfers one by one. What the ledger refuses is left out
    /// and named by [`audit`].
    pub fn ledger(&self, party: Party) -> Ledger {
        let mut ledger = Ledger::default();
        self.transfers(party).iter().for_each(|transfer| {
            ledger.commit(std::slice::from_ref(transfer));
        });
        ledger
    }

    /// All histories.
    pub fn histories(&self) -> impl Iterator<Item = (Party, &History)> {
        self.histories.iter().map(|(party, history)| (*party, history))
    }

    fn balances(&self, party: Party) -> &[(String, Account)] {
        self.histories.get(&party).map_or(&[], |history| &history.balances)
    }

    pub(crate) fn history(&self, party: Party) -> History {
        self.histories.get(&party).cloned().unwrap_or_default()
    }
}

/// One question and its answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
    /// What must hold.
    pub rule: String,
    /// Does it?
    pub holds: bool,
    /// The figures.
    pub figures: String,
}

impl Check {
    pub(crate) fn equal(rule: impl Into<String>, left: i128, right: i128) -> Self {
        let figures =
            if left == right { signed(left) } else { format!("{} against {}", signed(left), signed(right)) };
        Self { rule: rule.into(), holds: left == right, figures }
    }

    pub(crate) fn that(rule: impl Into<String>, holds: bool, figures: impl Into<String>) -> Self {
        Self { rule: rule.into(), holds, figures: figures.into() }
    }
}

/// Asks everything.
pub fn audit(books: &Books) -> Vec<Check> {
    let mut checks = Vec::new();
    checks.extend(Party::ALL.map(|party| chains(&books.history(party), party)));
    for party in [Party::Issuer, Party::Acquirer] {
        checks.extend(book(books, party));
    }
    checks.extend(mirrors(books));
    checks.extend(open_items(books));
    checks.push(items(books));
    checks.push(conservation(books));
    checks.push(quiet(books));
    checks
}

/// Is each row the one that was written after the row before it, and is none missing at the end?
pub(crate) fn chains(history: &History, party: Party) -> Check {
    let records = broken_at(history.records.iter().map(Record::words), &history.record_chain);
    let transfers = broken_at(history.transfers.iter().map(Transfer::words), &history.chain);
    let torn = torn_at(history);
    let seen = broken_at(history.evidence.iter().map(Sighting::words), &history.evidence_chain);
    let figures = match (records.or(seen), transfers, torn) {
        (Some(row), _, _) if seen.is_some() => format!("what was seen was altered in row {row}"),
        (Some(row), _, _) => format!("record {row} was altered"),
        (None, Some(row), _) => format!("transfer {row} was altered"),
        (None, None, Some(seq)) => format!("commit {seq} and the rows do not go together"),
        (None, None, None) => {
            let (records, transfers) = (history.records.len(), history.transfers.len());
            format!("{records} records, {transfers} transfers")
        }
    };
    let intact = seen.is_none() && records.is_none() && transfers.is_none() && torn.is_none();
    Check::that(format!("{party}: history is the one that was written"), intact, figures)
}

/// The first commit that is missing, or that says something else than the rows do. The last one says where they
/// end.
fn torn_at(history: &History) -> Option<u64> {
    let numbered = (1..).zip(&history.commits);
    let wrong = numbered.clone().find(|(seq, tip)| tip.seq != *seq || !holds(history, tip));
    if let Some((seq, _)) = wrong {
        return Some(seq);
    }
    let last = history.commits.last().copied().unwrap_or(Tip::START);
    (history.tip(last.seq) != last).then_some(last.seq)
}

/// Did the history once go exactly this far?
fn holds(history: &History, tip: &Tip) -> bool {
    let at = |chain: &[Digest], rows: u64| match usize::try_from(rows) {
        Ok(0) => Some(Digest::START),
        Ok(rows) => chain.get(rows - 1).copied(),
        Err(_) => None,
    };
    at(&history.record_chain, tip.records) == Some(tip.record_chain)
        && at(&history.chain, tip.transfers) == Some(tip.chain)
}

/// What the file of a closed day shows beyond its books: that nobody cut anything off since. `kept` is the head
/// that was printed when the day was closed, if somebody kept it.
pub fn closed(books: &Books, kept: Option<Digest>) -> Vec<Check> {
    let mut checks = vec![sealed(books), witnessed(books)];
    if let Some(head) = kept {
        let place = books.seals.iter().position(|seal| seal.head == head);
        let figures = place.map_or_else(
            || "no seal of this file has that head".to_owned(),
            |place| format!("seal {}", place + 1),
        );
        checks.push(Check::that("the head that was kept is in this ledger", place.is_some(), figures));
    }
    checks
}

/// Does each history go exactly as far as the last seal says, and did it pass by those before?
fn sealed(books: &Books) -> Check {
    let rule = "each history ends where it ended when the day was closed";
    let Some(last) = books.seals.last() else {
        return Check::that(rule, false, "the day is not closed; --resume goes on with it");
    };
    let before = std::iter::once(None).chain(books.seals.iter().map(Some));
    if !books.seals.iter().zip(before).all(|(seal, before)| seal.follows(before)) {
        return Check::that(rule, false, "a seal was altered");
    }
    for (party, end) in Party::ALL.into_iter().zip(last.tips) {
        let history = books.history(party);
        let passed = |seal: &Seal| {
            let of_party = Party::ALL.into_iter().zip(&seal.tips).find(|(of, _)| *of == party);
            of_party.is_some_and(|(_, tip)| holds(&history, tip))
        };
        if history.tip(end.seq) != end
            || history.commits.last() != Some(&end)
            || !books.seals.iter().all(passed)
        {
            let (found, sealed) = (history.records.len(), end.records);
            return Check::that(rule, false, format!("{party}: {found} records, {sealed} were sealed"));
        }
    }
    Check::that(rule, true, format!("{} seal, head {}", books.seals.len(), last.head))
}

/// Was every message that one party received sent by the other? Who cuts the history of one party has to cut
/// those of the others, too.
fn witnessed(books: &Books) -> Check {
    let rule = "every message that arrived is in the journal of its sender";
    let of_kind = |kind| {
        let records = |party| books.records(party).iter().map(move |record| (party, record));
        Party::ALL.into_iter().flat_map(records).filter(move |(_, record)| record.kind == kind)
    };
    let sent: BTreeSet<_> = of_kind(RecordKind::MessageOut)
        .map(|(from, record)| (Some(from), record.peer, record.mti, record.stan, record.amount))
        .collect();
    let mut heard = of_kind(RecordKind::MessageIn);
    let unsent = heard.find(|(to, record)| {
        !sent.contains(&(record.peer, Some(*to), record.mti, record.stan, record.amount))
    });
    let figures = match unsent {
        Some((to, record)) => {
            let (from, mti) = (record.peer.map_or("nobody", Party::name), record.mti.unwrap_or_default());
            format!("{from} sent no {mti} with STAN {:06} to {to}", record.stan)
        }
        None => format!("{} messages", of_kind(RecordKind::MessageIn).count()),
    };
    Check::that(rule, unsent.is_none(), figures)
}

fn broken_at<const N: usize>(rows: impl Iterator<Item = [String; N]>, stored: &[Digest]) -> Option<usize> {
    let mut chain = Digest::START;
    let mut stored = stored.iter();
    for (number, words) in rows.enumerate() {
        chain = link(chain, &words);
        if stored.next() != Some(&chain) {
            return Some(number + 1);
        }
    }
    stored.next().map(|_| 0)
}

/// Is the book of one party sound in itself?
pub(crate) fn book(books: &Books, party: Party) -> Vec<Check> {
    let mut ledger = Ledger::default();
    let statuses: Vec<_> = books
        .transfers(party)
        .iter()
        .flat_map(|transfer| ledger.commit(std::slice::from_ref(transfer)))
        .collect();
    let refused = statuses.iter().find(|status| !status.booked());
    let accepted = refused.map_or_else(|| "each accepted".to_owned(), |status| status.name().to_owned());

    let folded: Vec<_> = ledger.accounts().map(|(name, account)| (name.to_owned(), *account)).collect();
    let differs = folded.iter().find(|account| !books.balances(party).contains(account));
    let same = folded.len() == books.balances(party).len() && differs.is_none();
    let stored =
        differs.map_or_else(|| format!("{} accounts", folded.len()), |(name, _)| format!("differs: {name}"));

    let (posted, pending) = ledger.imbalance();
    let debits: i128 = folded.iter().map(|(_, account)| account.debits_posted + account.debits_pending).sum();
    let overdrawn = ledger.overdrawn().next().unwrap_or("none").to_owned();
    vec![
        Check::that(format!("{party}: history folds into a ledger"), refused.is_none(), accepted),
        Check::that(format!("{party}: stored balances = history"), same, stored),
        Check::equal(
            format!("{party}: debits = credits, posted and pending"),
            debits,
            debits - posted - pending,
        ),
        Check::that(format!("{party}: no account overdrawn"), overdrawn == "none", overdrawn),
    ]
}

/// What one owes the other is what the other expects.
fn mirrors(books: &Books) -> Vec<Check> {
    let (acquirer, issuer) = (books.ledger(Party::Acquirer), books.ledger(Party::Issuer));
    let expected = -acquirer.account("hub_receivable").net();
    let owed = issuer.account("hub_settlement").net();
    let moved = |party| sum(books, party, |transfer| transfer.purpose == Purpose::Settlement);
    let reconciled =
        books.records(Party::Acquirer).iter().filter(|record| record.kind == RecordKind::DateReconciled);
    let nets: i128 = reconciled.filter_map(|record| record.totals).map(|totals| totals.net()).sum();
    vec![
        Check::equal("acquirer's receivable = issuer's debt", expected, owed),
        Check::equal(
            "settled at the acquirer = settled at the issuer",
            moved(Party::Acquirer),
            moved(Party::Issuer),
        ),
        Check::equal("settled = net of the reconciled 0520", moved(Party::Acquirer), nets),
    ]
}

/// Clearing accounts are zero or explained by named open items.
fn open_items(books: &Books) -> Vec<Check> {
    let ledger = books.ledger(Party::Acquirer);
    let net = |head: &str| -> i128 {
        ledger.accounts().filter(|(name, _)| name.starts_with(head)).map(|(_, account)| account.net()).sum()
    };
    let mut open_batch = 0;
    let mut unpaid = 0;
    let mut unsettled = 0;
    for sale in sales(books) {
        let amount = i128::from(sale.amount);
        let standing = sale.approved && !sale.undone;
        open_batch += if standing && !sale.captured { amount } else { 0 };
        unpaid += if sale.captured && !sale.paid { amount } else { 0 };
        unsettled += if standing && !sale.settled { amount } else { 0 };
    }
    let unpaid_fees = sum(books, Party::Acquirer, |transfer| {
        transfer.purpose == Purpose::Fee
            && sales(books).iter().any(|sale| sale.tx == transfer.reference && !sale.paid)
    });
    vec![
        Check::equal("merchant_unsettled = sales in open batches", net("merchant_unsettled:"), open_batch),
        Check::equal(
            "merchant_payable = confirmed, not yet paid, less fees",
            net("merchant_payable:"),
            unpaid - unpaid_fees,
        ),
        Check::equal("hub_receivable = sales waiting for settlement", -net("hub_receivable"), unsettled),
        Check::equal("payout_in_transit is empty", net("payout_in_transit:"), 0),
    ]
}

/// For each sale: what the journal says is what the books of both sides hold.
fn items(books: &Books) -> Check {
    let (acquirer, issuer) = (books.ledger(Party::Acquirer), books.ledger(Party::Issuer));
    let mut wrong = Vec::new();
    let all = sales(books);
    for sale in &all {
        let expected = if sale.approved && !sale.undone { i128::from(sale.amount) } else { 0 };
        let held = held_for(&acquirer, books.transfers(Party::Acquirer), &sale.tx);
        let keys = books
            .records(Party::Issuer)
            .iter()
            .filter(|r| r.kind == RecordKind::SaleApproved && r.rrn == sale.rrn);
        let charged: i128 =
            keys.map(|record| held_for(&issuer, books.transfers(Party::Issuer), &record.tx)).sum();
        if held != expected || charged != expected {
            wrong.push(format!(
                "RRN {}: {} / {} / {}",
                sale.rrn,
                signed(expected),
                signed(held),
                signed(charged)
            ));
        }
    }
    let figures = if wrong.is_empty() { format!("{} sales", all.len()) } else { wrong.join("; ") };
    Check::that("each sale: journal = acquirer's book = issuer's book", wrong.is_empty(), figures)
}

/// Nothing appears and nothing vanishes between the cardholders and the merchant.
fn conservation(books: &Books) -> Check {
    let issuer = books.ledger(Party::Issuer);
    let opening = sum(books, Party::Issuer, |transfer| transfer.purpose == Purpose::Opening);
    let cardholders = issuer.accounts().filter(|(name, _)| name.starts_with("cardholder:"));
    let charged = opening - cardholders.map(|(_, account)| account.net()).sum::<i128>();
    let acquirer = books.ledger(Party::Acquirer);
    let merchant =
        acquirer.accounts().filter(|(name, _)| name.starts_with("merchant_") || *name == "mdr_income");
    let open: i128 = merchant.map(|(_, account)| account.net()).sum();
    let paid = sum(books, Party::Acquirer, |transfer| {
        transfer.purpose == Purpose::Payout && transfer.credit == "nostro"
    });
    Check::equal("charged to cardholders = paid out + fees + open items", charged, paid + open)
}

/// No outcome is unknown and nobody has to look at anything.
fn quiet(books: &Books) -> Check {
    let unknown = sales(books).iter().filter(|sale| !sale.approved && !sale.undone && !sale.declined).count();
    let unfinished = sales(books).iter().filter(|sale| sale.reversing && !sale.undone).count();
    let everything = || Party::ALL.into_iter().flat_map(|party| books.records(party));
    let work = everything().filter(|record| record.kind == RecordKind::WorkItem).count();
    let uneven = everything()
        .filter(|r| matches!(r.kind, RecordKind::BatchOutOfBalance | RecordKind::DateOutOfBalance))
        .count();
    let figures =
        format!("{unknown} unknown, {unfinished} being reversed, {work} work items, {uneven} out of balance");
    Check::that(
        "no unknown outcome, no work item, no total out of balance",
        unknown + unfinished + work + uneven == 0,
        figures,
    )
}

/// A sale as the acquirer's journal tells it.
#[derive(Clone, Debug, Default)]
struct SaleFacts {
    tx: String,
    rrn: String,
    amount: u64,
    approved: bool,
    declined: bool,
    reversing: bool,
    undone: bool,
    captured: bool,
    settled: bool,
    paid: bool,
}

fn sales(books: &Books) -> Vec<SaleFacts> {
    let mut sales: BTreeMap<&str, SaleFacts> = BTreeMap::new();
    for record in books.records(Party::Acquirer).iter().filter(|record| !record.tx.is_empty()) {
        if record.kind == RecordKind::SaleSent {
            let amount = record.amount.map_or(0, crate::money::Money::units);
            let (tx, rrn) = (record.tx.clone(), record.rrn.clone());
            sales.insert(&record.tx, SaleFacts { tx, rrn, amount, ..SaleFacts::default() });
        } else if let Some(sale) = sales.get_mut(record.tx.as_str()) {
            match record.kind {
                RecordKind::SaleApproved => sale.approved = true,
                RecordKind::SaleDeclined => sale.declined = true,
                RecordKind::SaleReversing => sale.reversing = true,
                RecordKind::SaleReversed => sale.undone = true,
                RecordKind::SaleCaptured => sale.captured = true,
                RecordKind::SaleSettled => sale.settled = true,
                RecordKind::SalePaid => sale.paid = true,
                _ => {}
            }
        }
    }
    sales.into_values().collect()
}

/// What a sale is in a book: held or posted, and not voided.
pub(crate) fn held_for(ledger: &Ledger, transfers: &[Transfer], reference: &str) -> i128 {
    let of_sale = transfers.iter().filter(|transfer| transfer.reference == reference);
    let sum: i128 = of_sale
        .map(|transfer| match transfer.purpose {
            Purpose::Reversal => {
                transfer.flag.resolves().and_then(|id| ledger.transfer(id)).map_or(0, |hold| -charge(hold))
            }
            _ => charge(transfer),
        })
        .sum();
    sum
}

/// What a transfer charges a card with: a refund less than nothing.
fn charge(transfer: &Transfer) -> i128 {
    let amount = i128::from(transfer.amount.units());
    match transfer.purpose {
        Purpose::Sale => amount,
        Purpose::Refund => -amount,
        _ => 0,
    }
}

pub(crate) fn sum(books: &Books, party: Party, mut counts: impl FnMut(&Transfer) -> bool) -> i128 {
    let transfers = books.transfers(party).iter().filter(|transfer| counts(transfer));
    transfers.map(|transfer| i128::from(transfer.amount.units())).sum()
}

//! The proof in the books of all parties: they balance, each is what the others say, and what is not zero is named.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::Read;
use super::stage::Stage;
use super::{ScenarioError, bad};
use crate::audit::{Books, Check, book, chains, held_for, sum};
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::{Ledger, Purpose};
use crate::money::signed;
use crate::ops::Operation;
use crate::party::PAYOUTS;

/// Everything that must hold at the end of any scenario.
pub(super) fn checks(stage: &Stage, read: &Read) -> Result<Vec<Check>, ScenarioError> {
    let books = Books::of(&stage.world).map_err(bad)?;
    let mut checks: Vec<Check> =
        Party::NETWORK.into_iter().map(|party| chains(&books.history(party), party)).collect();
    for party in [Party::Issuer, Party::Acquirer, Party::Hub, Party::Bank] {
        checks.extend(book(&books, party));
    }
    checks.extend(money(&books));
    let is_right = |number, slip: &Record| number > 0 || !stage.unaware.contains(&(slip.stan, slip.batch));
    let slip_records =
        |number| stage.slip_records(number).into_iter().filter(|slip| is_right(number, slip)).collect();
    let tills: Vec<_> = Stage::terminals().map(|(number, name)| (name, slip_records(number))).collect();
    checks.push(slips(&tills, &books));
    checks.extend(files(read, &books)?);
    Ok(checks)
}

fn net(ledger: &Ledger, heads: &[&str]) -> i128 {
    let named = |name: &str| heads.iter().any(|head| name.starts_with(head));
    ledger.accounts().filter(|(name, _)| named(name)).map(|(_, account)| account.net()).sum()
}

/// Nothing appears and nothing vanishes on the way from the cardholders to the merchants' accounts.
pub(crate) fn money(books: &Books) -> Vec<Check> {
    let [issuer, acquirer, hub, bank] =
        [Party::Issuer, Party::Acquirer, Party::Hub, Party::Bank].map(|party| books.ledger(party));
    let opening = sum(books, Party::Issuer, |transfer| transfer.purpose == Purpose::Opening);
    // What is reserved is charged to nobody yet; what the hub approved and the issuer refused, the issuer bears.
    let charged = opening - net(&issuer, &["cardholder:", "reserved", "stip_exposure"]);
    let paid = sum(books, Party::Acquirer, |t| t.purpose == Purpose::Payout && t.credit == "nostro")
        - sum(books, Party::Acquirer, |t| t.purpose == Purpose::Return && t.debit == "nostro");
    let at_acquirer = net(
        &acquirer,
        &["merchant_", "payout_in_transit:", "mdr_income", "owed_by_merchant:", "adjustments"],
    );
    let signed_sum = |purpose| {
        sum(books, Party::Acquirer, |t| t.purpose == purpose && t.debit == "nostro")
            - sum(books, Party::Acquirer, |t| t.purpose == purpose && t.credit == "nostro")
    };
    let (received, given_back) = (signed_sum(Purpose::Settlement), -signed_sum(Purpose::Adjustment));
    let cleared = |kind| {
        let of_kind = move |record: &&Record| record.kind == kind;
        let records = books.records(Party::Acquirer).iter().filter(of_kind);
        let sign = |tx: &str| if operation_of(books, tx) == Operation::Refund { -1 } else { 1 };
        records.map(|r| sign(&r.tx) * r.amount.map_or(0, |amount| i128::from(amount.units()))).sum::<i128>()
    };
    let standing: i128 = held(books, &acquirer);
    let credited = sum(books, Party::Issuer, |t| t.purpose == Purpose::Adjustment && t.debit == "nostro")
        - sum(books, Party::Issuer, |t| t.purpose == Purpose::Adjustment && t.credit == "nostro");
    let on_the_way = given_back - credited;
    let disputed: i128 = disputed(books).iter().map(|rrn| charged_for(books, &issuer, rrn)).sum::<i128>()
        - disputed(books).iter().map(|rrn| kept_for(books, &acquirer, rrn)).sum::<i128>();
    vec![
        Check::equal(
            "charged to cardholders or borne by the issuer = with merchants, in transit, owed, a fee, in dispute, or a credit on its way",
            charged,
            paid + at_acquirer + disputed + on_the_way,
        ),
        Check::equal("paid out by the acquirer = credited by the bank", paid, net(&bank, &["merchant:"])),
        Check::equal("paid out = taken from the acquirer's account", paid, -net(&bank, &[PAYOUTS])),
        Check::equal(
            "settled to the acquirer = items that agree",
            received,
            cleared(RecordKind::SaleCleared),
        ),
        Check::equal(
            "given back by the acquirer = credits that agree",
            given_back,
            cleared(RecordKind::CreditCleared),
        ),
        Check::equal(
            "hub_receivable = sales that are not settled",
            -net(&acquirer, &["hub_receivable", "claims_on_hub"]),
            standing - received,
        ),
        Check::equal("the positions of the hub sum to zero", net(&hub, &["position:"]), 0),
        Check::equal("what members paid at the hub is what others got", net(&hub, &["settled:"]), 0),
        settled_at_hub(books, &hub, received - given_back),
    ]
}

/// The acquirer settled no more than the hub took. A credit that it presented is owed, also where the settlement file has
/// another amount, so that it is a named exception and was not given back.
fn settled_at_hub(books: &Books, hub: &Ledger, settled: i128) -> Check {
    let mut owed: BTreeMap<&str, i128> = BTreeMap::new();
    for record in books.records(Party::Acquirer) {
        let units = record.amount.map_or(0, |amount| i128::from(amount.units()));
        match record.kind {
            RecordKind::CreditPresented if operation_of(books, &record.tx) != Operation::Refund => {
                owed.insert(&record.tx, units);
            }
            RecordKind::CreditCleared => {
                owed.remove(record.tx.as_str());
            }
            _ => {}
        }
    }
    let taken = net(hub, &["position:acquirer", "settled:acquirer"]);
    let settled = settled - owed.values().sum::<i128>();
    let figures = format!("{} of {}", signed(settled), signed(taken));
    Check::that("the acquirer never settled more than the hub took", settled <= taken, figures)
}

/// The items, by RRN, that acquirer and issuer have otherwise, and that nobody has corrected yet. What a cashier changed
/// before the dispute does not end it; what the acquirer ends is over for both.
pub(crate) fn disputed(books: &Books) -> BTreeSet<String> {
    let [acquirer, issuer] = [Party::Acquirer, Party::Issuer].map(|party| disputes(books.records(party)));
    let over = |rrn: &String| acquirer.get(rrn) == Some(&false);
    let at_issuer = issuer.iter().filter(|(rrn, is_open)| **is_open && !over(rrn));
    let open = at_issuer.chain(acquirer.iter().filter(|(_, is_open)| **is_open));
    open.map(|(rrn, _)| rrn.clone()).collect()
}

/// The items, by RRN, that were in dispute by these records, and whether they still are.
fn disputes(records: &[Record]) -> BTreeMap<String, bool> {
    let mut found = BTreeMap::new();
    for record in records {
        match record.kind {
            RecordKind::ItemDisputed | RecordKind::BatchItemDisputed => {
                found.insert(record.rrn.clone(), true);
            }
            RecordKind::SaleReduced | RecordKind::SaleReversed => {
                found.entry(record.rrn.clone()).and_modify(|is_open| *is_open = false);
            }
            _ => {}
        }
    }
    found
}

/// What the issuer charges for the sale with this RRN.
fn charged_for(books: &Books, issuer: &Ledger, rrn: &str) -> i128 {
    sum_for(books, Party::Issuer, RecordKind::SaleApproved, issuer, rrn)
}

/// What stands for it in the acquirer's book.
fn kept_for(books: &Books, acquirer: &Ledger, rrn: &str) -> i128 {
    sum_for(books, Party::Acquirer, RecordKind::SaleSent, acquirer, rrn)
}

fn sum_for(books: &Books, party: Party, kind: RecordKind, ledger: &Ledger, rrn: &str) -> i128 {
    let about = books.records(party).iter().filter(|record| record.kind == kind && record.rrn == rrn);
    about.map(|record| held_for(ledger, books.transfers(party), &record.tx)).sum()
}

/// What the issuer gave back for it by clearing, or took back if it is a refund.
fn given_back_for(books: &Books, rrn: &str) -> i128 {
    let records = books.records(Party::Issuer).iter();
    let credits = records.filter(|record| record.kind == RecordKind::SaleAdjusted && record.rrn == rrn);
    credits.filter_map(|record| record.amount).map(|amount| i128::from(amount.units())).sum()
}

/// What stands for all sales in the acquirer's book.
fn held(books: &Books, ledger: &Ledger) -> i128 {
    let sales = books.records(Party::Acquirer).iter().filter(|record| record.kind == RecordKind::SaleSent);
    sales.map(|sale| held_for(ledger, books.transfers(Party::Acquirer), &sale.tx)).sum()
}

/// What a row of the acquirer is about.
fn operation_of(books: &Books, tx: &str) -> Operation {
    let mut rows = books.records(Party::Acquirer).iter();
    let row = rows.find(|record| record.kind == RecordKind::SaleSent && record.tx == tx);
    row.and_then(|row| row.note.split('|').nth(2)?.parse().ok()).unwrap_or_default()
}

/// The merchant's slip says approved exactly if the cardholder is charged exactly that amount.
pub(crate) fn slips(tills: &[(&str, Vec<Record>)], books: &Books) -> Check {
    let issuer = books.ledger(Party::Issuer);
    let disputed = disputed(books);
    let mut wrong = Vec::new();
    let mut count = 0;
    for (terminal, records) in tills {
        for sale in records.iter().filter(|record| record.kind == RecordKind::SaleSent) {
            count += 1;
            let mut ends = records.iter().filter(|record| {
                (record.stan, record.batch) == (sale.stan, sale.batch)
                    && matches!(
                        record.kind,
                        RecordKind::SaleApproved
                            | RecordKind::SaleDeclined
                            | RecordKind::SaleReversed
                            | RecordKind::SaleReduced
                            | RecordKind::SaleVoided
                    )
            });
            let (last, amount) = ends.next_back().map(|record| (record.kind, record.amount)).unzip();
            let amount = amount.flatten().map_or(0, |amount| i128::from(amount.units()));
            let stands = matches!(last, Some(RecordKind::SaleApproved | RecordKind::SaleReduced));
            let operation =
                sale.note.split('|').next().and_then(|name| name.parse().ok()).unwrap_or_default();
            let expected = match operation {
                Operation::Sale | Operation::Completion if stands => amount,
                Operation::Refund if stands => -amount,
                // A reservation charges nobody, and what undoes or reduces a slip is seen there.
                Operation::Preauth => continue,
                _ => 0,
            };
            let rrn = rrn_of(books, terminal, sale);
            // An item in dispute is named as such; its slip is right and the issuer is not.
            if rrn.as_ref().is_some_and(|rrn| disputed.contains(rrn)) {
                continue;
            }
            let charged = rrn.map_or(0, |rrn| {
                let back = given_back_for(books, &rrn);
                charged_for(books, &issuer, &rrn) - if operation == Operation::Refund { -back } else { back }
            });
            if charged != expected || last.is_none() {
                let (stan, slip) = (sale.stan, last.map_or("no end", RecordKind::name));
                wrong.push(format!("STAN {stan:06}: {slip}, charged {}", signed(charged)));
            }
        }
    }
    let figures = if wrong.is_empty() { format!("{count} sales") } else { wrong.join("; ") };
    Check::that("each slip says what the cardholder was charged", wrong.is_empty(), figures)
}

/// The acquirer's reference of the sale on a slip, if it ever got there.
fn rrn_of(books: &Books, terminal: &str, slip: &Record) -> Option<String> {
    let mut sales =
        books.records(Party::Acquirer).iter().filter(|record| record.kind == RecordKind::SaleSent);
    let is_slip = |record: &&Record| {
        (record.stan, record.batch) == (slip.stan, slip.batch)
            && record.note.split('|').nth(1) == Some(terminal)
    };
    sales.find(is_slip).map(|sale| sale.rrn.clone())
}

/// What an auditor reads in capture, files and statement, and that the books say the same.
fn files(read: &Read, books: &Books) -> Result<Vec<Check>, ScenarioError> {
    let (totals, bank) = read.totals()?;
    let broken = totals.identities.iter().find(|identity| !identity.holds);
    let figures = broken.map_or_else(
        || format!("{} identities", totals.identities.len()),
        |identity| format!("identity {}: {}", identity.number, identity.text),
    );
    let paid = net(&books.ledger(Party::Bank), &[PAYOUTS]);
    Ok(vec![
        Check::that("the sums of capture, files and statement add up", broken.is_none(), figures),
        Check::equal("entries of the statement = the bank's book", bank, paid),
    ])
}

/// Records that say that something is open or wrong, by party and kind.
pub(super) fn named(stage: &Stage) -> BTreeMap<String, usize> {
    use RecordKind::{
        AdviceParked, BadFrame, BatchItemDisputed, BatchOutOfBalance, ClearingException, DateOutOfBalance,
        FeeDiffers, FileDuplicate, FileQuarantined, ItemDisputed, LateApproval, MerchantHeld, PayoutReturned,
        PossibleDouble, SaleExcluded, SaleReserved, StanReuse, StandInRefused, Tombstone, WorkItem,
    };
    const KINDS: [RecordKind; 20] = [
        AdviceParked,
        BadFrame,
        BatchItemDisputed,
        BatchOutOfBalance,
        ClearingException,
        DateOutOfBalance,
        FeeDiffers,
        FileDuplicate,
        FileQuarantined,
        ItemDisputed,
        LateApproval,
        MerchantHeld,
        PayoutReturned,
        PossibleDouble,
        SaleExcluded,
        SaleReserved,
        StanReuse,
        StandInRefused,
        Tombstone,
        WorkItem,
    ];
    let mut found = BTreeMap::new();
    for party in Party::NETWORK {
        let history = stage.world.store(party).and_then(|store| store.history().ok()).unwrap_or_default();
        for record in history.records.iter().filter(|record| KINDS.contains(&record.kind)) {
            *found.entry(format!("{party} {}", record.kind)).or_default() += 1;
        }
        if stage.world.fenced(party) > 0 {
            found.insert(format!("{party} fenced"), stage.world.fenced(party));
        }
    }
    found
}

/// The net of an account: `acquirer merchant_payable:104440359980001`.
pub(super) fn balance(stage: &Stage, account: &str) -> Result<String, ScenarioError> {
    let (party, name) = account.split_once(' ').ok_or_else(|| bad("an account is `party name`"))?;
    let party: Party = party.parse().map_err(|()| bad(format_args!("`{party}` is no party")))?;
    let store = stage.world.store(party).ok_or_else(|| bad("no such book"))?;
    Ok(signed(store.books().account(name).net()))
}

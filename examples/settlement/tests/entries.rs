//! What the journals say, entry by entry, and what the lines carry, element by element. A party is started again from
//! its journal, and whoever looks for money reads it: an entry that does not say which sale, how much, or for which
//! date is lost work. What each kind has to say is written here from the words of `RecordKind` and of `docs`.

mod shop;

use std::collections::{BTreeMap, BTreeSet};

use cardwire::Message;
use cardwire::spec::{ISO87_ASCII, UNIONPAY_POS};
use settlement::evidence::Way;
use settlement::journal::{Party, Record, RecordKind};
use settlement::money::Money;

/// Party, kind and what its entry says. With a question mark: where it applies. The rest is empty.
///
/// What is about a sale names it (tx; a terminal, which has one merchant and one line, by its STAN and batch), says how
/// much, and at the hosts its RRN and date; what a message did names its MTI; what has a cause says it.
const ENTRIES: &str = "
acquirer account_proposed tx note
acquirer account_set tx note
acquirer advice_done peer tx
acquirer advice_parked peer tx
acquirer advice_queued peer tx
acquirer advice_sent peer tx
acquirer bad_frame peer note
acquirer batch_balanced mti tx batch totals balance note
acquirer batch_item_agreed mti tx stan batch rrn amount code
acquirer batch_item_disputed tx stan batch rrn amount date? code? mti? note
acquirer batch_opened batch note
acquirer batch_out_of_balance mti tx batch totals balance note
acquirer batch_uploaded mti tx batch totals note
acquirer clearing_exception tx stan batch rrn amount date note
acquirer credit_cleared tx stan batch rrn amount date note
acquirer credit_presented tx stan batch rrn amount date note
acquirer date_closed mti date
acquirer date_out_of_balance mti stan date totals balance
acquirer date_reconciled mti stan date totals balance
acquirer date_submitted date totals
acquirer fee_agreed tx stan batch rrn amount date note
acquirer fee_differs tx stan batch rrn amount date note
acquirer fees_set tx note
acquirer file_acknowledged peer tx
acquirer file_sent peer tx date
acquirer file_taken peer tx note
acquirer item_agreed mti tx stan batch rrn amount code date
acquirer item_disputed mti tx stan batch rrn amount code date note
acquirer items_compared mti date totals
acquirer late_approval mti tx stan batch rrn amount code date? note
acquirer limit_set tx amount
acquirer link_down peer
acquirer merchant_held tx code? note
acquirer merchant_released tx note?
acquirer message_in peer mti stan code? transmission? batch? rrn? amount? approval? date? card? totals? balance? note?
acquirer message_out peer mti stan code? transmission? batch? rrn? amount? approval? date? card? totals? balance? note?
acquirer payout tx amount date note
acquirer payout_credited peer tx amount note
acquirer payout_returned peer tx amount note
acquirer possible_double tx stan batch rrn amount date note
acquirer reservation_kept tx amount
acquirer route_closed peer
acquirer route_failed peer stan? transmission? note
acquirer route_opened peer note
acquirer route_tried peer
acquirer sale_adjusted tx stan batch rrn amount date note
acquirer sale_adjusting tx stan batch rrn amount date note
acquirer sale_approved peer? mti tx stan batch rrn amount code approval date?
acquirer sale_captured mti tx stan batch rrn amount date? note
acquirer sale_claimed tx stan batch rrn amount date note
acquirer sale_cleared tx stan batch rrn amount date note
acquirer sale_declined peer? mti? tx stan batch rrn amount code date? card?
acquirer sale_excluded tx stan batch rrn amount date? note
acquirer sale_paid tx stan batch rrn amount date note
acquirer sale_presented tx stan batch rrn amount date note
acquirer sale_reduced mti tx stan batch rrn amount code date
acquirer sale_reducing tx stan host_stan transmission batch rrn amount code date note
acquirer sale_released tx stan batch rrn amount date
acquirer sale_reserved tx stan batch rrn amount date
acquirer sale_reversed mti tx stan batch rrn amount code date
acquirer sale_reversing tx stan host_stan transmission batch rrn amount code date? note
acquirer sale_sent peer mti tx stan host_stan? transmission? batch rrn amount card? note
acquirer sale_settled mti tx stan batch rrn amount date
acquirer sale_voided tx stan batch rrn amount date
acquirer sales_limit_set tx amount
acquirer signed_on peer
acquirer stan_reuse tx stan amount
acquirer started
acquirer tombstone peer mti tx stan batch amount code?
acquirer trial_deducted tx amount note
bank account_closed tx
bank file_acknowledged tx
bank payout tx rrn amount date note
bank payout_credited tx amount
bank payout_returned tx amount note
bank started
hub advice_done peer tx
hub advice_queued peer tx
hub advice_sent peer tx
hub claim_granted tx rrn amount date note
hub fees_set tx note
hub file_acknowledged tx
hub file_duplicate peer tx
hub file_sent peer tx date
hub file_taken peer tx note
hub forwarded peer mti tx stan transmission rrn amount code? card? note
hub link_down peer
hub message_in peer mti stan code? transmission rrn? amount? approval? date? card? totals? balance? note?
hub message_out peer mti stan code? transmission rrn? amount? approval? date? card? totals? balance? note?
hub position_capped peer tx rrn amount date note
hub position_freed peer tx rrn amount date note
hub positions_settled peer tx amount
hub route_closed peer
hub route_opened peer note
hub sale_declined peer mti tx stan transmission rrn amount code card note
hub sale_presented tx rrn amount approval date note
hub sale_settled tx rrn amount? note
hub signed_on peer
hub stand_in_refused peer tx rrn amount code note
hub started
hub tombstone peer mti tx stan transmission rrn amount code
hub stood_in peer mti tx stan host_stan transmission rrn amount code approval date card note
issuer bad_frame peer note
issuer broken code note
issuer date_opened date
issuer date_out_of_balance mti date totals balance
issuer date_reconciled mti date totals balance
issuer file_taken peer tx note
issuer item_agreed peer mti tx stan transmission rrn amount date
issuer item_disputed peer? mti? tx stan? transmission? rrn amount date note
issuer items_compared date totals
issuer message_in peer mti stan code? transmission? rrn? amount? approval? date? card? totals? note?
issuer message_out peer mti stan code? transmission? rrn? amount? approval? date? card? totals? balance? note?
issuer opening tx amount
issuer repaired note
issuer sale_adjusted tx rrn amount note
issuer sale_approved peer mti tx stan transmission rrn amount code approval date card note
issuer sale_declined peer mti tx stan transmission rrn amount code date card note
issuer sale_excluded tx date note
issuer sale_reduced peer? mti? tx stan? transmission? rrn amount code? date note?
issuer sale_reversed peer mti tx stan transmission rrn amount code date
issuer sale_settled mti tx rrn amount
issuer stand_in_refused peer tx rrn amount code note
issuer started date
terminal bad_frame peer note
terminal batch_balanced mti batch totals balance
terminal message_in peer mti stan batch? code? rrn? amount? approval? date? totals? balance? note?
terminal message_out peer mti stan batch? code? amount? card? totals? note
terminal possible_double stan batch amount note
terminal sale_approved mti stan batch rrn amount code approval
terminal sale_declined mti stan batch rrn amount code
terminal sale_reduced stan batch amount
terminal sale_reversed mti stan batch amount code
terminal sale_reversing stan batch amount code note
terminal sale_sent mti stan batch amount card? note
terminal sale_voided stan batch amount
terminal signed_on mti batch code
terminal started
";

/// Line, way, MTI and elements at the acquirer; `/90` where it names another message, `/00` where it says yes. A response
/// repeats what names its request (7, 11, 32, 37, 41, 42, 60) and what it is about (3, 4, 25, 49), and answers (38, 39).
const MESSAGES: &str = "
terminal heard 0100 3 4 11 25 41 42 49 60 2? 22? 61?
terminal heard 0200 3 4 11 25 41 42 49 60 2? 22? 54? 61?
terminal heard 0220 3 4 11 25 41 42 49 60 61 2? 22?
terminal heard 0320 11 41 42 48 60 63
terminal heard 0400 3 4 11 25 41 42 49 60 39?
terminal heard 0500 11 41 42 48 49 60 63
terminal heard 0800 11 41 42 60 63
terminal sent 0110/00 3 4 11 12 13 25 37 38 39 41 42 49 60 15?
terminal sent 0210 3 4 11 25 39 41 42 49 60 12? 13? 15? 37?
terminal sent 0210/00 3 4 11 12 13 25 37 38 39 41 42 49 60 15? 63?
terminal sent 0230/00 3 4 11 12 13 25 37 38 39 41 42 49 60 15?
terminal sent 0330/00 11 39 41 42 60
terminal sent 0410 3 4 11 25 39 41 42 49 60
terminal sent 0410/00 3 4 11 25 39 41 42 49 60
terminal sent 0510 11 41 42 48 49 60
terminal sent 0810/00 11 12 13 39 41 42 60
issuer heard 0110/00 3 4 7 11 12 13 15 25 32 37 38 39 41 42 49 57
issuer heard 0200 3 4 11 41 42 49
issuer heard 0210 3 4 7 11 12 13 15 32 37 39 41 42 49
issuer heard 0210/00 3 4 7 11 12 13 15 32 37 38 39 41 42 49 25?
issuer heard 0230/00 3 4 7 11 12 13 15 32 37 38 39 41 42 49
issuer heard 0330/00 7 11 15 32 39
issuer heard 0330/90 3 4 7 11 15 32 37 39 41 42 49 90
issuer heard 0330/90/00 3 4 7 11 15 32 37 39 41 42 49 90 25?
issuer heard 0430/00 3 4 7 11 15 32 37 39 41 42 49 25?
issuer heard 0530 7 11 15 32 50 66 74 75 76 77 86 87 88 89 97
issuer heard 0800 7 11 15 70
issuer heard 0810/00 7 11 15 32 39 70
issuer sent 0100 2 3 4 7 11 12 13 22 25 32 37 41 42 49
issuer sent 0200 2 3 4 7 11 12 13 22 25 32 37 41 42 49
issuer sent 0200/90 2 3 4 7 11 12 13 22 25 32 37 41 42 49 90 95
issuer sent 0210 3 4 11 39 41 42 49
issuer sent 0220 2 3 4 7 11 12 13 22 25 32 37 41 42 49
issuer sent 0320 7 11 15 32 50 74 75 76 77 86 87 88 89 97
issuer sent 0320/90 3 4 7 11 15 32 37 41 42 49 90 25?
issuer sent 0420/90 3 4 7 11 12 13 32 37 39 41 42 49 90 25? 95?
issuer sent 0421/90 3 4 7 11 12 13 32 37 39 41 42 49 90
issuer sent 0520 7 11 15 32 50 74 75 76 77 86 87 88 89 97 48?
issuer sent 0800 7 11 32 70
issuer sent 0810/00 7 11 15 39 70
";

/// The rows of a table: what must be there, and what may be.
fn rows(table: &str, names: usize) -> BTreeMap<String, (BTreeSet<&str>, BTreeSet<&str>)> {
    let row = |line: &'_ str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let mut rows = BTreeMap::new();
    for line in table.lines().filter(|line| !line.is_empty()) {
        let name = row(line)[..names].join(" ");
        let rest = line.split(' ').skip(names);
        let (may, must): (Vec<_>, Vec<_>) = rest.partition(|word| word.ends_with('?'));
        let may = may.into_iter().map(|word| word.trim_end_matches('?'));
        rows.insert(name, (must.into_iter().collect(), may.collect()));
    }
    rows
}

/// What an entry says.
fn filled(record: &Record) -> Vec<&'static str> {
    let is_there = [
        ("peer", record.peer.is_some()),
        ("mti", record.mti.is_some()),
        ("tx", !record.tx.is_empty()),
        ("stan", record.stan != 0),
        ("host_stan", record.host_stan != 0),
        ("transmission", !record.transmission.is_empty()),
        ("batch", record.batch != 0),
        ("rrn", !record.rrn.is_empty()),
        ("amount", record.amount.is_some()),
        ("code", record.code.is_some()),
        ("approval", !record.approval.is_empty()),
        ("date", record.date.is_some()),
        ("card", !record.card.is_empty()),
        ("totals", record.totals.is_some()),
        ("balance", record.balance.is_some()),
        ("note", !record.note.is_empty()),
    ];
    is_there.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect()
}

/// Holds what was seen against a table.
fn compare(table: &str, names: usize, seen: &[(String, Vec<String>)]) {
    let rows = rows(table, names);
    let mut left: BTreeSet<&String> = rows.keys().collect();
    let mut wrong = BTreeSet::new();
    for (name, words) in seen {
        let Some((must, may)) = rows.get(name) else {
            wrong.insert(format!("{name}: not in the table: {words:?}"));
            continue;
        };
        left.remove(name);
        let words: BTreeSet<&str> = words.iter().map(String::as_str).collect();
        wrong.extend(must.difference(&words).map(|word| format!("{name}: without {word}")));
        let more = words.difference(must).filter(|word| !may.contains(*word));
        wrong.extend(more.map(|word| format!("{name}: with {word}")));
    }
    wrong.extend(left.iter().map(|name| format!("{name}: never seen")));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn each_entry_says_what_its_kind_has_to_say_and_nothing_else() {
    let mut seen = Vec::new();
    for shop in [shop::days(), shop::ways()] {
        for party in Party::NETWORK {
            let entry = |record: Record| {
                let words = filled(&record).into_iter().map(str::to_owned).collect();
                (format!("{party} {}", record.kind), words)
            };
            seen.extend(shop.all(party).into_iter().map(entry));
        }
    }
    compare(ENTRIES, 2, &seen);
}

#[test]
fn each_message_has_the_elements_of_its_type() {
    let mut seen = Vec::new();
    for sighting in shop::days().sightings().into_iter().filter(|seen| seen.way != Way::File) {
        let spec = if sighting.peer == Party::Terminal { &UNIONPAY_POS } else { &ISO87_ASCII };
        let message = Message::parse(spec, &sighting.octets).unwrap();
        let elements = (2..=128).filter(|number| message.has(*number)).map(|number| number.to_string());
        let about = if message.has(90) { "/90" } else { "" };
        let code = message.get(39).map(|code| code.text().unwrap().to_string());
        let yes = if code.is_some_and(|code| code == "00") { "/00" } else { "" };
        let name = format!("{} {} {}{about}{yes}", sighting.peer, sighting.way, message.mti());
        seen.push((name, elements.collect()));
    }
    compare(MESSAGES, 3, &seen);
}

/// The numbers of a sale are those that its key and its intent have, whatever is said of it later.
#[test]
fn what_is_said_of_a_sale_has_the_numbers_of_that_sale() {
    for shop in [shop::days(), shop::ways()] {
        let entries = shop.all(Party::Acquirer);
        let sent: BTreeMap<String, Record> = entries
            .iter()
            .filter(|entry| entry.kind == RecordKind::SaleSent)
            .map(|entry| (entry.tx.clone(), entry.clone()))
            .collect();
        assert!(sent.len() > 5);
        for entry in &entries {
            let Some(sale) = sent.get(&entry.tx) else { continue };
            let parts: Vec<&str> = entry.tx.split('/').collect();
            let (batch, stan): (u64, u64) = (parts[2].parse().unwrap(), parts[3].parse().unwrap());
            let is = |value: u64, known: u64| value == 0 || value == known;
            assert!(is(entry.stan, stan) && is(entry.batch, batch), "{entry:?}");
            assert!(entry.rrn.is_empty() || entry.rrn == sale.rrn, "{entry:?}");
            assert!(sale.note.starts_with(&format!("{}|{}", parts[0], parts[1])), "{sale:?}");
        }
    }
}

/// 0.60 % of an amount, half a unit up, as the merchants' contracts say.
fn fee(amount: u64) -> u64 {
    (amount * 60 + 5_000) / 10_000
}

/// What a payout is made of adds up to what was ordered: sales less their fees, less refunds, less sales that were taken
/// back, less trials.
#[test]
fn payouts_are_the_sum_of_their_items_and_fees_those_of_the_contract() {
    for shop in [shop::days(), shop::ways()] {
        let entries = shop.all(Party::Acquirer);
        let of = |kind| entries.iter().filter(move |entry| entry.kind == kind);
        let units = |entry: &Record| i128::from(entry.amount.map_or(0, Money::units));
        let is_refund = |tx: &str| {
            of(RecordKind::SaleSent)
                .any(|entry| entry.tx == tx && entry.note.split('|').nth(2) == Some("refund"))
        };
        let mut sums: BTreeMap<&str, i128> = BTreeMap::new();
        for entry in of(RecordKind::SalePaid) {
            *sums.entry(&entry.note).or_default() +=
                if is_refund(&entry.tx) { -units(entry) } else { units(entry) };
        }
        for entry in of(RecordKind::SaleAdjusted).chain(of(RecordKind::TrialDeducted)) {
            *sums.entry(&entry.note).or_default() -= units(entry);
        }
        let trials = of(RecordKind::Payout).filter(|entry| entry.tx.starts_with('T'));
        sums.extend(trials.map(|entry| (entry.tx.as_str(), 1)));
        let ordered: BTreeMap<&str, i128> =
            of(RecordKind::Payout).map(|entry| (entry.tx.as_str(), units(entry))).collect();
        assert_eq!(sums, ordered);
        assert!(ordered.len() > 1);
        for entry in of(RecordKind::SaleCaptured) {
            let amount = entry.amount.unwrap().units();
            let kept = if is_refund(&entry.tx) { 0 } else { fee(amount) };
            // the second table, and only for the first merchant, is of the third day
            assert!(entry.note == kept.to_string() || entry.at.date().0 > 20_781, "{entry:?}: {kept}");
        }
        let agreed: BTreeMap<&str, u64> = of(RecordKind::FeeAgreed)
            .map(|entry| (entry.tx.as_str(), entry.amount.unwrap().units()))
            .collect();
        for entry in of(RecordKind::SalePaid).filter(|entry| !is_refund(&entry.tx)) {
            let captured = of(RecordKind::SaleCaptured).find(|captured| captured.tx == entry.tx).unwrap();
            let known = agreed.get(entry.tx.as_str()).copied();
            let kept = known.unwrap_or_else(|| captured.note.parse().unwrap());
            assert_eq!(units(entry), units(captured) - i128::from(kept), "{entry:?}");
        }
    }
}

//! Fees that change, claims on the hub, another account, limits: money to the last unit, whoever dies on the way.

use settlement::journal::{Party, Record, RecordKind};
use settlement::scenario::{Played, Scenario};

/// From the evening of a day to the payout of the next.
fn night(day: u32) -> String {
    let next = day + 1;
    format!(
        "+{day} 22:00 close-batch\n+{day} 22:00 till2 close-batch\n+{day} 23:00 cut-over\n+{day} 23:30 present\n\
         +{next} 05:30 hub-run\n+{next} 09:00 pay\n+{next} 10:00 bank-run\n"
    )
}

#[track_caller]
fn play(steps: &str, more: &str) -> Played {
    let head = "id = 'S00'\nname = 'check'\ncauses = []\nremedies = []\nfault = ''\nremedy = ''\n";
    let (keys, tables) =
        more.split_once('[').map_or((more, String::new()), |(keys, rest)| (keys, format!("[{rest}")));
    let text = format!("{head}{keys}steps = '''\n{steps}'''\n{tables}");
    let played = Scenario::parse("check", &text).unwrap().play().unwrap();
    let wrong: Vec<_> = played.checks.iter().filter(|check| !check.holds).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    played
}

fn shown(units: u64) -> String {
    settlement::money::Money::minor(units).to_string()
}

/// The net of a sale by the tables of `fees/`, as a person would work it out: 0.60 %, and for the first merchant from the
/// 24th on 0.71 %, at most 3.40; half a unit goes up.
fn net(amount: u64, is_new: bool) -> u64 {
    let parts = if is_new { 71 } else { 60 };
    let fee = (amount * parts * 2 + 10_000) / 20_000;
    amount - if is_new { fee.min(340) } else { fee }
}

/// Whatever is sold on either side of the change: until the acquirer has the new table, exactly the items of that merchant and
/// date wait of which the fee differs, and afterwards everybody has what the tables say, to the last unit.
#[test]
fn only_the_items_whose_fee_differs_wait_and_all_are_paid_to_the_unit() {
    let amounts = [[1, 83, 4_167, 99_999], [50_000, 100_000, 7, 12_345]];
    let mut steps =
        "08:10 fees A fees-1\n08:11 fees H fees-1\n09:00 sign-on\n09:00 till2 sign-on\n22:30 fees H fees-2\n"
            .to_owned();
    let (mut first, mut second, mut waits) = ([0, 0], 0, 0);
    let mut differing = 0;
    for (day, amounts) in amounts.iter().enumerate() {
        for (hour, amount) in amounts.iter().enumerate() {
            let sale = format!("sell {}.{:02}", amount / 100, amount % 100);
            steps.push_str(&format!("+{day} 1{hour}:00 {sale}\n+{day} 1{hour}:30 till2 {sale}\n"));
            let is_new = day == 1;
            first[day] += net(*amount, is_new);
            second += net(*amount, false);
            if is_new && net(*amount, true) != net(*amount, false) {
                waits += net(*amount, true);
                differing += 1;
            }
        }
        steps.push_str(&night(u32::try_from(day).unwrap()));
    }
    let named = format!("[named]\n'acquirer fee_differs' = {differing}\n");
    let paid = |one: u64| {
        format!(
            "{named}[books]\n'bank merchant:ACC-1' = '{}'\n'bank merchant:ACC-2' = '{}'\n",
            shown(one),
            shown(second)
        )
    };
    assert!(differing == 3, "one of four has the same fee by both tables");
    play(&steps, &paid(first[0] + first[1] - waits));
    steps.push_str("+2 11:00 fees A fees-2\n+2 11:05 pay\n+2 12:00 bank-run\n");
    let all = paid(first[0] + first[1]) + "'acquirer merchant_payable:104440359980001' = '0.00'\n";
    play(&steps, &all);
}

/// A claim is settled once, whoever dies from then on, and a claim of what was settled, or was never missing, moves nothing.
#[test]
fn a_claim_is_settled_once_whoever_dies() {
    let steps = format!(
        "09:00 sign-on\n14:00 sell 500.00\n14:10 sell 80.00\n+1 05:29 wrong H>A file without 2\n{}",
        night(0)
    );
    let claim = "+1 19:00 claim\n+1 19:05 claim\n+1 19:30 present\n+1 20:00 hub-run\n+1 21:00 claim\n+2 09:00 pay\n+2 10:00 bank-run\n\
                 +2 10:05 hub-run\n+2 10:10 pay\n+2 10:15 bank-run\n";
    let more = "[named]\n'acquirer clearing_exception' = 1\n[books]\n'bank merchant:ACC-1' = '576.52'\n\
                'acquirer claims_on_hub' = '0.00'\n'acquirer hub_receivable' = '0.00'\n'hub position:acquirer' = '580.00'\n";
    let played = play(
        &format!("{steps}{claim}"),
        &format!("killed_everywhere = 'A'\nkilled_from = '+1 18:00'\n{more}"),
    );
    assert!(played.plays > 10, "{}", played.plays);
    // until it is settled, it stands as a claim and nowhere else
    let open =
        more.replace("'576.52'", "'497.00'").replace("claims_on_hub' = '0.00'", "claims_on_hub' = '-80.00'");
    play(&format!("{steps}+1 19:00 claim\n"), &open);
    // nothing is missing, nothing is claimed
    let whole = steps.replace("+1 05:29 wrong H>A file without 2\n", "");
    play(&format!("{whole}{claim}"), &more.replace("'acquirer clearing_exception' = 1\n", ""));
}

/// No account is paid to on the word of one person, however the name is written, and a wrong one gets one unit at most.
#[test]
fn one_person_changes_no_account_and_a_wrong_one_gets_a_trial_at_most() {
    let day = format!("09:00 sign-on\n14:00 sell 500.00\n{}", night(0));
    let alone = "08:00 pay-to M1 ACC-3 by alice\n08:01 agree M1 by alice\n08:02 agree M1 by ALICE\n";
    play(
        &format!("{alone}{day}"),
        "[books]\n'bank merchant:ACC-1' = '497.00'\n'bank merchant:ACC-3' = '0.00'\n",
    );
    let two = "08:00 pay-to M1 ACC-3 by alice\n08:02 agree M1 by bob\n";
    let books =
        |paid: &str| format!("[books]\n'bank merchant:ACC-1' = '0.00'\n'bank merchant:ACC-3' = '{paid}'\n");
    play(&format!("{two}{day}"), &books("0.01"));
    play(&format!("{two}{day}+1 11:00 pay\n+1 12:00 bank-run\n"), &books("497.00"));
    // changed once more between the trial and the rest: the other account is tried as well, and the sum is the same
    let again = "+1 10:30 pay-to M1 ACC-1 by bob\n+1 10:31 agree M1 by alice\n+1 11:00 pay\n+1 12:00 bank-run\n+1 13:00 pay\n+1 14:00 bank-run\n";
    let sum = "[books]\n'bank merchant:ACC-3' = '0.01'\n'bank merchant:ACC-1' = '496.99'\n'acquirer owed_by_merchant:104440359980001' = '0.00'\n";
    play(&format!("{two}{day}{again}"), sum);
    // changed once more while the trial is with the bank: its credit says nothing of the other account
    let between = day.replace(
        "+1 10:00 bank-run\n",
        "+1 09:30 pay-to M1 ACC-1 by bob\n+1 09:31 agree M1 by alice\n+1 10:00 bank-run\n",
    );
    let tried = "[books]\n'bank merchant:ACC-3' = '0.01'\n'bank merchant:ACC-1' = '0.01'\n";
    let steps = format!("{two}{between}+1 11:00 pay\n+1 12:00 bank-run\n");
    play(&steps, tried);
    play(&format!("{steps}+1 13:00 pay\n+1 14:00 bank-run\n"), sum);
}

/// Found by seeds 7 and 106 of the simulation: two dates were due at once, two trials were sent, and each of two payouts
/// was reduced by the same trial.
#[test]
fn one_trial_is_sent_and_deducted_once_though_several_dates_are_due() {
    let first = night(0).replace("+1 09:00 pay\n+1 10:00 bank-run\n", "");
    let steps = format!(
        "08:00 pay-to M1 ACC-3 by alice\n08:02 agree M1 by bob\n09:00 sign-on\n14:00 sell 500.00\n{first}+1 14:00 sell 500.00\n{}",
        night(1)
    );
    play(&steps, "[books]\n'bank merchant:ACC-3' = '0.01'\n");
    play(
        &format!("{steps}+2 11:00 pay\n+2 12:00 bank-run\n"),
        "[books]\n'bank merchant:ACC-3' = '994.00'\n'acquirer owed_by_merchant:104440359980001' = '0.00'\n",
    );
}

/// What is beyond the limit on sales of a day is declined without asking the issuer, to the unit; another merchant, a
/// refund and the next day are not touched, and what was voided counts no more.
#[test]
fn a_limit_on_sales_holds_to_the_unit() {
    let steps = format!(
        "09:00 sign-on\n09:00 till2 sign-on\n09:30 sales-limit M1 100.00\n10:00 sell 60.00\n10:10 sell 40.01\n10:20 sell 40.00\n\
         10:30 sell 0.01\n10:40 till2 sell 500.00\n11:00 void 1\n11:10 sell 60.00\n{}+1 11:00 refund 3 40.00\n+1 12:00 sell 100.00\n{}",
        night(0),
        night(1)
    );
    // 40 + 60 of the first day, 100 less the refund of 40 of the second
    let books = "[books]\n'issuer cardholder:1004' = '79,340.00'\n'bank merchant:ACC-1' = '158.80'\n'bank merchant:ACC-2' = '497.00'\n";
    let played = play(&steps, books);
    let declined = played.codes.iter().filter(|code| code.as_str() == "0210 61").count();
    assert_eq!(declined, 1, "{:?}", played.codes);
}

/// A completion that leaves a part reserved, however it ends: what was charged and what stays reserved are never more than
/// was reserved, and at the end nothing is held that nobody can charge or cancel.
#[test]
fn what_stays_reserved_is_charged_or_given_back_once() {
    let begin = "09:00 sign-on\n14:00 preauth 300.00\n";
    for (faults, rest, charged, reserved) in [
        // charged in two parts, or in one and given back
        ("", "15:10 complete 1 200.00\n", 300, 0),
        ("", "15:10 cancel 1\n", 100, 0),
        ("", "", 100, 200),
        // no more than stays reserved, with 15 %
        ("", "15:10 complete 1 231.00\n", 100, 200),
        ("", "15:10 complete 1 150.00 keep 51.00\n", 100, 200),
        ("", "15:10 complete 1 150.00 keep 50.00\n15:20 complete 1 50.00\n15:30 complete 1 1.00\n", 300, 0),
        // the response of the first part is lost, and the part is reversed
        ("14:59 lose A>T 0210\n", "15:10 complete 1 200.00\n", 200, 0),
        ("14:59 lose I>A 0210\n", "15:10 complete 1 200.00\n", 200, 0),
        ("14:59 lose A>I 0200\n", "15:10 complete 1 200.00\n", 200, 0),
        // it comes twice
        ("14:59 double A>I 0200\n", "15:10 complete 1 200.00\n", 300, 0),
        ("14:59 double T>A 0200\n", "15:10 cancel 1\n", 100, 0),
    ] {
        let steps = format!(
            "{begin}{faults}15:00 complete 1 100.00 keep 200.00\n15:05 sell 1.00\n{rest}22:00 sell 1.00\n"
        );
        let named = if faults.contains("lose A>I 0200") { "[named]\n'issuer tombstone' = 1\n" } else { "" };
        let books = format!(
            "{named}[books]\n'issuer cardholder:1004' = '{}'\n'issuer reserved' = '{}'\n'issuer hub_settlement' = '{}'\n",
            shown(8_000_000 - 100 * (charged + reserved) - 200),
            shown(100 * reserved),
            shown(100 * charged + 200),
        );
        play(&steps, &books);
    }
}

/// A slip that its terminal reverses after the date counted it and before its batch: no batch has it, both of its legs come
/// to nothing for the merchant, and the other slips of the batch are not held up.
#[test]
fn a_reversal_between_the_date_and_the_batch_costs_the_merchant_nothing() {
    let evening = night(0).replace("+0 23:00 cut-over\n", "");
    let steps = format!(
        "09:00 sign-on\n09:00 till2 sign-on\n14:00 lose A>T 0210\n14:00 sell 500.00\n14:10 cut-over\n\
         14:20 sell 80.00\n{evening}+1 15:00 sell 900.00\n{}{}",
        night(1),
        night(2)
    );
    let more = "[books]\n'acquirer merchant_unsettled:104440359980001' = '0.00'\n'acquirer hub_receivable' = '0.00'\n\
                'acquirer owed_by_merchant:104440359980001' = '0.00'\n'acquirer adjustments' = '0.00'\n\
                'bank merchant:ACC-1' = '974.12'\n'acquirer mdr_income' = '5.88'\n";
    play(&steps, more);
}

/// Whatever item a date has that its terminal reverses before its batch, or later: both of its legs come to nothing for
/// merchant and cardholder, its batch is in balance, and every book is empty of it.
#[test]
fn whatever_is_reversed_after_its_date_leaves_nothing_behind() {
    let evening = night(0).replace("+0 23:00 cut-over\n", "");
    let zero = "[books]\n'acquirer merchant_unsettled:104440359980001' = '0.00'\n'acquirer hub_receivable' = '0.00'\n\
                'acquirer owed_by_merchant:104440359980001' = '0.00'\n'acquirer adjustments' = '0.00'\n\
                'bank merchant:ACC-1' = '1,471.12'\n";
    // the response that is lost, its slip, what stays reserved
    for (lost, item, reserved) in [
        ("0210", "sell 60.00", 100),
        ("0230", "refund 1 500.00", 100),
        ("0230", "refund 1 0.01", 100),
        ("0210", "complete 2 60.00", 0),
        ("0210", "complete 2 60.00 keep 40.00", 40),
    ] {
        let steps = format!(
            "09:00 sign-on\n09:00 till2 sign-on\n10:00 sell 500.00\n10:10 preauth 100.00\n14:00 lose A>T {lost}\n\
             14:00 {item}\n14:10 cut-over\n14:20 sell 80.00\n{evening}+1 15:00 sell 900.00\n{}{}",
            night(1),
            night(2)
        );
        let told = match item.starts_with("complete") {
            true => "",
            false => "[[verdict]]\nat = '+3 18:00'\nsale = 3\nis = 'W80 cut-over'\n",
        };
        let card = shown(8_000_000 - 148_000 - 100 * reserved);
        let played = play(&steps, &format!("{zero}'issuer cardholder:1004' = '{card}'\n{told}"));
        let records = played.books.records(Party::Acquirer).iter();
        let ends = records.filter(|record| record.kind == RecordKind::SaleAdjusted);
        assert_eq!(ends.count(), 1, "{item}");
    }
}

/// A refund that is taken back is another one's room: the sale can be refunded again, once, and to the unit.
#[test]
fn a_refund_that_was_taken_back_can_be_given_again() {
    let steps = format!(
        "09:00 sign-on\n10:00 sell 500.00\n14:00 lose A>T 0230\n14:00 refund 1 500.00\n14:10 cut-over\n\
         14:20 refund 1 500.00\n14:30 refund 1 0.01\n22:00 close-batch\n+1 15:00 sell 900.00\n{}{}",
        night(1),
        night(2)
    );
    let books = "[books]\n'issuer cardholder:1004' = '79,100.00'\n'bank merchant:ACC-1' = '891.60'\n\
                 'acquirer owed_by_merchant:104440359980001' = '0.00'\n'acquirer hub_receivable' = '0.00'\n";
    let played = play(&steps, books);
    assert_eq!(
        played.codes.iter().filter(|code| code.as_str() == "0230 64").count(),
        1,
        "{:?}",
        played.codes
    );
}

/// A refund that is taken back when its cardholder has spent the money: the issuer bears it, and says so.
#[test]
fn a_refund_that_is_taken_back_from_an_empty_card_is_borne_by_the_issuer() {
    let spent = "14:11 till2 sell 20000.00\n14:12 till2 sell 19999.00\n14:13 till2 sell 19998.00\n14:14 till2 sell 19997.00\n";
    let steps = format!(
        "09:00 sign-on\n09:00 till2 sign-on\n10:00 sell 20000.00\n14:00 lose A>T 0230\n14:00 refund 1 20000.00\n14:10 cut-over\n\
         {spent}14:20 sell 1.00\n{}+1 15:00 sell 1.00\n{}{}",
        night(0).replace("+0 23:00 cut-over\n", ""),
        night(1),
        night(2)
    );
    let more = "[named]\n'issuer work_item' = 1\n[books]\n'issuer stip_exposure' = '-20,000.00'\n'issuer cardholder:1004' = '4.00'\n\
                'acquirer adjustments' = '0.00'\n'bank merchant:ACC-1' = '19,881.98'\n";
    play(&steps, more);
}

/// Amounts were altered on both ways, so that the issuer has less than the slip says: the desk corrects it, and what the slip
/// says is charged, if the card covers that. If not, the item stays named, however often it is corrected.
#[test]
fn an_item_of_which_the_issuer_has_less_is_corrected_as_far_as_the_card_covers_it() {
    let begin = "09:00 sign-on\n09:00 till2 sign-on\n14:10 sell 80.00\n14:20 alter A>I 0200 50.00\n14:20 alter I>A 0210 500.00\n14:20 sell 500.00\n";
    let correct = "+1 12:00 correct 2\n+1 13:00 correct 2\n";
    let named = |times: usize| {
        format!(
            "[named]\n'acquirer date_out_of_balance' = 1\n'issuer date_out_of_balance' = 1\n\
             'acquirer item_disputed' = {times}\n'issuer item_disputed' = 1\n[books]\n"
        )
    };
    let books = "'issuer cardholder:1004' = '79,420.00'\n'bank merchant:ACC-1' = '576.52'\n'acquirer hub_receivable' = '0.00'\n";
    let steps = format!("{begin}{}{correct}{}", night(0), night(1).replace("+1 22:00", "+1 22:30"));
    play(&steps, &format!("{}{books}", named(1)));
    let spent = "15:00 till2 sell 20000.00\n15:01 till2 sell 19999.00\n15:02 till2 sell 19998.00\n15:03 till2 sell 19800.00\n";
    let spent = format!("{begin}{spent}{}{correct}{}", night(0), night(1));
    let books = "'issuer cardholder:1004' = '73.00'\n'bank merchant:ACC-1' = '79.52'\n";
    play(&spent, &format!("{}{books}", named(2)));
}

/// What was paid earlier that day counts: another run pays nothing beyond the limit, and the next day the rest is paid.
#[test]
fn a_limit_on_payouts_is_of_a_day_and_not_of_a_run() {
    let day =
        format!("08:00 limit M1 100.00\n09:00 sign-on\n14:00 sell 60.00\n14:10 sell 50.00\n{}", night(0));
    let again = format!("{day}+1 11:00 pay\n+1 12:00 bank-run\n");
    play(&again, "[books]\n'bank merchant:ACC-1' = '59.64'\n");
    let next_day = format!("{again}+2 09:00 pay\n+2 10:00 bank-run\n");
    play(&next_day, "[books]\n'bank merchant:ACC-1' = '109.34'\n");
}

/// Found by seed 17377: a limit let the later of two dates be paid first, so that the trial was a part of it, and the payout
/// of the earlier one was reduced by it. On the statement neither added up.
#[test]
fn a_trial_is_deducted_from_the_payout_of_its_own_date() {
    let first = night(0).replace("+1 09:00 pay\n+1 10:00 bank-run\n", "");
    let steps = format!(
        "08:00 pay-to M1 ACC-3 by alice\n08:02 agree M1 by bob\n09:00 sign-on\n14:00 sell 500.00\n{first}+1 14:00 sell 50.00\n\
         +2 08:00 limit M1 100.00\n{}+2 10:30 limit M1 90000.00\n+2 11:00 pay\n+2 12:00 bank-run\n",
        night(1)
    );
    let told = |sale: usize| format!("[[verdict]]\nat = '+3 18:00'\nsale = {sale}\nis = 'W00 matched'\n");
    let books =
        "[books]\n'bank merchant:ACC-3' = '546.70'\n'acquirer owed_by_merchant:104440359980001' = '0.00'\n";
    play(&steps, &format!("{books}{}{}", told(1), told(2)));
}

/// The announcement of a date is lost that has a credit and no sale: the next one closes it, and the credit is presented.
#[test]
fn a_credit_of_a_date_whose_announcement_was_lost_is_presented_with_the_next() {
    let evening = night(0);
    let steps = format!(
        "09:00 sign-on\n09:00 till2 sign-on\n14:00 sell 500.00\n{evening}+1 12:30 skew T 0\n+1 14:00 void 1\n\
         +1 22:30 link down\n+1 23:00 cut-over\n+1 23:05 cut-over\n+1 23:30 link up\n+2 15:00 sell 900.00\n{}{}",
        night(2),
        night(3)
    );
    let books = "[books]\n'acquirer owed_by_merchant:104440359980001' = '0.00'\n'acquirer adjustments' = '0.00'\n\
                 'issuer cardholder:1004' = '79,100.00'\n'bank merchant:ACC-1' = '894.60'\n";
    play(&steps, books);
}

/// A table of fees takes the place of an earlier one alone, so that two that differ never have one number.
#[test]
fn a_table_of_fees_that_is_no_later_one_is_refused() {
    let day = format!("09:00 sign-on\n14:00 sell 500.00\n{}", night(0));
    let tables = "08:10 fees A fees-1\n08:12 fees A fees-1\n08:13 fees A fees-2\n08:14 fees A fees-1\n";
    let hub = "08:20 fees H fees-2\n";
    let played = play(&format!("{tables}{hub}{day}"), "");
    let is_set = |record: &&Record| record.kind == RecordKind::FeesSet;
    let records = played.books.records(Party::Acquirer).iter().filter(is_set);
    let taken: Vec<&str> = records.map(|record| record.tx.as_str()).collect();
    assert_eq!(taken, ["1", "2"]);
}

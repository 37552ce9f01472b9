//! A batch whose totals are out of balance: each kind of difference is named by the STAN of its item, and what agrees
//! is captured.

mod common;

use common::{open_shop, records, reversal_request, sale_request, sell, settle_down, wait_long};
use settlement::journal::{Party, RecordKind};
use settlement::local::Local;
use settlement::money::Money;
use settlement::party::{Command, Outcome};
use settlement::telegram::{Balance, Mti, Telegram, Upload};
use settlement::world::World;

use Party::{Acquirer, Terminal};

fn close_batch(world: &mut Local) -> Vec<Outcome> {
    world.outcomes();
    world.ask(Terminal, Command::CloseBatch).unwrap();
    settle_down(world);
    settle_down(world);
    world.outcomes().into_iter().map(|(_, outcome)| outcome).collect()
}

fn captured(world: &Local) -> Vec<u64> {
    records(world, Acquirer, RecordKind::SaleCaptured).iter().map(|record| record.stan).collect()
}

fn named(world: &Local) -> Vec<String> {
    records(world, Acquirer, RecordKind::BatchItemDisputed).into_iter().map(|record| record.note).collect()
}

/// The terminal counts a sale that was reversed.
#[test]
fn an_item_that_the_terminal_alone_has() {
    let mut world = open_shop();
    [500, 700, 900].into_iter().for_each(|units| drop(sell(&mut world, units)));
    common::hand_to(&mut world, Acquirer, Terminal, reversal_request(Mti::REVERSAL, 3, 700));
    wait_long(&mut world);
    let told = close_batch(&mut world);
    assert_eq!(told, [Outcome::BatchClosed(Balance::Out), Outcome::BatchClosed(Balance::In)]);
    assert_eq!(named(&world), ["STAN 000003: in the terminal's batch, and not in ours"]);
    assert_eq!(captured(&world), [2, 4]);
    sell(&mut world, 100);
    assert_eq!(close_batch(&mut world), [Outcome::BatchClosed(Balance::In)], "the next batch is another one");
}

/// The acquirer has a sale that the terminal does not know, for instance since its memory was lost.
#[test]
fn an_item_that_the_acquirer_alone_has() {
    let mut world = open_shop();
    sell(&mut world, 500);
    common::hand_to(&mut world, Acquirer, Terminal, sale_request(77, 700));
    settle_down(&mut world);
    close_batch(&mut world);
    assert_eq!(named(&world), ["STAN 000077: in our batch, and not in the terminal's"]);
    assert_eq!(captured(&world), [2]);
}

/// Uploads of any content, twice: nothing is captured that the acquirer does not have with that amount, and the end
/// with another number of items closes nothing.
#[test]
fn an_upload_that_is_wrong_captures_nothing() {
    let mut world = open_shop();
    sell(&mut world, 500);
    let upload = |upload| Telegram { upload: Some(upload), ..reversal_request(Mti::ITEM, 900, 0) };
    let item = |stan, units| upload(Upload::Item { stan, amount: Money::minor(units) });
    for (message, code) in [
        (item(2, 501), "64"),
        (item(3, 500), "25"),
        (upload(Upload::End { count: 1 }), "95"),
        (Telegram { batch: Some(9), ..item(2, 500) }, "77"),
        (Telegram { upload: None, ..item(2, 500) }, "30"),
    ] {
        for _ in 0..2 {
            let message = Telegram { amount: None, ..message.clone() };
            common::hand_to(&mut world, Acquirer, Terminal, message);
            assert_eq!(common::codes_sent(&world, Acquirer, 330).last().unwrap(), code);
        }
    }
    assert_eq!((captured(&world), named(&world).len()), (vec![], 2), "each is named once");
}

//! Timers are not cancelled: one that runs out after its exchange is over changes nothing, whatever its party does by
//! then.

mod common;

use std::time::Duration;

use common::{codes_sent, failed, held, open_shop, records, sell, settle_down, wait_long};
use settlement::journal::{Party, RecordKind};
use settlement::local::Local;
use settlement::party::{Command, Input, Outcome, Timer};
use settlement::telegram::Mti;
use settlement::world::{Fault, Mishap, World};

use Party::{Acquirer, Issuer, Terminal};

fn fault(world: &mut Local, from: Party, to: Party, mti: u16, mishap: Mishap) {
    world.fault(Fault { from, to, mti: Mti(mti), mishap });
}

/// Lets a timer run out now.
fn run_out(world: &mut Local, party: Party, timer: Timer) {
    world.handle(party, Input::Timer(timer)).unwrap();
}

/// How much each party has written down, and what is held.
fn written(world: &Local) -> (Vec<usize>, i128) {
    let records = |party| world.store(party).unwrap().history().unwrap().records.len();
    (Party::ALL.map(records).to_vec(), held(world))
}

/// The STANs of the terminal's requests of this type.
fn stans(world: &Local, mti: u16) -> Vec<u64> {
    let sent = records(world, Terminal, RecordKind::MessageOut).into_iter();
    sent.filter(|record| record.mti == Some(Mti(mti))).map(|record| record.stan).collect()
}

#[test]
fn a_timer_of_a_sale_that_is_over_changes_nothing() {
    let mut world = open_shop();
    sell(&mut world, 500);
    let before = written(&world);
    let key = records(&world, Acquirer, RecordKind::SaleApproved)[0].tx.clone();
    run_out(&mut world, Acquirer, Timer::Answer(key));
    let stan = stans(&world, 200)[0];
    run_out(&mut world, Terminal, Timer::Terminal(stan));
    settle_down(&mut world);
    assert_eq!((written(&world), world.outcomes().len()), (before, 0));
    // and those that were set run out by themselves
    wait_long(&mut world);
    assert_eq!((held(&world), codes_sent(&world, Acquirer, 420).len(), failed(&world)), (500, 0, vec![]));
}

/// While one sale waits, the timers of the exchanges before it run out.
#[test]
fn a_timer_of_an_earlier_exchange_gives_up_nothing() {
    let mut world = open_shop();
    sell(&mut world, 500);
    let earlier = [stans(&world, 800), stans(&world, 200)].concat();
    fault(&mut world, Issuer, Acquirer, 210, Mishap::Delay(Duration::from_millis(100)));
    sell(&mut world, 700);
    for stan in &earlier {
        run_out(&mut world, Terminal, Timer::Terminal(*stan));
    }
    assert_eq!(world.outcomes(), []);
    wait_long(&mut world);
    assert!(matches!(world.outcomes()[..], [(Terminal, Outcome::Approved(_))]));
    assert_eq!((held(&world), codes_sent(&world, Terminal, 400).len()), (1_200, 0));
    // the batch, likewise
    let earlier = [earlier, stans(&world, 200)].concat();
    fault(&mut world, Acquirer, Terminal, 510, Mishap::Delay(Duration::from_millis(100)));
    world.ask(Terminal, Command::CloseBatch).unwrap();
    for stan in &earlier {
        run_out(&mut world, Terminal, Timer::Terminal(*stan));
    }
    assert_eq!(world.outcomes(), []);
    wait_long(&mut world);
    assert!(matches!(world.outcomes()[..], [(Terminal, Outcome::BatchClosed(_))]));
    assert_eq!(failed(&world), [""; 0]);
}

/// The response to an earlier 0500 is none to a later one of the same batch, whose totals may be others.
#[test]
fn a_response_to_an_earlier_close_ends_no_later_one() {
    let mut world = open_shop();
    sell(&mut world, 500);
    for late in [1_000, 300] {
        fault(&mut world, Acquirer, Terminal, 510, Mishap::Delay(Duration::from_millis(late)));
        world.ask(Terminal, Command::CloseBatch).unwrap();
        let until = world.now().after(Duration::from_millis(950));
        if late > 300 {
            world.run_until(until).unwrap();
            assert!(matches!(world.outcomes()[..], [(Terminal, Outcome::NoAnswer(_))]));
        }
    }
    let until = world.now().after(Duration::from_millis(200));
    world.run_until(until).unwrap();
    assert_eq!(world.outcomes(), [], "only the first response is there");
    wait_long(&mut world);
    assert!(matches!(world.outcomes()[..], [(Terminal, Outcome::BatchClosed(_))]));
    assert_eq!(failed(&world), [""; 0]);
}

/// While the terminal waits for the answer to its reversal, other timers send no repeat of it.
#[test]
fn a_timer_of_an_earlier_exchange_repeats_no_reversal() {
    let mut world = open_shop();
    sell(&mut world, 500);
    fault(&mut world, Acquirer, Terminal, 210, Mishap::Drop);
    sell(&mut world, 600);
    wait_long(&mut world);
    fault(&mut world, Acquirer, Terminal, 410, Mishap::Delay(Duration::from_millis(100)));
    sell(&mut world, 700);
    for stan in [stans(&world, 800), stans(&world, 200)[..1].to_vec()].concat() {
        run_out(&mut world, Terminal, Timer::Terminal(stan));
    }
    wait_long(&mut world);
    assert_eq!(codes_sent(&world, Terminal, 400).len(), 1);
    assert_eq!((held(&world), failed(&world)), (1_200, vec![]));
}

/// The timer of an advice that was answered does not count against the one that waits now.
#[test]
fn a_timer_of_an_earlier_advice_repeats_no_other() {
    let mut world = open_shop();
    for _ in 0..2 {
        fault(&mut world, Issuer, Acquirer, 210, Mishap::Drop);
    }
    sell(&mut world, 500);
    let asked = world.now();
    wait_long(&mut world);
    fault(&mut world, Issuer, Acquirer, 430, Mishap::Delay(Duration::from_millis(500)));
    sell(&mut world, 600);
    // the acquirer gives up on the second sale after 600 ms, and its advice waits 500 more of 600
    let until = world.now().after(Duration::from_millis(650));
    world.run_until(until).unwrap();
    assert_eq!(codes_sent(&world, Acquirer, 420).len(), 2, "the second one is under way");
    for id in 1..=2 {
        run_out(&mut world, Acquirer, Timer::Advice(id, asked));
    }
    wait_long(&mut world);
    assert_eq!(codes_sent(&world, Acquirer, 421).len(), 0);
    assert_eq!((held(&world), failed(&world)), (0, vec![]));
}

/// A date that is reconciled is not reconciled again, and one that nobody ended is not at all.
#[test]
fn a_timer_of_a_date_that_is_over_asks_for_no_totals() {
    let mut world = open_shop();
    sell(&mut world, 500);
    run_out(&mut world, Acquirer, Timer::Reconcile(common::TODAY));
    settle_down(&mut world);
    assert_eq!(codes_sent(&world, Acquirer, 520).len(), 0);
    world.ask(Issuer, Command::CutOver).unwrap();
    wait_long(&mut world);
    let before = written(&world);
    run_out(&mut world, Acquirer, Timer::Reconcile(common::TODAY));
    run_out(&mut world, Issuer, Timer::CutOver(common::TODAY));
    wait_long(&mut world);
    assert_eq!((written(&world), failed(&world)), (before, vec![]));
}

//! The whole day in one process, in virtual time.

use std::time::Duration;

use settlement::clock::{Date, Stamp};
use settlement::day;
use settlement::journal::Party;
use settlement::local::Local;
use settlement::node::Node;
use settlement::party::Timers;
use settlement::store::MemStore;

#[test]
fn day_runs() {
    let timers = Timers::from_base(Duration::from_millis(300));
    let today = Date(20_780);
    let nodes = day::parties(today, timers).unwrap().map(|m| Node::open(m, Box::new(MemStore::default())).unwrap());
    let mut local = Local::open(Stamp::on(today, 50_000), nodes).unwrap();
    let r = day::play(&mut local, &day::script(), timers, &mut |_, _| {});
    for p in Party::ALL {
        println!("== {p}");
        for r in local.store(p).unwrap().history().unwrap().records { println!("{} {} {:?} {:?} {} {} {:?} {:?} {} {:?} {}", r.at, r.kind, r.peer, r.mti, r.stan, r.tx, r.amount, r.code, r.rrn, r.totals, r.note); }
        for (n,a) in local.store(p).unwrap().books().accounts() { println!("{n} {a:?}"); }
    }
    r.unwrap();
}

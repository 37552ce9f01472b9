//! The power fails: at every single input in virtual time, and at many steps of the real program. Asked where the
//! money is, the books never contradict themselves only because somebody has not heard yet; and the day goes on.

mod common;

use std::collections::BTreeMap;

use common::{TODAY, failed, machine, timers};
use settlement::audit::Books;
use settlement::clock::Stamp;
use settlement::day;
use settlement::journal::Party;
use settlement::local::Local;
use settlement::node::Node;
use settlement::resume::Rest;
use settlement::store::{Begun, MemStore, Store};
use settlement::wimm::{self, Lang, Verdict};
use settlement::world::{World, WorldError};

type Stores = BTreeMap<Party, Box<dyn Store>>;

fn open(now: Stamp, mut stores: Stores) -> Local {
    let nodes = Party::ALL.map(|party| {
        let store = stores.remove(&party).unwrap_or_else(|| Box::new(MemStore::default()));
        Node::open(machine(party), store).unwrap()
    });
    Local::open(now, nodes).unwrap()
}

/// Plays the rest of the day until it ends, or until the power fails after so many inputs.
fn live(
    begin: Stamp,
    rest: &Rest,
    stores: Stores,
    begun: &mut Vec<Begun>,
    power: Option<u64>,
) -> (Local, Result<(), WorldError>) {
    let steps = day::script();
    let mut world = open(begin, stores);
    power.into_iter().for_each(|inputs| world.fail_after(inputs));
    let played = day::play_from(&mut world, rest, &steps, timers(), &mut |step| {
        begun.push(step.clone());
        Ok(())
    });
    (world, played)
}

fn rest(world: &Local, begun: &[Begun]) -> Rest {
    Rest::of(&Books::of(world).unwrap().with_begun(begun.to_vec()), &day::script())
}

fn contradictions(world: &Local) -> Vec<String> {
    let answers = wimm::answers(&Books::of(world).unwrap(), Lang::English);
    let conflicts = answers.iter().filter(|answer| answer.verdict == Verdict::Conflict);
    conflicts.map(|answer| format!("{answer:?}")).collect()
}

/// Every approval of the terminal that stands is money of the merchant, and none is paid twice.
#[test]
fn the_power_fails_at_every_input_and_the_day_goes_on() {
    let begin = Stamp::on(TODAY, 50_000);
    let mut finished = false;
    let mut inputs = 0;
    let mut unheard = 0;
    while !finished {
        let mut begun = Vec::new();
        let (world, played) = live(begin, &Rest::whole(), Stores::new(), &mut begun, Some(inputs));
        finished = played.is_ok();
        assert_eq!(contradictions(&world), [""; 0], "power failed after {inputs} inputs");
        let asked = wimm::answers(&Books::of(&world).unwrap(), Lang::English);
        unheard += asked.iter().filter(|answer| answer.verdict == Verdict::Unheard).count();

        let now = world.now().after(std::time::Duration::from_secs(1));
        let rest = rest(&world, &begun);
        let (mut world, played) = live(now, &rest, world.into_stores(), &mut begun, None);
        assert_eq!(played, Ok(()), "resumed after {inputs} inputs");
        common::wait_long(&mut world);
        assert_eq!(failed(&world), [""; 0], "resumed after {inputs} inputs, {:?}", begun.last());
        assert_eq!(contradictions(&world), [""; 0]);
        let paid: Vec<_> = common::records(&world, Party::Acquirer, settlement::journal::RecordKind::Payout);
        assert_eq!(paid.iter().filter_map(|payout| payout.amount).map(|a| a.units()).sum::<u64>(), 218_094);
        inputs += 1;
    }
    assert!(inputs > 100, "{inputs} points");
    assert!(unheard > 5, "{unheard} approvals that the terminal had not heard");
}

/// The power fails again and again, each time a little later.
#[test]
fn a_day_of_many_power_cuts_ends_with_balanced_books() {
    for stride in [7, 13, 29] {
        let (mut now, mut stores, mut begun) = (Stamp::on(TODAY, 50_000), Stores::new(), Vec::new());
        let (mut cuts, mut left) = (0, Rest::whole());
        let mut world = loop {
            let (world, played) = live(now, &left, stores, &mut begun, Some(stride + cuts));
            assert_eq!(contradictions(&world), [""; 0], "stride {stride}, cut {cuts}");
            now = world.now().after(std::time::Duration::from_millis(1));
            if played.is_ok() {
                break world;
            }
            cuts += 1;
            left = rest(&world, &begun);
            stores = world.into_stores();
            assert!(cuts < 200, "the day never ends");
        };
        assert!(cuts > 2, "{cuts} cuts");
        common::wait_long(&mut world);
        assert_eq!(failed(&world), [""; 0], "stride {stride}");
    }
}

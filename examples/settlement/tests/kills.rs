//! `kill -9` of any party process at random moments, on SQLite and over TCP. Afterwards the books sum to zero, every
//! captured purchase was paid exactly once, and every reversed one never. Who judges reads the acquirer's lines, the
//! settlement files and the bank's statement; the slips say what the merchant and the cardholders believe.

mod network;

use std::collections::BTreeMap;
use std::time::Duration;

use network::{Network, PARTIES};
use settlement::ask::{Answers, Asked, Question, Sources};
use settlement::journal::{Record, RecordKind};
use settlement::ledger::Ledger;
use settlement::store::History;

const FEE: u64 = 60;

/// Random numbers that are the same for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

struct Day {
    network: Network,
    random: Random,
    killed: usize,
}

impl Day {
    fn begin(name: &str, seed: u64) -> Self {
        let mut network = Network::new(name);
        network.start_all();
        network.ask("terminal:1", "sign-on", "signed-on");
        Self { network, random: Random(seed), killed: 0 }
    }

    /// Types something, and kills somebody a moment later.
    fn kill_during(&mut self, name: &str, line: &str) {
        self.network.type_at(name, line);
        let victim = PARTIES[self.random.below(PARTIES.len())];
        let moment = u64::try_from(self.random.below(25_000)).unwrap();
        std::thread::sleep(Duration::from_micros(moment));
        self.network.kill(victim);
        self.killed += 1;
        self.network.start(victim);
        // What was typed comes to its end, unless whoever it was typed at is dead. A terminal that is asked while it
        // waits says that it is busy.
        if name != victim {
            let ends = [
                "approved",
                "declined",
                "no-response",
                "reversal-pending",
                "refused",
                "batch",
                "done",
                "paid",
            ];
            self.network
                .heard(name, Duration::from_secs(5), |said| ends.iter().any(|end| said.starts_with(end)));
        }
    }

    /// Types something until one of these is said.
    fn insist(&mut self, name: &str, line: &str, said_by: &str, begins: &[&str]) -> String {
        for _ in 0..12 {
            self.network.forget(said_by);
            self.network.type_at(name, line);
            let awaited = |said: &str| begins.iter().any(|start| said.starts_with(start));
            if let Some(said) = self.network.heard(said_by, Duration::from_secs(3), awaited) {
                return said;
            }
        }
        panic!("{name}: `{line}` never came to its end; {} were killed", self.killed);
    }

    /// A sale that is approved: what is open is reversed before it.
    fn sell(&mut self) {
        for _ in 0..12 {
            let ends = ["approved", "declined", "no-response", "reversal-pending", "refused"];
            let said = self.insist("terminal:1", "sell 10.00", "terminal:1", &ends);
            if said.starts_with("approved") {
                return;
            }
            // the acquirer closed a batch whose terminal died before it heard so: it is told once more
            if said.starts_with("declined") && said.ends_with("77") {
                self.insist("terminal:1", "close-batch", "terminal:1", &["batch in balance"]);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("no sale is approved any more; {} were killed", self.killed);
    }

    /// From the batch to the statement, with nobody dying.
    fn close(&mut self) {
        self.sell();
        self.insist("terminal:1", "close-batch", "terminal:1", &["batch in balance"]);
        self.insist("issuer:1", "cut-over", "acquirer:1", &["date"]);
        for _ in 0..2 {
            for (name, line, ends) in [
                ("acquirer:1", "present", "done"),
                ("hub:1", "run", "done"),
                ("acquirer:1", "pay", "paid"),
                ("bank:1", "run", "done"),
            ] {
                self.insist(name, line, name, &[ends]);
                self.network.settle_files();
            }
        }
    }

    fn kills(&mut self, of: usize) {
        while self.killed < of {
            for _ in 0..6 {
                let amount = 1 + self.random.below(90);
                self.kill_during("terminal:1", &format!("sell {amount}.37"));
                self.sell();
            }
            self.kill_during("terminal:1", "close-batch");
            self.kill_during("issuer:1", "cut-over");
            for (name, line) in
                [("acquirer:1", "present"), ("hub:1", "run"), ("acquirer:1", "pay"), ("bank:1", "run")]
            {
                self.kill_during(name, line);
            }
            self.close();
        }
        self.close();
        self.network.stop_all();
    }
}

/// Every transfer of a history is taken, and the book sums to zero.
fn ledger(history: &History, name: &str) -> Ledger {
    let mut ledger = Ledger::default();
    let statuses = ledger.commit(&history.transfers);
    assert!(statuses.iter().all(|status| status.booked()), "{name}");
    assert_eq!(ledger.accounts().map(|(_, account)| account.net()).sum::<i128>(), 0, "{name}");
    ledger
}

fn audit(network: &Network) {
    let histories: BTreeMap<&str, History> = PARTIES.map(|name| (name, network.history(name))).into();
    let books: BTreeMap<&str, Ledger> =
        histories.iter().map(|(name, history)| (*name, ledger(history, name))).collect();
    let of_issuer = |ledger: &Ledger| -> i128 {
        let cards = ledger.accounts().filter(|(name, _)| name.starts_with("cardholder:"));
        cards.map(|(_, account)| account.available()).sum()
    };
    let sources = Sources::of_ledgers(&[network.ledger("acquirer:1")], 8 * 3_600).unwrap();
    let asked = Asked { as_of: Some("2199-01-01T00:00".to_owned()), ..Asked::default() };
    let answers = Answers::of(&sources, &asked).unwrap();

    let slips = &histories["terminal:1"].records;
    let sales: Vec<&Record> = slips.iter().filter(|record| record.kind == RecordKind::SaleSent).collect();
    assert!(!sales.is_empty());
    let (mut charged, mut owed) = (0, 0);
    for sale in sales {
        let about = slips.iter().filter(|record| (record.stan, record.batch) == (sale.stan, sale.batch));
        let is_end = |kind| {
            [RecordKind::SaleApproved, RecordKind::SaleDeclined, RecordKind::SaleReversed].contains(&kind)
        };
        let end = about.map(|record| record.kind).rfind(|kind| is_end(*kind));
        let (stan, batch) = (sale.stan.to_string(), sale.batch.to_string());
        let found = answers.find(&Question::Stan { stan, batch, terminal: None });
        let codes: Vec<&str> = found.iter().map(|line| Answers::code(line)).collect();
        let amount = sale.amount.unwrap().units();
        let expected: &[&[&str]] = match end {
            Some(RecordKind::SaleApproved) => {
                charged += amount;
                owed += amount - sale.amount.unwrap().share(FEE).units();
                &[&["W00"]]
            }
            // the terminal is told no (68) while the acquirer reverses what it does not know
            Some(RecordKind::SaleDeclined) => &[&["W20"], &["W31"]],
            // what died on its way to the acquirer is in no evidence
            Some(RecordKind::SaleReversed) => &[&["W31"], &["W20"], &[]],
            _ => panic!("STAN {} has no end", sale.stan),
        };
        assert!(expected.contains(&codes.as_slice()), "STAN {}: {end:?}, {codes:?}", sale.stan);
    }
    let opening = histories["issuer:1"]
        .transfers
        .iter()
        .filter(|t| t.debit == "nostro" || t.credit.starts_with("cardholder:"));
    let opening: u64 = opening
        .filter(|transfer| transfer.purpose == settlement::ledger::Purpose::Opening)
        .map(|transfer| transfer.amount.units())
        .sum();
    assert_eq!(
        i128::from(opening) - of_issuer(&books["issuer:1"]),
        i128::from(charged),
        "charged to cardholders"
    );
    assert_eq!(books["bank:1"].account("merchant:ACC-1").net(), i128::from(owed), "credited to the merchant");
    for account in ["merchant_payable:104440359980001", "payout_in_transit:104440359980001", "hub_receivable"]
    {
        assert_eq!(books["acquirer:1"].account(account).net(), 0, "{account}");
    }
}

#[test]
fn ten_kills_create_and_lose_nothing() {
    let mut day = Day::begin("ten-kills", 17);
    day.kills(10);
    assert!(day.killed >= 10);
    audit(&day.network);
}

/// `cargo test --release -p settlement --test kills -- --ignored --nocapture`
#[test]
#[ignore = "minutes: two hundred kills"]
fn two_hundred_kills_create_and_lose_nothing() {
    let mut day = Day::begin("two-hundred-kills", 42);
    day.kills(200);
    audit(&day.network);
    println!("{} kills", day.killed);
}

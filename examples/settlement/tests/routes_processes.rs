//! Two ways from the acquirer to the issuer, in a network of processes: the direct line dies, then the issuer.

mod network;

use network::{Network, settlement};
use settlement::journal::{Party, RecordKind};
use settlement::ledger::Ledger;
use settlement::money::signed;
use settlement::store::History;

fn count(history: &History, kind: RecordKind) -> usize {
    history.records.iter().filter(|record| record.kind == kind).count()
}

fn net(history: &History, account: &str) -> String {
    let mut ledger = Ledger::default();
    assert!(ledger.commit(&history.transfers).iter().all(|status| status.booked()));
    assert_eq!(ledger.accounts().map(|(_, account)| account.net()).sum::<i128>(), 0);
    signed(ledger.account(account).net())
}

#[test]
fn a_sale_finds_its_way_while_lines_and_the_issuer_die() {
    let mut network = Network::with_routes("routes");
    network.more.insert("hub:1", ["--log", "json"].map(str::to_owned).into());
    network.start_all();
    network.wait("hub:1", |line| line == "in-service issuer");
    network.ask("terminal:1", "sign-on", "signed-on");
    network.ask("terminal:1", "sell 500.00", "approved");

    // nobody can ask the issuer: the hub approves what is within its limits
    network.forget("acquirer:1");
    network.kill("issuer:1");
    network.wait("acquirer:1", |line| line == "done");
    network.wait("hub:1", |line| line == "done");
    network.ask("terminal:1", "sell 300.00", "approved");
    network.ask("terminal:1", "sell 900.00", "declined");

    // the issuer comes back, and nobody is called on the direct line any more
    let text = std::fs::read_to_string(network.topology()).unwrap();
    let direct = format!("127.0.0.1:{}", network.ports[1]);
    assert!(text.contains(&direct));
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    std::fs::write(network.topology(), text.replace(&direct, &free.to_string())).unwrap();
    network.start("issuer:1");
    network.wait("hub:1", |line| line == "in-service issuer");
    network.ask("terminal:1", "sell 80.00", "approved");
    network.ask("terminal:1", "close-batch", "batch in balance");
    network.settle_the_date("paid 874.72");
    let log = network.stop("hub:1");
    network.stop_all();
    no_card_is_in(&log);
    the_books_agree(&network);
}

fn no_card_is_in(log: &str) {
    let objects: Vec<serde_json::Value> =
        log.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect();
    let stood_in = objects.iter().find(|object| object["kind"] == "stood_in").expect("it is noted");
    assert_eq!((&stood_in["party"], &stood_in["amount"]), (&"hub:1".into(), &30_000.into()));
    assert!(!log.contains("621234") && !log.contains("1232\""), "no card is in it");
}

fn the_books_agree(network: &Network) {
    let [issuer, hub, bank, acquirer] =
        ["issuer:1", "hub:1", "bank:1", "acquirer:1"].map(|name| network.history(name));
    assert_eq!(net(&issuer, "cardholder:1004"), "79,120.00");
    assert_eq!(net(&bank, "merchant:ACC-1"), "874.72");
    assert_eq!(
        (net(&acquirer, "hub_receivable"), net(&hub, "position:acquirer")),
        ("0.00".into(), "880.00".into())
    );
    assert_eq!((count(&hub, RecordKind::StoodIn), count(&hub, RecordKind::AdviceDone)), (1, 1));
    assert_eq!(count(&issuer, RecordKind::SaleApproved), 3);
    let by = |peer: Party, kind: RecordKind| {
        let records = issuer.records.iter();
        records.filter(|record| record.kind == kind && record.peer == Some(peer)).count()
    };
    assert_eq!(
        (by(Party::Acquirer, RecordKind::SaleApproved), by(Party::Hub, RecordKind::SaleApproved)),
        (1, 2)
    );
    // no file holds a card number, and the one that the hub kept for its advice least of all
    for name in ["hub:1", "acquirer:1", "issuer:1"] {
        let octets = std::fs::read(network.ledger(name)).unwrap();
        let holds = |digits: &[u8]| octets.windows(digits.len()).any(|window| window == digits);
        assert!(!holds(b"6212345678901232") && !holds(b"345678901232"), "{name}");
    }
    let (said, code) =
        settlement(&["where", "--ledger", network.ledger("acquirer:1").to_str().unwrap()], &network.folder);
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn routes_that_cannot_be_are_refused_with_line_and_field() {
    let network = Network::with_routes("bad-routes");
    let good = std::fs::read_to_string(network.topology()).unwrap();
    let address = format!("127.0.0.1:{}", network.ports[3]);
    let changes = [
        ("routes = [\"direct\", \"hub\"]", "routes = [\"direct\", \"satellite\"]".to_owned(), "routes"),
        ("routes = [\"direct\", \"hub\"]", "routes = [\"hub\", \"hub\"]".to_owned(), "routes"),
        ("routes = [\"direct\", \"hub\"]", "routes = []".to_owned(), "routes"),
        ("caller = \"hub:1\"", "caller = \"bank:1\"".to_owned(), "called"),
        (
            &*format!(
                "[[link]]\ncaller = \"hub:1\"\ncalled = \"issuer:1\"\naddress = \"{address}\"\ndialect = \"host\"\n"
            ),
            String::new(),
            "link",
        ),
        ("stand_in = { sale = 50000", "stand_in = { sale = -1".to_owned(), "invalid"),
        ("caps = { acquirer", "caps = { bank".to_owned(), "bank"),
        ("caps = { acquirer = 1", "caps = { acquirer = -1".to_owned(), "invalid"),
        ("keeps = [", "caps = { issuer = 1 }\nkeeps = [".to_owned(), "caps"),
        ("keeps = [", "stand_in = { sale = 1, card = 1 }\nkeeps = [".to_owned(), "stand_in"),
        ("keeps = [", "routes = [\"direct\"]\nkeeps = [".to_owned(), "routes"),
    ];
    for (from, to, field) in changes {
        assert!(good.contains(from), "{from}");
        std::fs::write(network.topology(), good.replacen(from, &to, 1)).unwrap();
        let (said, code) = settlement(&["node", "bank:1", "--topology", "topology.toml"], &network.folder);
        assert_eq!(code, Some(2), "{from} -> {to}: {said}");
        assert!(said.contains("topology.toml: line ") && said.contains(field), "{from} -> {to}: {said}");
    }
}

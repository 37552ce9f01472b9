//! Networks whose parties keep their histories in one PostgreSQL: a day of each is right to the last amount, whoever else
//! uses the database, and an acquirer that slept while another instance took over stops.
#![cfg(feature = "postgres")]

mod network;

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use network::{Network, PARTIES, settlement};
use settlement::ledger::Ledger;
use settlement::money::signed;
use settlement::scale::Scale;
use settlement::server::Server;
use settlement::store::{Database, History};

fn server() -> Option<Server> {
    let server = Server::start(&std::env::temp_dir()).unwrap();
    if server.is_none() {
        println!("skipped: no PostgreSQL is installed here");
    }
    server
}

/// A network with its histories there.
fn network(name: &str, server: &Server) -> Network {
    let mut network = Network::calm(name);
    let url = format!("{}#{name}", server.url());
    network.more = PARTIES.map(|party| (party, vec!["--store".to_owned(), url.clone()])).into();
    network
}

fn history(server: &Server, network: &str, party: &str) -> History {
    let role = party.split(':').next().unwrap().parse().unwrap();
    let url = format!("{}#{network}", server.url());
    Database::of_party(&url, party).unwrap().history(role).unwrap()
}

fn net(history: &History, account: &str) -> String {
    let mut ledger = Ledger::default();
    assert!(ledger.commit(&history.transfers).iter().all(|status| status.booked()));
    assert_eq!(ledger.imbalance(), (0, 0));
    signed(ledger.account(account).net())
}

#[test]
fn acquirers_that_share_a_database_are_each_paid_what_they_sold() {
    let Some(server) = server() else { return };
    let mut networks = ["north", "south"].map(|name| network(name, &server));
    for network in &mut networks {
        network.start_all();
        network.ask("terminal:1", "sign-on", "signed-on");
    }
    for (place, amount) in [(0, "500.00"), (1, "300.00"), (0, "80.00"), (1, "20.00")] {
        let network = &mut networks[place];
        network.ask("terminal:1", &format!("sell {amount}"), "approved");
        // killed and started again, its partition is where it was
        network.kill("acquirer:1");
        network.start("acquirer:1");
        network.wait("acquirer:1", |line| line == "in-service issuer");
        network.wait("terminal:1", |line| line == "in-service acquirer");
    }
    for (network, paid) in networks.iter_mut().zip(["paid 576.52", "paid 318.08"]) {
        network.ask("terminal:1", "close-batch", "batch in balance");
        network.settle_the_date(paid);
        network.stop_all();
        assert!(!network.ledger("acquirer:1").exists(), "no file has what the database has");
    }
    for (name, merchant, charged) in [("north", "576.52", "580.00"), ("south", "318.08", "320.00")] {
        assert_eq!(net(&history(&server, name, "bank:1"), "merchant:ACC-1"), merchant);
        assert_eq!(net(&history(&server, name, "hub:1"), "position:acquirer"), charged);
        for account in ["merchant_payable:104440359980001", "hub_receivable"] {
            assert_eq!(net(&history(&server, name, "acquirer:1"), account), "0.00", "{name}: {account}");
        }
        // the acquirer's evidence is in the database, too
        let partition = format!("{}#{name}/acquirer:1", server.url());
        let (said, _) = settlement(&["where", "--ledger", &partition], &PathBuf::from("/"));
        // both sales; the legend names the code once more
        assert_eq!(said.matches("\n  W00  ").count() - said.matches("\n  W00  paid").count(), 2, "{said}");
    }
}

/// SIGSTOP, as a machine that hangs: it does not know that it was away.
#[test]
fn an_acquirer_that_slept_while_another_took_over_stops() {
    let Some(server) = server() else { return };
    let mut network = network("asleep", &server);
    network.start_all();
    network.ask("terminal:1", "sign-on", "signed-on");
    network.ask("terminal:1", "sell 500.00", "approved");
    let signal = |name: &str, pid: u32| {
        assert!(Command::new("kill").arg(name).arg(pid.to_string()).status().unwrap().success());
    };
    let asleep = network.pid("acquirer:1");
    signal("-STOP", asleep);
    // The other one is called at another port, as on another machine.
    network.stop("terminal:1");
    let text = std::fs::read_to_string(network.topology()).unwrap();
    let (here, elsewhere) = (format!(":{}", network.ports[0]), format!(":{}", network.ports[2]));
    std::fs::write(network.topology(), text.replace(&here, &elsewhere)).unwrap();
    network.rename("acquirer:1", "the old one");
    network.start("acquirer:1");
    network.start("terminal:1");
    network.wait("terminal:1", |line| line == "in-service acquirer");
    network.wait("acquirer:1", |line| line == "in-service issuer");
    network.ask("terminal:1", "sell 80.00", "approved");
    let before = history(&server, "asleep", "acquirer:1").commits.len();
    // It wakes, and hears that its lines are gone: the first thing that it would write down.
    signal("-CONT", asleep);
    network.type_at("the old one", "pay");
    let heard = network.heard("the old one", Duration::from_secs(30), |_| false);
    assert_eq!(heard, None);
    let said = network.stop("the old one");
    assert!(said.contains("another instance is at work"), "{said}");
    assert!(history(&server, "asleep", "acquirer:1").commits.len() >= before);
    network.ask("terminal:1", "close-batch", "batch in balance");
    network.settle_the_date("paid 576.52");
    network.stop_all();
}

/// `settlement scale` for a moment. How much is carried is no matter here; that each sale of which a terminal heard is in
/// the partition of its acquirer, once, is what it checks itself.
#[test]
fn what_one_process_carries_and_what_two_carry_can_be_measured() {
    let Some(server) = server() else { return };
    let program = PathBuf::from(env!("CARGO_BIN_EXE_settlement"));
    let scale = Scale { program, url: server.url(), partitions: 1, time: Duration::from_millis(300) };
    for processes in [1, 2] {
        let carried = scale.measure(processes).unwrap();
        assert_eq!(carried.processes, processes);
        assert!(carried.sales > 0 && carried.commits >= u64::from(carried.sales), "{carried:?}");
    }
    let none = Scale { partitions: 0, ..scale }.measure(1);
    assert!(none.unwrap_err().contains("1 to 9 partitions"));
}

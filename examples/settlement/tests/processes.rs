//! Five parties, each a process with a ledger file of its own, play a small day over TCP and through folders.

mod network;

use std::net::{Ipv4Addr, TcpListener};

use network::{Network, PARTIES, settlement};
use settlement::journal::{Party, RecordKind};
use settlement::ledger::{Ledger, Transfer};
use settlement::money::signed;
use settlement::store::History;
use settlement::topology::Topology;

/// The book of a history, folded one by one; every transfer must be taken.
fn ledger(history: &History) -> Ledger {
    let mut ledger = Ledger::default();
    let statuses = ledger.commit(&history.transfers);
    assert!(statuses.iter().all(|status| status.booked()));
    ledger
}

fn net(ledger: &Ledger, account: &str) -> String {
    signed(ledger.account(account).net())
}

fn sum(ledger: &Ledger) -> i128 {
    ledger.accounts().map(|(_, account)| account.net()).sum()
}

/// One acquirer, two terminals with the same STANs at the same time: each has its keys, its batch and its responses, also
/// after the acquirer was killed, and each merchant its money.
#[test]
fn an_acquirer_serves_two_terminals() {
    let mut network = Network::new("tills");
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    let more = format!(
        "\n[[party]]\nname = 'terminal:2'\nledger = 'network/terminal-2.sqlite'\nterminal = '20000002'\n\
         merchant = '104440359980002'\n\n[[link]]\ncaller = 'terminal:2'\ncalled = 'acquirer:1'\n\
         address = '127.0.0.1:{port}'\ndialect = 'pos'\n"
    );
    let text = std::fs::read_to_string(network.topology()).unwrap();
    let first = "\"104440359980001\" = \"ACC-1\"\n";
    let text = text.replace(first, &format!("{first}\"104440359980002\" = \"ACC-2\"\n")) + &more;
    std::fs::write(network.topology(), &text).unwrap();
    network.start_all();
    network.start("terminal:2");
    network.wait("terminal:2", |line| line == "in-service acquirer");
    let tills = ["terminal:1", "terminal:2"];
    let at_both = |network: &mut Network, typed: [&str; 2], said: &str| {
        for (till, typed) in tills.into_iter().zip(typed) {
            network.type_at(till, typed);
        }
        for till in tills {
            network.wait(till, |line| line.starts_with(said));
        }
    };
    at_both(&mut network, ["sign-on", "sign-on"], "signed-on batch 1");
    at_both(&mut network, ["sell 500.00", "sell 300.00 card 4111"], "approved 2");
    network.kill("acquirer:1");
    network.start("acquirer:1");
    network.wait("acquirer:1", |line| line == "in-service issuer");
    for till in tills {
        network.wait(till, |line| line == "in-service acquirer");
    }
    at_both(&mut network, ["sell 80.00", "sell 20.00"], "approved 3");
    at_both(&mut network, ["close-batch", "close-batch"], "batch in balance");
    network.settle_the_date("paid 894.60");
    network.stop("terminal:2");
    network.stop_all();
    let bank = ledger(&network.history("bank:1"));
    assert_eq!(
        (net(&bank, "merchant:ACC-1"), net(&bank, "merchant:ACC-2")),
        ("576.52".into(), "318.08".into())
    );
    // two terminals of one number would be one
    let same = text.replace("'20000002'", "'10000001'");
    let refused = Topology::parse(&same, &network.folder).unwrap_err();
    assert!(refused.contains("another terminal has this number"), "{refused}");
}

#[test]
fn five_processes_play_a_day_and_their_books_agree() {
    let mut network = Network::new("day");
    network.start_all();
    network.ask("terminal:1", "sign-on", "signed-on");
    network.ask("terminal:1", "sell 500.00", "approved");
    network.ask("terminal:1", "sell 80.00 card 4111", "approved");
    network.ask("terminal:1", "sell 350.00 card 4242", "declined");
    network.ask("issuer:1", "fail", "done");
    network.ask("terminal:1", "sell 70.00", "declined");
    network.ask("issuer:1", "work", "done");
    // nobody answers: the terminal reverses before its next message
    network.kill("acquirer:1");
    network.forget("terminal:1");
    network.ask("terminal:1", "sell 60.00", "no-response");
    network.start("acquirer:1");
    network.wait("acquirer:1", |line| line == "in-service issuer");
    network.wait("terminal:1", |line| line == "in-service acquirer");
    network.ask("terminal:1", "close-batch", "batch in balance");
    network.settle_the_date("paid 576.52");
    network.stop_all();

    let histories: Vec<History> = PARTIES.iter().map(|name| network.history(name)).collect();
    let [issuer, hub, bank, acquirer, terminal] = &histories[..] else { unreachable!() };
    for history in &histories[..4] {
        assert_eq!(sum(&ledger(history)), 0);
    }
    let (issuer_book, acquirer_book) = (ledger(issuer), ledger(acquirer));
    assert_eq!(net(&ledger(bank), "merchant:ACC-1"), "576.52");
    assert_eq!(net(&issuer_book, "cardholder:1004"), "79,500.00");
    assert_eq!(net(&issuer_book, "cardholder:1001"), "4,920.00");
    assert_eq!(net(&ledger(hub), "position:acquirer"), "580.00");
    for account in ["merchant_payable:104440359980001", "payout_in_transit:104440359980001", "hub_receivable"]
    {
        assert_eq!(net(&acquirer_book, account), "0.00", "{account}");
    }
    assert_eq!(net(&acquirer_book, "mdr_income"), "3.48");
    let slips = terminal.records.iter().filter(|record| record.kind == RecordKind::SaleApproved).count();
    assert_eq!(slips, 2);
    assert!(terminal.records.iter().any(|record| record.kind == RecordKind::SaleReversed));
    let paid = |transfer: &&Transfer| transfer.credit == "merchant:ACC-1";
    assert_eq!(bank.transfers.iter().filter(paid).count(), 1);
    assert!(acquirer.records.iter().any(|record| record.peer == Some(Party::Hub)));

    let (said, code) =
        settlement(&["where", "--ledger", network.ledger("acquirer:1").to_str().unwrap()], &network.folder);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(said.matches("\n  W00  ").count() - said.matches("\n  W00  paid").count(), 2, "{said}");
}

#[test]
fn a_topology_that_cannot_be_is_refused_with_line_and_field() {
    let network = Network::new("bad");
    let good = std::fs::read_to_string(network.topology()).unwrap();
    let port = format!("127.0.0.1:{}", network.ports[0]);
    let other = format!("127.0.0.1:{}", network.ports[1]);
    let changes: Vec<(&str, &str, &str)> = vec![
        ("timer_ms = 300", "timer_ms = 0", "timer_ms"),
        ("timer_ms = 300", "timer_ms = 'long'", "invalid type"),
        ("timer_ms = 300", "", "timer_ms"),
        ("name = \"hub:1\"", "name = \"hub\"", "name"),
        ("name = \"hub:1\"", "name = \"bank:1\"", "institution"),
        ("name = \"hub:1\"", "name = \"acquirer:1\"", "accounts"),
        ("name = \"hub:1\"", "name = \"hub:0\"", "name"),
        ("name = \"hub:1\"", "name = \"clearing:1\"", "roles"),
        ("ledger = \"network/hub-1.sqlite\"", "ledger = \"network/bank-1.sqlite\"", "ledger"),
        ("ledger = \"network/hub-1.sqlite\"", "", "ledger"),
        ("terminal = \"10000001\"", "terminal = \"100000011\"", "terminal"),
        ("terminal = \"10000001\"", "", "terminal"),
        ("fee_basis_points = 60", "fee_basis_points = 10001", "fee_basis_points"),
        ("keeps = [\"ACC-1\", \"ACC-2\"]", "keeps = [\"ACC-1\"]\nterminal = \"1\"", "terminal"),
        ("caller = \"terminal:1\"", "caller = \"terminal:2\"", "caller"),
        ("caller = \"terminal:1\"", "caller = \"issuer:1\"", "called"),
        ("dialect = \"pos\"", "dialect = \"host\"", "dialect"),
        ("dialect = \"pos\"", "dialect = \"morse\"", "dialect"),
        (&port, "127.0.0.1", "address"),
        (&port, "192.0.2.1:8581", "address"),
        (&port, "127.0.0.1:0", "address"),
        (&port, &other, "address"),
        ("to = \"hub:1\"", "to = \"issuer:1\"", "to"),
        ("path = \"network/hub-to-acquirer\"", "path = \"network/acquirer-to-hub\"", "path"),
        ("[[link]]", "[[line]]", "line"),
        ("from = \"bank:1\"", "sender = \"bank:1\"", "sender"),
        ("timer_ms = 300", "timer_ms = 300 [", ""),
    ];
    for (from, to, field) in changes {
        assert!(good.contains(from), "{from}");
        std::fs::write(network.topology(), good.replacen(from, to, 1)).unwrap();
        let (said, code) =
            settlement(&["node", "acquirer:1", "--topology", "topology.toml"], &network.folder);
        assert_eq!(code, Some(2), "{from} -> {to}: {said}");
        assert!(said.contains("topology.toml: line ") && said.contains(field), "{from} -> {to}: {said}");
    }
    std::fs::write(network.topology(), &good).unwrap();
    let (said, code) = settlement(&["node", "acquirer:7", "--topology", "topology.toml"], &network.folder);
    assert_eq!(code, Some(2));
    assert!(said.contains("acquirer:7") && said.contains("acquirer:1"), "{said}");
}

/// Two acquirers with their terminals, and all of a merchant's terminals at one of them; each party in a partition of a
/// database that has its name.
#[test]
fn a_merchant_is_at_one_acquirer() {
    let first = include_str!("../topology.toml");
    let second = first
        .replace("timer_ms = 1000", "")
        .replace(":1\"", ":2\"")
        .replace("-1.sqlite", "-2.sqlite")
        .replace("127.0.0.1:85", "127.0.0.1:86")
        .replace("network/acquirer-to", "network/second-to")
        .replace("-to-acquirer", "-to-second")
        .replace("network/hub-to-issuer", "network/hub-2-to-issuer")
        .replace("network/issuer-to-hub", "network/issuer-2-to-hub")
        .replace("\"10000001\"", "\"20000002\"");
    let folder = std::path::Path::new("");
    let refused = Topology::parse(&format!("{first}{second}"), folder).unwrap_err();
    assert!(refused.contains("accounts: merchant 104440359980001 is at `acquirer:1` already"), "{refused}");
    let second = second.replace("104440359980001", "104440359980002");
    let topology = Topology::parse(&format!("{first}{second}"), folder).unwrap();
    let kept = topology.kept_in("postgres://ann@127.0.0.1:5432/bank#north").unwrap();
    for (name, party) in &kept.parties {
        assert_eq!(party.database.as_ref().unwrap().partition(), format!("north/{name}"));
    }
    let one = first.replace("network/acquirer-1.sqlite", "postgres://ann:s3cret@127.0.0.1:5432/bank");
    let kept = Topology::parse(&one, folder).unwrap();
    let shown = kept.parties["acquirer:1"].database.as_ref().unwrap().to_string();
    assert_eq!(shown, "postgres://ann@127.0.0.1:5432/bank#acquirer:1");
    assert!(kept.parties["issuer:1"].database.is_none());
    let refused = kept.kept_in("mysql://127.0.0.1/bank").unwrap_err();
    assert!(refused.contains("postgres://"), "{refused}");
}

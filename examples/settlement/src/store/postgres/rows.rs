//! One commit as one statement, and rows back to records, transfers, balances and sightings.

use std::str::FromStr;

use postgres::types::FromSql;
use postgres::{GenericClient, Row};
use serde_json::{Value, json};

use super::link::in_words;
use crate::clock::{Date, Stamp};
use crate::evidence::Sighting;
use crate::journal::{Party, Record};
use crate::ledger::{Account, Digest, Flag, Ledger, Transfer, TransferId};
use crate::money::Money;
use crate::store::version::unknown_kind;
use crate::store::{Commit, History, StoreError, Tip, link};
use crate::telegram::{Balance, Mti};

/// All of a commit, or nothing: a statement by itself is a transaction, takes one round trip, and no session ever waits
/// within one for its process. The partition's row lets it through only in the epoch of this instance and with the next
/// number, and is locked until the end. Parameters: partition, epoch, tip, and four lists of rows as JSON.
pub(super) const COMMIT: &str = "
WITH fence AS (
  UPDATE partitions SET seq = $3::bigint WHERE party = $1 AND epoch = $2 AND seq = $3::bigint - 1
  RETURNING party, seq, epoch),
tip AS (
  INSERT INTO commits (party, seq, records, record_chain, transfers, chain, epoch)
  SELECT party, seq, $4, $5, $6, $7, epoch FROM fence),
noted AS (
  INSERT INTO journal (party, seq, n, at, kind, peer, mti, tx, stan, host_stan, transmission, batch, rrn,
    amount, code, approval, date, card, totals, balance, note, chain)
  SELECT fence.party, fence.seq, n, at, kind, peer, mti, tx, stan, host_stan, transmission, batch, rrn,
    amount, code, approval, date, card, totals, balance, note, chain
  FROM fence, json_to_recordset($8::text::json) AS r (
    n BIGINT, at BIGINT, kind TEXT, peer TEXT, mti BIGINT, tx TEXT, stan BIGINT, host_stan BIGINT,
    transmission TEXT, batch BIGINT, rrn TEXT, amount BIGINT, code TEXT, approval TEXT, date BIGINT,
    card TEXT, totals TEXT, balance BIGINT, note TEXT, chain TEXT)),
moved AS (
  INSERT INTO transfers (party, seq, n, id, debit, credit, amount, flag, resolves, purpose, reference, chain)
  SELECT fence.party, fence.seq, n, id, debit, credit, amount, flag, resolves, purpose, reference, chain
  FROM fence, json_to_recordset($9::text::json) AS r (
    n BIGINT, id TEXT, debit TEXT, credit TEXT, amount BIGINT, flag TEXT, resolves TEXT, purpose TEXT,
    reference TEXT, chain TEXT)),
summed AS (
  INSERT INTO balances (party, account, debits_posted, credits_posted, debits_pending, credits_pending)
  SELECT fence.party, account, dp, cp, dr, cr
  FROM fence, json_to_recordset($10::text::json) AS r (
    account TEXT, dp BIGINT, cp BIGINT, dr BIGINT, cr BIGINT)
  ON CONFLICT (party, account) DO UPDATE SET
    debits_posted = excluded.debits_posted, credits_posted = excluded.credits_posted,
    debits_pending = excluded.debits_pending, credits_pending = excluded.credits_pending),
seen AS (
  INSERT INTO evidence (party, seq, n, at, peer, way, terminal, octets, chain)
  SELECT fence.party, fence.seq, n, at, peer, way, terminal, decode(octets, 'hex'), chain
  FROM fence, json_to_recordset($11::text::json) AS r (
    n BIGINT, at BIGINT, peer TEXT, way TEXT, terminal TEXT, octets TEXT, chain TEXT))
SELECT count(*) FROM fence";

/// What a commit writes, and how far the history goes with it.
pub(super) struct Written {
    pub(super) tip: Tip,
    pub(super) saw: (u64, Digest),
    pub(super) records: String,
    pub(super) transfers: String,
    pub(super) balances: String,
    pub(super) evidence: String,
}

impl Written {
    /// The rows of this commit, of which these transfers were not booked before, after this history. The ledger has
    /// them already.
    pub(super) fn of<'c>(
        commit: &'c Commit,
        created: impl Iterator<Item = &'c Transfer>,
        (mut tip, mut saw): (Tip, (u64, Digest)),
        ledger: &Ledger,
    ) -> Self {
        let (mut records, mut transfers, mut evidence) = (Vec::new(), Vec::new(), Vec::new());
        let mut balances = serde_json::Map::new();
        for record in &commit.records {
            tip.records += 1;
            tip.record_chain = link(tip.record_chain, &record.words());
            records.push(record_row(tip, record));
        }
        for transfer in created {
            tip.transfers += 1;
            tip.chain = link(tip.chain, &transfer.words());
            transfers.push(transfer_row(tip, transfer));
            for account in [&transfer.debit, &transfer.credit] {
                balances.insert(account.clone(), balance_row(account, &ledger.account(account)));
            }
        }
        for seen in &commit.evidence {
            saw = (saw.0 + 1, link(saw.1, &seen.words()));
            evidence.push(sighting_row(saw, seen));
        }
        tip.seq = commit.seq;
        let text = |rows: Vec<Value>| Value::Array(rows).to_string();
        let balances = balances.into_iter().map(|(_, row)| row).collect();
        let (records, transfers) = (text(records), text(transfers));
        Self { tip, saw, records, transfers, balances: text(balances), evidence: text(evidence) }
    }
}

fn record_row(tip: Tip, r: &Record) -> Value {
    json!({
        "n": tip.records, "at": r.at.0, "kind": r.kind.name(), "peer": r.peer.map(Party::name),
        "mti": r.mti.map(|mti| mti.0), "tx": r.tx, "stan": r.stan, "host_stan": r.host_stan,
        "transmission": r.transmission, "batch": r.batch, "rrn": r.rrn,
        "amount": r.amount.map(Money::units), "code": r.code.map(|code| code.to_string()),
        "approval": r.approval, "date": r.date.map(|date| date.0), "card": r.card,
        "totals": r.totals.map(|totals| totals.to_string()), "balance": r.balance.map(Balance::digit),
        "note": r.note, "chain": tip.record_chain.to_string(),
    })
}

fn transfer_row(tip: Tip, transfer: &Transfer) -> Value {
    json!({
        "n": tip.transfers, "id": transfer.id.to_string(), "debit": transfer.debit, "credit": transfer.credit,
        "amount": transfer.amount.units(), "flag": transfer.flag.name(),
        "resolves": transfer.flag.resolves().map(|id| id.to_string()), "purpose": transfer.purpose.name(),
        "reference": transfer.reference, "chain": tip.chain.to_string(),
    })
}

fn balance_row(name: &str, account: &Account) -> Value {
    let sum = |sum: i128| i64::try_from(sum).unwrap_or(i64::MAX);
    json!({
        "account": name, "dp": sum(account.debits_posted), "cp": sum(account.credits_posted),
        "dr": sum(account.debits_pending), "cr": sum(account.credits_pending),
    })
}

fn sighting_row((n, chain): (u64, Digest), seen: &Sighting) -> Value {
    let octets: String = seen.octets.iter().map(|octet| format!("{octet:02x}")).collect();
    json!({
        "n": n, "at": seen.at.0, "peer": seen.peer.name(), "way": seen.way.name(),
        "terminal": seen.terminal, "octets": octets, "chain": chain.to_string(),
    })
}

/// All rows of a partition, in a transaction that sees one moment.
pub(super) fn read_history(t: &mut impl GenericClient, party: &str) -> Result<History, StoreError> {
    let mut history = History::default();
    for row in query(t, "SELECT * FROM journal WHERE party = $1 ORDER BY n", party)? {
        history.records.push(record_of(&row)?);
        history.record_chain.push(needed(&row, "chain")?);
    }
    for row in query(t, "SELECT * FROM evidence WHERE party = $1 ORDER BY n", party)? {
        history.evidence.push(sighting_of(&row)?);
        history.evidence_chain.push(needed(&row, "chain")?);
    }
    for row in query(t, "SELECT * FROM transfers WHERE party = $1 ORDER BY n", party)? {
        history.transfers.push(transfer_of(&row)?);
        history.chain.push(needed(&row, "chain")?);
    }
    // Octet by octet, as files have them, whatever the language of the database.
    let sql = "SELECT * FROM balances WHERE party = $1 ORDER BY account COLLATE \"C\"";
    for row in query(t, sql, party)? {
        history.balances.push(balance_of(&row)?);
    }
    for row in query(t, "SELECT * FROM commits WHERE party = $1 ORDER BY seq", party)? {
        history.commits.push(commit_of(&row)?);
    }
    Ok(history)
}

fn query(t: &mut impl GenericClient, sql: &str, party: &str) -> Result<Vec<Row>, StoreError> {
    t.query(sql, &[&party]).map_err(|error| StoreError::Failed(in_words(&error)))
}

fn commit_of(row: &Row) -> Result<Tip, StoreError> {
    Ok(Tip {
        seq: count(row, "seq")?,
        records: count(row, "records")?,
        record_chain: needed(row, "record_chain")?,
        transfers: count(row, "transfers")?,
        chain: needed(row, "chain")?,
    })
}

fn record_of(row: &Row) -> Result<Record, StoreError> {
    let kind: String = value(row, "kind")?;
    Ok(Record {
        at: Stamp(count(row, "at")?),
        kind: kind.parse().map_err(|()| unknown_kind(&kind))?,
        peer: word(row, "peer")?,
        mti: number(row, "mti")?.and_then(|mti| u16::try_from(mti).ok()).map(Mti),
        tx: value(row, "tx")?,
        stan: count(row, "stan")?,
        host_stan: count(row, "host_stan")?,
        transmission: value(row, "transmission")?,
        batch: count(row, "batch")?,
        rrn: value(row, "rrn")?,
        amount: number(row, "amount")?.map(Money::minor),
        code: word(row, "code")?,
        approval: value(row, "approval")?,
        date: number(row, "date")?.map(Date),
        card: value(row, "card")?,
        totals: word(row, "totals")?,
        balance: number(row, "balance")?.and_then(Balance::from_digit),
        note: value(row, "note")?,
    })
}

fn sighting_of(row: &Row) -> Result<Sighting, StoreError> {
    Ok(Sighting {
        at: Stamp(count(row, "at")?),
        peer: needed(row, "peer")?,
        way: needed(row, "way")?,
        terminal: value(row, "terminal")?,
        octets: value(row, "octets")?,
    })
}

fn transfer_of(row: &Row) -> Result<Transfer, StoreError> {
    let flag: String = value(row, "flag")?;
    let resolves = word::<TransferId>(row, "resolves")?;
    Ok(Transfer {
        id: needed(row, "id")?,
        debit: value(row, "debit")?,
        credit: value(row, "credit")?,
        amount: Money::minor(count(row, "amount")?),
        flag: Flag::from_row(&flag, resolves).ok_or_else(|| damaged("flag"))?,
        purpose: needed(row, "purpose")?,
        reference: value(row, "reference")?,
    })
}

fn balance_of(row: &Row) -> Result<(String, Account), StoreError> {
    let sum = |name| value::<i64>(row, name).map(i128::from);
    let account = Account {
        debits_posted: sum("debits_posted")?,
        credits_posted: sum("credits_posted")?,
        debits_pending: sum("debits_pending")?,
        credits_pending: sum("credits_pending")?,
    };
    Ok((value(row, "account")?, account))
}

fn value<'r, T: FromSql<'r>>(row: &'r Row, name: &'static str) -> Result<T, StoreError> {
    row.try_get(name).map_err(|_| damaged(name))
}

fn number(row: &Row, name: &'static str) -> Result<Option<u64>, StoreError> {
    let number: Option<i64> = value(row, name)?;
    number.map(|number| u64::try_from(number).map_err(|_| damaged(name))).transpose()
}

fn count(row: &Row, name: &'static str) -> Result<u64, StoreError> {
    number(row, name)?.ok_or_else(|| damaged(name))
}

fn word<T: FromStr>(row: &Row, name: &'static str) -> Result<Option<T>, StoreError> {
    let text: Option<String> = value(row, name)?;
    text.map(|text| text.parse().map_err(|_| damaged(name))).transpose()
}

fn needed<T: FromStr>(row: &Row, name: &'static str) -> Result<T, StoreError> {
    word(row, name)?.ok_or_else(|| damaged(name))
}

fn damaged(column: &'static str) -> StoreError {
    StoreError::Corrupt(format!("`{column}` holds no value of its kind"))
}

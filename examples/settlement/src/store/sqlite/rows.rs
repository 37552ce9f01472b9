//! Rows to records, transfers and balances, and back.

use std::str::FromStr;

use rusqlite::{Connection, Row, Transaction, params};

use crate::clock::{Date, Stamp};
use crate::evidence::Sighting;
use crate::journal::{Party, Record, RecordKind};
use crate::ledger::{Account, Digest, Flag, Transfer, TransferId};
use crate::money::Money;
use crate::store::version::unknown_kind;
use crate::store::{History, Tip};
use crate::telegram::{Balance, Mti};

pub(super) fn last_seq(t: &Transaction<'_>, party: Party) -> rusqlite::Result<u64> {
    let mut last = t.prepare_cached("SELECT coalesce(max(seq), 0) AS seq FROM commits WHERE party = ?1")?;
    last.query_row([party.name()], |row| Ok(number(row, "seq")?.unwrap_or_default()))
}

pub(super) fn insert_commit(t: &Transaction<'_>, party: Party, tip: Tip) -> rusqlite::Result<usize> {
    let row = params![
        party.name(),
        signed(tip.seq),
        signed(tip.records),
        tip.record_chain.to_string(),
        signed(tip.transfers),
        tip.chain.to_string(),
    ];
    t.prepare_cached("INSERT INTO commits VALUES (?1,?2,?3,?4,?5,?6)")?.execute(row)
}

pub(super) fn insert_record(
    t: &Transaction<'_>,
    party: Party,
    seq: u64,
    tip: Tip,
    r: &Record,
) -> rusqlite::Result<usize> {
    let row = params![
        party.name(),
        signed(tip.records),
        signed(seq),
        signed(r.at.0),
        r.kind.name(),
        r.peer.map(Party::name),
        r.mti.map(|mti| mti.0),
        r.tx,
        signed(r.stan),
        signed(r.host_stan),
        r.transmission,
        signed(r.batch),
        r.rrn,
        r.amount.map(|amount| signed(amount.units())),
        r.code.map(|code| code.to_string()),
        r.approval,
        r.date.map(|date| signed(date.0)),
        r.card,
        r.totals.map(|totals| totals.to_string()),
        r.balance.map(Balance::digit),
        r.note,
        tip.record_chain.to_string(),
    ];
    let sql = "INSERT INTO journal VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,\
               ?17,?18,?19,?20,?21,?22)";
    t.prepare_cached(sql)?.execute(row)
}

pub(super) fn insert_transfer(
    t: &Transaction<'_>,
    party: Party,
    seq: u64,
    tip: Tip,
    transfer: &Transfer,
) -> rusqlite::Result<usize> {
    let row = params![
        party.name(),
        signed(tip.transfers),
        signed(seq),
        transfer.id.to_string(),
        transfer.debit,
        transfer.credit,
        signed(transfer.amount.units()),
        transfer.flag.name(),
        transfer.flag.resolves().map(|id| id.to_string()),
        transfer.purpose.name(),
        transfer.reference,
        tip.chain.to_string(),
    ];
    t.prepare_cached("INSERT INTO transfers VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)")?.execute(row)
}

pub(super) fn upsert_balance(
    t: &Transaction<'_>,
    party: Party,
    name: &str,
    account: &Account,
) -> rusqlite::Result<usize> {
    let sums =
        [account.debits_posted, account.credits_posted, account.debits_pending, account.credits_pending]
            .map(|sum| i64::try_from(sum).unwrap_or(i64::MAX));
    let [dp, cp, dr, cr] = sums;
    t.prepare_cached("INSERT OR REPLACE INTO balances VALUES (?1,?2,?3,?4,?5,?6)")?.execute(params![
        party.name(),
        name,
        dp,
        cp,
        dr,
        cr
    ])
}

pub(super) fn insert_sighting(
    t: &Transaction<'_>,
    party: Party,
    seq: u64,
    (n, chain): (u64, Digest),
    seen: &Sighting,
) -> rusqlite::Result<usize> {
    let row = params![
        party.name(),
        signed(n),
        signed(seq),
        signed(seen.at.0),
        seen.peer.name(),
        seen.way.name(),
        seen.terminal,
        seen.octets,
        chain.to_string(),
    ];
    t.prepare_cached("INSERT INTO evidence VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9)")?.execute(row)
}

pub(crate) fn read_records(
    connection: &Connection,
    party: Party,
) -> rusqlite::Result<(Vec<Record>, Vec<Digest>)> {
    let mut records = connection.prepare("SELECT * FROM journal WHERE party = ?1 ORDER BY n")?;
    records.query_map([party.name()], record_of)?.collect()
}

pub(crate) fn read_evidence(
    connection: &Connection,
    party: Party,
) -> rusqlite::Result<(Vec<Sighting>, Vec<Digest>)> {
    let mut evidence = connection.prepare("SELECT * FROM evidence WHERE party = ?1 ORDER BY n")?;
    evidence.query_map([party.name()], sighting_of)?.collect()
}

pub(crate) fn read_history(connection: &Connection, party: Party) -> rusqlite::Result<History> {
    let mut history = History::default();
    (history.records, history.record_chain) = read_records(connection, party)?;
    (history.evidence, history.evidence_chain) = read_evidence(connection, party)?;
    let mut transfers = connection.prepare("SELECT * FROM transfers WHERE party = ?1 ORDER BY n")?;
    for transfer in transfers.query_map([party.name()], transfer_of)? {
        let (transfer, chain) = transfer?;
        history.transfers.push(transfer);
        history.chain.push(chain);
    }
    let mut balances = connection.prepare("SELECT * FROM balances WHERE party = ?1 ORDER BY account")?;
    for balance in balances.query_map([party.name()], balance_of)? {
        history.balances.push(balance?);
    }
    let mut commits = connection.prepare("SELECT * FROM commits WHERE party = ?1 ORDER BY seq")?;
    for commit in commits.query_map([party.name()], commit_of)? {
        history.commits.push(commit?);
    }
    Ok(history)
}

fn commit_of(row: &Row<'_>) -> rusqlite::Result<Tip> {
    Ok(Tip {
        seq: number(row, "seq")?.unwrap_or_default(),
        records: number(row, "records")?.unwrap_or_default(),
        record_chain: word(row, "record_chain")?.ok_or_else(|| damaged("record_chain"))?,
        transfers: number(row, "transfers")?.unwrap_or_default(),
        chain: word(row, "chain")?.ok_or_else(|| damaged("chain"))?,
    })
}

fn record_of(row: &Row<'_>) -> rusqlite::Result<(Record, Digest)> {
    let record = Record {
        at: Stamp(number(row, "at")?.unwrap_or_default()),
        kind: kind(row)?,
        peer: word(row, "peer")?,
        mti: number(row, "mti")?.and_then(|mti| u16::try_from(mti).ok()).map(Mti),
        tx: row.get("tx")?,
        stan: number(row, "stan")?.unwrap_or_default(),
        host_stan: number(row, "host_stan")?.unwrap_or_default(),
        transmission: row.get("transmission")?,
        batch: number(row, "batch")?.unwrap_or_default(),
        rrn: row.get("rrn")?,
        amount: number(row, "amount")?.map(Money::minor),
        code: word(row, "code")?,
        approval: row.get("approval")?,
        date: number(row, "date")?.map(Date),
        card: row.get("card")?,
        totals: word(row, "totals")?,
        balance: number(row, "balance")?.and_then(Balance::from_digit),
        note: row.get("note")?,
    };
    Ok((record, word(row, "chain")?.ok_or_else(|| damaged("chain"))?))
}

fn sighting_of(row: &Row<'_>) -> rusqlite::Result<(Sighting, Digest)> {
    let sighting = Sighting {
        at: Stamp(number(row, "at")?.unwrap_or_default()),
        peer: word(row, "peer")?.ok_or_else(|| damaged("peer"))?,
        way: word(row, "way")?.ok_or_else(|| damaged("way"))?,
        terminal: row.get("terminal")?,
        octets: row.get("octets")?,
    };
    Ok((sighting, word(row, "chain")?.ok_or_else(|| damaged("chain"))?))
}

fn transfer_of(row: &Row<'_>) -> rusqlite::Result<(Transfer, Digest)> {
    let flag: String = row.get("flag")?;
    let transfer = Transfer {
        id: word(row, "id")?.ok_or_else(|| damaged("id"))?,
        debit: row.get("debit")?,
        credit: row.get("credit")?,
        amount: Money::minor(number(row, "amount")?.unwrap_or_default()),
        flag: Flag::from_row(&flag, word::<TransferId>(row, "resolves")?).ok_or_else(|| damaged("flag"))?,
        purpose: word(row, "purpose")?.ok_or_else(|| damaged("purpose"))?,
        reference: row.get("reference")?,
    };
    Ok((transfer, word(row, "chain")?.ok_or_else(|| damaged("chain"))?))
}

fn balance_of(row: &Row<'_>) -> rusqlite::Result<(String, Account)> {
    let sum = |name| row.get::<_, i64>(name).map(i128::from);
    let account = Account {
        debits_posted: sum("debits_posted")?,
        credits_posted: sum("credits_posted")?,
        debits_pending: sum("debits_pending")?,
        credits_pending: sum("credits_pending")?,
    };
    Ok((row.get("account")?, account))
}

/// SQLite's integers are signed. Nothing stored here comes near the difference.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn number(row: &Row<'_>, name: &'static str) -> rusqlite::Result<Option<u64>> {
    let value: Option<i64> = row.get(name)?;
    value.map(|value| u64::try_from(value).map_err(|_| damaged(name))).transpose()
}

pub(crate) fn word<T: FromStr>(row: &Row<'_>, name: &'static str) -> rusqlite::Result<Option<T>> {
    let value: Option<String> = row.get(name)?;
    value.map(|value| value.parse().map_err(|_| damaged(name))).transpose()
}

/// What happened, if this version knows it.
fn kind(row: &Row<'_>) -> rusqlite::Result<RecordKind> {
    let kind: String = row.get("kind")?;
    kind.parse().map_err(|()| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, unknown_kind(&kind).into())
    })
}

fn damaged(column: &'static str) -> rusqlite::Error {
    let why = format!("`{column}` holds no value of its kind");
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, why.into())
}

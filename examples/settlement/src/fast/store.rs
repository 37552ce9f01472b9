//! Pages of events in a ledger file: one row a page, one flush a row. Each page has the SHA-256 of itself and of the
//! chain before it. The file is an ordinary ledger file with one more table, and belongs to one party.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest as _, Sha256};

use super::event::{Event, Events, Kind};
use super::way;
use crate::evidence::Sighting;
use crate::journal::Party;
use crate::store::{LedgerFile, StoreError, open_to_read, open_to_write};
use crate::wire::Dialect;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS pages (
  n INTEGER PRIMARY KEY, party TEXT NOT NULL, chain BLOB NOT NULL, octets BLOB NOT NULL) STRICT;
CREATE TRIGGER IF NOT EXISTS pages_are_final BEFORE UPDATE ON pages
  BEGIN SELECT RAISE(ABORT, 'immutable'); END;
CREATE TRIGGER IF NOT EXISTS pages_stay BEFORE DELETE ON pages
  BEGIN SELECT RAISE(ABORT, 'immutable'); END;
";
/// The write-ahead log is folded into the file when it has so many pages of 4 KiB.
const WAL_PAGES: i64 = 8_000;

type Chain = [u8; 32];

/// The pages of a party, to which more are written.
#[derive(Debug)]
pub struct Pages {
    connection: Connection,
    party: Party,
    n: i64,
    chain: Chain,
    /// This process has the file.
    _file: LedgerFile,
}

impl Pages {
    /// Opens or makes the file, and gives each event of it, in order.
    ///
    /// # Errors
    /// When another process has it, it is the ledger of another party or of an ordinary machine, or it is damaged.
    pub fn open(path: &Path, party: Party, each: &mut dyn FnMut(&Event<'_>)) -> Result<Self, StoreError> {
        let file = LedgerFile::of_party(path, party)?;
        let connection = open_to_write(path)?;
        connection.execute_batch(SCHEMA)?;
        connection.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
        let rows: i64 = connection.query_row("SELECT count(*) FROM commits", [], |row| row.get(0))?;
        if rows > 0 {
            return Err(StoreError::Failed(format!("this is the ledger of an ordinary {party}, see `node`")));
        }
        let owner: Option<String> =
            connection.query_row("SELECT party FROM pages LIMIT 1", [], |row| row.get(0)).optional()?;
        if let Some(owner) = owner.filter(|owner| owner != party.name()) {
            return Err(StoreError::Failed(format!("this is the ledger of the {owner}")));
        }
        let (n, chain) = read(&connection, each)?;
        Ok(Self { connection, party, n, chain, _file: file })
    }

    /// Keeps a page. It is on the disk when this returns.
    ///
    /// # Errors
    /// When it is not, or nobody knows: whoever gets this has to stop.
    pub fn append(&mut self, page: &[u8]) -> Result<(), StoreError> {
        let (n, chain) = (self.n + 1, link(self.chain, page));
        let mut insert = self.connection.prepare_cached("INSERT INTO pages VALUES (?1, ?2, ?3, ?4)")?;
        insert.execute(params![n, self.party.name(), chain.as_slice(), page])?;
        (self.n, self.chain) = (n, chain);
        Ok(())
    }
}

/// Gives each event of a file, which is not changed, in order. `false`: the file has no pages.
///
/// # Errors
/// When it is no ledger, or damaged.
pub fn replay(path: &Path, each: &mut dyn FnMut(&Event<'_>)) -> Result<bool, StoreError> {
    let connection = open_to_read(path)?;
    if !has_pages(&connection)? {
        return Ok(false);
    }
    read(&connection, each).map(|(n, _)| n > 0)
}

/// Are there pages in this file? Then it is no ledger of an ordinary machine.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn has_pages(connection: &Connection) -> Result<bool, StoreError> {
    let sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'pages'";
    Ok(connection.query_row(sql, [], |row| row.get::<_, i64>(0))? > 0)
}

/// What a party of the fast path saw, as an ordinary ledger keeps it. `None`: the file has no pages.
///
/// # Errors
/// As [`replay`].
pub fn sightings(path: &Path) -> Result<Option<Vec<Sighting>>, StoreError> {
    let mut all = Vec::new();
    let has = replay(path, &mut |event| all.extend(sighting_of(event)))?;
    Ok(has.then_some(all))
}

/// What an event says was seen.
pub fn sighting_of(event: &Event<'_>) -> Option<Sighting> {
    let (peer, way) = way::read(event.who).filter(|_| event.kind == Kind::Seen)?;
    let dialect = if peer == Party::Terminal { Dialect::Pos } else { Dialect::Host };
    let message = cardwire::Message::parse(dialect.spec(), event.octets).ok();
    let terminal = message.and_then(|message| Some(message.text(41).ok()?.trimmed().to_string()));
    let terminal = terminal.unwrap_or_default();
    Some(Sighting { at: event.at, peer, way, terminal, octets: event.octets.to_vec() })
}

fn read(connection: &Connection, each: &mut dyn FnMut(&Event<'_>)) -> Result<(i64, Chain), StoreError> {
    let (mut last, mut chain) = (0, [0; 32]);
    let mut rows = connection.prepare("SELECT n, chain, octets FROM pages ORDER BY n")?;
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()? {
        let (n, kept): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
        let page = row.get_ref(2)?.as_blob().map_err(|error| StoreError::Corrupt(error.to_string()))?;
        let damaged = |what: &str| StoreError::Corrupt(format!("page {n} {what}"));
        chain = link(chain, page);
        if n != last + 1 {
            return Err(damaged("follows none"));
        } else if kept != chain {
            return Err(damaged("was altered"));
        }
        for event in Events::of(page) {
            let unknown =
                "holds an event that this settlement does not know: a newer one wrote it, and has to read it";
            each(&event.ok_or_else(|| damaged(unknown))?);
        }
        last = n;
    }
    Ok((last, chain))
}

fn link(chain: Chain, page: &[u8]) -> Chain {
    Sha256::new_with_prefix(chain).chain_update(page).finalize().into()
}

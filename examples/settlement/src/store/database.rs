//! A database that several parties share: its URL, and the name under which one of them keeps its history there.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use super::{History, Store, StoreError};
use crate::journal::Party;

/// One party's partition of a PostgreSQL database.
#[derive(Clone, PartialEq, Eq)]
pub struct Database {
    url: String,
    partition: String,
}

impl Database {
    /// Does this text name a database? Otherwise it names a file.
    pub fn is_url(text: &str) -> bool {
        ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme))
    }

    /// The partition of this name, such as `acquirer:1`, in the database at this URL.
    ///
    /// # Errors
    /// In words: it is no URL of a database, or there is no name.
    pub fn new(url: &str, partition: &str) -> Result<Self, String> {
        if !Self::is_url(url) || url.contains('#') {
            return Err("a database has a URL such as postgres://user@127.0.0.1:5432/name".to_owned());
        }
        if partition.is_empty() {
            return Err("a partition has the name of its party, such as acquirer:1".to_owned());
        }
        Ok(Self { url: url.to_owned(), partition: partition.to_owned() })
    }

    /// The partition of a party of a network that is kept at this URL. Several networks share a database if each URL ends
    /// with a name of its own, `#north`: the partition is `north/acquirer:1` then.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn of_party(url: &str, party: &str) -> Result<Self, String> {
        match url.split_once('#') {
            Some((url, network)) => Self::new(url, &format!("{network}/{party}")),
            None => Self::new(url, party),
        }
    }

    /// `postgres://user@127.0.0.1:5432/name#acquirer:1`: a partition as commands that only read name it.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn parse(text: &str) -> Result<Self, String> {
        let (url, partition) = text.split_once('#').unwrap_or((text, ""));
        Self::new(url, partition)
    }

    /// Its URL, which may hold a password.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The name of the partition.
    pub fn partition(&self) -> &str {
        &self.partition
    }

    /// Takes the partition over: whoever had it before cannot commit any more.
    ///
    /// # Errors
    /// When the server cannot be reached, its tables are of another version, the history makes no sense, or the
    /// program was built without the feature `postgres`.
    #[cfg(feature = "postgres")]
    pub fn open(&self, party: Party) -> Result<Box<dyn Store>, StoreError> {
        Ok(Box::new(super::PostgresStore::open(self, party)?))
    }

    /// Reads the partition, and takes nothing over.
    ///
    /// # Errors
    /// As [`open`](Self::open), and when there is no such partition.
    #[cfg(feature = "postgres")]
    pub fn history(&self, party: Party) -> Result<History, StoreError> {
        super::PostgresStore::read(self, party)
    }

    /// See the variant with the feature `postgres`.
    ///
    /// # Errors
    /// Always: this program knows no PostgreSQL.
    #[cfg(not(feature = "postgres"))]
    pub fn open(&self, _: Party) -> Result<Box<dyn Store>, StoreError> {
        Err(self.unknown())
    }

    /// See the variant with the feature `postgres`.
    ///
    /// # Errors
    /// Always: this program knows no PostgreSQL.
    #[cfg(not(feature = "postgres"))]
    pub fn history(&self, _: Party) -> Result<History, StoreError> {
        Err(self.unknown())
    }

    /// What the server of a database has done until now.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    #[cfg(feature = "postgres")]
    pub fn flow(url: &str) -> Result<Flow, StoreError> {
        let database = Self::new(url, "flow").map_err(StoreError::Failed)?;
        super::postgres::flow(&database)
    }

    /// See the variant with the feature `postgres`.
    ///
    /// # Errors
    /// Always: this program knows no PostgreSQL.
    #[cfg(not(feature = "postgres"))]
    pub fn flow(url: &str) -> Result<Flow, StoreError> {
        Err(Self::new(url, "flow").map_err(StoreError::Failed)?.unknown())
    }

    /// What the sessions of a database's server wait for, by name, and how often each was met when it was looked at until
    /// the sender was dropped.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    #[cfg(feature = "postgres")]
    pub fn waits(
        url: &str,
        every: Duration,
        until: &Receiver<()>,
    ) -> Result<BTreeMap<String, u64>, StoreError> {
        let database = Self::new(url, "flow").map_err(StoreError::Failed)?;
        super::postgres::waits(&database, every, until)
    }

    /// See the variant with the feature `postgres`.
    ///
    /// # Errors
    /// Always: this program knows no PostgreSQL.
    #[cfg(not(feature = "postgres"))]
    pub fn waits(url: &str, _: Duration, _: &Receiver<()>) -> Result<BTreeMap<String, u64>, StoreError> {
        Err(Self::new(url, "flow").map_err(StoreError::Failed)?.unknown())
    }

    #[cfg(not(feature = "postgres"))]
    fn unknown(&self) -> StoreError {
        StoreError::Failed(format!(
            "{self} needs a program with PostgreSQL: build it with `--features postgres`"
        ))
    }
}

/// What the server of a database has done since it began to count.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    /// Transactions that were committed in the database.
    pub commits: u64,
    /// How often the log of the server was flushed to the disk.
    pub flushes: u64,
    /// The processes of the server that serve parties.
    pub sessions: Vec<u32>,
}

/// Without a password, wherever the URL holds one.
impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, rest) = self.url.split_once("://").unwrap_or(("", &self.url));
        let (place, _) = rest.split_once('?').unwrap_or((rest, ""));
        let (user, host) = place.rsplit_once('@').unwrap_or(("", place));
        let user = user.split(':').next().unwrap_or_default();
        let at = if user.is_empty() { "" } else { "@" };
        write!(f, "{scheme}://{user}{at}{host}#{}", self.partition)
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(not(feature = "postgres"))]
    #[test]
    fn a_program_without_postgresql_says_how_to_build_one_with_it() {
        let database = Database::new("postgres://ann:s3cret@127.0.0.1:5432/bank", "acquirer:1").unwrap();
        let refused = [
            database.open(Party::Acquirer).err(),
            database.history(Party::Acquirer).err(),
            Database::flow(database.url()).err(),
        ];
        for refused in refused.map(|refused| refused.unwrap().to_string()) {
            assert!(refused.contains("--features postgres") && !refused.contains("s3cret"), "{refused}");
        }
    }

    #[test]
    fn a_database_is_shown_without_its_password() {
        for url in [
            "postgres://ann:s3cret@127.0.0.1:5432/bank",
            "postgres://ann:s3:cr@et@127.0.0.1:5432/bank",
            "postgres://ann@127.0.0.1:5432/bank?password=s3cret&user=x",
        ] {
            let database = Database::new(url, "acquirer:1").unwrap();
            assert_eq!(database.to_string(), "postgres://ann@127.0.0.1:5432/bank#acquirer:1");
            assert_eq!(format!("{database:?}"), database.to_string());
        }
        let local = Database::parse("postgresql://localhost/bank#hub:1").unwrap();
        assert_eq!(local.to_string(), "postgresql://localhost/bank#hub:1");
        let north = Database::of_party("postgres://localhost/bank#north", "hub:1").unwrap();
        assert_eq!(north.partition(), "north/hub:1");
        for wrong in ["postgres://localhost/bank", "mysql://localhost/bank#hub:1", "ledger.sqlite#hub:1"] {
            assert!(Database::parse(wrong).is_err(), "{wrong}");
        }
    }
}

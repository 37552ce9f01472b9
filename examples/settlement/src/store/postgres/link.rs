//! What the errors of a connection mean for a commit.

use postgres::error::SqlState;

use crate::store::{Database, StoreError};

/// What became of a statement that failed.
pub(super) enum Failure {
    /// Two transactions were in each other's way, and this one gave way: nothing of it was kept. It can be tried again.
    GaveWay,
    /// Somebody else keeps rows of this partition locked.
    Locked,
    /// The connection broke: nobody knows.
    Lost(String),
    /// The server refused it, and nothing was kept.
    Refused(String),
}

impl Failure {
    /// Class 40 is "transaction rollback"; of it, 40003 alone says that the server does not know itself. Class 57 ends a
    /// session, and class 08 is the connection.
    pub(super) fn of(error: &postgres::Error, is_closed: bool) -> Self {
        let why = in_words(error);
        match error.code() {
            Some(code) if *code == SqlState::T_R_SERIALIZATION_FAILURE => Self::GaveWay,
            Some(code) if *code == SqlState::T_R_DEADLOCK_DETECTED => Self::GaveWay,
            Some(code) if *code == SqlState::LOCK_NOT_AVAILABLE => Self::Locked,
            Some(code) if ends_the_session(code) || is_closed => Self::Lost(why),
            Some(code) if *code == SqlState::DISK_FULL => {
                Self::Refused("the server's disk is full".to_owned())
            }
            Some(_) => Self::Refused(why),
            None => Self::Lost(why),
        }
    }
}

fn ends_the_session(code: &SqlState) -> bool {
    let code = code.code();
    code.starts_with("08") || code.starts_with("57P") || code == "40003"
}

/// What the server says, without the values of rows that it adds (its detail).
pub(super) fn in_words(error: &postgres::Error) -> String {
    match error.as_db_error() {
        Some(said) => format!("{} ({})", said.message(), said.code().code()),
        None if error.is_closed() => "the connection is closed".to_owned(),
        None => error.to_string(),
    }
}

/// An error before anything could be committed.
pub(super) fn unopened(database: &Database, error: &postgres::Error) -> StoreError {
    let why = match std::error::Error::source(error) {
        Some(source) if error.as_db_error().is_none() => format!("{error}: {source}"),
        _ => in_words(error),
    };
    StoreError::Failed(format!("{database}: {why}"))
}

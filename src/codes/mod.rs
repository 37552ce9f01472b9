//! The code vocabulary: what the values of coded data elements mean, and what to do about them.
//!
//! | element | edition | shape | type |
//! |---|---|---|---|
//! | DE 3 processing code | all | n6 | [`ProcessingCode`] |
//! | DE 22 entry mode | 1987 | n3 | [`EntryMode`] |
//! | DE 22 point of service data | 1993 | an12 | [`PosData`] |
//! | DE 24 function code | 1993, 2003 | n3 | [`FunctionCode`] |
//! | DE 25 condition code | 1987 | n2 | [`ConditionCode`] |
//! | DE 25 message reason | 1993, 2003 | n4 | [`ReasonCode`] |
//! | DE 39 response code | 1987, UnionPay | an2 | [`ResponseCode`], [`unionpay`] |
//! | DE 39 action code | 1993, 2003 | n3, n4 | [`ActionCode93`], [`ActionCode03`] |
//! | DE 49 to 51 currency | all | n3 or a3 | [`currency`] |
//! | DE 19 to 21 country | all | n3 | [`country`] |
//! | DE 66 settlement code | 1987 | n1 | [`SettlementCode`] |
//! | DE 70 network management | 1987 | n3 | [`NetworkCode`] |
//! | field 60.3 management | UnionPay | n3 | [`ManagementCode`] |
//! | DE 55 TVR, TSI, AIP, ... | EMV | bits | [`EmvBits`] |
//!
//! Every type is open: a code of the right shape is carried whether or not it is known, and a lookup
//! gives `None` for one that is not. The facts come from public code lists; a network's own book
//! overrides them.
//!
//! Every row has words in English and Chinese (`words(Lang)`), and says who defined the code
//! ([`Scope`]) and how sure that is ([`Certainty`]). Where a [`Network`] reads a code in another way,
//! the row has its reading: `at(Network)`. [`tables`] lists every table with all its rows.
//!
//! ```
//! use cardwire::codes::{Certainty, ConditionCode, Lang, Network, Scope};
//!
//! let row = ConditionCode::new("18").unwrap().meaning().unwrap();
//! assert_eq!((row.words(Lang::En), row.scope), ("no cheque in envelope", Scope::Iso));
//! let reading = row.at(Network::UnionPay).unwrap();
//! assert_eq!((reading.words(Lang::Zh), reading.certainty), ("邮件或电话订购预授权", Certainty::Certain));
//! ```

#[macro_use]
mod macros;

pub mod action;
pub mod action03;
mod advice;
mod all;
pub mod condition;
pub mod country;
pub mod currency;
mod emv_bits;
pub mod entry;
pub mod function;
mod names;
pub mod network;
pub mod processing;
mod readings;
pub mod reason;
pub mod response;
mod scope;
pub mod settlement;
mod table;
pub mod unionpay;
mod unionpay_rows;

pub use crate::model::lang::Lang;
pub use action::ActionCode93;
pub use action03::ActionCode03;
pub use advice::{Actor, Advice, Class, Group, Outcome, Retry, Reversal};
pub use all::{CodeTable, Rows, tables};
pub use condition::ConditionCode;
pub use country::Country;
pub use currency::Currency;
pub use emv_bits::{CardResults, EmvBits, EmvMeaning};
pub use entry::{EntryMode, PanEntry, PinCapability, PosData};
pub use function::FunctionCode;
pub use names::element_name_zh;
pub use network::{ManagementCode, NetworkCode};
pub use processing::{AccountType, Effect, ProcessingCode, TransactionType};
pub use reason::{ReasonClass, ReasonCode};
pub use response::ResponseCode;
pub use scope::{Certainty, Network, Scope};
pub use settlement::SettlementCode;
pub use table::Meaning;

//! The statement of an account as the bank sends it: camt.053.

use crate::clock::Date;
use crate::money::{Money, signed};

/// One booked entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The day of booking.
    pub booked: Date,
    /// How much.
    pub amount: Money,
    /// Towards the account; a debit otherwise.
    pub credit: bool,
    /// The end-to-end reference: the number of the order.
    pub order: String,
    /// The bank's own reference.
    pub trace: String,
    /// What it is for.
    pub text: String,
    /// Why the payment came back.
    pub reason: Option<String>,
}

/// The statement of this account with all its entries so far, as of a day.
pub fn camt053(account: &str, as_of: Date, opening: i128, entries: &[Entry]) -> String {
    let moved = |entry: &Entry| {
        let units = i128::from(entry.amount.units());
        if entry.credit { units } else { -units }
    };
    let closing = opening + entries.iter().map(moved).sum::<i128>();
    let body: String = entries.iter().map(written).collect();
    let (head, foot) = (balance("OPBD", opening, as_of), balance("CLBD", closing, as_of));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">\n <BkToCstmrStmt>\n  <GrpHdr>\n   \
         <MsgId>STM-{as_of}</MsgId>\n   <CreDtTm>{as_of}T23:59:59+08:00</CreDtTm>\n  </GrpHdr>\n  <Stmt>\n   \
         <Id>STM-{as_of}</Id>\n   <Acct>\n    <Id><Othr><Id>{account}</Id></Othr></Id>\n    <Ccy>CNY</Ccy>\n   \
         </Acct>\n{head}{foot}{body}  </Stmt>\n </BkToCstmrStmt>\n</Document>\n"
    )
}

fn balance(code: &str, units: i128, date: Date) -> String {
    let (amount, side) = (decimal(units.unsigned_abs()), side(units >= 0));
    format!(
        "   <Bal>\n    <Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>\n    <Amt Ccy=\"CNY\">{amount}</Amt>\n    \
         <CdtDbtInd>{side}</CdtDbtInd>\n    <Dt><Dt>{date}</Dt></Dt>\n   </Bal>\n"
    )
}

fn written(entry: &Entry) -> String {
    let (amount, side, date) = (decimal(u128::from(entry.amount.units())), side(entry.credit), entry.booked);
    let sub = if entry.reason.is_some() { "RRTN" } else { "DMCT" };
    let reason = entry
        .reason
        .as_ref()
        .map_or_else(String::new, |reason| format!("      <RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf>\n"));
    let (order, trace, text) = (&entry.order, &entry.trace, &entry.text);
    format!(
        "   <Ntry>\n    <Amt Ccy=\"CNY\">{amount}</Amt>\n    <CdtDbtInd>{side}</CdtDbtInd>\n    \
         <Sts><Cd>BOOK</Cd></Sts>\n    <BookgDt><Dt>{date}</Dt></BookgDt>\n    <ValDt><Dt>{date}</Dt></ValDt>\n    \
         <AcctSvcrRef>{trace}</AcctSvcrRef>\n    <BkTxCd>\n     <Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd>\
         <SubFmlyCd>{sub}</SubFmlyCd></Fmly></Domn>\n    </BkTxCd>\n    <NtryDtls>\n     <TxDtls>\n      \
         <Refs><EndToEndId>{order}</EndToEndId></Refs>\n      <RmtInf><Ustrd>{text}</Ustrd></RmtInf>\n{reason}     \
         </TxDtls>\n    </NtryDtls>\n   </Ntry>\n"
    )
}

const fn side(credit: bool) -> &'static str {
    if credit { "CRDT" } else { "DBIT" }
}

fn decimal(units: u128) -> String {
    signed(i128::try_from(units).unwrap_or(i128::MAX)).replace(',', "")
}

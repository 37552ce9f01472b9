//! The statement of the merchant's account.

use super::{MERCHANT, net};

/// The statement of the day after.
pub(crate) fn statement() -> String {
    let paid = net();
    let opening = 100_000;
    let entries = [
        entry(
            "2026031700000041",
            paid,
            &format!("ACQUIRER SETTLEMENT 20260316 MID {MERCHANT}"),
            "EXAMPLE ACQUIRER",
        ),
        entry("2026031700000042", 12_345, "INVOICE 4711", "EXAMPLE CUSTOMER"),
    ];
    let closing = opening + paid + 12_345;
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">\n <BkToCstmrStmt>\n  <GrpHdr>\n   \
         <MsgId>STM-20260317-01</MsgId>\n   <CreDtTm>2026-03-18T02:15:00+08:00</CreDtTm>\n  </GrpHdr>\n  <Stmt>\n   \
         <Id>STM-20260317</Id>\n   <ElctrncSeqNb>76</ElctrncSeqNb>\n   <Acct>\n    <Id><Othr><Id>ACC-1</Id></Othr></Id>\n    \
         <Ccy>CNY</Ccy>\n   </Acct>\n{}{}{}  </Stmt>\n </BkToCstmrStmt>\n</Document>\n",
        balance("OPBD", opening),
        balance("CLBD", closing),
        entries.concat()
    )
}

fn balance(code: &str, amount: i64) -> String {
    format!(
        "   <Bal>\n    <Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>\n    <Amt Ccy=\"CNY\">{}</Amt>\n    \
         <CdtDbtInd>CRDT</CdtDbtInd>\n    <Dt><Dt>2026-03-17</Dt></Dt>\n   </Bal>\n",
        yuan(amount)
    )
}

fn entry(reference: &str, amount: i64, text: &str, party: &str) -> String {
    format!(
        "   <Ntry>\n    <Amt Ccy=\"CNY\">{}</Amt>\n    <CdtDbtInd>CRDT</CdtDbtInd>\n    <Sts><Cd>BOOK</Cd></Sts>\n    \
         <BookgDt><Dt>2026-03-17</Dt></BookgDt>\n    <ValDt><Dt>2026-03-17</Dt></ValDt>\n    \
         <AcctSvcrRef>{reference}</AcctSvcrRef>\n    <BkTxCd>\n     <Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd>\
         <SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn>\n    </BkTxCd>\n    <NtryDtls>\n     <TxDtls>\n      \
         <RltdPties><Dbtr><Pty><Nm>{party}</Nm></Pty></Dbtr></RltdPties>\n      \
         <RmtInf><Ustrd>{text}</Ustrd></RmtInf>\n     </TxDtls>\n    </NtryDtls>\n   </Ntry>\n",
        yuan(amount)
    )
}

fn yuan(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

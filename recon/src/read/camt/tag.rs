//! The elements of a statement that are looked at, by their names without prefix.

use std::sync::LazyLock;

use hashbrown::HashMap;

/// Declares the names.
macro_rules! tags {
    ($($tag:ident)*) => {
        /// An element.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[allow(clippy::upper_case_acronyms, reason = "names as ISO 20022 writes them")]
        pub(super) enum Tag { $($tag,)* Other }

        impl Tag {
            pub(super) fn of(name: &str) -> Self {
                static TAGS: LazyLock<HashMap<&str, Tag>> =
                    LazyLock::new(|| HashMap::from_iter([$((stringify!($tag), Tag::$tag)),*]));
                TAGS.get(name).copied().unwrap_or(Self::Other)
            }
        }
    };
}

tags! {
    Document BkToCstmrStmt BkToCstmrAcctRpt BkToCstmrDbtCdtNtfctn GrpHdr MsgId MsgPgntn PgNb LastPgInd Stmt Id
    ElctrncSeqNb LglSeqNb Acct IBAN Othr Ccy Bal Tp CdOrPrtry Cd Prtry Amt CdtDbtInd Dt DtTm Ntry NtryRef RvslInd Sts
    BookgDt ValDt AcctSvcrRef BkTxCd Domn Fmly SubFmlyCd NtryDtls Btch TxDtls Refs EndToEndId InstrId PmtInfId AmtDtls
    TxAmt RltdPties Dbtr Cdtr DbtrAcct CdtrAcct Pty Nm RmtInf Ustrd Strd CdtrRefInf Ref RtrInf Rsn AddtlTxInf
    AddtlNtryInf TxsSummry TtlNtries NbOfNtries
}

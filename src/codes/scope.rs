//! Who defined a code, and how sure that is.

use core::fmt;

use crate::model::lang::Lang;

/// Who defined a code, or for whom it is set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The standard itself.
    Iso,
    /// Set aside for national bodies.
    National,
    /// A card network or switch, and which.
    Network(Network),
    /// Private agreement; the same code may mean something else elsewhere.
    Private,
}

worded! {
    /// A card network, a switch product or another party that reads codes in its own way.
    #[non_exhaustive]
    Network {
        /// Visa.
        Visa => "Visa" "Visa",
        /// Mastercard credit, clearing (IPM) included.
        Mastercard => "Mastercard" "万事达",
        /// The Mastercard Debit Switch.
        MastercardDebit => "Mastercard Debit Switch" "万事达借记交换",
        /// American Express.
        Amex => "American Express" "美国运通",
        /// UnionPay, interchange or terminals.
        UnionPay => "UnionPay" "银联",
        /// The tables of older UnionPay terminals, where today's wording differs.
        UnionPayOld => "older UnionPay terminals" "银联旧版终端",
        /// GICC, between acquirers and terminals in Germany.
        Gicc => "GICC (Germany)" "德国GICC",
        /// Postilion and PostBridge.
        Postilion => "Postilion" "Postilion",
        /// BASE24.
        Base24 => "BASE24" "BASE24",
        /// The common message format of jPOS.
        Jpos => "jPOS-CMF" "jPOS-CMF",
        /// EMV: set by the terminal, not by a host.
        Emv => "EMV" "EMV",
        /// Several networks, in the same way.
        Several => "several networks" "多家卡组织",
    }
}

worded! {
    /// How sure it is that a code means what its row says.
    Certainty {
        /// Independent public lists, or the network's own, agree.
        Certain => "certain" "确定",
        /// One public list, or one family of lists, says so.
        OneSource => "doubtful: one source" "存疑：仅一个来源",
        /// Public lists disagree, or name the code without saying what it means.
        Disputed => "doubtful: sources disagree" "存疑：来源不一致",
    }
}

impl Scope {
    /// The words of this value; of a network its name.
    #[must_use]
    pub const fn words(self, lang: Lang) -> &'static str {
        match self {
            Self::Iso => "ISO",
            Self::National => lang.of("national", "国内使用"),
            Self::Network(network) => network.words(lang),
            Self::Private => lang.of("private", "私有"),
        }
    }

    /// The English words of this value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.words(Lang::En)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Certainty {
    /// Whether nothing speaks against the row.
    #[must_use]
    pub const fn is_certain(self) -> bool {
        matches!(self, Self::Certain)
    }
}

//! Days with faults that are known: records as text and what must be found in them. Nothing here is shared with the
//! engine; amounts are worked out while the records are written.

/// Numbers that look random and are the same for a seed (splitmix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit
    }
}

/// What is wrong with a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    MissingInClearing,
    DuplicateClearing,
    AmountDiffers,
    Tip,
    ReversedButCleared,
    DeclinedButCleared,
    MissingInSwitch,
    OneSided,
    UnknownOutcome,
    CurrencyDiffers,
    NextDay,
    RefundFailed,
    ReversalFirst,
    Ambiguous,
    BatchOutOfBalance,
    Chargeback,
    Held,
    PayoutShort,
    PayoutFee,
    PayoutMissing,
    PayoutTwice,
    PayoutReturned,
    PayoutSplit,
    UnexpectedEntry,
    WrongTrailer,
    BrokenRecord,
}

impl Fault {
    pub(crate) const ALL: [Self; 26] = [
        Self::MissingInClearing,
        Self::DuplicateClearing,
        Self::AmountDiffers,
        Self::Tip,
        Self::ReversedButCleared,
        Self::DeclinedButCleared,
        Self::MissingInSwitch,
        Self::OneSided,
        Self::UnknownOutcome,
        Self::CurrencyDiffers,
        Self::NextDay,
        Self::RefundFailed,
        Self::ReversalFirst,
        Self::Ambiguous,
        Self::BatchOutOfBalance,
        Self::Chargeback,
        Self::Held,
        Self::PayoutShort,
        Self::PayoutFee,
        Self::PayoutMissing,
        Self::PayoutTwice,
        Self::PayoutReturned,
        Self::PayoutSplit,
        Self::UnexpectedEntry,
        Self::WrongTrailer,
        Self::BrokenRecord,
    ];
}

/// One sale or refund with its records.
#[derive(Clone)]
pub(crate) struct Item {
    pub(crate) stan: u64,
    pub(crate) rrn: String,
    pub(crate) terminal: String,
    pub(crate) second: u64,
    pub(crate) amount: i64,
    pub(crate) messages: Vec<String>,
    pub(crate) clearing: Vec<String>,
    /// Gross and fee of each clearing record.
    pub(crate) cleared: Vec<(i64, i64)>,
    pub(crate) payout: usize,
    pub(crate) is_plain: bool,
}

/// A day.
pub(crate) struct Day {
    pub(crate) items: Vec<Item>,
    pub(crate) others: Vec<String>,
    pub(crate) clearing: Vec<(String, i64, i64, usize)>,
    pub(crate) bank: Vec<String>,
    pub(crate) payouts: Vec<String>,
    /// The class of each line that is not as it should be, and its RRN or payout.
    pub(crate) expected: Vec<(String, String)>,
    pub(crate) trailer_off: i64,
    pub(crate) broken: bool,
    pub(crate) balanced: bool,
}

pub(crate) const MERCHANT: &str = "898110159990001";
pub(crate) const SWITCH: &str = "time,from,to,mti,de3,stan,rrn,amount,response,approval,settlement_date,terminal,merchant,mcc,card,debit,debits,totals_result";
pub(crate) const CLEARING: &str =
    "kind,rrn,stan,terminal,merchant,gross,fee,net,currency,settlement_date,payout,card,approval,records";
pub(crate) const BANK: &str = "booked,amount,currency,account,text,return_reason";

pub(crate) fn time(second: u64) -> String {
    format!("2026-03-16T{:02}:{:02}:{:02}+08:00", second / 3600, second / 60 % 60, second % 60)
}

/// A fee of sixty basis points, rounded half up.
pub(crate) fn fee(amount: i64) -> i64 {
    if amount < 0 { 0 } else { (amount * 60 + 5000) / 10_000 }
}

impl Item {
    pub(crate) fn message(&self, later: u64, link: &str, mti: &str, code: &str, extra: [&str; 3]) -> String {
        let (from, to) = link.split_once('>').unwrap();
        let [rrn, response, approval] = extra;
        let date = if response.is_empty() { "" } else { "2026-03-16" };
        format!(
            "{},{from},{to},{mti},{code},{:06},{rrn},{},{response},{approval},{date},{},{MERCHANT},5999,,,,",
            time(self.second + later),
            self.stan,
            self.amount.abs(),
            self.terminal
        )
    }

    pub(crate) fn code(&self) -> &'static str {
        if self.amount < 0 { "200000" } else { "000000" }
    }

    pub(crate) fn approval(&self) -> String {
        format!("A{:05}", self.stan % 100_000)
    }

    /// A plain item: request, response, clearing record.
    pub(crate) fn plain(&mut self) {
        let (request, response) = if self.amount < 0 { ("0220", "0230") } else { ("0200", "0210") };
        let approval = self.approval();
        self.messages = vec![
            self.message(0, "T>A", request, self.code(), ["", "", ""]),
            self.message(1, "A>T", response, self.code(), [&self.rrn, "00", &approval]),
        ];
        self.clear(self.amount, fee(self.amount), "CNY", "2026-03-16");
    }

    pub(crate) fn clear(&mut self, gross: i64, fee: i64, currency: &str, date: &str) {
        let kind = if gross < 0 { "refund" } else { "sale" };
        self.cleared = vec![(gross, fee)];
        self.clearing = vec![format!(
            "{kind},{},{:06},{},{MERCHANT},{gross},{fee},{},{currency},{date},PAYOUT,,{},",
            self.rrn,
            self.stan,
            self.terminal,
            gross - fee,
            self.approval()
        )];
    }
}

impl Day {
    /// A day without faults.
    pub(crate) fn plain(dice: &mut Dice) -> Self {
        let payouts: Vec<String> =
            (0..1 + dice.below(3)).map(|number| format!("PO-0316-{number:02}")).collect();
        let count = 4 + dice.below(12);
        let mut items = Vec::new();
        for number in 0..count {
            let refund = number > 3 && dice.below(8) == 0;
            let amount = i64::try_from(5_000 + dice.below(90_000)).unwrap();
            let stan = 100 + number;
            let second = 32_400 + number * 120;
            let mut item = Item {
                stan,
                rrn: format!("6075{:02}{stan:06}", second / 3600),
                terminal: format!("1000000{}", 1 + dice.below(2)),
                second,
                amount: if refund { -(amount % 4_000 + 1) } else { amount },
                messages: Vec::new(),
                clearing: Vec::new(),
                cleared: Vec::new(),
                payout: usize::try_from(dice.below(payouts.len() as u64)).unwrap(),
                is_plain: true,
            };
            item.plain();
            items.push(item);
        }
        // every payout has a sale
        for (number, item) in (0..payouts.len()).zip(&mut items) {
            item.payout = number;
        }
        Self {
            items,
            others: Vec::new(),
            clearing: Vec::new(),
            bank: Vec::new(),
            payouts,
            expected: Vec::new(),
            trailer_off: 0,
            broken: false,
            balanced: true,
        }
    }

    /// A sale that no fault has touched.
    pub(crate) fn pick(&mut self, dice: &mut Dice) -> Option<usize> {
        let plain: Vec<usize> = (0..self.items.len())
            .filter(|place| self.items[*place].is_plain && self.items[*place].amount > 0)
            .collect();
        let place = *plain.get(usize::try_from(dice.below(plain.len().max(1) as u64)).unwrap())?;
        self.items[place].is_plain = false;
        Some(place)
    }

    pub(crate) fn expect(&mut self, class: &str, key: &str) {
        self.expected.push((class.to_owned(), key.to_owned()));
    }

    /// The three files.
    pub(crate) fn files(&self) -> [String; 3] {
        let mut switch = format!("{SWITCH}\n");
        for row in self.items.iter().flat_map(|item| &item.messages).chain(&self.others) {
            switch.push_str(row);
            switch.push('\n');
        }
        let sums: i64 = self.items.iter().map(|item| item.amount.max(0)).sum();
        let result = if self.balanced { 1 } else { 2 };
        for (mti, response, totals) in
            [("0500", "", format!("{sums},9,")), ("0510", "00", format!(",,{result}"))]
        {
            let (from, to) = if response.is_empty() { ("T", "A") } else { ("A", "T") };
            switch.push_str(&format!(
                "{},{from},{to},{mti},,000099,,,{response},,,10000001,{MERCHANT},,,{totals}\n",
                time(75_600)
            ));
        }
        let mut clearing = format!("{CLEARING}\n");
        let mut count = 0;
        for (row, payout) in self.rows() {
            clearing.push_str(&row.replace("PAYOUT", &self.payouts[payout]));
            clearing.push('\n');
            count += 1;
        }
        if self.broken {
            clearing.push_str(
                "sale,607509999999,000999,10000001,898110159990001,twelve,0,0,CNY,2026-03-16,PO-0316-00,,,\n",
            );
            count += 1;
        }
        clearing.push_str(&format!("trailer,,,,,,,,,,,,,{}\n", count + self.trailer_off));
        let mut bank = format!("{BANK}\n");
        self.bank.iter().for_each(|row| bank.push_str(&format!("{row}\n")));
        [switch, clearing, bank]
    }

    fn rows(&self) -> impl Iterator<Item = (&String, usize)> {
        let items = self.items.iter().flat_map(|item| item.clearing.iter().map(|row| (row, item.payout)));
        items.chain(self.clearing.iter().map(|(row, _, _, payout)| (row, *payout)))
    }

    /// What a payout is to bring.
    pub(crate) fn due(&self, payout: usize) -> i64 {
        let items = self.items.iter().filter(|item| item.payout == payout).flat_map(|item| &item.cleared);
        let others =
            self.clearing.iter().filter(|(.., of)| *of == payout).map(|(_, gross, fee, _)| gross - fee);
        items.map(|(gross, fee)| gross - fee).sum::<i64>() + others.sum::<i64>()
    }
}

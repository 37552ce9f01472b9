//! What is asked, by what a slip shows.

/// Which sale.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Question {
    /// DE37, which most slips show.
    Rrn(String),
    /// Terminal (DE41), day of the sale (`2026-11-23`) and amount in minor units.
    Slip {
        /// DE41.
        terminal: String,
        /// Its day.
        date: String,
        /// Its amount, in minor units.
        amount: i128,
    },
    /// The number that the terminal gave it (DE11), and the batch (DE 60.2).
    Stan {
        /// DE11.
        stan: String,
        /// DE 60.2.
        batch: String,
        /// DE41, where several terminals have such a batch.
        terminal: Option<String>,
    },
}

/// What was said of a question so far.
#[derive(Clone, Debug, Default)]
struct Words {
    rrn: Option<String>,
    terminal: Option<String>,
    date: Option<String>,
    amount: Option<String>,
    stan: Option<String>,
    batch: Option<String>,
}

impl Question {
    /// A question of options without their dashes: `rrn 632714100001`, `terminal 10000001 date 2026-11-23 amount
    /// 500.00`, or `stan 1 batch 1`. `None` when there are no words.
    ///
    /// # Errors
    /// In words: what is not known, or not enough.
    pub fn from_words<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Option<Self>, String> {
        let mut words = words.into_iter();
        let mut said = Words::default();
        while let Some(name) = words.next() {
            let value = words.next().ok_or_else(|| format!("{name} needs a value"))?;
            let place = match name {
                "rrn" => &mut said.rrn,
                "terminal" => &mut said.terminal,
                "date" => &mut said.date,
                "amount" => &mut said.amount,
                "stan" => &mut said.stan,
                "batch" => &mut said.batch,
                _ => return Err(format!("`{name}` is no key of a sale: {KEYS}")),
            };
            *place = Some(value.to_owned());
        }
        Self::of(said)
    }

    fn of(said: Words) -> Result<Option<Self>, String> {
        let Words { rrn, terminal, date, amount, stan, batch } = said;
        match (rrn, stan, batch, terminal, date, amount) {
            (None, None, None, None, None, None) => Ok(None),
            (Some(rrn), None, None, None, None, None) => Ok(Some(Self::Rrn(rrn))),
            (None, Some(stan), Some(batch), terminal, None, None) => {
                Ok(Some(Self::Stan { stan, batch, terminal }))
            }
            (None, None, None, Some(terminal), Some(date), Some(amount)) => {
                let amount =
                    minor(&amount).ok_or_else(|| format!("`{amount}` is no amount such as 500.00"))?;
                Ok(Some(Self::Slip { terminal, date, amount }))
            }
            _ => Err(format!("a sale is named by {KEYS}")),
        }
    }
}

const KEYS: &str = "rrn; or terminal, date and amount; or stan and batch";

/// `500.00` in minor units.
fn minor(text: &str) -> Option<i128> {
    let (whole, part) = text.split_once('.')?;
    let digits = |text: &str| text.bytes().all(|octet| octet.is_ascii_digit());
    if part.len() != 2 || !digits(whole) || !digits(part) {
        return None;
    }
    format!("{whole}{part}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sale_is_named_in_three_ways_and_no_other() {
        let of = |text: &str| Question::from_words(text.split_whitespace());
        assert_eq!(of("rrn 632714100001").unwrap().unwrap(), Question::Rrn("632714100001".to_owned()));
        assert!(matches!(
            of("terminal 10000001 amount 1234.50 date 2026-11-23"),
            Ok(Some(Question::Slip { amount: 123_450, .. }))
        ));
        assert!(matches!(of("stan 7 batch 1"), Ok(Some(Question::Stan { terminal: None, .. }))));
        assert_eq!(of(""), Ok(None));
        for wrong in ["rrn", "stan 7", "terminal 1", "rrn 1 stan 1", "card 1", "terminal 1 date 2 amount 5"] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }
}

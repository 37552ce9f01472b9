//! Rules tried before anything passes: what cannot work is told.

use cardwire::{Builder, Message, Mti, Spec, de};

use super::rules::{Rule, Rules};
use crate::command::damage::Damage;
use crate::command::encode::build;
use crate::command::pattern::{Among, Patterns, Wrong, named};
use crate::command::serve::{built, record};
use crate::toml_file::line;

impl Rules {
    /// Whether every rule can work with the spec; `text` is the file they stand in.
    pub(super) fn check(&self, spec: &'static Spec<'static>, text: &str) -> Result<(), String> {
        self.rules.iter().enumerate().try_for_each(|(index, spanned)| {
            crate::work::count(1);
            spanned.get_ref().check(spec).map_err(|(at, words)| {
                let line = line(text, at.unwrap_or(spanned.span().start));
                format!("line {line}, rule {}: {words}", index + 1)
            })
        })
    }
}

impl Rule {
    /// Whether the rule can work with the spec.
    pub(super) fn check(&self, spec: &'static Spec<'static>) -> Result<(), Wrong> {
        self.patterns.check(spec, Among::Messages)?;
        self.check_deeds().map_err(|words| (None, words.to_owned()))?;
        if let Some(number) = self.remove.iter().find(|number| spec.element(**number).is_none()) {
            return Err((None, format!("remove: the spec does not define field {number}")));
        }
        if let Some(until) = &self.hold {
            let mut patterns = Patterns::default();
            patterns.insert("mti", until.get_ref());
            let checked = patterns.check(spec, Among::Messages);
            checked.map_err(|(_, words)| (Some(until.span().start), format!("hold, {words}")))?;
        }
        for (number, value) in self.set.iter().chain(&self.response) {
            if number.parse().ok().and_then(|number: u8| spec.element(number)).is_none() {
                let words = format!("the spec does not define field {}", named(number));
                return Err((Some(value.span().start), words));
            }
        }
        self.try_values(spec).map_err(|words| {
            // the first value that the words name
            let number = words.split([' ', ',', ':']).nth(1).unwrap_or_default();
            let value = self.set.get(number).or_else(|| self.response.get(number));
            (value.map(|value| value.span().start), format!("the message cannot be built: {words}"))
        })
    }

    /// Whether what is done can be done to one message.
    fn check_deeds(&self) -> Result<(), &'static str> {
        let ends = [self.drop, self.close, !self.response.is_empty(), self.hold.is_some()];
        let ends = ends.into_iter().filter(|end| *end).count();
        if ends > 1 {
            return Err("a message is either dropped, held or responded to, or the connection is closed");
        }
        if self.broken == Some(Damage::Mirror) {
            return Err("broken is cut, garbage or frame");
        }
        let waits = !self.delay.is_zero();
        if ends == 0 && !self.alters() && !self.twice && !waits {
            return Err(
                "it does nothing: it has none of drop, close, twice, delay, hold, set, remove, response, broken",
            );
        }
        if (self.drop || self.close) && (self.alters() || self.twice || waits) {
            return Err("nothing is sent, so set, remove, broken, twice and delay say nothing");
        }
        if !self.response.is_empty() && self.alters() {
            return Err("the request is not sent on, so set, remove and broken say nothing");
        }
        if self.hold.is_some() && waits {
            return Err("it cannot wait for a time and for a message");
        }
        Ok(())
    }

    /// Builds a message of the type that the rule is for, with what the rule sets.
    fn try_values(&self, spec: &'static Spec<'static>) -> Result<(), String> {
        let said = self.patterns.mti().and_then(|digits| digits.parse::<Mti>().ok());
        if !self.set.is_empty() {
            let mut values = record(&self.set)?;
            values.mti = Some(said.unwrap_or(Mti::FINANCIAL_REQUEST));
            build(spec, &values).map_err(|trouble| trouble.text())?;
        }
        if self.response.is_empty() {
            return Ok(());
        }
        let is_request = said.is_none_or(|mti| mti.response().is_some());
        if !is_request {
            return Err("its type is that of no request".into());
        }
        let mut request = Builder::new(spec, said.unwrap_or(Mti::FINANCIAL_REQUEST));
        if spec.element(de::STAN).is_some() {
            request.set(de::STAN, 1);
        }
        let wire = request.to_vec().map_err(|error| error.to_string())?;
        let request = Message::parse(spec, &wire).map_err(|error| error.to_string())?;
        built(spec, &record(&self.response)?, None, &request).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use cardwire::spec::ISO87_ASCII;

    use super::super::words;
    use super::*;

    fn file(text: &str) -> Result<(), String> {
        let rules: Rules = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        rules.check(&ISO87_ASCII, text)
    }

    fn said(text: &str) -> Result<(), String> {
        words::rule(text)?.check(&ISO87_ASCII).map_err(|(_, words)| words)
    }

    #[test]
    fn what_cannot_work_is_told_by_rule_and_line() {
        for (text, wrong) in [
            ("[[rule]]", "line 1, rule 1: it does nothing"),
            ("[[rule]]\ndrop = true\nclose = true", "either dropped, held or"),
            ("[[rule]]\ndrop = true\ndelay = \"2s\"", "nothing is sent"),
            ("[[rule]]\nhold = \"0420\"\ndelay = \"2s\"", "for a time and for a message"),
            (
                "[[rule]]\ndrop = true\n\n[[rule]]\nmatch = { mti = \"0x00\" }\ndrop = true",
                "line 5, rule 2: mti: '0x00'",
            ),
            ("[[rule]]\nhold = \"042\"", "line 2, rule 1: hold, mti: '042' is the type of no message"),
            (
                "[[rule]]\nset = { \"39\" = \"123456\" }",
                "line 2, rule 1: the message cannot be built: field 39",
            ),
            ("[[rule]]\nset = { \"200\" = \"1\" }", "does not define field 200"),
            ("[[rule]]\nremove = [200]", "remove: the spec does not define field 200"),
            ("[[rule]]\nbroken = \"mirror\"", "broken is cut, garbage or frame"),
            ("[[rule]]\nmatch = { mti = \"0210\" }\nresponse = { \"39\" = \"91\" }", "that of no request"),
            ("[[rule]]\nmatch = { \"41\" = \"X\" }\ndrop = true", "at least 8 are there"),
            ("[[rule]]\nfrom = \"issuer\"\ndrop = true", "unknown variant"),
        ] {
            let told = file(text).expect_err(text);
            assert!(told.contains(wrong), "{text}\n{told}");
        }
    }

    #[test]
    fn what_words_cannot_say_is_told() {
        for (text, wrong) in [
            ("", "a rule says drop"),
            ("0210", "'0210': a rule says drop"),
            ("drop 0210", "'drop': a rule says drop"),
            ("drop when", "a condition stands after 'when'"),
            ("drop when 0210 0220", "'mti' is there twice"),
            ("drop when from issuer", "client or host, not 'issuer'"),
            ("drop when every few", "a number stands after 'every'"),
            ("delay soon", "a time is 250ms"),
            ("set 39 when 0210", "an element and its value are 39=05"),
            ("set 2=4111111111111111X", "the message cannot be built: field 2"),
            ("remove x", "remove: 'x' is no number"),
            ("drop and twice when 0210", "nothing is sent"),
            ("drop when 41=TERM", "at least 8 are there"),
            ("drop when 4>=x", "a number stands after >="),
        ] {
            let told = said(text).expect_err(text);
            assert!(told.contains(wrong), "{text}\n{told}");
            assert!(!told.contains("4111111111111111"), "{told}");
        }
    }

    #[test]
    fn what_can_work_is_taken() {
        for text in [
            "drop",
            "drop when 0210",
            "drop when 0200 41=TERM0001 every 3rd",
            "delay 2s and twice when 02* from host skip 1 times 2",
            "set 39=05 38=ABC123 and remove 55 when 0210 39=00 once",
            "respond 39=91 when 0200 4>=1000 11=>=5",
            "hold until 0420 when 0210",
            "broken frame when from host",
            "close when 0100 every 10",
        ] {
            assert_eq!(said(text), Ok(()), "{text}");
        }
        assert_eq!(
            file(
                "[[rule]]\nname = \"a\"\nfrom = \"host\"\nmatch = { mti = \"0210\" }\nhold = \"04*\"\nset = { \"39\" = \"05\" }"
            ),
            Ok(())
        );
    }
}

//! Rules tried before anything is served: what cannot work is told by rule and line.

use cardwire::{Builder, Message, Mti, Spec, de};

use super::connection::ordinary;
use super::rules::{Rule, Rules};
use crate::command::pattern::{Among, Wrong, named};
use crate::toml_file::line;

impl Rules {
    /// Whether every rule can work with the spec; `text` is the file they stand in.
    pub(super) fn check(&self, spec: &'static Spec<'static>, text: &str) -> Result<(), String> {
        let mut all_before: Option<usize> = None;
        for (index, spanned) in self.rules.iter().enumerate() {
            crate::work::count(1);
            let (rule, start) = (spanned.get_ref(), spanned.span().start);
            let refuse = |(at, words): (Option<usize>, String)| {
                format!("line {}, rule {}: {words}", line(text, at.unwrap_or(start)), index + 1)
            };
            if let Some(before) = all_before {
                return Err(refuse((None, format!("it is never reached: rule {before} fits every request"))));
            }
            rule.check(spec).map_err(refuse)?;
            if rule.fits_all() {
                all_before = Some(index + 1);
            }
        }
        Ok(())
    }
}

impl Rule {
    fn check(&self, spec: &'static Spec<'static>) -> Result<(), Wrong> {
        self.patterns.check(spec, Among::Requests)?;
        let whole = |words: &str| Err((None, words.to_owned()));
        let responses =
            !self.response.is_empty() || self.echo.is_some() || self.twice || self.broken.is_some();
        if self.drop && self.close {
            return whole("it cannot drop the request and close the connection");
        }
        if (self.drop || self.close) && responses {
            return whole("nothing is sent, so response, echo, twice and broken say nothing");
        }
        if let Some(number) = self.echo.iter().flatten().find(|number| spec.element(**number).is_none()) {
            return Err((None, format!("echo: the spec does not define field {number}")));
        }
        for (key, value) in &self.response {
            let number: Option<u8> = key.parse().ok();
            if number.and_then(|number| spec.element(number)).is_none() {
                return Err((
                    Some(value.span().start),
                    format!("the spec does not define field {}", named(key)),
                ));
            }
        }
        if self.drop || self.close {
            return Ok(());
        }
        self.try_response(spec).map_err(|words| {
            // the first value that the words name
            let field = words.split([' ', ',', ':']).nth(1).and_then(|number| self.response.get(number));
            (field.map(|value| value.span().start), format!("the response cannot be built: {words}"))
        })
    }

    /// Builds the response to a request of the type that the rule is for.
    fn try_response(&self, spec: &'static Spec<'static>) -> Result<(), String> {
        let said = self.patterns.mti();
        let said = said.and_then(|digits| digits.parse::<Mti>().ok()).filter(|mti| mti.response().is_some());
        let mti = said.unwrap_or(Mti::FINANCIAL_REQUEST);
        let mut request = Builder::new(spec, mti);
        if spec.element(de::STAN).is_some() {
            request.set(de::STAN, 1);
        }
        let wire = request.to_vec().map_err(|error| error.to_string())?;
        let request = Message::parse(spec, &wire).map_err(|error| error.to_string())?;
        ordinary(spec, Some(self), &request).map(drop)
    }

    fn fits_all(&self) -> bool {
        self.patterns.is_empty() && self.every <= 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cardwire::spec::ISO87_ASCII;

    fn check(text: &str) -> Result<(), String> {
        let rules: Rules = toml::from_str(text).expect("TOML");
        rules.check(&ISO87_ASCII, text)
    }

    #[test]
    fn what_cannot_work_is_told_by_rule_and_line() {
        for (text, words) in [
            (
                "[[rule]]\nresponse = { \"39\" = \"123456\" }",
                "line 2, rule 1: the response cannot be built: field 39 at byte",
            ),
            ("[[rule]]\nmatch = { zz = \"absent\" }", "line 2, rule 1: match: the spec does not define 'zz'"),
            (
                "[[rule]]\n[rule.match]\n11 = \"1*\"\n4 = \">=\"",
                "line 4, rule 1: match, 4: a number stands after >=",
            ),
            ("[[rule]]\nmatch = { \"4\" = \"<=x\" }", "a number stands after <="),
            ("[[rule]]\nmatch = { \"4\" = \">=1000000000000\" }", "no value of 12 digits is that large"),
            ("[[rule]]\nmatch = { \"52\" = \">=1\" }", "octets are no number"),
            ("[[rule]]\nmatch = { \"52\" = \"ab*\" }", "octets are hexadecimal digits, in capitals"),
            ("[[rule]]\nmatch = { \"55\" = \"9f26*\" }", "octets are hexadecimal digits, in capitals"),
            ("[[rule]]\nmatch = { \"3.4\" = \"00\" }", "does not define '3.4'"),
            ("[[rule]]\nmatch = { \"11.1\" = \"00\" }", "does not define '11.1'"),
            ("[[rule]]\nmatch = { \"193\" = \"00\" }", "does not define '193'"),
            ("[[rule]]\nmatch = { \"11\" = \"5\" }", "at least 6 are there; a * at its end"),
            ("[[rule]]\nmatch = { \"11\" = \"0000001\" }", "the value has 7, and at most 6"),
            ("[[rule]]\nmatch = { \"11\" = \"00000X\" }", "class n has no such characters"),
            ("[[rule]]\nmatch = { mti = \"0210\" }", "'0210' is the type of no request"),
            ("[[rule]]\nmatch = { mti = \"021*\" }", "'021*' is the type of no request"),
            ("[[rule]]\nmatch = { mti = \"02\" }", "is the type of no request"),
            ("[[rule]]\nmatch = { mti = \"absent\" }", "a message without a type is none"),
            ("[[rule]]\necho = [11, 200]", "echo: the spec does not define field 200"),
            ("[[rule]]\ndrop = true\nclose = true", "it cannot drop the request and close"),
            ("[[rule]]\nclose = true\ntwice = true", "nothing is sent"),
            ("[[rule]]\nresponse = { \"1\" = \"1\" }", "the spec does not define field 1"),
            ("[[rule]]\nresponse = { \"52\" = \"xy\" }", "expected a hexadecimal digit"),
            (
                "[[rule]]\nmatch = { \"3\" = \"12345x\" }",
                "line 2, rule 1: match, 3: a value of class n has no such",
            ),
            ("[[rule]]\nmatch = { \"3\" = \"0x*\" }", "match, 3: a value of class n has no such characters"),
            (
                "[[rule]]\nmatch = { \"3\" = \"absent\", \"3.1\" = \"00\" }",
                "line 2, rule 1: match: no request has 3.1 without 3",
            ),
            (
                "[[rule]]\n[rule.match]\n\"055\" = \"absent\"\n\"55.9F26\" = \"present\"",
                "line 4, rule 1: match: no request has 55.9F26 without 055",
            ),
            (
                "[[rule]]\n\n[[rule]]\ndrop = true",
                "line 3, rule 2: it is never reached: rule 1 fits every request",
            ),
        ] {
            let said = check(text).expect_err(text);
            assert!(said.contains(words), "{text}\n{said}");
        }
    }

    #[test]
    fn what_can_work_is_taken() {
        for text in [
            "",
            "[[rule]]",
            "[[rule]]\nmatch = { mti = \"02*\", \"4\" = \">=100000\", \"55.9F27\" = \"80\" }\nresponse = { \"39\" = \"51\" }",
            "[[rule]]\nmatch = { \"2\" = \"400000*\", \"41\" = \"TERM*\", \"3.1\" = \"00\", \"52\" = \"present\" }\nevery = 10\ndrop = true",
            "[[rule]]\nmatch = { mti = \"present\", \"55.DF01\" = \"0*\" }\ndelay = \"2s\"\nclose = true",
            "[[rule]]\nevery = 2\nbroken = \"cut\"\n\n[[rule]]\nresponse = { \"4\" = \"1\", \"38\" = \"A\" }\necho = [11]",
            "[[rule]]\nmatch = { mti = \"1100\", \"28\" = \"<=D5\" }",
            "[[rule]]\nmatch = { \"3\" = \"present\", \"3.1\" = \"absent\", \"5\" = \"absent\", \"55.9F26\" = \"0*\" }",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn work_grows_with_the_rules() {
        crate::work::tests::assert_linear("rules", |size| {
            let rules = "[[rule]]\nmatch = { '11' = '000001' }\nresponse = { '39' = '51' }\n".repeat(size);
            assert_eq!(check(&rules), Ok(()));
        });
        crate::work::tests::assert_linear("patterns", |size| {
            let pattern = |number: usize| {
                let word = if number.is_multiple_of(2) { "absent" } else { "0*" };
                format!("'55.DF{:02X}{:02X}' = '{word}'\n", 0x81 + (number >> 7), number & 0x7F)
            };
            let rules = format!("[[rule]]\n[rule.match]\n{}", (0..size).map(pattern).collect::<String>());
            assert_eq!(check(&rules), Ok(()));
        });
    }
}

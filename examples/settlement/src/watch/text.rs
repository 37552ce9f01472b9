//! A watch in the text format of Prometheus, version 0.0.4.

use super::alert::Alert;
use super::{OPENS, Watch};
use crate::clock::Stamp;

impl Watch {
    /// Everything that can be watched, and which alerts fire.
    pub fn text(&self, alerts: &[Alert], now: Stamp) -> String {
        let mut out = String::new();
        self.counters(&mut out);
        self.gauges(&mut out, now);
        head(&mut out, "settlement_alert", "gauge", "1 while the alert fires.");
        for alert in alerts {
            let fires = u8::from(alert.fires(self, now));
            self.sample(&mut out, "settlement_alert", &[("alert", &alert.name)], fires);
        }
        out
    }

    fn counters(&self, out: &mut String) {
        let name = "settlement_messages_total";
        head(out, name, "counter", "Messages by peer, direction, MTI and response code.");
        for ((peer, heard, mti, code), count) in &self.messages {
            let way = if *heard { "in" } else { "out" };
            let (peer, mti) = (peer.to_string(), format!("{mti:04}"));
            let code = code.map_or_else(String::new, |code| code.to_string());
            let labels = [("peer", peer.as_str()), ("direction", way), ("mti", &mti), ("code", &code)];
            self.sample(out, name, &labels, *count);
        }
        let name = "settlement_events_total";
        head(out, name, "counter", "What somebody may have to look at, by kind.");
        for (event, count) in &self.events {
            self.sample(out, name, &[("event", event)], *count);
        }
    }

    fn gauges(&self, out: &mut String, now: Stamp) {
        let kinds = || OPENS.iter().filter(|opens| opens.1.contains(&self.party)).map(|opens| opens.0);
        let name = "settlement_open";
        head(out, name, "gauge", "What is open: reversals, advices that wait, batches, files, payouts.");
        kinds().for_each(|what| self.sample(out, name, &[("what", what)], self.open(what)));
        let name = "settlement_open_oldest_seconds";
        head(out, name, "gauge", "How long the oldest of them is open; 0 when none is.");
        for what in kinds() {
            let age = self.oldest(what, now).unwrap_or_default().as_secs();
            self.sample(out, name, &[("what", what)], age);
        }
        let name = "settlement_books_balanced";
        head(out, name, "gauge", "1 while the book of the party sums to zero.");
        self.sample(out, name, &[], u8::from(self.balanced));
    }

    fn sample(&self, out: &mut String, name: &str, labels: &[(&str, &str)], value: impl ToString) {
        let mut all = format!("party=\"{}\"", escaped(&self.name));
        for (label, text) in labels {
            all.push_str(&format!(",{label}=\"{}\"", escaped(text)));
        }
        out.push_str(&format!("{name}{{{all}}} {}\n", value.to_string()));
    }
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    out.push_str(&format!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

//! A watch in the text format of Prometheus, version 0.0.4.

use std::time::Duration;

use super::alert::Alert;
use super::routes::Route;
use super::{OPENS, Watch};
use crate::clock::Stamp;
use crate::journal::Party;

/// The success of a way is that of so long.
const LOOK_BACK: Duration = Duration::from_secs(600);

impl Watch {
    /// Everything that can be watched, and which alerts fire.
    pub fn text(&self, alerts: &[Alert], now: Stamp) -> String {
        let mut out = String::new();
        self.counters(&mut out);
        self.gauges(&mut out, now);
        self.ways(&mut out, now);
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

    /// The ways to the issuer.
    fn ways(&self, out: &mut String, now: Stamp) {
        let mut table = |name: &str, kind: &str, help: &str, value: &dyn Fn(Party, &Route) -> String| {
            if self.routes.named().next().is_some() {
                head(out, name, kind, help);
            }
            for (route, via, health) in self.routes.named() {
                self.sample(out, name, &[("route", route)], value(via, health));
            }
        };
        let text = |number: u64| number.to_string();
        table(
            "settlement_route_state",
            "gauge",
            "0: the way is used, 1: it is tried, 2: its circuit is open.",
            &|_, health| text(health.state.into()),
        );
        let age = |at: Stamp| Duration::from_micros(now.0.saturating_sub(at.0)).as_secs();
        table(
            "settlement_route_state_seconds",
            "gauge",
            "How long it is so; 0 from the start.",
            &|_, health| text(health.since.map_or(0, age)),
        );
        table("settlement_route_requests_total", "counter", "Requests by this way.", &|_, health| {
            text(health.requests)
        });
        table(
            "settlement_route_failures_total",
            "counter",
            "No response, a code that says that nobody can be asked, or no message.",
            &|_, health| text(health.failures),
        );
        table(
            "settlement_route_sales_hit_total",
            "counter",
            "Sales by this way without a yes or no.",
            &|_, health| text(health.sales_hit),
        );
        table(
            "settlement_route_success_percent",
            "gauge",
            "So many of a hundred requests of the last ten minutes were answered; 100 when there were none.",
            &|via, _| text(self.success(via, now)),
        );
        table(
            "settlement_route_response_microseconds_sum",
            "counter",
            "What all responses took.",
            &|_, health| text(u64::try_from(health.took.as_micros()).unwrap_or(u64::MAX)),
        );
        table("settlement_route_response_microseconds_count", "counter", "Responses.", &|_, health| {
            text(health.responses)
        });
    }

    fn success(&self, via: Party, now: Stamp) -> u64 {
        let (good, all) = self.asked(via, now, LOOK_BACK);
        u64::from(good).saturating_mul(100).checked_div(all.into()).unwrap_or(100)
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

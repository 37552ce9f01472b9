//! Pages without scripts and other files.

use std::fmt::Write;

use super::text::clean;
use crate::engine::class::Lang;
use crate::engine::evidence::Event;

const STYLE: &str = "\
:root{color-scheme:light dark;--line:#8884;--yes:#1a7f37;--no:#b42318;--wait:#9a6700}\
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}\
h1{font-size:1.4rem;margin:.2rem 0}.code{font-family:ui-monospace,monospace;border:1px solid var(--line);\
border-radius:.3rem;padding:0 .4rem}.amount{font-size:1.3rem;margin:.2rem 0}.keys,.place,footer{opacity:.75;font-size:.85rem}\
.states{display:grid;grid-template-columns:repeat(auto-fit,minmax(7rem,1fr));gap:.5rem;list-style:none;padding:0}\
.states li{border:2px solid var(--line);border-radius:.5rem;padding:.4rem .6rem}.states b{display:block;font-weight:600}\
.states .yes{border-color:var(--yes)}.states .no,.states .returned{border-color:var(--no)}\
.states .pending,.states .partly{border-color:var(--wait)}\
dt{font-weight:600}dd{margin:0 0 .4rem}\
table{border-collapse:collapse;width:100%;font-size:.9rem}td,th{border-top:1px solid var(--line);padding:.3rem .4rem;\
text-align:left;vertical-align:top;overflow-wrap:anywhere}svg{width:100%;max-width:34rem;height:auto;margin:1rem 0}\
svg text{font:12px system-ui,sans-serif;fill:currentColor}.number{text-align:right;white-space:nowrap}\
@media(max-width:40rem){tr{display:block;border-top:1px solid var(--line)}td{display:block;border:0;padding:.1rem .2rem}th{display:none}\
td[data-name]::before{content:attr(data-name) ': ';opacity:.75}}";

/// A text for a page.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for found in clean(text).chars() {
        match found {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(found),
        }
    }
    out
}

/// A whole page.
pub(super) fn page(title: &str, body: &str, foot: &str, lang: Lang) -> String {
    format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}<footer>{}</footer>\n</body>\n</html>\n",
        lang.tag(),
        escape(title),
        escape(foot)
    )
}

const ROW: usize = 32;
const LEFT: usize = 66;
const WIDTH: usize = 460;

/// Parties side by side in the order in which they appear, records one under the other: an arrow for each message, a
/// dot for each record of a file.
pub(super) fn timeline(events: &[Event<'_>], lang: Lang) -> String {
    let mut columns: Vec<&str> = Vec::new();
    for event in events {
        let parties = event.link.iter().flat_map(|(from, to)| [from.as_str(), to.as_str()]);
        let alone = event.link.is_none().then_some(event.side.as_str());
        for party in parties.chain(alone) {
            if !columns.contains(&party) {
                columns.push(party);
            }
        }
    }
    if columns.is_empty() {
        return String::new();
    }
    // the order of the way to the issuer, where it is known; files come last
    columns.sort_by_key(|party| ["T", "A", "N", "I"].iter().position(|known| known == party).unwrap_or(9));
    let step = (WIDTH - LEFT) / columns.len();
    let x = |party: &str| {
        let place = columns.iter().position(|known| *known == party).unwrap_or(0);
        LEFT + step / 2 + step * place
    };
    let height = ROW * (events.len() + 1) + 10;
    let label = match lang {
        Lang::Zh => "时间线",
        _ => "timeline",
    };
    let mut out = format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{label}\" xmlns=\"http://www.w3.org/2000/svg\">\n\
         <defs><marker id=\"to\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
         orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"currentColor\"/></marker></defs>\n"
    );
    for party in &columns {
        let x = x(party);
        let _ = writeln!(
            out,
            "<text x=\"{x}\" y=\"14\" text-anchor=\"middle\">{}</text><line x1=\"{x}\" y1=\"20\" x2=\"{x}\" \
             y2=\"{height}\" stroke=\"currentColor\" stroke-opacity=\".25\"/>",
            escape(party)
        );
    }
    for (row, event) in (1..).zip(events) {
        let y = ROW * row + 10;
        let _ = write!(out, "<text x=\"0\" y=\"{}\">{}</text>", y + 4, escape(&event.clock()));
        let short = escape(&event.short);
        let _ = match &event.link {
            Some((from, to)) => writeln!(
                out,
                "<line x1=\"{}\" y1=\"{y}\" x2=\"{}\" y2=\"{y}\" stroke=\"currentColor\" marker-end=\"url(#to)\"/>\
                 <text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{short}</text>",
                x(from),
                x(to),
                x(from).midpoint(x(to)),
                y - 4
            ),
            None => writeln!(
                out,
                "<circle cx=\"{0}\" cy=\"{y}\" r=\"4\" fill=\"currentColor\"/>\
                 <text x=\"{0}\" y=\"{1}\" text-anchor=\"middle\">{short}</text>",
                x(&event.side),
                y - 7
            ),
        };
    }
    out.push_str("</svg>\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_a_page_is_escaped() {
        assert_eq!(escape("a & b < c > d \" e ' f 中"), "a &amp; b &lt; c &gt; d &quot; e &#39; f 中");
    }
}

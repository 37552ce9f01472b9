//! Pages without scripts and other files.

use std::collections::BTreeMap;
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
text-align:left;vertical-align:top;overflow-wrap:anywhere}svg{width:100%;height:auto;margin:1rem 0}\
svg text{font:12px system-ui,sans-serif;fill:currentColor}.number{text-align:right;white-space:nowrap}\
@media(max-width:40rem){tr{display:block;border-top:1px solid var(--line)}td{display:block;border:0;padding:.1rem .2rem}th{display:none}}";

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

const ROW: usize = 34;
const LEFT: usize = 150;
const WIDTH: usize = 720;

/// Records one under the other in the order of time, a column for each side.
pub(super) fn timeline(events: &[Event<'_>], lang: Lang) -> String {
    if events.is_empty() {
        return String::new();
    }
    let mut columns: BTreeMap<&str, usize> = BTreeMap::new();
    for event in events {
        let next = columns.len();
        columns.entry(event.side.as_str()).or_insert(next);
    }
    let step = (WIDTH - LEFT) / (columns.len() + 1);
    let x = |side: &str| LEFT + step * (columns.get(side).copied().unwrap_or(0) + 1);
    let height = ROW * (events.len() + 1) + 10;
    let label = match lang {
        Lang::Zh => "时间线",
        _ => "timeline",
    };
    let mut out = format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{label}\" xmlns=\"http://www.w3.org/2000/svg\">\n"
    );
    for side in columns.keys() {
        let x = x(side);
        let _ = writeln!(
            out,
            "<text x=\"{x}\" y=\"16\" text-anchor=\"middle\">{}</text>\
             <line x1=\"{x}\" y1=\"24\" x2=\"{x}\" y2=\"{height}\" stroke=\"currentColor\" stroke-opacity=\".25\"/>",
            escape(side)
        );
    }
    for (row, event) in (1..).zip(events) {
        let (x, y) = (x(&event.side), ROW * row + 10);
        let short: String = event.words.chars().take(28).collect();
        let _ = writeln!(
            out,
            "<text x=\"0\" y=\"{}\">{}</text><circle cx=\"{x}\" cy=\"{y}\" r=\"6\" fill=\"currentColor\"/>\
             <text x=\"{}\" y=\"{}\">{}</text>",
            y + 4,
            escape(&event.when_text()),
            x + 10,
            y + 4,
            escape(&short)
        );
    }
    out.push_str("</svg>\n");
    out
}

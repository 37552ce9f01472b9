#!/usr/bin/env python3
"""Draws target/peers.json, as `cargo run --release` in this folder writes it, to an SVG on stdout."""

import json
import sys
from html import escape

TITLES = {
    ("a_0100", "parse"): "parse 0100, 20 elements, 341 octets",
    ("b_0800", "parse"): "parse 0800, 3 elements, 55 octets",
    ("stream_256", "parse"): "parse 256 mixed messages",
    ("a_0100", "parse_spans"): "find the elements of the 0100, content not looked at",
    ("a_0100", "build"): "build the 0100",
}
WIDTH, BAR, LABEL = 760, 18, 210


def main() -> None:
    rows = json.load(open(sys.argv[1] if len(sys.argv) > 1 else "target/peers.json"))
    out, y = [], 10
    for key, title in TITLES.items():
        group = [row for row in rows if (row["case"], row["op"]) == key]
        shown = [row for row in group if row["ns_min"] < 20 * min(other["ns_min"] for other in group)]
        longest = max(row["ns_min"] for row in shown)
        out.append(f'<text x="0" y="{y + 12}" font-weight="bold">{escape(title)} (ns, shortest)</text>')
        y += 20
        for row in sorted(group, key=lambda row: row["ns_min"]):
            length = min(row["ns_min"] / longest, 1.0) * (WIDTH - LABEL - 90)
            color = "#2a6f4e" if row["library"].startswith("cardwire") else "#9aa0a6"
            checks = "" if row["checks_content"] else " (unchecked)"
            out.append(f'<text x="{LABEL - 8}" y="{y + 13}" text-anchor="end">{escape(row["library"] + checks)}</text>')
            out.append(f'<rect x="{LABEL}" y="{y}" width="{length:.0f}" height="{BAR - 4}" fill="{color}"/>')
            out.append(f'<text x="{LABEL + length + 6:.0f}" y="{y + 12}">{row["ns_min"]:,.0f}</text>')
            y += BAR
        y += 12
    style = 'font-family="sans-serif" font-size="12"'
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" {style}>')
    print("\n".join(out))
    print("</svg>")


main()

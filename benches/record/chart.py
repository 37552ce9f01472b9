#!/usr/bin/env python3
"""Draws the record: peers.json to peers.svg, linear.tsv to linear.svg. With --check, says whether they are drawn."""

import json
import sys
from html import escape
from pathlib import Path

FOLDER = Path(__file__).parent
WIDTH, BAR, LABEL = 760, 18, 210
OURS, THEIRS = "#2a6f4e", "#9aa0a6"
TITLES = {
    ("a_0100", "parse"): "parse 0100, 20 elements, 341 octets",
    ("b_0800", "parse"): "parse 0800, 3 elements, 55 octets",
    ("stream_256", "parse"): "parse 256 mixed messages",
    ("a_0100", "parse_spans"): "find the elements of the 0100, content not looked at",
    ("a_0100", "build"): "build the 0100",
}
LINES = {"parse": OURS, "read": "#5b8db8", "build": "#b0722f"}


def text(x: float, y: float, words: str, more: str = "") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}"{more}>{escape(words)}</text>'


def write(name: str, height: float, out: list[str]) -> None:
    style = 'font-family="sans-serif" font-size="12"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" {style}>'
    picture = "\n".join([head, *out, "</svg>"]) + "\n"
    if "--check" not in sys.argv:
        (FOLDER / name).write_text(picture)
    elif (FOLDER / name).read_text() != picture:
        sys.exit(f"{name} is not drawn from the record: run benches/record/chart.py")


def peers() -> None:
    """Bars: the shortest time of each library, those of one question side by side."""
    rows = json.loads((FOLDER / "peers.json").read_text())
    out, y = [], 10
    for key, title in TITLES.items():
        group = [row for row in rows if (row["case"], row["op"]) == key]
        shown = [row for row in group if row["ns_min"] < 20 * min(other["ns_min"] for other in group)]
        longest = max(row["ns_min"] for row in shown)
        out.append(text(0, y + 12, f"{title} (ns, shortest)", ' font-weight="bold"'))
        y += 20
        for row in sorted(group, key=lambda row: row["ns_min"]):
            length = min(row["ns_min"] / longest, 1.0) * (WIDTH - LABEL - 90)
            color = OURS if row["library"].startswith("cardwire") else THEIRS
            checks = "" if row["checks_content"] else " (unchecked)"
            out.append(text(LABEL - 8, y + 13, row["library"] + checks, ' text-anchor="end"'))
            out.append(f'<rect x="{LABEL}" y="{y}" width="{length:.0f}" height="{BAR - 4}" fill="{color}"/>')
            if row not in shown:
                # a slit says that the bar is cut
                out.append(f'<rect x="{LABEL + length - 20:.0f}" y="{y}" width="4" height="{BAR - 4}" fill="white"/>')
            out.append(text(LABEL + length + 6, y + 12, f'{row["ns_min"]:,.0f}'))
            y += BAR
        y += 12
    write("peers.svg", y, out)


def linear() -> None:
    """Lines: instructions against the number of elements, and against octets."""
    points = [line.split() for line in (FOLDER / "linear.tsv").read_text().splitlines()[1:]]
    panel, height, foot = WIDTH // 2, 190, 220
    out = []
    for left, against in [(0, "elements"), (panel, "octets")]:
        here = [(operation, int(x), int(cost)) for operation, kind, x, cost in points if kind == against]
        longest, top = max(x for _, x, _ in here), max(cost for *_, cost in here)
        origin, scale = left + 20, (panel - 100) / longest
        out.append(text(left, 14, f"instructions against {against}", ' font-weight="bold"'))
        out.append(f'<path d="M{origin} {foot - height}V{foot}H{left + panel - 80}" fill="none" stroke="{THEIRS}"/>')
        out.append(text(left + panel - 80, foot + 16, f"{longest:,}", ' text-anchor="end"'))
        for operation, color in LINES.items():
            line = [(origin + x * scale, foot - cost * height / top) for name, x, cost in here if name == operation]
            last = max(cost for name, _, cost in here if name == operation)
            path = " ".join(f"{x:.0f},{y:.0f}" for x, y in line)
            out.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
            x, y = line[-1]
            out.append(text(x + 6, y + 4, f"{operation} {last:,}", f' fill="{color}"'))
    write("linear.svg", foot + 26, out)


peers()
linear()

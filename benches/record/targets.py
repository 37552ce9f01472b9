#!/usr/bin/env python3
"""Writes the tables of targets in ../README.md from the record: peers.json, peers.tsv, instructions.tsv. With --check,
says whether they are written."""

import json
import sys
from fractions import Fraction
from pathlib import Path

FOLDER = Path(__file__).parent
README = FOLDER.parent / "README.md"
BEGIN, END = "<!-- written by record/targets.py -->\n", "<!-- until here -->\n"

# what, the most that is allowed, ours and the other's case, operation and library, and their counts
RATIOS = [
    ("parse (a), bitmap known", 1 / 3, ("a_0100", "parse", "cardwire Parser", "parse_a_cardwire_parser"),
     ("a_0100", "parse", "iso_8583_rs strict", "parse_a_iso_8583_rs")),
    ("parse (a), bitmap unseen", 2 / 3, ("a_0100", "parse", "cardwire", "parse_a_cardwire"),
     ("a_0100", "parse", "iso_8583_rs strict", "parse_a_iso_8583_rs")),
    ("the same, spans only, known", 1 / 4, ("a_0100", "parse_spans", "cardwire Parser", "spans_a_cardwire_parser"),
     ("a_0100", "parse_spans", "iso_8583_rs lazy", "spans_a_iso_8583_rs")),
    ("parse a stream of 256", 1 / 3, ("stream_256", "parse", "cardwire Parser", "parse_stream_cardwire_parser"),
     ("stream_256", "parse", "iso_8583_rs strict", "parse_stream_iso_8583_rs")),
    ("parse (b), bitmap known", 1 / 4, ("b_0800", "parse", "cardwire Parser", "parse_b_cardwire_parser"),
     ("b_0800", "parse", "iso_8583_rs strict", "parse_b_iso_8583_rs")),
    ("build (a), any order", 1 / 2, ("a_0100", "build", "cardwire", "build_a_cardwire"),
     ("a_0100", "build", "iso_8583_rs", "build_a_iso_8583_rs")),
    ("build (a), streaming", 1 / 3, ("a_0100", "build", "cardwire Stream", "build_a_cardwire_stream"),
     ("a_0100", "build", "iso_8583_rs", "build_a_iso_8583_rs")),
    ("build (a) by a form", 1 / 4, ("a_0100", "build", "cardwire Form", "build_a_cardwire_form"),
     ("a_0100", "build", "iso_8583_rs", "build_a_iso_8583_rs")),
    ("parse (c), beside (a)", 1.0, ("a_bcd", "parse", "cardwire Parser", "planned_a_bcd"),
     ("a_0100", "parse", "cardwire Parser", "planned_a_ascii")),
    ("reject (a) late, beside accepting", 1.0, ("a_0100", "reject", "cardwire Parser", "planned_reject_a_late"),
     ("a_0100", "parse", "cardwire Parser", "planned_a_ascii")),
    ("hostile bitmaps, beside no parser", 1.1, ("hostile_256", "parse", "cardwire Parser", "parse_hostile_cardwire_parser"),
     ("hostile_256", "parse", "cardwire", "parse_hostile_cardwire")),
]  # fmt: skip

# the same for each octet, with how many octets ours has; (a) has 341
PER_OCTET = [
    ("parse (d), EBCDIC, an octet, beside (a)", 333, ("a_ebcdic", "planned_a_ebcdic")),
    ("parse TLV-heavy, ASCII, an octet, beside (a)", 269, ("tlv_ascii", "planned_tlv_ascii")),
    ("parse TLV-heavy, EBCDIC, an octet, beside (a)", 157, ("tlv_ebcdic", "planned_tlv_ebcdic")),
]

# the gates of the design, in instructions
GATES = [
    ("parse (a), bitmap known", "planned_a_ascii", 950, 650),
    ("the same, spans only", "scan_a_ascii", 320, 220),
    ("parse (a), bitmap unseen", "parse_a_ascii", 1700, 1200),
    ("parse (b), bitmap known", "planned_b_ascii", 170, 120),
    ("the same, spans only", "scan_b_ascii", 100, 75),
    ("parse (c), bitmap known", "planned_a_bcd", 900, 650),
    ("the same, spans only", "scan_a_bcd", 320, 220),
    ("build (a), any order", "build_a_ascii", 1800, 1250),
    ("build (a), streaming", "stream_a_ascii", 1800, 1250),
    ("build (b), streaming", "stream_b_ascii", 450, 350),
    ("parse (a) and respond with 0110", "reply_a", 1300, 1000),
    ("build (a) by a form, any order", "form_a_ascii", 1800, 1500),
    ("the same, ascending", "form_ascending_a_ascii", 1600, 1500),
    ("the same, in another order than named", "form_other_order_a_ascii", 1800, 1500),
    ("the same, numbers as numbers", "form_numbers_a_ascii", 1800, 1500),
    ("build (b) by a form", "form_b_ascii", 350, 300),
    ("build (c) by a form", "form_a_bcd", 2500, 2000),
    ("build (d) by a form", "form_a_ebcdic", 3600, 2500),
    ("parse (a) and respond by a form", "respond_a", 1700, 1300),
    ("translate (a) to (c) by a form", "form_translate_a_to_bcd", 3000, 2000),
]


def counts(name: str) -> dict[str, int]:
    lines = (FOLDER / name).read_text().splitlines()
    return {case: int(count) for case, count in (line.split("\t") for line in lines if not line.startswith("#"))}


def ratio_row(what: str, most: float, time: float, instructions: float) -> str:
    allowed = str(Fraction(most).limit_denominator(4)) if most <= 1 else f"{most:.1f}"
    return f"| {what} | {allowed} | {time:.2f} | {instructions:.2f} | {'yes' if time <= most else 'no'} |"


def tables() -> str:
    rows = json.loads((FOLDER / "peers.json").read_text())
    times = {(row["case"], row["op"], row["library"]): row["ns_median"] for row in rows}
    counted = counts("instructions.tsv") | counts("peers.tsv")
    out = ["| time, beside the other | at most | time | instructions | met |", "| --- | --- | --- | --- | --- |"]
    for what, most, (*ours, our_count), (*theirs, their_count) in RATIOS:
        if tuple(ours) not in times or our_count not in counted:
            continue  # not measured yet
        time = times[tuple(ours)] / times[tuple(theirs)]
        out.append(ratio_row(what, most, time, counted[our_count] / counted[their_count]))
    for what, octets, (case, count) in PER_OCTET:
        time = times[case, "parse", "cardwire Parser"] / times["a_0100", "parse", "cardwire Parser"]
        instructions = counted[count] / counted["planned_a_ascii"]
        out.append(ratio_row(what, 1.5, time * 341 / octets, instructions * 341 / octets))
    out += ["", "| instructions | gate | aim | now | met |", "| --- | --- | --- | --- | --- |"]
    for what, count, gate, aim in GATES:
        now = counted[count]
        met = "aim" if now <= aim else "yes" if now <= gate else "no"
        out.append(f"| {what} | {gate:,} | {aim:,} | {now:,} | {met} |")
    return "\n".join(out) + "\n"


def main() -> None:
    before, _, rest = README.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    page = f"{before}{BEGIN}\n{tables()}\n{END}{after}"
    if "--check" not in sys.argv:
        README.write_text(page)
    elif README.read_text() != page:
        sys.exit("the tables of benches/README.md are not those of the record: run benches/record/targets.py")


main()

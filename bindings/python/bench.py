#!/usr/bin/env python3
"""Times beside pyiso8583, in one run: the shortest of seven, in microseconds a message; beside iso8583sim, too, where it is
installed, which gives and takes text and one dictionary, and not octets and two."""

import timeit

import cardwire
import iso8583
from iso8583.specs import default_ascii

try:
    from iso8583sim.core.builder import ISO8583Builder
    from iso8583sim.core.parser import ISO8583Parser
except ImportError:
    ISO8583Builder = ISO8583Parser = None


def shortest(call, number):
    return min(timeit.repeat(call, number=number, repeat=7)) / number * 1e6


def of_iso8583sim(octets):
    """Its decode and encode of the same message; each None where it is not installed, or refuses the message."""
    if ISO8583Parser is None:
        return None, None
    parser, builder, text = ISO8583Parser(), ISO8583Builder(), bytes(octets).decode("ascii")
    message = parser.parse(text)
    try:
        assert builder.build(message) == text
    except Exception as why:
        print(f"iso8583sim does not build: {why}")
        return lambda: parser.parse(text), None
    return lambda: parser.parse(text), lambda: builder.build(message)


FEW = {"t": "0200", "3": "000000", "4": "000000012300", "7": "1123061759", "11": "123456", "12": "141759", "13": "1123", "41": "TERM0001", "49": "156"}
MANY = FEW | {"2": "6212345678901232", "14": "2912", "18": "5411", "22": "051", "25": "00", "32": "12345678901", "37": "632714123456", "42": "MERCHANT0000001", "43": "CARDWIRE TEST SHOP       SHANGHAI     CN"}

print("| | pyiso8583 | iso8583sim | cardwire | times |\n| --- | --- | --- | --- | --- |")
for name, values in (("nine elements", FEW), ("eighteen elements", MANY)):
    octets, _ = iso8583.encode(dict(values), default_ascii)
    spec = cardwire.Spec(default_ascii)
    assert cardwire.decode(octets, spec) == iso8583.decode(octets, default_ascii)
    decodes, encodes = of_iso8583sim(octets)
    rows = {
        "decode": (lambda: iso8583.decode(octets, default_ascii), decodes, lambda: cardwire.decode(octets, spec)),
        "encode": (lambda: iso8583.encode(values, default_ascii), encodes, lambda: cardwire.encode(values, spec)),
    }
    for what, (theirs, other, ours) in rows.items():
        slow, fast = shortest(theirs, 2000), shortest(ours, 20000)
        third = f"{shortest(other, 2000):.1f} µs" if other else ""
        print(f"| {what}, {name} | {slow:.1f} µs | {third} | {fast:.2f} µs | {slow / fast:.0f} |")
octets = bytes(octets)
many = [octets] * 100_000
each = shortest(lambda: cardwire.decode_batch(many, spec, ["2", "4", "11", "39"]), 1) / len(many)
print(f"| four columns of 100,000 messages | | | {each:.2f} µs | |")

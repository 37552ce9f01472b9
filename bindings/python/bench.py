#!/usr/bin/env python3
"""Times beside pyiso8583, in one run: the shortest of seven, in microseconds a message."""

import timeit

import cardwire
import iso8583
from iso8583.specs import default_ascii


def shortest(call, number):
    return min(timeit.repeat(call, number=number, repeat=7)) / number * 1e6


FEW = {"t": "0200", "3": "000000", "4": "000000012300", "7": "1123061759", "11": "123456", "12": "141759", "13": "1123", "41": "TERM0001", "49": "156"}
MANY = FEW | {"2": "4111111111111111", "14": "2912", "18": "5411", "22": "051", "25": "00", "32": "12345678901", "37": "632714123456", "42": "MERCHANT0000001", "43": "CARDWIRE TEST SHOP       SHANGHAI     CN"}

print("| | pyiso8583 | cardwire | times |\n| --- | --- | --- | --- |")
for name, values in (("nine elements", FEW), ("eighteen elements", MANY)):
    octets, _ = iso8583.encode(dict(values), default_ascii)
    spec = cardwire.Spec(default_ascii)
    assert cardwire.decode(octets, spec) == iso8583.decode(octets, default_ascii)
    rows = {
        "decode": (lambda: iso8583.decode(octets, default_ascii), lambda: cardwire.decode(octets, spec)),
        "encode": (lambda: iso8583.encode(values, default_ascii), lambda: cardwire.encode(values, spec)),
    }
    for what, (theirs, ours) in rows.items():
        slow, fast = shortest(theirs, 2000), shortest(ours, 20000)
        print(f"| {what}, {name} | {slow:.1f} µs | {fast:.2f} µs | {slow / fast:.0f} |")
octets = bytes(octets)
many = [octets] * 100_000
each = shortest(lambda: cardwire.decode_batch(many, spec, ["2", "4", "11", "39"]), 1) / len(many)
print(f"| four columns of 100,000 messages | | {each:.2f} µs | |")

"""The other side of tests/pyiso8583.rs: pyiso8583 encodes and decodes what it is told, line by line.

Reads JSON lines and responds with JSON lines:

    {"spec": {...}}         the spec of what follows; no response
    {"encode": {"t": ...}}  {"wire": "30383030..."} or {"error": "..."}
    {"decode": "3038..."}   {"fields": {"t": ...}} without bitmaps, or {"error": "..."}
"""

import json
import sys

import iso8583


def encode(fields, spec):
    wire, _ = iso8583.encode(fields, spec)
    return {"wire": wire.hex().upper()}


def decode(wire, spec):
    fields, _ = iso8583.decode(bytes.fromhex(wire), spec)
    return {"fields": {key: value for key, value in fields.items() if key not in ("p", "1")}}


def main():
    spec = None
    for line in sys.stdin:
        [(action, argument)] = json.loads(line).items()
        if action == "spec":
            spec = argument
            continue
        try:
            response = {"encode": encode, "decode": decode}[action](argument, spec)
        except Exception as error:  # whatever a peer raises is its refusal
            response = {"error": "%s: %s" % (type(error).__name__, error)}
        sys.stdout.write(json.dumps(response) + "\n")


if __name__ == "__main__":
    main()

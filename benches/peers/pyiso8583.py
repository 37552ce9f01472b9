"""Measures pyiso8583 for src/peer/pyiso8583.rs: a JSON line with a spec and a message in, a line of rows out.

Batches as there: the shortest and the median of many. Allocations are not counted, which is `null`.
"""

import json
import sys
import time

import iso8583

BATCHES = 50
BATCH_SECONDS = 0.002


def measured(op, operation):
    def batch(runs):
        start = time.perf_counter_ns()
        for _ in range(runs):
            operation()
        return (time.perf_counter_ns() - start) / runs

    runs = max(1, int(BATCH_SECONDS * 1e9 / batch(20)))
    times = sorted(batch(runs) for _ in range(BATCHES))
    return {
        "op": op,
        "library": "pyiso8583",
        "checks_content": False,
        "ns_median": round(times[BATCHES // 2], 1),
        "ns_min": round(times[0], 1),
        "allocs": None,
    }


def response(asked):
    spec, wire, five = asked["spec"], bytes.fromhex(asked["wire"]), asked["five"]
    values, _ = iso8583.decode(wire, spec)
    chosen = {key: value for key, value in values.items() if key not in ("h", "p", "1")}

    def read5():
        decoded, _ = iso8583.decode(wire, spec)
        return [decoded[number] for number in five]

    rows = [
        measured("parse", lambda: iso8583.decode(wire, spec)),
        measured("parse_read5", read5),
    ]
    # what it writes is the message, or there is nothing to measure
    if bytes(iso8583.encode(dict(chosen), spec)[0]) == wire:
        rows.append(measured("build", lambda: iso8583.encode(dict(chosen), spec)))
        rows.append(measured("build_from_parsed", lambda: iso8583.encode(values, spec)))
    return {"values": values, "rows": rows}


for line in sys.stdin:
    try:
        reply = response(json.loads(line))
    except Exception as error:  # whatever it raises is its refusal
        reply = {"error": "%s: %s" % (type(error).__name__, error)}
    print(json.dumps(reply), flush=True)

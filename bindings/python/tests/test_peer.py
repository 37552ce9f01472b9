"""Beside pyiso8583: the same values on both sides, in both directions."""

import os
import random
import string

import cardwire
import iso8583
import pytest
from iso8583.specs import default, default_ascii

SEED = int(os.environ.get("CARDWIRE_SEED", "1"))
TEXT = string.ascii_letters + string.digits + " .-/"


def message(draw, spec):
    """A message of any fields of a spec of pyiso8583."""
    values = {"t": draw.choice(["0100", "0110", "0200", "0210", "0420", "0800"])}
    keys = [key for key in spec if key.isdigit() and key not in ("1", "65")]
    for key in draw.sample(keys, draw.randrange(1, 20)):
        row = spec[key]
        length = row["max_len"] if row["len_type"] == 0 else draw.randrange(1, row["max_len"] + 1)
        if row["data_enc"] == "b":
            digits = length if row.get("len_count") == "nibbles" else 2 * length
            values[key] = "".join(draw.choice("0123456789ABCDEF") for _ in range(digits))
        else:
            values[key] = "".join(draw.choice(TEXT) for _ in range(length))
    return values


def specs():
    """Those of the package, and some with packed digits, EBCDIC and lengths of other kinds."""
    packed = {key: dict(row) for key, row in default.items()}
    packed["t"].update(data_enc="b", max_len=2)
    packed["2"].update(data_enc="b", len_enc="bcd", len_type=1, max_len=19, len_count="nibbles", left_pad="0")
    packed["35"].update(data_enc="b", len_enc="b", len_type=1, max_len=37, len_count="nibbles", right_pad="F")
    packed["4"].update(data_enc="b", max_len=6)
    packed["55"].update(data_enc="b", len_enc="bcd", len_type=2)
    ebcdic = {key: dict(row) for key, row in default.items()}
    for row in ebcdic.values():
        if row["data_enc"] == "ascii":
            row["data_enc"] = row["len_enc"] = "cp500"
    header = {key: dict(row) for key, row in default_ascii.items()}
    header["h"].update(data_enc="b", max_len=5)
    return {"default": default, "default_ascii": default_ascii, "packed": packed, "ebcdic": ebcdic, "header": header}


@pytest.mark.parametrize("name", specs())
def test_both_say_the_same(name):
    spec = specs()[name]
    draw = random.Random(f"{SEED} {name}")
    for _ in range(400):
        values = message(draw, spec)
        if spec["h"]["max_len"]:
            values["h"] = "".join(draw.choice("0123456789ABCDEF") for _ in range(2 * spec["h"]["max_len"]))
        theirs, their_parts = iso8583.encode(dict(values), spec)
        ours, our_parts = cardwire.encode(values, spec)
        assert bytes(ours) == bytes(theirs)
        assert our_parts == their_parts
        assert cardwire.decode(theirs, spec) == iso8583.decode(ours, spec)


def test_both_refuse_what_is_cut_off():
    draw = random.Random(SEED)
    for _ in range(300):
        octets, _ = iso8583.encode(message(draw, default_ascii), default_ascii)
        cut = octets[: draw.randrange(len(octets))]
        with pytest.raises(iso8583.DecodeError):
            iso8583.decode(cut, default_ascii)
        with pytest.raises(cardwire.DecodeError) as refused:
            cardwire.decode(cut, default_ascii)
        assert refused.value.pos <= len(octets)

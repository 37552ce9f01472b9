"""What the package promises by itself."""

import os
import pickle
import random
import re
from pathlib import Path

import cardwire
import pyarrow
import pytest

ROOT = Path(__file__).resolve().parents[3]
CARDS = ["4111111111111111", "6212345678901232", "5555444433331111", "4242424242424242"]
SEED = int(os.environ.get("CARDWIRE_SEED", "1"))
ANSWER = b"0210303800000A808000000000000000012300123456142536112363270612345651TERM0001156"


def golden():
    """Each golden message: its spec, and its octets."""
    for path in sorted((ROOT / "tests/golden").glob("*.txt")):
        for name, digits in re.findall(r"^\[([\w-]+)\]\n((?:[0-9A-F]+\n)+)", path.read_text(), re.M):
            yield name, bytes.fromhex(digits.replace("\n", ""))


def leaks(text):
    """Whether a card number is in a text, as its digits or as the digits of its octets."""
    plain = re.sub(r"[\s|]", "", text)
    forms = [form for card in CARDS for form in (card, card.encode().hex(), bytes(0xF0 | int(c) for c in card).hex())]
    return any(form in plain or form.upper() in plain for form in forms)


def test_what_is_read_is_written_again():
    count = 0
    for spec, octets in golden():
        text, parts = cardwire.decode(octets, spec)
        again, same = cardwire.encode(text, spec)
        assert bytes(again) == octets and same == parts, spec
        assert b"".join(part["len"] + part["data"] for part in parts.values()) == octets, spec
        count += 1
    assert count > 60


def test_parts_are_reached_by_path_and_written_from_a_dictionary():
    spec, octets = next(found for found in golden() if found[0] == "iso87-ascii")
    message = cardwire.parse(octets, spec)
    assert message["55.9F26"] == "A1B2C3D4E5F60718" and message[3] == "003000" and "55.9F27" in message
    assert message.get("62") is None and message.get("62", "x") == "x"
    with pytest.raises(KeyError):
        message["62"]
    values = {"t": "0200", "3": {"1": "00", "2": "30", "3": "00"}, "4": 12345, "55": {"9F26": b"\xa1" * 8}}
    built, _ = cardwire.encode(values, spec)
    again = cardwire.parse(built, spec)
    assert again["3"] == "003000" and again["4"] == "000000012345" and again["55.9F26"] == "A1" * 8


def test_errors_say_where_and_hold_no_value():
    octets = b"0800202000000080000000000012345X00000001"
    with pytest.raises(cardwire.DecodeError) as refused:
        cardwire.decode(octets, "iso87-ascii")
    fault = refused.value
    assert (fault.field, fault.pos, fault.parts) == ("11", 31, [])
    assert str(fault) == fault.msg == "field 11 at byte 31: expected class n, found a letter"
    assert isinstance(fault, ValueError) and isinstance(fault, cardwire.Error)
    assert str(pickle.loads(pickle.dumps(fault))) == str(fault)
    with pytest.raises(cardwire.EncodeError) as refused:
        cardwire.encode({"t": "0200", "2": "4111111111111111X"}, "iso87-ascii")
    assert refused.value.field == "2" and not leaks(str(refused.value)) and "4111" not in str(refused.value)
    for values in ({}, {"t": "02"}, {"t": "0200", "x": "1"}, {"t": "0200", "4": None}, {"t": "0200", "193": "1"}, {"t": "0200", "4": "€"}):
        with pytest.raises(cardwire.EncodeError):
            cardwire.encode(values, "iso87-ascii")
    with pytest.raises(cardwire.SpecError):
        cardwire.decode(octets, "no such spec")
    with pytest.raises(TypeError):
        cardwire.decode(octets, 3)
    with pytest.raises(TypeError):
        cardwire.decode("text", "iso87-ascii")


def test_specs_of_four_formats(tmp_path):
    jpos = """<isopackager><isofield id="0" length="4" name="MTI" class="org.jpos.iso.IFA_NUMERIC"/>
        <isofield id="1" length="16" name="BIT MAP" class="org.jpos.iso.IFA_BITMAP"/>
        <isofield id="11" length="6" name="STAN" class="org.jpos.iso.IFA_NUMERIC"/></isopackager>"""
    j8583 = '<j8583-config><parse type="0800"><field num="11" type="NUMERIC" length="6"/></parse></j8583-config>'
    moov = """{"name": "mine", "fields": {
        "0": {"type": "String", "length": 4, "description": "MTI", "enc": "ASCII", "prefix": "ASCII.Fixed"},
        "1": {"type": "Bitmap", "length": 8, "description": "Bitmap", "enc": "HexToASCII", "prefix": "Hex.Fixed"},
        "11": {"type": "String", "length": 6, "description": "STAN", "enc": "ASCII", "prefix": "ASCII.Fixed"}}}"""
    toml = cardwire.Spec("iso87-ascii").to_toml()
    octets = b"0800" + b"0020000000000000" + b"123456"
    for number, text in enumerate([jpos, j8583, moov, toml]):
        path = tmp_path / f"spec-{number}"
        path.write_text(text)
        for spec in (cardwire.Spec(text), cardwire.Spec(path), cardwire.Spec(str(path))):
            assert cardwire.decode(octets, spec)[0]["11"] == "123456"
    with pytest.raises(cardwire.SpecError):
        cardwire.Spec('{"fields": 1}')
    with pytest.raises(OSError):
        cardwire.Spec(tmp_path / "none")
    assert "iso87-ascii" in cardwire.specs()
    assert (11, "Systems trace audit number (STAN)") in cardwire.Spec("iso87-ascii").elements()


def test_what_is_printed_is_masked_also_where_a_message_is_misread():
    draw = random.Random(SEED)
    given = []
    for _, octets in golden():
        spoilt = bytearray(octets)
        spoilt[draw.randrange(4, len(spoilt))] = draw.randrange(256)
        given += [octets, bytes(spoilt)]
    for spec in map(cardwire.Spec, cardwire.specs()):
        shown = []
        for octets in given:
            try:
                message = cardwire.parse(octets, spec)
                shown += [str(message), repr(message), message.dump(), *(message.masked(key) for key in message.fields)]
            except cardwire.Error as fault:
                shown += [str(fault), repr(fault), repr(fault.__dict__)]
        for octets in given[::7]:
            shown += [repr(one) + str(one.hints) + str(one.error) for one in cardwire.probe([octets], [spec])]
        batch = pyarrow.record_batch(cardwire.decode_batch(given, spec, ["2", "35", "45", "48", "55", "60"]))
        shown += [str(row) for row in batch.to_pylist()]
        for text in shown:
            assert not leaks(text), text


def test_a_batch_is_what_each_message_is():
    for spec in ("iso87-ascii", "iso87-bcd", "unionpay-pos"):
        octets = [octets for name, octets in golden() if name == spec] + [b"", b"0200", b"\xff" * 40]
        paths = ["2", "4", "11", "39", "55.9F26"]
        batch = cardwire.decode_batch(octets, spec, paths, numbers=["4"], expose=True)
        columns = pyarrow.record_batch(batch)
        columns.validate(full=True)
        assert len(batch) == len(octets) and batch.columns == ["mti", *paths, "error"]
        for one, row in zip(octets, columns.to_pylist()):
            try:
                message = cardwire.parse(one, spec)
            except cardwire.DecodeError as fault:
                assert row == {"mti": None, **dict.fromkeys(paths), "error": str(fault)}
                continue
            number = message.get("4")
            expected = {path: message.get(path) for path in paths} | {"4": number and int(number)}
            assert row == {"mti": message.mti, **expected, "error": None}
    masked = pyarrow.record_batch(cardwire.decode_batch(octets, "unionpay-pos", ["2"])).to_pydict()
    assert "621234******1232" in masked["2"]


def test_hostile_octets_raise_errors_of_ours():
    draw = random.Random(SEED)
    specs = [cardwire.Spec(name) for name in cardwire.specs()]
    for _ in range(3000):
        octets = bytes(draw.randrange(256) for _ in range(draw.randrange(120)))
        for call in (
            lambda: cardwire.decode(octets, draw.choice(specs)),
            lambda: cardwire.ipm(octets),
            lambda: cardwire.messages(octets),
            lambda: cardwire.Spec(octets.decode("latin-1") + "\n"),
        ):
            try:
                call()
            except ValueError as fault:
                assert not leaks(str(fault))


def test_files_of_messages_and_the_prober():
    found = [octets for name, octets in golden() if name == "unionpay-pos"]
    lines = "\n".join(octets.hex() for octets in found).encode()
    assert [octets for _, octets, _ in cardwire.messages(lines)] == found
    framed = b"".join(len(octets).to_bytes(2, "big") + octets for octets in found)
    assert [octets for _, octets, _ in cardwire.messages(framed, spec="unionpay-pos", framing="binary2")] == found
    best = cardwire.probe(found)[0]
    assert best.spec == "unionpay-pos" and best.is_complete and best.score == 1000
    with pytest.raises(ValueError):
        cardwire.messages(lines, framing="no such framing")


def test_codes_and_masks():
    assert cardwire.response_code("51") == "insufficient funds" and cardwire.response_code("51", "zh") == "余额不足"
    assert cardwire.currency("156") == ("156", "CNY", 2, "Yuan Renminbi") and cardwire.currency("999x") is None
    text = "card 4111111111111111 at 10:15"
    assert not leaks(cardwire.mask(text)) and cardwire.mask(text).startswith("card 411111")
    assert cardwire.mask("余额 51") == "余额 51"

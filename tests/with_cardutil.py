"""The other side of tests/cardutil.rs: cardutil writes files for cardwire and reads those of cardwire.

    with_cardutil.py write FOLDER    one file for each format, and expected.txt with what is in them
    with_cardutil.py read FOLDER     reads the files of cardwire; prints one line a value
"""

import datetime
import pathlib
import sys

from cardutil.mciipm import IpmReader, IpmWriter

FORMATS = [
    ("vbs_ascii", "latin_1", False),
    ("vbs_ebcdic", "cp500", False),
    ("1014_ascii", "latin_1", True),
    ("1014_ebcdic", "cp500", True),
]


def messages():
    yield {"MTI": "1644", "DE24": "697", "DE71": 1, "PDS0105": "0022601230000001234500001", "PDS0122": "T"}
    for number in range(2, 40):
        yield {
            "MTI": "1240",
            "DE2": "5555555555554444",
            "DE3": "000000",
            "DE4": 1000 + number,
            "DE12": datetime.datetime(2026, 1, 23, 12, 34, 56),
            "DE14": "2912",
            "DE22": "51010151114C",
            "DE24": "200",
            "DE26": 5411,
            "DE31": "05555550123456789012345",
            "DE33": "501445",
            "DE38": "A1B2C3",
            "DE41": "TERM0001",
            "DE42": "MERCHANT0000001",
            "DE43": "Shop\\1 High Street\\Town\\12345     NY USA",
            "DE49": "840",
            # whole octets of any value, in every encoding of the file
            "DE55": bytes.fromhex("9F2608A1B2C3D4E5F607189F3602001295050000008000"),
            "DE71": number,
            "DE94": "00000012345",
            "PDS0023": "CT1",
            "PDS0148": "8402",
            # long enough for a second element every third message
            "PDS0158": "x" * (300 * (number % 3)),
            "PDS0165": "M",
            "PDS0170": "y" * 600,
        }
    yield {"MTI": "1644", "DE24": "695", "DE71": 40, "PDS0301": "0000000000038741", "PDS0306": "00000040"}


# what cardwire is asked for, as it prints it
COLUMNS = ["MTI", "DE2", "DE4", "DE12", "DE24", "DE31", "DE43", "DE55", "DE71"]


def line(message):
    def text(name):
        value = message.get(name, "")
        if isinstance(value, datetime.datetime):
            return value.strftime("%y%m%d%H%M%S")
        if isinstance(value, bytes):
            return value.hex().upper()
        if isinstance(value, int):
            return str(value).rjust(12 if name == "DE4" else 8, "0")
        return str(value)

    subelements = ["%s=%s" % (key[3:], message[key]) for key in sorted(message) if key.startswith("PDS")]
    return "|".join([text(name) for name in COLUMNS] + subelements)


def write(folder):
    for name, encoding, blocked in FORMATS:
        with open(folder / ("cardutil_%s.ipm" % name), "wb") as out:
            with IpmWriter(out, encoding=encoding, blocked=blocked) as writer:
                for message in messages():
                    writer.write(message)
    (folder / "expected.txt").write_text("\n".join(line(message) for message in messages()) + "\n")


def read(folder):
    for name, encoding, blocked in FORMATS:
        with open(folder / ("cardwire_%s.ipm" % name), "rb") as file:
            lines = [line(message) for message in IpmReader(file, encoding=encoding, blocked=blocked)]
        (folder / ("read_%s.txt" % name)).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    {"write": write, "read": read}[sys.argv[1]](pathlib.Path(sys.argv[2]))

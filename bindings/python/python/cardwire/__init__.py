"""ISO 8583 card payment messages.

>>> import cardwire
>>> octets = b"0210303800000A808000000000000000012300123456142536112363270612345651TERM0001156"
>>> text, parts = cardwire.decode(octets, "iso87-ascii")
>>> text["39"], cardwire.response_code(text["39"])
('51', 'insufficient funds')
>>> again, _ = cardwire.encode(text, "iso87-ascii")
>>> again == octets
True
>>> cardwire.parse(octets, "iso87-ascii")["4"]
'000000012300'

``decode`` and ``encode`` have the shape of pyiso8583's, and take its spec dictionaries. What is printed, ``Message``,
errors, ``decode_batch``, is masked; a dictionary holds values as they are.
"""

from ._cardwire import (
    Batch,
    DecodeError,
    EncodeError,
    Error,
    Explanation,
    Message,
    Spec,
    SpecError,
    currency,
    decode,
    decode_batch,
    encode,
    ipm,
    mask,
    messages,
    parse,
    probe,
    response_code,
    specs,
)

__all__ = [
    "Batch",
    "DecodeError",
    "EncodeError",
    "Error",
    "Explanation",
    "Message",
    "Spec",
    "SpecError",
    "currency",
    "decode",
    "decode_batch",
    "encode",
    "ipm",
    "mask",
    "messages",
    "parse",
    "probe",
    "response_code",
    "specs",
]

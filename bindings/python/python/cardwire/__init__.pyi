from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any, Optional, Union

_SpecLike = Union["Spec", str, Mapping[str, Mapping[str, Any]]]
_Octets = Union[bytes, bytearray]
_Value = Union[str, bytes, int, Mapping[str, "_Value"]]

class Error(ValueError):
    """What cardwire refuses. It holds no value of a message."""

    msg: str
    """What is wrong, with the place."""
    field: Optional[str]
    """The element."""
    parts: list[str]
    """The part within it, from the outside in."""
    pos: Optional[int]
    """The octet of the message, the first being 0."""

class DecodeError(Error): ...
class EncodeError(Error): ...
class SpecError(Error): ...

class Spec:
    """A spec. It lives as long as the program, so make it once."""

    def __init__(self, source: Union[str, PathLike[str], Mapping[str, Mapping[str, Any]]]) -> None:
        """The built-in spec of a name; a text or a file in TOML, moov JSON, jPOS XML or j8583 XML; a dictionary of pyiso8583."""
    @property
    def name(self) -> str: ...
    def elements(self) -> list[tuple[int, str]]: ...
    def to_toml(self) -> str: ...

class Message:
    """A message that was parsed. What it prints is masked; ``message["2"]`` is the value as it is."""

    @property
    def mti(self) -> str: ...
    @property
    def fields(self) -> list[int]: ...
    @property
    def octets(self) -> bytes: ...
    def __getitem__(self, path: Union[str, int]) -> str:
        """The value of an element or part: ``"4"``, ``"55.9F26"``; octets are hexadecimal digits. ``KeyError`` where there is none."""
    def get(self, path: Union[str, int], default: Optional[str] = None) -> Optional[str]: ...
    def __contains__(self, path: Union[str, int]) -> bool: ...
    def masked(self, path: Union[str, int]) -> Optional[str]: ...
    def describe(self, lang: str = "en") -> str: ...
    def dump(self) -> str: ...

class Batch:
    """Columns of messages, for whoever knows Arrow's C data interface: ``pyarrow.record_batch(batch)``."""

    @property
    def columns(self) -> list[str]: ...
    def __len__(self) -> int: ...
    def __arrow_c_array__(self, requested_schema: Any = None) -> tuple[Any, Any]: ...

class Explanation:
    """How far a spec gets with some octets."""

    spec: str
    framing: Optional[str]
    score: int
    is_complete: bool
    error: Optional[str]
    hints: list[str]

def specs() -> list[str]:
    """The names of the built-in specs."""

def parse(octets: _Octets, spec: _SpecLike) -> Message:
    """Parses a message: every element is checked. ``DecodeError``."""

def decode(octets: _Octets, spec: _SpecLike) -> tuple[dict[str, str], dict[str, dict[str, bytes]]]:
    """A message as text and as octets (``len`` and ``data`` of each): ``h`` header, ``t`` MTI, ``p`` and ``1`` bitmaps, elements by number. ``DecodeError``."""

def encode(values: Mapping[str, _Value], spec: _SpecLike) -> tuple[bytearray, dict[str, dict[str, bytes]]]:
    """The octets of a message, and those of each element. Bitmaps follow from the elements; a composite may be a dictionary of parts. ``EncodeError``."""

def decode_batch(
    messages: Sequence[_Octets],
    spec: _SpecLike,
    fields: Sequence[str],
    *,
    numbers: Sequence[str] = (),
    expose: bool = False,
) -> Batch:
    """Messages to columns: ``mti``, one for each path, and ``error``. Masked unless ``expose``; paths in ``numbers`` are 64-bit columns."""

def probe(messages: Sequence[_Octets], specs: Optional[Sequence[_SpecLike]] = None) -> list[Explanation]:
    """Which specs explain messages that are of one kind, the best first."""

def messages(
    content: _Octets, *, spec: Optional[_SpecLike] = None, framing: Optional[str] = None
) -> list[tuple[str, Optional[bytes], Optional[str]]]:
    """The messages of a file's content (capture, hexadecimal lines, dump, base64, frames): where each was found, its octets, or why there are none."""

def ipm(content: _Octets) -> list[dict[str, str]]:
    """The records of a Mastercard clearing file."""

def mask(text: str) -> str:
    """A text with the inner digits of each card number as ``*``."""

def response_code(code: str, lang: str = "en") -> Optional[str]:
    """What a response code (DE 39) means."""

def currency(code: str) -> Optional[tuple[str, str, Optional[int], str]]:
    """Of three digits or letters: digits, letters, decimals, name."""

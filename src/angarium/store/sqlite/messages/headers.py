"""The filter `header` (RFC 8621 §4.4.1), which reads the header block of each candidate: nothing of it is stored.

The rare filter pays for itself; an index would grow the store by a fifth for every message that nobody asks so about.
"""

import re
from collections.abc import Callable
from typing import Final, TypeAlias

import apsw

from angarium.formats.message.header_block import LONGEST_BLOCK, split_fields
from angarium.formats.message.header_text import text_form
from angarium.store.contract import BlobHash

FUNCTION: Final = "header_contains"

HeaderSource: TypeAlias = Callable[[BlobHash], bytes]
"""Gives the first octets of a message, at least its header block as far as it is looked at (1,000,000 octets)."""

_END: Final = re.compile(rb"\r?\n\r?\n")


def header_contains(octets: bytes, name: str, needle: str | None) -> bool:
    """Whether a message has a header field of this name, with a decoded value that contains the text if one is given.

    Case of name and text does not matter.
    """
    if name.lower().encode("ascii", "replace") not in octets[:LONGEST_BLOCK].lower():
        return False
    end = _END.search(octets)
    fields, _ = split_fields(octets[: end.end()] if end else octets)
    wanted, text = name.lower(), None if needle is None else needle.casefold()
    return any(
        field.name.lower() == wanted and (text is None or text in text_form(field.raw).casefold()) for field in fields
    )


def install(connection: apsw.Connection, source: HeaderSource) -> None:
    """Make `header_contains(blob, name, text)` known to the SQL of a connection."""

    def function(*arguments: "apsw.SQLiteValue") -> int:
        blob, name, needle = arguments
        return int(header_contains(source(BlobHash(str(blob))), str(name), None if needle is None else str(needle)))

    connection.create_scalar_function(FUNCTION, function, 3)

"""Cutting a header block into its fields.

Knows lines, colons and folding, no field by name. RFC 5322 §2.2 and §4.5 (white space before the colon).

A line that is no field and continues none is stepped over (a "From " line of an mbox, a stray ">From "), but such
lines after the last field are given back: they are a body whose separating blank line was lost.
"""

import re
from itertools import islice
from typing import Final

from angarium.formats.message.values import Header

LONGEST_BLOCK: Final = 1_000_000
MOST_FIELDS: Final = 1_000
_FIELD: Final = re.compile(rb"^([!-9;-~]++)[ \t]*+:(.*+(?:\n[ \t].*+)*+)", re.M)
_SPACES: Final = re.compile(rb"\s*+")


def split_fields(block: bytes) -> tuple[tuple[Header, ...], int]:
    """Cut `block` (header lines without the blank line) into at most 1,000 fields of the first 1,000,000 octets.

    Returns the fields and the offset after the last one, which is short of the end only when noise follows.
    """
    fields: list[Header] = []
    found = None
    for found in islice(_FIELD.finditer(block, 0, LONGEST_BLOCK), MOST_FIELDS):
        name, raw = found.groups()
        fields.append(Header(name.decode("ascii"), raw[:-1] if raw.endswith(b"\r") else raw))
    end = found.end() if found is not None else 0
    if len(fields) == MOST_FIELDS:
        return tuple(fields), len(block)
    if len(block) > LONGEST_BLOCK or _SPACES.fullmatch(block, end):
        end = len(block)
    elif end:
        end += 1  # the line feed that ends the last field
    return tuple(fields), end

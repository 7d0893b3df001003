"""The keywords that mail programs wrote into the header of an mbox message: Status, X-Status, X-Keywords.

Only these de-facto fields may live here; no RFC names them. The octets of the message are left as they are.
"""

import re

from angarium.formats.mailstore.keywords import keyword

_HEADER = re.compile(rb"\A(?:[^\r\n]+\r?\n)+")
_FIELD = re.compile(rb"^(Status|X-Status|X-Keywords):[ \t]*([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)", re.I | re.M)
_LETTERS = {
    "status": {"R": "$seen"},
    "x-status": {"A": "$answered", "F": "$flagged", "T": "$draft", "D": "$deleted"},
}
_HEADER_LIMIT = 1 << 20


def status_keywords(message: bytes) -> frozenset[str]:
    """The keywords of a message, from the fields of its header; none when it has no such field."""
    header = _HEADER.match(message[:_HEADER_LIMIT])
    found: set[str] = set()
    for name, value in _FIELD.findall(header[0] if header else b""):
        field, text = name.decode().lower(), value.decode("utf-8", "replace")
        if field == "x-keywords":
            found.update(word for word in map(keyword, re.split(r"[\s,]+", text)) if word)
        else:
            found.update(_LETTERS[field][letter] for letter in text if letter in _LETTERS[field])
    return frozenset(found)

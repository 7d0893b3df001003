"""Addresses that leave no doubt: one for SMTP (RFC 5321 §4.1.2, RFC 6531 §3.3), several in a header field.

Dots may stand anywhere in the local part, as some large providers have given out addresses; nothing that could end an
argument or a line may.
"""

import re
import unicodedata
from typing import Final

from angarium.formats.message.header_text import unfolded

_LONGEST: Final = 254  # octets, RFC 5321 §4.5.3.1.3 less the angle brackets
_LONGEST_LOCAL: Final = 64
# By what they may not hold: sets that reach beyond the first 64 Ki characters take milliseconds to compile.
_ATEXT: Final = r'[^\x00-\x20"(),:;<>@\[\\\]\x7f]'
_LABEL: Final = r"[^\x00-,./:-@\[-^`{-\x7f]++"
_MAILBOX: Final = re.compile(
    rf'(?P<local>{_ATEXT}++|"(?:[^"\\\x00-\x1f\x7f]|\\[ -~])*+")'
    rf"@(?:{_LABEL}(?:\.{_LABEL})*+|\[[A-Za-z0-9:.-]++\])"
)
_UNSEEN: Final = frozenset(("Cc", "Cf", "Cn", "Cs", "Zl", "Zp", "Zs"))

_ATOM: Final = r"[^\s()<>\[\]:;@\\,\"]++"
_QUOTED: Final = r'"(?:[^"\\]|\\.)*+"'
_SPEC: Final = rf'(?:{_ATOM}|{_QUOTED})@[^\s()<>:;@\\,"]++'
_ONE: Final = rf"\s*+(?:(?:(?:{_ATOM}|{_QUOTED})\s*+)*+<{_SPEC}>|{_SPEC})\s*+(?:\([^()@<>]*+\)\s*+)?+"
_LIST: Final = re.compile(rf"{_ONE}(?:,{_ONE})*+")


def is_mailbox(text: str) -> bool:
    """Whether a text is the address of one mailbox, ready to stand between angle brackets."""
    found = _MAILBOX.fullmatch(text)
    if found is None:
        return False
    if not text.isascii() and any(letter > "\x7f" and unicodedata.category(letter) in _UNSEEN for letter in text):
        return False
    return len(text.encode()) <= _LONGEST and len(found["local"].encode()) <= _LONGEST_LOCAL


def is_mailbox_list(raw: bytes) -> bool:
    """Whether a field value is a list of mailboxes that every program reads alike (RFC 5322 §3.4).

    No groups, no route, nothing that is neither name nor address, and a comment only where it can be taken for neither.
    """
    return _LIST.fullmatch(unfolded(raw)) is not None

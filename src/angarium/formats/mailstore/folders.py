"""Names of mailboxes as Maildir++ folders, both ways.

`.A.B` is mailbox B in mailbox A, each name in the modified UTF-7 of IMAP (RFC 3501 §5.1.3), as other servers write it.
Octets that would change where a name leads (`.`, `/`, `%`, controls) are written as `%` and two hexadecimal digits.
"""

import hashlib
import re
from base64 import b64decode, b64encode
from binascii import Error

_OUTSIDE = re.compile(r"[^\x20-\x7e]+")
_SHIFTED = re.compile(r"&([A-Za-z0-9+,]*)-")
_UNSAFE = re.compile(r"[%./\\\x00-\x1f\x7f]|^[ ~]| $")
_ESCAPED = re.compile(r"%(25|2e|2f|5c|20|7e|7f|[01][0-9a-f])")
_LONGEST = 200


def folder_name(path: tuple[str, ...]) -> str:
    """The folder of a mailbox below the root, `.A.B`; one too long for a file system is cut and made unique."""
    name = "".join("." + _UNSAFE.sub(_escape, _shift(part)) for part in path)
    if len(name) <= _LONGEST:
        return name
    return f"{name[:_LONGEST]}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def folder_path(name: str) -> tuple[str, ...]:
    """The names of the mailboxes that a folder `.A.B` stands for, outermost first; none for the root."""
    return tuple(_unshift(_ESCAPED.sub(_plain, part)) for part in name.split(".") if part)


def _escape(found: re.Match[str]) -> str:
    return f"%{ord(found[0]):02x}"


def _plain(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def _shift(text: str) -> str:
    """Modified UTF-7: `&` stands for itself as `&-`, and runs of other letters as base64 of UTF-16."""
    return _OUTSIDE.sub(_shift_run, text.replace("&", "&-"))


def _shift_run(found: re.Match[str]) -> str:
    coded = b64encode(found[0].encode("utf-16-be", "surrogatepass")).rstrip(b"=").replace(b"/", b",")
    return f"&{coded.decode()}-"


def _unshift(text: str) -> str:
    """Undo modified UTF-7; what is not valid in it stays as it stands."""
    return _SHIFTED.sub(_unshift_run, text)


def _unshift_run(found: re.Match[str]) -> str:
    coded = found[1].replace(",", "/")
    if not coded:
        return "&"
    try:
        return b64decode(coded + "=" * (-len(coded) % 4)).decode("utf-16-be")
    except (UnicodeDecodeError, Error):
        return found[0]

"""Media types and file names as they may stand in header fields (RFC 9110 §8.3.1, RFC 6266)."""

import re
from urllib.parse import quote

DEFAULT = "application/octet-stream"

_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,127}"
_QUOTED = r'"(?:[\t !#-\[\]-~]|\\[\t -~])*"'
_MEDIA_TYPE = re.compile(rf"{_NAME}/{_NAME}(?:[ \t]*;[ \t]*{_NAME}=(?:{_NAME}|{_QUOTED}))*[ \t]*;?[ \t]*\Z")
_UNSAFE = re.compile(r"[^ !#-.0-\[\]-~]")  # RFC 6266 §4.3: nor what parts folders
_LONGEST = 500


def is_media_type(text: str) -> bool:
    """Whether the text is a media type that can be sent as it is."""
    return len(text) <= _LONGEST and _MEDIA_TYPE.match(text) is not None


def attachment(name: str) -> bytes:
    """A Content-Disposition that saves a file under this name (RFC 6266 §4): plain for old clients, and exact."""
    plain = _UNSAFE.sub("_", name)
    exact = quote(name.encode("utf-8", "replace"), safe="!#$&+^`|~")
    if plain == name:
        return f'attachment; filename="{plain}"'.encode("ascii")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}".encode("ascii")

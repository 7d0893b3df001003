"""The base subject, by which replies and forwards of one conversation are recognised.

RFC 5256 §2.1, walked with two positions instead of shorter and shorter copies: linear however many "Re:" there are.
"""

import re
from typing import Final

_SPACE: Final = re.compile(r"\s+")
_FWD: Final = "(fwd)"
_BLOB: Final = re.compile(r"\[[^\[\]]*+\] ?")
_REPLY: Final = re.compile(r"(?:re|fwd?) ?(?:\[[^\[\]]*+\] ?)?:", re.I)
_FORWARDED: Final = re.compile(r"\[fwd:", re.I)


def base_subject(subject: str) -> str:
    """Strip reply and forward marks from a decoded subject; case is kept, white space collapsed."""
    text = _SPACE.sub(" ", subject).strip()
    start, end = 0, len(text)
    while True:
        end = _without_trailers(text, start, end)
        start = _without_leaders(text, start, end)
        # Step 6: "[fwd: ... ]" around the whole.
        if end - start > len("[fwd:]") and text[end - 1] == "]" and _FORWARDED.match(text, start, end):
            start, end = start + len("[fwd:"), end - 1
            continue
        return text[start:end]


def _without_trailers(text: str, start: int, end: int) -> int:
    while end > start:
        if text[end - 1] == " ":
            end -= 1
        elif end - start >= len(_FWD) and text[end - len(_FWD) : end].lower() == _FWD:
            end -= len(_FWD)
        else:
            break
    return end


def _without_leaders(text: str, start: int, end: int) -> int:
    """Steps 3 to 5: take off "Re:" and the like, and blobs as long as something is left after them."""
    blobs_end = -1  # up to where a run of blobs is known to have no "Re:" behind it
    while start < end:
        if text[start] == " ":
            start += 1
            continue
        if start >= blobs_end:
            blobs_end = _past_blobs(text, start, end)
            reply = _REPLY.match(text, blobs_end, end)
            if reply is not None:
                start = reply.end()
                continue
        blob = _BLOB.match(text, start, end)
        if blob is None or blob.end() >= end:
            break
        start = blob.end()
    return start


def _past_blobs(text: str, start: int, end: int) -> int:
    while (blob := _BLOB.match(text, start, end)) is not None:
        start = blob.end()
    return start

"""SMTP replies as one line of text (RFC 8621 §7), whatever a server may say."""

import re
from typing import Final

_LONGEST: Final = 500
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_STATUS: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3} ")


def one_line(code: int, text: str) -> str:
    """A reply of several lines as RFC 8621 joins them: what each line repeats of the first is left out."""
    lines = text.split("\n")
    status = _STATUS.match(lines[0])
    repeated = status[0] if status else ""
    joined = " ".join([lines[0], *(line.removeprefix(repeated) for line in lines[1:])])
    return f"{code} {_CONTROLS.sub(' ', joined).strip()}"[:_LONGEST].strip()


def is_success(code: int) -> bool:
    """Whether the server took what it was told."""
    return 200 <= code <= 299


def is_refusal(code: int) -> bool:
    """Whether the server said no, for now or for ever; anything else makes no sense where a decision is due."""
    return 400 <= code <= 599

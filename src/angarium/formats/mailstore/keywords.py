"""What a flag of another mail store becomes: a keyword as JMAP allows it (RFC 8621 §4.1.1), or nothing."""

import re

_KEYWORD = re.compile(r"[!#$&'+,\-./0-9:;<=>?@A-Z\[^_`a-z|}~]{1,255}\Z")
_SYSTEM = {"\\seen": "$seen", "\\answered": "$answered", "\\flagged": "$flagged", "\\draft": "$draft"}


def keyword(flag: str) -> str | None:
    """The keyword for an IMAP flag or keyword, in lower case; None for what JMAP does not allow."""
    folded = flag.strip().lower()
    if known := _SYSTEM.get(folded):
        return known
    return folded if _KEYWORD.match(folded) else None

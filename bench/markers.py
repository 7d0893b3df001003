"""Replaces marked sections of a document, and nothing else in it.

Only text surgery may live here. A section is everything between the lines ``<!-- bench:NAME -->`` and ``<!--
/bench:NAME -->``, or those with another prefix.
"""

from collections.abc import Mapping


class MarkerError(ValueError):
    """The document lacks a section, or has it twice."""


def replace_sections(document: str, sections: Mapping[str, str], prefix: str = "bench") -> str:
    """The document with the content of each named section replaced (MarkerError)."""
    for name, content in sections.items():
        document = _replace(document, f"{prefix}:{name}", content)
    return document


def _replace(document: str, name: str, content: str) -> str:
    opening, closing = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    if document.count(opening) != 1 or document.count(closing) != 1:
        raise MarkerError(f"the document needs one {opening.strip()} and one {closing}")
    before, _, rest = document.partition(opening)
    _, found, after = rest.partition(closing)
    if not found:
        raise MarkerError(f"{closing} stands before {opening.strip()}")
    return before + opening + content.strip("\n") + "\n" + closing + after

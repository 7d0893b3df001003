"""Content lines, the common ground of iCalendar and vCard: lines, parameters, components, both ways.

Pure: octets in, values out, and back. RFC 5545 §3.1, RFC 6350 §3, RFC 6868; what vCard 2.1 has instead is read too.
"""

from angarium.formats.contentline.build import fold, write, write_line
from angarium.formats.contentline.component import MOST_DEPTH, is_base64, parse, read
from angarium.formats.contentline.line import parse_line
from angarium.formats.contentline.text import escape, split, texts, unescape
from angarium.formats.contentline.unfold import MOST_LINES, as_utf_8, logical_lines
from angarium.formats.contentline.values import BARE, Component, Line, Parameters, Problem, Reading

__all__ = [
    "BARE",
    "MOST_DEPTH",
    "MOST_LINES",
    "Component",
    "Line",
    "Parameters",
    "Problem",
    "Reading",
    "as_utf_8",
    "escape",
    "fold",
    "is_base64",
    "logical_lines",
    "parse",
    "parse_line",
    "read",
    "split",
    "texts",
    "unescape",
    "write",
    "write_line",
]

"""Draws growth as an SVG: a small panel for each row, with the size of the store to the right, in powers of ten.

Only drawing may live here. Each panel begins at zero and has its own scale, so that its dashed limit stands at the same
height in all of them: a line that ends below it holds its aim. Colours follow the reader's light or dark scheme, on a
ground of their own, so that the picture can be read wherever it is shown.
"""

from collections.abc import Sequence
from html import escape
from itertools import chain
from math import log10

from bench.aims import growth_limit
from bench.curves import Curve
from bench.result import RowResult

_COLUMNS = 4
_PANEL = (228, 132)
_GAP = (12, 14)
_EDGE = 16
_HEAD = 50
_PLOT = (14, 34, 200, 70)  # left, top, width and height within a panel
_ROOM = 1.12  # of the limit's height, so that the highest point has its label inside

_STYLE = """
svg { font: 12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
text { fill: #1d232b; }
.head { font-size: 15px; font-weight: 600; }
.name { font-weight: 600; }
.quiet { fill: #5c6672; font-size: 11px; }
.miss { fill: #c0392b; }
.ground { fill: #ffffff; }
.panel { fill: #f3f5f8; }
.rule { stroke: #d0d5dc; }
.limit { stroke: #5c6672; stroke-dasharray: 4 3; }
.line { fill: none; stroke: #1f6fc4; stroke-width: 2; stroke-linejoin: round; }
.dot { fill: #1f6fc4; }
@media (prefers-color-scheme: dark) {
text { fill: #e8ebef; }
.quiet { fill: #9aa5b1; }
.miss { fill: #ff8a7a; }
.ground { fill: #12161c; }
.panel { fill: #1b2129; }
.rule { stroke: #353d48; }
.limit { stroke: #9aa5b1; }
.line { stroke: #6fb1f5; }
.dot { fill: #6fb1f5; }
}
"""


def growth(curves: Sequence[Curve]) -> str:
    """The picture of these rows (at least one), as the text of an SVG file."""
    down = -(-len(curves) // _COLUMNS)
    width = 2 * _EDGE + _COLUMNS * _PANEL[0] + (_COLUMNS - 1) * _GAP[0]
    height = _HEAD + _EDGE + down * _PANEL[1] + (down - 1) * _GAP[1]
    panels = chain.from_iterable(_panel(curve, *_place(number)) for number, curve in enumerate(curves))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
            ' role="img" aria-label="Cost of each operation by the size of the mailbox">',
            f"<style>{_STYLE}</style>",
            f'<rect class="ground" width="{width}" height="{height}"/>',
            _text(_EDGE, 22, "What an operation costs by the size of the mailbox", "head"),
            _text(
                _EDGE,
                40,
                "Median as a multiple of Core/echo beside it, and its growth from the smallest mailbox to the largest. "
                "Dashed: the most it may grow.",
                "quiet",
            ),
            *panels,
            "</svg>\n",
        ]
    )


def _place(number: int) -> tuple[int, int]:
    row, column = divmod(number, _COLUMNS)
    return _EDGE + column * (_PANEL[0] + _GAP[0]), _HEAD + row * (_PANEL[1] + _GAP[1])


def _panel(curve: Curve, left: int, top: int) -> list[str]:
    limit = growth_limit(curve.row) * curve.points[0].multiple
    highest = _ROOM * max(limit, *(point.multiple for point in curve.points))
    at = [_at(point, curve, highest) for point in curve.points]
    x0, y0, width, height = _PLOT
    level = y0 + height * (1 - limit / highest)
    verdict = "" if curve.growth <= growth_limit(curve.row) else "miss"
    return [
        f'<g transform="translate({left} {top})">',
        f'<rect class="panel" width="{_PANEL[0]}" height="{_PANEL[1]}" rx="6"/>',
        _text(x0 - 4, 19, curve.row, "name"),
        _text(_PANEL[0] - 10, 19, f"grows × {curve.growth:.2f}", verdict, "end"),
        f'<path class="rule" d="M{x0 - 4} {y0 + height}H{x0 + width}"/>',
        f'<path class="limit" d="M{x0 - 4} {level:.1f}H{x0 + width}"/>',
        f'<polyline class="line" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in at)}"/>',
        *chain.from_iterable(_point(point, *place, level) for point, place in zip(curve.points, at, strict=True)),
        "</g>",
    ]


def _at(point: RowResult, curve: Curve, highest: float) -> tuple[float, float]:
    """Where a point stands in its panel: sizes by their logarithm, a third of the width kept for labels."""
    x0, y0, width, height = _PLOT
    first, last = (log10(end.messages) for end in (curve.points[0], curve.points[-1]))
    along = (log10(point.messages) - first) / (last - first)
    return x0 + 16 + along * (width - 36), y0 + height * (1 - point.multiple / highest)


def _point(point: RowResult, x: float, y: float, level: float) -> list[str]:
    below = y - level < 18  # a label above would stand in the limit
    return [
        f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3.2"/>',
        _text(x, y + (16 if below else -7), f"{point.multiple:.2f}", "quiet", "middle"),
        _text(x, _PLOT[1] + _PLOT[3] + 16, _short(point.messages), "quiet", "middle"),
    ]


def _short(messages: int) -> str:
    """A size in few letters."""
    for unit, letter in ((1_000_000, "M"), (1_000, "k")):
        if messages >= unit and not messages % unit:
            return f"{messages // unit}{letter}"
    return f"{messages:,}"


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'

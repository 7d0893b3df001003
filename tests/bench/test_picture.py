from xml.etree import ElementTree

from bench.curves import Curve, curves
from bench.picture import growth
from bench.result import RowResult
from bench.spread import Spread

_SVG = "{http://www.w3.org/2000/svg}"


def _curve(name: str, *multiples: float) -> Curve:
    rows = [
        RowResult(name, "ours", 10**size, Spread(9, at, 1.0), Spread(9, 1.0, 1.0), 0.0, 0.0, 0, 0, 0)
        for size, at in enumerate(multiples, start=4)
    ]
    return curves(rows)[0]


def _drawn(*found: Curve) -> ElementTree.Element:
    return ElementTree.fromstring(growth(found))


def _texts(element: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in element.iter(f"{_SVG}text")]


def test_every_row_has_a_panel_with_its_figures() -> None:
    panels = list(_drawn(_curve("a < b", 2, 2.5, 2.2), _curve("c", 3, 3)).iter(f"{_SVG}g"))
    assert [_texts(panel) for panel in panels] == [
        ["a < b", "grows × 1.10", "2.00", "10k", "2.50", "100k", "2.20", "1M"],
        ["c", "grows × 1.00", "3.00", "10k", "3.00", "100k"],
    ]


def test_what_is_drawn_stays_in_its_panel_and_the_picture() -> None:
    drawn = _drawn(*(_curve(f"{number}", 1, 1.2, 9) for number in range(9)))
    width, height = (float(drawn.attrib[name]) for name in ("width", "height"))
    for panel in drawn.iter(f"{_SVG}g"):
        left, top = (float(part) for part in panel.attrib["transform"][10:-1].split())
        (box,) = panel.iter(f"{_SVG}rect")
        right, bottom = float(box.attrib["width"]), float(box.attrib["height"])
        assert left + right < width
        assert top + bottom < height
        for dot in panel.iter(f"{_SVG}circle"):
            assert 0 < float(dot.attrib["cx"]) < right
            assert 0 < float(dot.attrib["cy"]) < bottom


def test_a_row_that_grows_too_much_is_marked() -> None:
    marked = [text.text for text in _drawn(_curve("a", 1, 2), _curve("b", 1, 1)).iter() if text.get("class") == "miss"]
    assert marked == ["grows × 2.00"]


def test_a_line_ends_above_the_limit_just_when_it_misses() -> None:
    for last, misses in ((1.4, False), (1.6, True)):
        (panel,) = _drawn(_curve("a", 1, last)).iter(f"{_SVG}g")
        limit = next(path for path in panel.iter(f"{_SVG}path") if path.get("class") == "limit")
        level = float(limit.attrib["d"].partition("H")[0].split()[-1])
        *_, dot = panel.iter(f"{_SVG}circle")
        assert (float(dot.attrib["cy"]) < level) is misses

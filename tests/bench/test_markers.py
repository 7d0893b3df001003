from pathlib import Path

import pytest
from bench.markers import MarkerError, replace_sections
from bench.report import SECTIONS

_DOCUMENT = (
    "# Title\n<!-- bench:rows -->\nold\n<!-- /bench:rows -->\nprose\n<!-- bench:wire -->\n<!-- /bench:wire -->\nend"
)


def test_only_the_text_between_the_markers_is_replaced() -> None:
    assert replace_sections(_DOCUMENT, {"rows": "| new |\n| --- |"}) == _DOCUMENT.replace("old", "| new |\n| --- |")


def test_a_section_that_is_not_given_stays() -> None:
    assert replace_sections(_DOCUMENT, {}) == _DOCUMENT


def test_replacing_twice_gives_the_same_as_once() -> None:
    once = replace_sections(_DOCUMENT, {"rows": "a", "wire": "b"})
    assert replace_sections(once, {"rows": "a", "wire": "b"}) == once


@pytest.mark.parametrize(
    "document",
    [
        "no markers",
        "<!-- bench:rows -->\nnever closed",
        "<!-- /bench:rows -->\n<!-- bench:rows -->\n",
        "<!-- bench:rows -->\n<!-- /bench:rows -->\n" * 2,
    ],
)
def test_a_document_without_exactly_one_section_is_refused(document: str) -> None:
    with pytest.raises(MarkerError, match="rows"):
        replace_sections(document, {"rows": "new"})


def test_the_performance_page_has_every_section() -> None:
    page = (Path(__file__).parents[2] / "docs" / "performance.md").read_text()
    written = replace_sections(page, dict.fromkeys(SECTIONS, "new"))
    assert written.count("\nnew\n") == len(SECTIONS)

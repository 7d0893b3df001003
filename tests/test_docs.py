"""The pages that claim something claim nothing that is not there: every module and every test that it names exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted((ROOT / "docs").glob("rfc*.md"))
PROOFS = [ROOT / "docs" / name for name in ("security.md", "reliability.md")]

_MODULE = re.compile(r"`(src/[^`]+)`")
_TEST = re.compile(r"`(tests/[^`]+::[^`]+)`")
_UNCLAIMED = re.compile(r"not yet|for clients|no rule|registries")


def rows(page: Path) -> list[list[str]]:
    """The cells of every row that stands in a table of four columns, heads and rules apart."""
    lines = (line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| "))
    cells = ([cell.strip() for cell in line.strip("|").split(" | ")] for line in lines)
    return [row for row in cells if row[0] != "Section"]


@cache
def functions(path: str) -> set[str]:
    """The names of all functions of a file, methods among them; none when there is no such file."""
    file = ROOT / path
    if not file.is_file():
        return set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_every_module_named_exists(page: Path) -> None:
    named = set(_MODULE.findall(page.read_text(encoding="utf-8")))
    assert named
    assert [module for module in sorted(named) if not (ROOT / module).is_file()] == []


@pytest.mark.parametrize("page", [*PAGES, *PROOFS], ids=lambda page: page.name)
def test_every_test_named_exists(page: Path) -> None:
    named = [test.split("::") for test in set(_TEST.findall(page.read_text(encoding="utf-8")))]
    assert named
    missing = [test for test in named if not test[-1].startswith("test_") or test[-1] not in functions(test[0])]
    assert sorted(missing) == []


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_every_row_names_a_module_and_a_test_or_says_that_it_claims_nothing(page: Path) -> None:
    assert rows(page)
    for row in rows(page):
        assert len(row) == 4, row
        _, _, module, test = row
        claimed = bool(_MODULE.search(module)) and bool(_TEST.search(test))
        assert claimed or _UNCLAIMED.search(test), row


def test_every_class_of_attack_names_a_test_or_says_that_there_is_nothing_to_attack_yet() -> None:
    page = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| Class")]
    assert len(lines) > 20
    assert [line for line in lines if not _TEST.search(line) and " yet " not in line] == []

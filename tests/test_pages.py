"""What the pages tell people to type, set and follow is there: commands with their options, settings, links."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from angarium.app.cli.main import app
from angarium.app.config import load

ROOT = Path(__file__).parent.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs" / "guide").glob("*.md"))]

_CODE = re.compile(r"```[^\n]*\n(.*?)```|``?([^`\n]+)``?", re.S)
_CALL = re.compile(
    r"(?:^|(?<=/))angarium((?: +[^\s#\\|,]+(?:\\?\|[a-z]+)*| *\n +--\S+)+)", re.M
)  # elsewhere in a line it is a user's name
_OPTION = re.compile(r"(?<!\S)\[?(--[a-z][a-z-]*)")
_SETTINGS = re.compile(r"```toml\n(.*?)```", re.S)
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)")
_OTHERS = frozenset({"unix"})  # the line of Postfix's master.cf that names a service


def _calls(page: Path) -> Iterator[str]:
    """What follows the name of the program wherever a page shows a call of it."""
    for block, span in _CODE.findall(page.read_text(encoding="utf-8")):
        for call in _CALL.findall(block or span):
            if call.split()[0] not in _OTHERS:
                yield call


def _wrong(call: str) -> list[str]:
    """The words of a call that the program does not know."""
    command: click.Command = app
    for word in call.split():
        if not isinstance(command, click.Group):
            break
        names = re.split(r"\\?\|", word)
        if missing := [name for name in names if name not in command.commands]:
            return missing
        command = command.commands[names[0]]
    known = {option for parameter in command.params for option in parameter.opts}
    return [option for option in _OPTION.findall(call) if option not in known]


def _anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ +(.*)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_and_option_exists(page: Path) -> None:
    assert [(call, wrong) for call in _calls(page) if (wrong := _wrong(call))] == []


def test_calls_are_found_where_pages_show_them() -> None:
    assert sum(1 for page in GUIDES for _call in _calls(page)) > 30
    assert _wrong(" user add|lsit") == ["lsit"]
    assert _wrong(" serve [--lmtp HOST:PORT] [--worker N]") == ["--worker"]


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_every_setting_is_taken(page: Path, tmp_path: Path) -> None:
    settings = tmp_path / "angarium.toml"
    for shown in _SETTINGS.findall(page.read_text(encoding="utf-8")):
        settings.write_text(shown, encoding="utf-8")
        load(settings, environment={})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for path, anchor in _LINK.findall(page.read_text(encoding="utf-8")):
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), path
        assert not anchor or anchor in _anchors(target), anchor

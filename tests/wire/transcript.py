"""Transcripts: files of requests and the answers that are expected, readable beside the RFC.

A line `# …` says what an exchange shows and begins it. `> Email/get` stands before the arguments of a method call,
`< Email/get` before those of a response; several calls before a response are one request. `> GET /path` or
`> POST /path` stands before the body of any other HTTP request, `< 200 application/json` before its answer; a path
that ends in `?unsigned` goes without credentials. What differs from run to run stands in angle brackets: `<email 1>`
is the first email met that has no name in `mailbox.py`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest

WIDTH = 116
_HTTP = re.compile(r"(GET|POST|HEAD|OPTIONS) (/\S*)\Z")


@dataclass(slots=True)
class Block:
    """A request or response: what stands behind the sign, and the text below."""

    head: str
    text: str

    @property
    def http(self) -> tuple[str, str] | None:
        """Method and path when this is no method call."""
        found = _HTTP.match(self.head)
        return (found[1], found[2]) if found else None


@dataclass(slots=True)
class Exchange:
    """One request with its answer."""

    title: str
    requests: list[Block] = field(default_factory=list)
    answers: list[Block] = field(default_factory=list)


def read(file: Path) -> list[Exchange]:
    """The exchanges of a file, in order."""
    exchanges: list[Exchange] = []
    block = Block("", "")
    for line in file.read_text(encoding="utf-8").splitlines():
        sign, rest = line[:2], line[2:]
        if sign == "# ":
            if not exchanges or exchanges[-1].requests:
                exchanges.append(Exchange(rest))
            else:
                exchanges[-1].title += "\n" + rest
        elif sign in ("> ", "< "):
            block = Block(rest, "")
            (exchanges[-1].requests if sign == "> " else exchanges[-1].answers).append(block)
        elif line:
            block.text += line + "\n"
    return exchanges


def write(exchanges: list[Exchange]) -> str:
    """The text of a file."""
    return "\n\n".join("\n".join(_lines(exchange)) for exchange in exchanges) + "\n"


def compare(file: Path, answers: Callable[[Exchange], list[Block]], regenerate: bool) -> None:
    """Fail unless each request of a file is answered as it says; `regenerate` writes what is answered into it."""
    expected = file.read_text(encoding="utf-8")
    exchanges = read(file)
    for exchange in exchanges:
        exchange.answers = answers(exchange)
    told = write(exchanges)
    if told != expected and regenerate:
        file.write_text(told, encoding="utf-8")
        pytest.fail(f"{file.name} was rewritten: read the difference, and keep it only if it is right")
    assert told.splitlines() == expected.splitlines()


def _lines(exchange: Exchange) -> Iterator[str]:
    yield from (f"# {line}" for line in exchange.title.split("\n"))
    for sign, blocks in (("> ", exchange.requests), ("< ", exchange.answers)):
        for block in blocks:
            yield sign + block.head
            if block.text:
                yield block.text.rstrip("\n")


def render(value: Any, indent: int = 0) -> str:
    """JSON with what fits on a line on one line."""
    flat = _flat(value)
    if len(flat) + indent <= WIDTH or not isinstance(value, (dict, list)):
        return flat
    inner, pad = indent + 2, " " * (indent + 2)
    if isinstance(value, dict):
        items = [f"{pad}{_flat(name)}: {render(item, inner)}" for name, item in value.items()]
        return "{\n" + ",\n".join(items) + "\n" + " " * indent + "}"
    items = [pad + render(item, inner) for item in value]
    return "[\n" + ",\n".join(items) + "\n" + " " * indent + "]"


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flat(name)}: {_flat(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flat, value)) + "]"
    return orjson.dumps(value).decode()

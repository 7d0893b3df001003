"""The older dialect word for word, and the modern side after it; the form of the files is that of `tests/wire`.

`pytest tests/wire/legacy --regenerate` writes what the server says now into the files and fails.
"""

import re
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest

from angarium.protocols.legacy.methods import METHODS
from tests.client import Client, good
from tests.conftest import NewUser
from tests.server import Server
from tests.wire.mailbox import begin
from tests.wire.symbols import Symbols
from tests.wire.transcript import Block, Exchange, compare, read, render

FILES = sorted(Path(__file__).parent.glob("*.txt"))
_KINDS = {
    "messageIds": "email",
    "reported": "email",
    "threadIds": "thread",
    "contactIds": "contact",
    "calendarEventIds": "calendar-event",
}
"""What the ids in a member name, where its own name does not tell."""


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_the_server_says_what_the_transcript_says(
    server: Server, new_user: NewUser, file: Path, pytestconfig: pytest.Config
) -> None:
    user, symbols = begin(server, new_user)
    symbols.know("outbox", "outbox")
    compare(file, partial(answers, user, symbols), pytestconfig.getoption("regenerate"))


def test_every_method_has_a_transcript() -> None:
    shown = {block.head for file in FILES for exchange in read(file) for block in exchange.requests}
    assert {method.name for method in METHODS} - shown == set()


def answers(user: Client, symbols: Symbols, exchange: Exchange) -> list[Block]:
    """What the server answers to each call of an exchange, of whichever dialect."""
    told = []
    for block in exchange.requests:
        given = orjson.loads(symbols.filled(block.text))
        if "/" in block.head:
            name, shown = user.responses((block.head, given))[0]
            symbols.learn(block.head.split("/")[0].lower(), shown)
            told.append(Block(name, render(symbols.named(shown)) + "\n"))
            continue
        answer = good(user.post(orjson.dumps([[block.head, given, "#1"]])), 200)
        for name, shown, identifier in answer.json():
            assert identifier == "#1"
            learn(symbols, kind_of(name), shown)
            _hide_size(name, shown)
            told.append(Block(name, render(symbols.named(shown)) + "\n"))
    return told


def _hide_size(name: str, shown: Any) -> None:
    """The size of a message that the server wrote depends on names and dates in it."""
    for made in shown["created"].values() if name == "messagesSet" else ():
        made["size"] = "<size>"


def kind_of(name: str) -> str:
    """The type that a response is of: `calendarEventsSet` is of calendar-event."""
    words = re.sub(r"(Set|Updates|List|Imported|Copied|Reported)\Z", "", name)
    found = re.sub(r"([A-Z])", lambda upper: "-" + upper[1].lower(), words)
    found = found.removesuffix("ies") + "y" if found.endswith("ies") else found.removesuffix("s")
    return {"mailboxe": "mailbox", "message": "email"}.get(found, found)


def learn(symbols: Symbols, kind: str, shown: Any) -> None:
    """Give names to what stands in a response."""
    for name in ("changed", "list", "created", *_KINDS):
        for identifier in _ids(shown.get(name)):
            symbols.learn(_KINDS.get(name, kind), {"id": identifier})
    symbols.learn(kind, shown)


def _ids(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [each["id"] for each in value.values() if isinstance(each, dict) and "id" in each]
    found = [each["id"] if isinstance(each, dict) and "id" in each else each for each in value or ()]
    return [each for each in found if isinstance(each, str)]

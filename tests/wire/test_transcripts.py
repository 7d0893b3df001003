"""What the server says on the wire, word for word, for every method.

`pytest tests/wire --regenerate` writes what it says now into the files and fails, so that somebody reads the change.
"""

from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.attacks.ground import registry
from tests.client import Client
from tests.conftest import NewUser
from tests.server import Server
from tests.wire.mailbox import begin
from tests.wire.symbols import Symbols
from tests.wire.transcript import Block, Exchange, compare, read, render

FOLDER = Path(__file__).with_name("transcripts")
FILES = sorted(FOLDER.glob("*.txt"))


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_the_server_says_what_the_transcript_says(
    server: Server, new_user: NewUser, file: Path, pytestconfig: pytest.Config
) -> None:
    user, symbols = begin(server, new_user)
    compare(file, partial(answers, user, symbols), pytestconfig.getoption("regenerate"))


def test_every_method_has_a_transcript() -> None:
    shown = {block.head for file in FILES for exchange in read(file) for block in exchange.requests}
    assert registry().methods.keys() - shown == set()


def answers(user: Client, symbols: Symbols, exchange: Exchange) -> list[Block]:
    """What the server answers to an exchange's request, with names in place of what differs from run to run."""
    http = exchange.requests[0].http
    if http:
        return [_http(user, symbols, *http, exchange.requests[0].text)]
    calls = [
        [block.head, orjson.loads(symbols.filled(block.text or "{}")), str(number)]
        for number, block in enumerate(exchange.requests)
    ]
    responses = user.request(calls)["methodResponses"]
    told = []
    for (asked, _, _), (name, given, _) in zip(_by_id(calls, responses), responses, strict=True):
        symbols.learn(asked.split("/")[0].lower(), given)
        told.append(Block(name, render(_without_size(asked, symbols.named(given))) + "\n"))
    return told


def _by_id(calls: list[Any], responses: list[Any]) -> list[Any]:
    """The call that each response answers; implicit calls answer under the id of theirs."""
    return [calls[int(identifier)] for _, _, identifier in responses]


def _without_size(method: str, given: Any) -> Any:
    """The size of a message that the server wrote depends on the date in it."""
    for made in (given.get("created") or {}).values() if method == "Email/set" else ():
        if isinstance(made, dict) and "size" in made:
            made["size"] = "<size>"
    return given


def _http(user: Client, symbols: Symbols, method: str, path: str, text: str) -> Block:
    """The answer to any other request."""
    target = symbols.filled(path)
    signed = not target.endswith("?unsigned")
    answer = user.send(
        method, target, symbols.filled(text).encode() if text else None, {"Content-Type": "application/json"}, signed
    )
    media_type = answer.headers.get("content-type", "").split(";")[0]
    head = f"{answer.status} {media_type}"
    if not media_type.endswith("json"):
        return Block(head, answer.body.decode() + "\n")
    given = answer.json()
    symbols.learn("object", given)
    return Block(head, render(symbols.named(given)) + "\n")

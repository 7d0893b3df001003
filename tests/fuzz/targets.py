"""What is thrown random octets at: one function for each parser, which fails for a fault, a hang or a broken promise.

The same targets are run by hypothesis in the tests, by a coverage-guided fuzzer in `make fuzz` (`guided.py`), and by
counting work (`test_work.py`). Seeds and all that ever failed are in `corpus/`.
"""

import asyncio
import atexit
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from typing import Any, cast

import orjson

from angarium.datatypes.mail import ingest
from angarium.engine.declare import Access
from angarium.engine.errors import RequestError
from angarium.formats import json, patch, pointer
from angarium.formats.errors import FormatError
from angarium.formats.icalendar import parse as parse_calendar
from angarium.formats.icalendar import recur
from angarium.formats.icalendar import write as write_calendar
from angarium.formats.jscalendar import check as check_entry
from angarium.formats.jscontact import check as check_card
from angarium.formats.json import JSON
from angarium.formats.localtime import END
from angarium.formats.mailstore import split as split_mbox
from angarium.formats.message import (
    body_lists,
    body_value,
    html_to_text,
    parse,
    parse_addresses,
    parse_date,
    read_delivery_status,
    read_notification,
)
from angarium.formats.message.forms import parse_message_ids
from angarium.formats.message.header_text import decode_words, text_form
from angarium.formats.message.parameters import parse_structured
from angarium.formats.recurrence import RuleError, TooMuchWork, Work, occurrences, read
from angarium.formats.searchtext import parse_query, prepare, snippet
from angarium.formats.vcard import cards, plain, write_card
from angarium.formats.vcard import parse as parse_cards
from angarium.protocols.legacy.call import Settings
from angarium.protocols.legacy.dialect import Dialect
from angarium.protocols.legacy.methods import METHODS as LEGACY_METHODS
from angarium.store.contract import BlobHash
from tests.attacks.ground import Ground, ground
from tests.fuzz.fresh import Fresh
from tests.protocols.lmtp.served import LmtpServed, lmtp_serving
from tests.protocols.lmtp.test_splits import talk

Target = Callable[[bytes], None]

_PREVIEW = 256
_WORK = 400
_HEADER = 5_000
_FAULTS = (b'"serverFail"', b'"serverError"')


def message(octets: bytes) -> None:
    """Everything that is made of a message when it comes, and when it is read."""
    try:
        found = parse(octets)
    except FormatError:
        return
    ingest.from_message(octets, found, (), (), 0, BlobHash("0" * 64))
    lists = body_lists(found.structure)
    for part in (*lists.text_body, *lists.html_body):
        if part.type.startswith("text/"):
            body_value(octets, part, _PREVIEW)
    read_delivery_status(octets, found)
    read_notification(octets, found)


def headers(octets: bytes) -> None:
    """Every form of a header field (RFC 8621 §4.1.2)."""
    value = octets[:_HEADER]
    text = text_form(value)
    assert "\r" not in text.strip("\r\n")
    for found in parse_addresses(value):
        assert isinstance(found["email"], str)
    parse_message_ids(value)
    parse_structured(value)
    parse_date(value.decode("latin-1"))


def words(octets: bytes) -> None:
    """Encoded words (RFC 2047), as they are and among text."""
    text = octets.decode("latin-1")
    decode_words(text)
    decode_words(f"=?utf-8?q?{text}?= =?utf-8?b?{text}?=")


def html(octets: bytes) -> None:
    """HTML to text, never longer than was asked for."""
    text = octets.decode("utf-8", "replace")
    assert len(html_to_text(text, _PREVIEW)) <= _PREVIEW
    html_to_text(text, 1_000_000, attributes=True)


def i_json(octets: bytes) -> None:
    """What is read as I-JSON is written and read as the same."""
    with suppress(FormatError):
        value = json.parse(octets)
        assert json.parse(json.dumps(value)) == value


def pointers(octets: bytes) -> None:
    """JSON pointers with `*`, and patches: a value, a pointer to resolve in it, a patch to apply to it."""
    with suppress(FormatError, KeyError, ValueError):
        match json.parse(octets):
            case [value, str(path), dict(changes)]:
                with suppress(FormatError):
                    pointer.resolve(value, path, 1_000)
                if isinstance(value, dict):
                    patch.check(changes)
                    before = json.dumps(value)
                    patch.apply(value, changes)
                    assert json.dumps(value) == before


def search(octets: bytes) -> None:
    """Words of texts, queries over them, and snippets of what they find."""
    text = octets.decode("utf-8", "replace")
    prepare(text)
    snippet(text, parse_query(text[:100]), _PREVIEW)


def vcard(octets: bytes) -> None:
    """Cards are valid, and come back as they are."""
    for found in cards([octets]):
        assert found.card is not None or found.problems
        if found.card is not None:
            assert check_card(found.card) == []
            assert parse_cards(write_card(found.card)) == [plain(found.card)]


def icalendar(octets: bytes) -> None:
    """Entries are valid, and can be written."""
    found = parse_calendar(octets)
    for entry in found.entries:
        given: dict[str, JSON] = {"uid": "u", **entry}
        if entry["@type"] == "Event":
            given = {"start": "2026-01-01T00:00:00", **given}
        assert check_entry(given) == []
    write_calendar(found.entries, "-//T//T//EN", found.method, group=found.group)


def recurrence(octets: bytes) -> None:
    """Rules walk no further than their work allows, and in order."""
    with suppress(RuleError, FormatError, TooMuchWork, ValueError):
        rule = read(recur.parse(octets.decode("latin-1"), lambda _: "2027-01-01T00:00:00"))
        found = list(occurrences(rule, 63_900_000_000, 0, END, Work(_WORK)))
        assert found == sorted(set(found))


def mbox(octets: bytes) -> None:
    """Messages of an mbox, whatever the pieces in which it is read."""
    whole = list(split_mbox([octets], 10_000))
    assert len(list(split_mbox([octets[:7], octets[7:]], 10_000))) == len(whole)


@contextmanager
def _grounds(folder: Path) -> Iterator[Ground]:
    made = ground(folder / "data")
    yield made
    made.engine.close()


@contextmanager
def _mailers(folder: Path) -> Iterator[LmtpServed]:
    with lmtp_serving(folder) as served:
        served.user("ann")
        yield served


@contextmanager
def _dialects(folder: Path) -> Iterator[tuple[Ground, Dialect]]:
    with _grounds(folder) as land:
        yield land, Dialect(land.engine.engine, lambda: LEGACY_METHODS, Settings("example.com"), lambda: "token")


_GROUND = Fresh(_grounds)
_DIALECT = Fresh(_dialects)
_MAILER = Fresh(_mailers)


def _answered(land: Ground, octets: bytes, prepare_: Callable[[bytes], Any]) -> None:
    store, run = land.engine.store, partial(_run, land)
    try:
        request = prepare_(octets)
    except RequestError:
        return
    match request.access:
        case Access.WRITE:
            answer = store.write(lambda view: run(request, transaction=view)).result()
        case Access.READ:
            answer = store.read(lambda view: run(request, snapshot=view))
        case _:
            answer = run(request)
    assert not any(fault in answer for fault in _FAULTS), answer


def _run(land: Ground, request: Any, **view: Any) -> bytes:
    """The response to a request of either dialect."""
    if hasattr(request, "run"):
        return cast(bytes, request.run(land.user, **view))
    return land.engine.engine.run(request, land.user, **view)


def request(octets: bytes) -> None:
    """A body is refused, or every call in it is answered without a fault."""
    land = _GROUND.use()
    _answered(land, octets, land.engine.engine.prepare)


def filters(octets: bytes) -> None:
    """Any filter and any sort of any type are refused or answered."""
    land = _GROUND.use()
    with suppress(FormatError):
        given = json.parse(octets)
        if isinstance(given, dict):
            names = [name for name in land.engine.registry.types if f"{name}/query" in land.engine.registry.methods]
            account = land.engine.account(land.user)
            calls = [[f"{name}/query", {"accountId": account, **given}, name] for name in names]
            body = orjson.dumps({"using": list(land.engine.registry.capabilities), "methodCalls": calls})
            _answered(land, body, land.engine.engine.prepare)


def legacy(octets: bytes) -> None:
    """The older dialect, the same."""
    land, dialect = _DIALECT.use()
    _answered(land, octets, dialect.prepare)


@cache
def _runner() -> asyncio.Runner:
    """One event loop for all sessions."""
    made = asyncio.Runner()
    atexit.register(made.close)
    return made


def lmtp(octets: bytes) -> None:
    """A session of any octets is answered line by line, and ends."""
    ended = octets + b"\r\n.\r\nRSET\r\nQUIT\r\n"
    pieces: Sequence[bytes] = [ended[: len(octets) // 2], ended[len(octets) // 2 :]]
    said = _runner().run(talk(_MAILER.use().reception, pieces))
    assert said.startswith(b"220 ")
    assert all(line[:3].isdigit() for line in said.splitlines()), said


TARGETS: Mapping[str, Target] = {
    "message": message,
    "headers": headers,
    "words": words,
    "html": html,
    "json": i_json,
    "pointers": pointers,
    "search": search,
    "vcard": vcard,
    "icalendar": icalendar,
    "recurrence": recurrence,
    "mbox": mbox,
    "request": request,
    "filters": filters,
    "legacy": legacy,
    "lmtp": lmtp,
}
"""Every target by its name."""

PURE = tuple(name for name in TARGETS if name not in ("request", "filters", "legacy", "lmtp"))
"""Those that are functions of their input alone."""

"""MDN objects as clients send them, checked property by property, and what their emails become (RFC 9007 §2)."""

from collections.abc import Collection, Mapping
from typing import Final, cast

from angarium.engine.call import Call
from angarium.engine.errors import invalid_arguments, invalid_properties
from angarium.engine.shapes import (
    Problem,
    Shape,
    boolean,
    map_of,
    nullable,
    one_of,
    record_of,
    reference,
    text_of,
)
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON
from angarium.formats.message import DraftHeader, build_header
from angarium.formats.message.disposition import ACTION_MODES, SENDING_MODES, TYPES, is_extension

SENT: Final = "$mdnsent"
_SETS_SENT: Final = f"keywords/{SENT}"
_LONGEST_TEXT: Final = 100_000
_LONGEST_LINE: Final = 900
_MOST_EXTENSIONS: Final = 100
_LINE: Final[Shape] = nullable(text_of(_LONGEST_LINE))
_REQUIRED: Final = ("forEmailId", "disposition")
_SERVER_SET: Final = ("mdnGateway", "originalRecipient", "originalMessageId", "error")


def _body(value: JSON) -> Problem | None:
    if isinstance(value, str) and "\0" in value:
        return Problem("", "must not hold the character U+0000")
    return nullable(text_of(_LONGEST_TEXT))(value)


def _line(value: JSON) -> Problem | None:
    return _LINE(value) or (_unwritable("Subject", value) if isinstance(value, str) else None)


def _extensions(value: JSON) -> Problem | None:
    problem = nullable(map_of(text_of(100, 1), text_of(_LONGEST_LINE)))(value)
    if problem or not isinstance(value, dict):
        return problem
    if len(value) > _MOST_EXTENSIONS:
        return Problem("", f"must have at most {_MOST_EXTENSIONS} members")
    for name, text in value.items():
        if not is_extension(name):
            return Problem(name, "is no extension, but a field that is made from other properties")
        if problem := _unwritable(name, text):
            return problem.within(name)
    return None


def _unwritable(name: str, value: JSON) -> Problem | None:
    """Why a text could not stand in a header field; nobody's text makes a field of its own."""
    try:
        build_header(DraftHeader(name, "Text", cast(str, value)))
    except FormatError as error:
        return Problem("", error.problem)
    return None


_SHAPES: Final[Mapping[str, Shape]] = {
    "forEmailId": reference,
    "subject": _line,
    "textBody": _body,
    "includeOriginalMessage": boolean,
    "reportingUA": _line,
    "disposition": record_of(
        {"actionMode": one_of(ACTION_MODES), "sendingMode": one_of(SENDING_MODES), "type": one_of(TYPES)},
        required=("actionMode", "sendingMode", "type"),
    ),
    "finalRecipient": _line,
    "extensionFields": _extensions,
}


def check(given: Mapping[str, JSON]) -> None:
    """SetError invalidProperties naming everything that is wrong with an MDN."""
    problems = {name: "is missing" for name in _REQUIRED if given.get(name) is None}
    for name, value in given.items():
        if name in _SERVER_SET:
            problems[name] = "is set by the server"
        elif name not in _SHAPES:
            problems[name] = "is unknown here"
        elif name not in problems and (problem := _SHAPES[name](value)):
            problems[str(problem.within(name).path)] = problem.text
    if problems:
        raise invalid_properties("; ".join(f"{name}: {problem}" for name, problem in problems.items()), *problems)


def patches(call: Call, send: Collection[str]) -> dict[str, JSON]:
    """What `onSuccessUpdateEmail` does to the email of each MDN; each of them must set the keyword $mdnsent.

    Raises MethodError invalidArguments: RFC 9007 §2.1 has the server see to it.
    """
    found: dict[str, JSON] = {}
    for key, patch in cast("dict[str, dict[str, JSON]]", call.object("onSuccessUpdateEmail")).items():
        if key[1:] not in send:
            raise invalid_arguments(f"onSuccessUpdateEmail: nothing is sent as '{key[:40]}'")
        found[key[1:]] = cast(JSON, patch)
    for name in send:
        wanted = found.get(name)
        if not isinstance(wanted, dict) or not _sets_sent(wanted):
            raise invalid_arguments(f"onSuccessUpdateEmail: '#{name}' must set {_SETS_SENT} to true")
    return found


def _sets_sent(patch: Mapping[str, JSON]) -> bool:
    whole = patch.get("keywords")
    if isinstance(whole, dict) and any(name.lower() == SENT and value is True for name, value in whole.items()):
        return True
    return any(path.lower() == _SETS_SENT and value is True for path, value in patch.items())

"""Email/import (RFC 8621 §4.8): uploaded blobs become emails, their octets unchanged."""

from collections.abc import Mapping
from functools import partial
from typing import Final, cast

from angarium.datatypes.blobs import octets, read_counted
from angarium.datatypes.mail import ingest
from angarium.datatypes.mail.email import filing
from angarium.engine.call import Call
from angarium.engine.declare import REQUIRED, Access, Argument, Method, Response
from angarium.engine.errors import SetError, SetErrorType, invalid_properties
from angarium.engine.methods.set import Work, check_size, perform
from angarium.engine.methods.states import check_state, state
from angarium.engine.shapes import Shape, an_object, identifier, map_of, nullable, text
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON
from angarium.formats.message import Message, parse, received_date

_SHAPES: Final[Mapping[str, Shape]] = {"blobId": identifier, **filing.FILING}
_LATEST: Final = 253_402_300_799_999
"""The end of the year 9999, epoch milliseconds: a Date has no more digits."""

_REQUIRED: Final = ("blobId", "mailboxIds")


def _checked(given: Mapping[str, JSON]) -> None:
    """SetError invalidProperties naming everything that is wrong with an EmailImport."""
    problems = {name: "is missing" for name in _REQUIRED if given.get(name) is None}
    for name, value in given.items():
        if name not in _SHAPES:
            problems[name] = "is unknown here"
        elif name not in problems and (problem := _SHAPES[name](value)):
            problems[name] = str(problem)
    if problems:
        raise invalid_properties("; ".join(f"{name}: {problem}" for name, problem in problems.items()), *problems)


def _import(call: Call, given: Mapping[str, JSON]) -> dict[str, JSON]:
    """Import one message; SetError to refuse it."""
    _checked(given)
    mailboxes = filing.mailboxes(call, filing.resolved(call, given["mailboxIds"]))
    keywords = filing.keywords(given.get("keywords") or {})
    blob_id = cast(str, given["blobId"])
    blob = read_counted(call, call.account, blob_id)
    if blob is None:  # RFC 8621 §4.8 wants invalidProperties here, not blobNotFound
        raise invalid_properties(f"blobId: there is no blob '{blob_id}'", "blobId")
    data = octets(blob.content)
    try:
        message = parse(data)
    except FormatError:
        raise SetError(SetErrorType.INVALID_EMAIL, "the blob has no header field at all, so it is no message") from None
    name = None if blob.id.steps else blob.id.hash
    new = ingest.from_message(data, message, keywords, mailboxes, _received(call, given, message), name)
    if name is None:
        call.transaction.blobs.add(blob.content[:])
    return filing.created(call.transaction.messages.add(call.account.key, new))


def _received(call: Call, given: Mapping[str, JSON], message: Message) -> int:
    """RFC 8621 §4.8: as given, or by the newest Received field where that has a time that can be, or now."""
    wanted = filing.moment(given.get("receivedAt"))
    if wanted is not None:
        return wanted
    told = received_date(message.headers)
    return told if told is not None and 0 <= told <= _LATEST else call.request.now


def _run(call: Call) -> Response:
    emails = cast("dict[str, dict[str, JSON]]", call.object("emails"))
    check_size(call, len(emails))
    old_state = check_state(call, "Email", "ifInState")
    created: dict[str, JSON] = {}
    refused: dict[str, JSON] = {}

    def import_one(key: str, given: dict[str, JSON]) -> None:
        shown = _import(call, given)
        created[key] = shown
        call.request.created[key] = cast(str, shown["id"])

    perform(call, [Work(partial(import_one, key, given), refused, key) for key, given in emails.items()])
    return {
        "accountId": call.account.id,
        "oldState": old_state,
        "newState": state(call, "Email"),
        "created": created or None,
        "notCreated": refused or None,
    }


def email_import(capability: str) -> Method:
    """The method under the capability of mail."""
    return Method(
        "Email/import",
        capability,
        Access.WRITE,
        _run,
        (Argument("ifInState", nullable(text)), Argument("emails", map_of(identifier, an_object), REQUIRED)),
    )

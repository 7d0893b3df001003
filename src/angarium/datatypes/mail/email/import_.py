"""Email/import (RFC 8621 §4.8): uploaded blobs become emails, their octets unchanged."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final, cast

from angarium.datatypes.blobs import BlobId, charge, octets, parse_blob_id, read_counted
from angarium.datatypes.mail.email import filing
from angarium.datatypes.mail.readings import Reading, Readings, read
from angarium.engine.access import Principal
from angarium.engine.ahead import Preparation
from angarium.engine.call import Call
from angarium.engine.declare import REQUIRED, Access, Argument, Method, Response
from angarium.engine.errors import SetError, SetErrorType, invalid_properties
from angarium.engine.methods.set import Work, check_size, perform
from angarium.engine.methods.states import check_state, state
from angarium.engine.shapes import Shape, an_object, identifier, map_of, nullable, text
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON

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


class EmailImport:
    """Imports what is best read before, and whatever it names reads before the request has the writer."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings

    def ahead(self, principal: Principal, arguments: Mapping[str, JSON]) -> Callable[[Call, Preparation], None] | None:
        """Reads the messages that a call names and that nobody has read, as many as are kept; None for none."""
        account = principal.accounts.get(str(arguments.get("accountId")))
        blobs = [name for name in _named(arguments.get("emails")) if not self._readings.get(principal.id, name.hash)]
        if account is None or account.read_only or not blobs:
            return None
        return lambda call, _preparation: self._readings.read_ahead(call, account, blobs)

    def __call__(self, call: Call) -> Response:
        """Run the method."""
        emails = cast("dict[str, dict[str, JSON]]", call.object("emails"))
        check_size(call, len(emails))
        old_state = check_state(call, "Email", "ifInState")
        created: dict[str, JSON] = {}
        refused: dict[str, JSON] = {}

        def import_one(key: str, given: dict[str, JSON]) -> None:
            shown = self._import(call, given)
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

    def _import(self, call: Call, given: Mapping[str, JSON]) -> dict[str, JSON]:
        """Import one message; SetError to refuse it."""
        _checked(given)
        mailboxes = filing.mailboxes(call, filing.resolved(call, given["mailboxIds"]))
        keywords = filing.keywords(given.get("keywords") or {})
        reading = self._reading(call, cast(str, given["blobId"]))
        new = replace(
            reading.message, keywords=keywords, mailboxes=mailboxes, received=_received(call, given, reading.received)
        )
        return filing.created(call.transaction.messages.add(call.account.key, new))

    def _reading(self, call: Call, blob_id: str) -> Reading:
        """The message in a blob, which is kept as a blob of its own when it was a part of one."""
        known = self._known(call, blob_id)
        if known is not None:
            return known
        blob = read_counted(call, call.account, blob_id)
        if blob is None:  # RFC 8621 §4.8 wants invalidProperties here, not blobNotFound
            raise invalid_properties(f"blobId: there is no blob '{blob_id}'", "blobId")
        try:
            reading = read(octets(blob.content), None if blob.id.steps else blob.id.hash)
        except FormatError:
            raise SetError(
                SetErrorType.INVALID_EMAIL, "the blob has no header field at all, so it is no message"
            ) from None
        if blob.id.steps:
            call.transaction.blobs.add(blob.content[:])
        return reading

    def _known(self, call: Call, blob_id: str) -> Reading | None:
        """What was read before, of a blob that the user may read."""
        name = parse_blob_id(blob_id)
        if name is None or name.steps:
            return None
        user = call.request.principal.id
        known = self._readings.get(user, name.hash)
        if known is None or not call.snapshot.blobs.readable(call.account.key, user, name.hash):
            return None
        charge(call, known.message.size)
        return known


def _named(emails: JSON) -> list[BlobId]:
    """The whole blobs that a call names, whose arguments nobody has checked yet."""
    given = (
        [email.get("blobId") for email in emails.values() if isinstance(email, dict)]
        if isinstance(emails, dict)
        else []
    )
    names = [parse_blob_id(blob) for blob in dict.fromkeys(blob for blob in given if isinstance(blob, str))]
    return [name for name in names if name is not None and not name.steps]


def _received(call: Call, given: Mapping[str, JSON], told: int | None) -> int:
    """RFC 8621 §4.8: as given, or by the newest Received field where that has a time that can be, or now."""
    wanted = filing.moment(given.get("receivedAt"))
    if wanted is not None:
        return wanted
    return told if told is not None and 0 <= told <= _LATEST else call.request.now


def email_import(capability: str, readings: Readings) -> Method:
    """The method under the capability of mail."""
    run = EmailImport(readings)
    return Method(
        "Email/import",
        capability,
        Access.WRITE,
        run,
        (Argument("ifInState", nullable(text)), Argument("emails", map_of(identifier, an_object), REQUIRED)),
        ahead=run.ahead,
        brief=True,
    )

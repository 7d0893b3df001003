"""Email/copy (RFC 8621 §4.7): the same octets filed in another account."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from angarium.datatypes.blobs import BlobId, octets, spend
from angarium.datatypes.mail.email import filing
from angarium.datatypes.mail.readings import Readings, read
from angarium.engine.access import Principal
from angarium.engine.ahead import Preparation
from angarium.engine.call import Call
from angarium.engine.errors import SetError, SetErrorType, invalid_properties
from angarium.engine.methods.copy import from_account
from angarium.engine.methods.set import check_size
from angarium.formats.json import JSON


class EmailCopier:
    """Copies emails; only where and how they are filed may differ."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings

    def ahead(self, _principal: Principal, arguments: Mapping[str, JSON]) -> Callable[[Call, Preparation], None] | None:
        """Reads the emails that a call names, as many as are kept."""
        create = arguments.get("create")
        return self._read_all if isinstance(create, dict) and create else None

    def _read_all(self, call: Call, _preparation: Preparation) -> None:
        creates = call.object("create").values()
        check_size(call, len(creates))
        source = from_account(call)
        ids = [str(given["id"]) for given in creates if isinstance(given, dict) and "id" in given]
        found = source.snapshot.messages.stored(source.account.key, ids).values()
        self._readings.read_ahead(source, source.account, [BlobId(email.blob) for email in found])

    def copy(self, call: Call, source: Call, record: str, overrides: dict[str, JSON]) -> dict[str, JSON]:
        """Make a copy of an email of the source account."""
        _checked(overrides)
        original = source.snapshot.messages.stored(source.account.key, [record]).get(record)
        if original is None:
            raise SetError(SetErrorType.NOT_FOUND, f"there is no email '{record}' in '{source.account.id}'")
        if not spend(call, original.size):
            raise SetError(SetErrorType.RATE_LIMIT, "these emails are too large together; copy fewer at a time")
        given = overrides.get("keywords")
        keywords = original.keywords if given is None else filing.keywords(given)
        mailboxes = filing.mailboxes(call, overrides["mailboxIds"])
        received = filing.moment(overrides.get("receivedAt"))
        reading = self._readings.get(call.request.principal.id, original.blob)
        if reading is None:
            reading = read(octets(source.snapshot.blobs.open(original.blob)), original.blob)
        new = replace(
            reading.message,
            keywords=keywords,
            mailboxes=mailboxes,
            received=original.received if received is None else received,
        )
        return filing.created(call.transaction.messages.add(call.account.key, new))


def _checked(overrides: dict[str, JSON]) -> None:
    """Refuse what may not be overridden; shapes and references were checked by the declaration."""
    problems = {name: "cannot differ from the original" for name in overrides if name not in filing.FILING}
    if "mailboxIds" not in overrides:  # those of the original are of the other account
        problems["mailboxIds"] = "is missing"
    if problems:
        raise invalid_properties("; ".join(f"{name}: {text}" for name, text in problems.items()), *problems)

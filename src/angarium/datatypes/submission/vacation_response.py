"""VacationResponse (RFC 8621 §8): what is answered while a user is away; one in each account, always there.

Only the settings live here. `flows/vacation.py` answers, as RFC 3834 wants it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from angarium.engine.call import Call
from angarium.engine.declare import Capability, DataType, Found, Property
from angarium.engine.errors import invalid_properties
from angarium.engine.shapes import Shape, boolean, identifier, nullable, text_of, utc_date
from angarium.formats.json import JSON, dumps, loads
from angarium.formats.message import DraftHeader, InvalidHeader, build_header
from angarium.formats.primitives import parse_utc
from angarium.store.contract import AccountKey, Snapshot

VACATION_RESPONSE: Final = "urn:ietf:params:jmap:vacationresponse"
KIND: Final = "VacationResponse"
SINGLETON: Final = "singleton"
_PREFIX: Final = "V"
_LONGEST_SUBJECT: Final = 1_000
_LONGEST_BODY: Final = 100_000
_BODY: Final[Shape] = nullable(text_of(_LONGEST_BODY))
_DATE: Final[Shape] = nullable(utc_date)
_DEFAULTS: Final[Mapping[str, JSON]] = {
    "isEnabled": False,
    "fromDate": None,
    "toDate": None,
    "subject": None,
    "textBody": None,
    "htmlBody": None,
}


@dataclass(frozen=True, slots=True)
class VacationResponse:
    """What is answered, and when: epoch milliseconds, `begins` inclusive and `ends` exclusive, None without end."""

    is_enabled: bool
    begins: int | None
    ends: int | None
    subject: str | None
    text: str | None
    html: str | None

    def answers_at(self, now: int) -> bool:
        """Whether a message that arrives now is answered."""
        return self.is_enabled and (self.begins or now) <= now and (self.ends is None or now < self.ends)


class VacationResponses:
    """Reader and Writer of the one object."""

    def count(self, call: Call) -> int:  # noqa: ARG002
        """RFC 8621 §8.1: exactly one."""
        return 1

    def read(self, call: Call, ids: Sequence[str] | None, properties: Sequence[str]) -> Found:
        """The object, by its only id."""
        if ids is not None and SINGLETON not in ids:
            return Found([], list(ids))
        kept = _kept(call.snapshot, call.account.key)[1]
        shown = {"id": SINGLETON, **{name: kept[name] for name in properties}}
        return Found([shown], [item for item in ids or () if item != SINGLETON])

    def create(self, call: Call, value: dict[str, JSON]) -> dict[str, JSON]:
        """Never asked for: the type is a singleton."""
        raise NotImplementedError

    def load(self, call: Call, record: str, names: Sequence[str]) -> dict[str, JSON] | None:
        """The current values."""
        kept = _kept(call.snapshot, call.account.key)[1]
        return {name: kept.get(name) for name in names} if record == SINGLETON else None

    def update(
        self,
        call: Call,
        record: str,  # noqa: ARG002 (there is one)
        old: dict[str, JSON],  # noqa: ARG002
        new: dict[str, JSON],
        names: Sequence[str],
    ) -> dict[str, JSON] | None:
        """Change it; whoever had the old answer gets the new one."""
        changed = {name: new[name] for name in names}
        _check(changed)
        account, records = call.account.key, call.transaction.records
        stored, kept = _kept(call.snapshot, account)
        value = dumps({**kept, **changed})
        if stored is None:
            records.create(account, KIND, _PREFIX, value, {})
        else:
            records.update(account, KIND, stored, value, {})
        call.transaction.answers.forget(account)
        return None

    def destroy(self, call: Call, record: str) -> None:
        """Never asked for: the type is a singleton."""
        raise NotImplementedError


def vacation_response(snapshot: Snapshot, account: AccountKey) -> VacationResponse:
    """What an account answers."""
    kept = _kept(snapshot, account)[1]
    return VacationResponse(
        kept["isEnabled"] is True,
        _moment(kept["fromDate"]),
        _moment(kept["toDate"]),
        *(cast("str | None", kept[name]) for name in ("subject", "textBody", "htmlBody")),
    )


def vacation_response_type() -> DataType:
    """The declaration of VacationResponse."""
    objects = VacationResponses()
    shapes: Mapping[str, Shape] = {
        "isEnabled": boolean,
        "fromDate": _DATE,
        "toDate": _DATE,
        "subject": nullable(text_of(_LONGEST_SUBJECT)),
        "textBody": _BODY,
        "htmlBody": _BODY,
    }
    return DataType(
        name=KIND,
        capability=VACATION_RESPONSE,
        properties=(
            Property("id", identifier, server_set=True, immutable=True),
            *(Property(name, shape, _DEFAULTS[name]) for name, shape in shapes.items()),
        ),
        reader=objects,
        writer=objects,
        changes=False,
        singleton=True,
    )


def vacation_capability() -> Capability:
    """What the Session tells of it: nothing but that it is there (RFC 8621 §1.3.3)."""
    return Capability(VACATION_RESPONSE)


def _kept(snapshot: Snapshot, account: AccountKey) -> tuple[str | None, dict[str, JSON]]:
    """The id of the record, None before the first change, and all values."""
    for record, value in snapshot.records.get(account, KIND).items():
        return record, {**_DEFAULTS, **cast("dict[str, JSON]", loads(value))}
    return None, dict(_DEFAULTS)


def _check(changed: Mapping[str, JSON]) -> None:
    """SetError for a subject that could not stand in its field, or a body that no message can carry."""
    try:
        build_header(DraftHeader("Subject", "Text", cast("str | None", changed.get("subject"))))
    except InvalidHeader as error:
        raise invalid_properties(error.problem, "subject") from None
    for name in ("textBody", "htmlBody"):
        if "\0" in cast(str, changed.get(name) or ""):
            raise invalid_properties(f"{name}: must not hold the character U+0000", name)


def _moment(value: JSON) -> int | None:
    return parse_utc(value) if isinstance(value, str) else None

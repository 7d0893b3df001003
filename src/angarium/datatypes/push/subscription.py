"""PushSubscription as the engine runs it (RFC 8620 §7.2): its declaration, and who may see and change which.

Sending pushes is not here: whoever listens to the store does that.
"""

import hmac
from collections.abc import Callable, Sequence
from typing import cast

from angarium.datatypes.push.keys import keys_shape
from angarium.datatypes.push.record import KIND, PREFIX, expiry, holder, indexes
from angarium.engine.access import AccountAccess
from angarium.engine.call import Call
from angarium.engine.declare import DataType, Found, Property
from angarium.engine.errors import SetError, SetErrorType, invalid_properties
from angarium.engine.limits import CORE
from angarium.engine.records import RecordObjects
from angarium.engine.shapes import boolean, identifier, list_of, nullable, text, text_of, unsigned, utc_date
from angarium.formats import json
from angarium.formats.json import JSON
from angarium.formats.primitives import format_utc
from angarium.store.contract import DIRECTORY

MOST = 15
"""Subscriptions that one user may have."""

LONGEST_DAYS = 30
"""How far ahead a subscription may expire; RFC 8620 §7.2 wants 7 days or more."""

_DAY = 86_400_000
_URL_OCTETS = 2_000
_MOST_TYPES = 100
_PLACE = AccountAccess(DIRECTORY, "", personal=False, read_only=False)


def types(check_url: Callable[[str], str | None], may_create: Callable[[str], bool]) -> tuple[DataType, ...]:
    """The declaration.

    `check_url` says what is wrong with a URL to push to, `may_create` whether a user has not just made too many.
    """
    objects = Subscriptions(check_url, may_create)
    return (
        DataType(
            name=KIND,
            capability=CORE,
            account=False,
            changes=False,
            properties=(
                Property("id", identifier, server_set=True, immutable=True),
                Property("deviceClientId", text_of(255, 1), immutable=True),
                Property("url", text_of(_URL_OCTETS, 1), immutable=True, write_only=True),
                Property("keys", nullable(keys_shape), None, immutable=True, write_only=True),
                Property("verificationCode", nullable(text), None),
                Property("expires", nullable(utc_date), None),
                Property("types", nullable(list_of(text_of(255, 1), _MOST_TYPES)), None),
                Property("user", text, "", private=True),
                Property("credentials", text, "", private=True),
                Property("token", nullable(text), None, private=True),
                Property("code", text, "", private=True),
                Property("asked", boolean, False, private=True),
                Property("told", unsigned, 0, private=True),
            ),
            reader=objects,
            writer=objects,
        ),
    )


class Subscriptions:
    """Reader and Writer: a user has those made with the credentials of the request, and no others exist."""

    def __init__(self, check_url: Callable[[str], str | None], may_create: Callable[[str], bool]) -> None:
        self._records = RecordObjects(KIND, PREFIX, indexes)
        self._check_url = check_url
        self._may_create = may_create

    def count(self, call: Call) -> int:
        """How many the user has."""
        return len(self._own(call))

    def read(self, call: Call, ids: Sequence[str] | None, properties: Sequence[str]) -> Found:
        """Those of the user."""
        own = self._own(call)
        wanted = list(own) if ids is None else [item for item in ids if item in own]
        found = self._records.read(_directory(call), wanted, properties)
        return Found(found.objects, [item for item in ids or () if item not in own])

    def create(self, call: Call, value: dict[str, JSON]) -> dict[str, JSON]:
        """Keep a subscription that waits to be verified; it takes the place of one of that device with that URL."""
        user, credentials = holder(call.snapshot, call.request.principal.id)
        self._refuse_wrong(call, value)
        twins = [record for record, known in self._own(call).items() if _twins(known, value)]
        if len(call.snapshot.records.find(DIRECTORY, KIND, "user", user)) - len(twins) >= MOST:
            raise SetError(SetErrorType.OVER_QUOTA, f"a user may have {MOST} push subscriptions; destroy one first")
        if not self._may_create(user):
            raise SetError(SetErrorType.RATE_LIMIT, "too many were made within the hour; try again later")
        for twin in twins:
            self._records.destroy(_directory(call), twin)
        token = call.request.principal.token
        value |= {"user": user, "credentials": credentials, "token": token, "code": call.request.token()}
        value["expires"] = _bounded(call, value["expires"])
        return self._records.create(_directory(call), value)

    def load(self, call: Call, record: str, names: Sequence[str]) -> dict[str, JSON] | None:
        """The current values."""
        known = self._own(call).get(record)
        return None if known is None else {name: known.get(name) for name in names}

    def update(
        self, call: Call, record: str, old: dict[str, JSON], new: dict[str, JSON], names: Sequence[str]
    ) -> dict[str, JSON] | None:
        """Change it; the right verification code makes it one that is told of what changes from now on."""
        changed, names = dict(new), list(names)
        if "verificationCode" in names:
            self._verify(call, record, new["verificationCode"])
            changed["told"] = call.transaction.states_after((), 0)[1]
            names.append("told")
        if "expires" in names:
            changed["expires"] = _bounded(call, new["expires"])
        self._records.update(_directory(call), record, old, changed, names)
        return {"expires": changed["expires"]} if changed.get("expires") != new.get("expires") else None

    def destroy(self, call: Call, record: str) -> None:
        """Remove it."""
        if record not in self._own(call):
            raise SetError(SetErrorType.NOT_FOUND, f"there is no {KIND} '{record}'")
        self._records.destroy(_directory(call), record)

    def _own(self, call: Call) -> dict[str, dict[str, JSON]]:
        """What the user has with these credentials and that has not expired, by id."""
        user, credentials = holder(call.snapshot, call.request.principal.id)
        token, records = call.request.principal.token, call.snapshot.records
        known = {
            record: cast("dict[str, JSON]", json.loads(value))
            for record, value in records.get(DIRECTORY, KIND, records.find(DIRECTORY, KIND, "user", user)).items()
        }
        return {
            record: value
            for record, value in known.items()
            if (value["credentials"], value.get("token")) == (credentials, token) and expiry(value) > call.request.now
        }

    def _refuse_wrong(self, call: Call, value: dict[str, JSON]) -> None:
        if problem := self._check_url(cast(str, value["url"])):
            raise invalid_properties(f"url: {problem}", "url")
        if value["verificationCode"] is not None:
            raise invalid_properties("verificationCode: is sent to the url; leave it out here", "verificationCode")
        _bounded(call, value["expires"])

    def _verify(self, call: Call, record: str, given: JSON) -> None:
        code = str(self._own(call)[record]["code"])
        if not isinstance(given, str) or not hmac.compare_digest(given.encode(), code.encode()):
            raise invalid_properties("verificationCode: is not the one that was sent to the url", "verificationCode")


def _directory(call: Call) -> Call:
    """The call as seen from where subscriptions are kept."""
    return call.for_account(_PLACE)


def _twins(known: dict[str, JSON], value: dict[str, JSON]) -> bool:
    return all(known[name] == value[name] for name in ("deviceClientId", "url"))


def _bounded(call: Call, expires: JSON) -> str:
    """When a subscription expires: as asked, but no later than we allow."""
    last = call.request.now + LONGEST_DAYS * _DAY
    if not isinstance(expires, str):
        return format_utc(last // 1000 * 1000)
    moment = expiry({"expires": expires})
    if moment <= call.request.now:
        raise invalid_properties("expires: must be in the future", "expires")
    return expires if moment <= last else format_utc(last // 1000 * 1000)

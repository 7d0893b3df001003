"""ParticipantIdentity (JMAP calendars §3): the addresses under which a user takes part in events, one the default."""

from collections.abc import Mapping, Sequence
from typing import Final, cast

from angarium.datatypes.calendars import identities
from angarium.datatypes.calendars.addresses import mail_of, normal, of_mail
from angarium.datatypes.calendars.identities import DEFAULTS, KIND
from angarium.datatypes.principals import Domains, addresses, owner, owns
from angarium.engine import defaults
from angarium.engine.call import Call
from angarium.engine.declare import DataType, Property
from angarium.engine.errors import SetError, SetErrorType
from angarium.engine.records import RecordObjects
from angarium.engine.shapes import boolean, checked, identifier, text_of
from angarium.formats.json import JSON
from angarium.formats.objects import uri

LONGEST_NAME: Final = 500
"""Octets of UTF-8."""


class ParticipantIdentityWriter:
    """Makes, changes and destroys identities for mail addresses that the owner of the account has."""

    def __init__(self, domains: Domains) -> None:
        self._domains = domains
        self.objects = RecordObjects(KIND, identities.PREFIX, identities.indexes, self._check)

    def create(self, call: Call, value: dict[str, JSON]) -> dict[str, JSON]:
        """Make one."""
        if self.objects.count(call) >= identities.MOST:
            raise SetError(
                SetErrorType.OVER_QUOTA, f"an account has at most {identities.MOST} identities; destroy one first"
            )
        is_default = DEFAULTS.current(call.transaction.records, call.account.key) is None
        return self.objects.create(call, {**value, "isDefault": is_default})

    def load(self, call: Call, record: str, names: Sequence[str]) -> dict[str, JSON] | None:
        """The current values."""
        return self.objects.load(call, record, names)

    def update(
        self, call: Call, record: str, old: dict[str, JSON], new: dict[str, JSON], names: Sequence[str]
    ) -> dict[str, JSON] | None:
        """Change one."""
        return self.objects.update(call, record, old, new, names)

    def destroy(self, call: Call, record: str) -> None:
        """Remove one; SetError forbidden for the last of an address that the user has."""
        kept, user = self.objects.load(call, record, ["calendarAddress"]), owner(call.snapshot, call.account.key)
        if kept is not None and user is not None:
            address = normal(kept["calendarAddress"])
            others = call.snapshot.records.find(call.account.key, KIND, "address", address)
            if others == [record] and address in (normal(of_mail(each)) for each in addresses(user, self._domains)):
                raise SetError(SetErrorType.FORBIDDEN, "this identity stays as long as the account has its address")
        self.objects.destroy(call, record)

    def _check(self, call: Call, _record: str | None, value: Mapping[str, JSON]) -> None:
        """§3.3: only addresses that are the owner's may be claimed."""
        given = cast(str, value["calendarAddress"])
        address, user = mail_of(given), owner(call.snapshot, call.account.key)
        if address is None or user is None or not owns(user, self._domains, address):
            raise SetError(
                SetErrorType.FORBIDDEN,
                f"calendarAddress: {given[:200]} is no address of this account; ask whoever runs the server for it",
            )


def participant_identity_type(capability: str, domains: Domains) -> DataType:
    """The declaration of ParticipantIdentity under the capability of calendars."""
    writer = ParticipantIdentityWriter(domains)
    return DataType(
        name=KIND,
        capability=capability,
        properties=(
            Property("id", identifier, server_set=True, immutable=True),
            Property("name", text_of(LONGEST_NAME), ""),
            Property("calendarAddress", checked(uri)),
            Property("isDefault", boolean, server_set=True),
        ),
        reader=writer.objects,
        writer=writer,
        arguments={"set": (defaults.ARGUMENT,)},
        before_set=DEFAULTS.settling,
    )

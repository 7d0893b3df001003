"""Identity: an address to send from, with the name and signatures that go with it (RFC 8621 §6).

Every address that a user has comes with one that stays as long as the address does; users make others beside them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from angarium.datatypes.principals import Domains, User, addresses, owner, owns
from angarium.datatypes.principals.names import normal_address
from angarium.datatypes.submission.sending import SUBMISSION
from angarium.engine.call import Call
from angarium.engine.declare import DataType, Property
from angarium.engine.errors import SetError, SetErrorType, invalid_properties
from angarium.engine.records import RecordObjects
from angarium.engine.shapes import Shape, boolean, identifier, list_of, nullable, record_of, text, text_of
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON, dumps, loads
from angarium.formats.message import DraftHeader, Json, build_header, is_mailbox
from angarium.store.contract import AccountKey, Snapshot, Transaction

KIND: Final = "Identity"
_PREFIX: Final = "I"
_MOST: Final = 100
_LONGEST_NAME: Final = 500
_LONGEST_SIGNATURE: Final = 100_000
_MOST_ADDRESSES: Final = 50
_ADDRESSES: Final[Shape] = nullable(
    list_of(record_of({"name": nullable(text), "email": text}, required=("email",)), _MOST_ADDRESSES)
)
_SIGNATURE: Final[Shape] = text_of(_LONGEST_SIGNATURE)
_HEADERS: Final[Mapping[str, str]] = {"replyTo": "Reply-To", "bcc": "Bcc"}
_CONTROLS: Final = frozenset(map(chr, range(0x20))) - frozenset("\t\r\n")


@dataclass(frozen=True, slots=True)
class Identity:
    """What sending needs of one."""

    id: str
    email: str
    name: str


class IdentityWriter:
    """Makes, changes and destroys identities of addresses that the owner of the account has."""

    def __init__(self, domains: Domains, objects: RecordObjects) -> None:
        self._domains = domains
        self._objects = objects

    def create(self, call: Call, value: dict[str, JSON]) -> dict[str, JSON]:
        """Make one; SetError forbiddenFrom for an address that is not the owner's."""
        if self._objects.count(call) >= _MOST:
            raise SetError(SetErrorType.OVER_QUOTA, f"an account has at most {_MOST} identities; destroy one first")
        email = cast(str, value["email"])
        if not is_mailbox(email):
            raise invalid_properties("email: must be an address such as ann@example.com", "email")
        _check_texts(value)
        user = owner(call.snapshot, call.account.key)
        if user is None or not owns(user, self._domains, email):
            raise SetError(
                SetErrorType.FORBIDDEN_FROM,
                f"{email} is no address of this account; ask whoever runs the server for it",
            )
        return self._objects.create(call, {**_completed(value), "mayDelete": True})

    def load(self, call: Call, record: str, names: Sequence[str]) -> dict[str, JSON] | None:
        """The current values."""
        return self._objects.load(call, record, names)

    def update(
        self, call: Call, record: str, old: dict[str, JSON], new: dict[str, JSON], names: Sequence[str]
    ) -> dict[str, JSON] | None:
        """Replace the values of `names`."""
        given = {name: new[name] for name in names}
        _check_texts(given)
        whole = _completed(given)
        self._objects.update(call, record, old, {**new, **whole}, names)
        return {name: value for name, value in whole.items() if value != given[name]} or None

    def destroy(self, call: Call, record: str) -> None:
        """Remove one; SetError forbidden for the one that comes with an address."""
        found = self._objects.load(call, record, ["mayDelete"])
        if found is not None and found["mayDelete"] is not True:
            raise SetError(SetErrorType.FORBIDDEN, "this identity stays as long as the account has its address")
        self._objects.destroy(call, record)


def identity_type(domains: Domains) -> DataType:
    """The declaration of Identity."""
    objects = RecordObjects(KIND, _PREFIX)
    return DataType(
        name=KIND,
        capability=SUBMISSION,
        properties=(
            Property("id", identifier, server_set=True, immutable=True),
            Property("name", text_of(_LONGEST_NAME), ""),
            Property("email", text, immutable=True),
            Property("replyTo", _ADDRESSES, None),
            Property("bcc", _ADDRESSES, None),
            Property("textSignature", _SIGNATURE, ""),
            Property("htmlSignature", _SIGNATURE, ""),
            Property("mayDelete", boolean, server_set=True),
        ),
        reader=objects,
        writer=IdentityWriter(domains, objects),
    )


def settle(transaction: Transaction, user: User, domains: Domains) -> int:
    """Give an account the identity of each of its user's addresses, and take those of others; how many changed."""
    records = transaction.records
    missing, gone = _unsettled(transaction, user, domains)
    for record in gone:
        records.destroy(user.account, KIND, record)
    for address in missing:
        value: dict[str, JSON] = {
            "name": "",
            "email": address,
            "replyTo": None,
            "bcc": None,
            "textSignature": "",
            "htmlSignature": "",
            "mayDelete": False,
        }
        records.create(user.account, KIND, _PREFIX, dumps(value), {})
    return len(missing) + len(gone)


def is_settled(snapshot: Snapshot, user: User, domains: Domains) -> bool:
    """Whether `settle` would do nothing."""
    return _unsettled(snapshot, user, domains) == ([], [])


def identity(snapshot: Snapshot, account: AccountKey, record: str) -> Identity | None:
    """The identity with that id."""
    value = snapshot.records.get(account, KIND, [record]).get(record)
    if value is None:
        return None
    kept = cast("dict[str, str]", loads(value))
    return Identity(record, kept["email"], kept["name"])


def name_of(snapshot: Snapshot, account: AccountKey, address: str) -> str | None:
    """The name of the account's first identity with this address that has one."""
    for value in snapshot.records.get(account, KIND).values():
        kept = cast("dict[str, str]", loads(value))
        if kept["name"] and normal_address(kept["email"]) == normal_address(address):
            return kept["name"]
    return None


def _unsettled(snapshot: Snapshot, user: User, domains: Domains) -> tuple[list[str], list[str]]:
    """Addresses without an identity that stays, and identities that stayed for addresses that are gone."""
    stored = snapshot.records.get(user.account, KIND)
    kept = {record: cast("dict[str, JSON]", loads(value)) for record, value in stored.items()}
    staying = {
        record: normal_address(cast(str, value["email"])) for record, value in kept.items() if not value["mayDelete"]
    }
    wanted = {normal_address(address): address for address in addresses(user, domains)}
    missing = [address for normal, address in wanted.items() if normal not in staying.values()]
    return missing, [record for record, normal in staying.items() if normal not in wanted]


def _completed(value: Mapping[str, JSON]) -> dict[str, JSON]:
    """The values with a name, or null, in every EmailAddress (RFC 8621 §4.1.2.3)."""
    lists = {name: cast("list[dict[str, JSON]] | None", value.get(name)) for name in _HEADERS}
    return {**value, **{name: [{"name": None, **one} for one in given] for name, given in lists.items() if given}}


def _check_texts(value: Mapping[str, JSON]) -> None:
    """Refuse what could not stand in the header field, or in the body, that it is meant for."""
    problems: dict[str, str] = {}
    for name, given in value.items():
        try:
            _check_text(name, given)
        except FormatError as error:
            problems[name] = error.problem
    if problems:
        raise invalid_properties("; ".join(f"{name}: {problem}" for name, problem in problems.items()), *problems)


def _check_text(name: str, given: JSON) -> None:
    if name == "name":
        build_header(DraftHeader("From", "Addresses", [{"name": cast(str, given), "email": "a@example.com"}]))
    elif name in _HEADERS:
        build_header(DraftHeader(_HEADERS[name], "Addresses", cast(Json, given)))
        for address in cast("list[dict[str, str]] | None", given) or ():
            if not is_mailbox(address["email"]):
                raise FormatError(f"{address['email'][:80]!r} is no address such as ann@example.com")
    elif isinstance(given, str) and not _CONTROLS.isdisjoint(given):
        raise FormatError("must not hold control characters")

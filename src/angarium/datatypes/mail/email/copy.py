"""Email/copy (RFC 8621 §4.7): the same octets filed in another account."""

from angarium.datatypes.blobs import octets, spend
from angarium.datatypes.mail import ingest
from angarium.datatypes.mail.email import filing
from angarium.engine.call import Call
from angarium.engine.errors import SetError, SetErrorType, invalid_properties
from angarium.formats.json import JSON


class EmailCopier:
    """Copies emails; only where and how they are filed may differ."""

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
        data = octets(source.snapshot.blobs.open(original.blob))
        new = ingest.new_message(data, keywords, mailboxes, original.received if received is None else received)
        return filing.created(call.transaction.messages.add(call.account.key, new))


def _checked(overrides: dict[str, JSON]) -> None:
    """Refuse what may not be overridden; shapes and references were checked by the declaration."""
    problems = {name: "cannot differ from the original" for name in overrides if name not in filing.FILING}
    if "mailboxIds" not in overrides:  # those of the original are of the other account
        problems["mailboxIds"] = "is missing"
    if problems:
        raise invalid_properties("; ".join(f"{name}: {text}" for name, text in problems.items()), *problems)

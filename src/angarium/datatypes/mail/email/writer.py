"""Email/set (RFC 8621 §4.6): drafts are built and stored, keywords and mailboxes change, emails go."""

from collections.abc import Sequence
from typing import Final, cast

from angarium.datatypes.mail.email import filing
from angarium.datatypes.mail.email.creating import create
from angarium.datatypes.mail.email.reader import EmailReader
from angarium.engine.call import Call
from angarium.engine.errors import SetError, SetErrorType
from angarium.formats.json import JSON
from angarium.store.contract import Stored

_KEYWORD: Final = "keywords/"


class EmailWriter:
    """Creates, files and destroys emails; their octets never change."""

    def __init__(self, reader: EmailReader) -> None:
        self._reader = reader

    def create(self, call: Call, value: dict[str, JSON]) -> dict[str, JSON]:
        """Build a message and store it."""
        return create(call, value)

    def load(self, call: Call, record: str, names: Sequence[str]) -> dict[str, JSON] | None:
        """The current values of these properties."""
        stored = self._stored(call, record)
        if stored is None:
            return None
        spelled = _spelling(call, record)
        values: dict[str, JSON] = {
            "keywords": {spelled.get(word, word): True for word in sorted(stored.keywords)},
            "mailboxIds": dict.fromkeys(sorted(stored.mailboxes), True),
        }
        rest = [name for name in names if name not in values and self._reader.knows(name)]
        return values | (self._reader.one(call, record, rest) or {}) if rest else values

    def update(
        self,
        call: Call,
        record: str,
        old: dict[str, JSON],  # noqa: ARG002 (the index compares for itself)
        new: dict[str, JSON],
        names: Sequence[str],
    ) -> dict[str, JSON] | None:
        """File an email anew."""
        keywords = filing.keywords(new["keywords"]) if "keywords" in names else None
        mailboxes = filing.mailboxes(call, new["mailboxIds"]) if "mailboxIds" in names else None
        call.transaction.messages.update(call.account.key, record, keywords, mailboxes)
        if keywords is None or keywords == frozenset(cast("dict[str, JSON]", new["keywords"])):
            return None
        return {"keywords": dict.fromkeys(sorted(keywords), True)}

    def destroy(self, call: Call, record: str) -> None:
        """Remove an email from the account."""
        if self._stored(call, record) is None:
            raise SetError(SetErrorType.NOT_FOUND, f"there is no email '{record}'")
        call.transaction.messages.destroy(call.account.key, record)

    def _stored(self, call: Call, record: str) -> Stored | None:
        return call.snapshot.messages.stored(call.account.key, [record]).get(record)


def _spelling(call: Call, record: str) -> dict[str, str]:
    """Keywords as the patch spells them, by their lower case: `keywords/$Seen` means the keyword $seen."""
    patch = call.object("update").get(record)
    words = (path[len(_KEYWORD) :] for path in patch if path.startswith(_KEYWORD)) if isinstance(patch, dict) else ()
    return {word.lower(): word for word in words if word != word.lower()}

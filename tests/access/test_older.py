"""The older dialect in the matrix: every method of it, with ids of an account that is not the asker's in every place.

A method that is not in the table fails until someone has thought of where it takes ids.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import orjson
import pytest

from angarium.engine.access import Principal
from angarium.engine.declare import Access
from angarium.protocols.legacy.call import Settings
from angarium.protocols.legacy.dialect import Dialect
from angarium.protocols.legacy.methods import METHODS
from tests.access.conftest import Accounts, filled
from tests.access.probes import Asker, Ids
from tests.access.test_matrix import states
from tests.harness import Harness

Probe: TypeAlias = Callable[[Ids, Asker], dict[str, Any]]


def _draft(me: Asker, **more: Any) -> dict[str, Any]:
    return {"create": {"a": {"mailboxIds": [me.mailbox], "subject": "probe", **more}}}


def _changed(*ids: str, **given: Any) -> dict[str, Any]:
    return {"update": dict.fromkeys(ids, given), "destroy": list(ids)}


PROBES: Mapping[str, Probe] = {
    "getAccounts": lambda ids, me: {},
    "getMailboxes": lambda ids, me: {"ids": [ids.mailbox]},
    "getMailboxUpdates": lambda ids, me: {"sinceState": "0", "fetchRecords": True},
    "setMailboxes": lambda ids, me: {
        "create": {"a": {"name": "probe", "parentId": ids.mailbox}},
        **_changed(ids.mailbox, name="probe"),
    },
    "getMessages": lambda ids, me: {"ids": [ids.email]},
    "getMessageUpdates": lambda ids, me: {"sinceState": "0", "fetchRecords": True},
    "getThreads": lambda ids, me: {"ids": [ids.thread], "fetchMessages": True},
    "getThreadUpdates": lambda ids, me: {"sinceState": "0", "fetchRecords": True},
    "getMessageList": lambda ids, me: {"filter": {"inMailbox": ids.mailbox}, "anchor": ids.email},
    "getMessageListUpdates": lambda ids, me: {
        "filter": {"inMailboxes": [ids.mailbox]},
        "sinceState": "0",
        "uptoMessageId": ids.email,
    },
    "getSearchSnippets": lambda ids, me: {"messageIds": [ids.email], "filter": {"text": "secret"}},
    "setMessages": lambda ids, me: {
        **_draft(me, inReplyToMessageId=ids.email),
        **_changed(ids.email, isUnread=False, mailboxIds=["outbox"]),
    },
    "importMessages": lambda ids, me: {"messages": {"a": {"blobId": ids.blob, "mailboxIds": [me.mailbox]}}},
    "copyMessages": lambda ids, me: {
        "fromAccountId": ids.account,
        "messages": {"a": {"messageId": ids.email, "mailboxIds": [me.mailbox]}},
    },
    "reportMessages": lambda ids, me: {"messageIds": [ids.email], "asSpam": True},
    "getIdentities": lambda ids, me: {"ids": [ids.identity]},
    "getIdentityUpdates": lambda ids, me: {"sinceState": "0", "fetchRecords": True},
    "setIdentities": lambda ids, me: _changed(ids.identity, name="probe"),
    "getVacationResponse": lambda ids, me: {},
    "setVacationResponse": lambda ids, me: {"update": {"singleton": {"isEnabled": True}}},
    "getCalendars": lambda ids, me: {"ids": [ids.calendar]},
    "getCalendarUpdates": lambda ids, me: {"sinceState": "0", "fetchRecords": True},
    "setCalendars": lambda ids, me: _changed(ids.calendar, name="probe"),
    "getContacts": lambda ids, me: {"ids": [ids.card]},
    "getContactUpdates": lambda ids, me: {"sinceState": "0", "fetchRecords": True},
    "setContacts": lambda ids, me: {
        "create": {"a": {"addressbookId": ids.book}, "b": {"avatar": {"blobId": ids.upload}}},
        **_changed(ids.card, firstName="probe"),
    },
    "getContactList": lambda ids, me: {"filter": {"inContactGroup": [ids.card]}, "fetchContacts": True},
    "getContactGroups": lambda ids, me: {"ids": [ids.card]},
    "getContactGroupUpdates": lambda ids, me: {"sinceState": "0", "fetchRecords": True},
    "setContactGroups": lambda ids, me: {
        "create": {"a": {"name": "probe", "contactIds": [ids.card]}},
        **_changed(ids.card, name="probe"),
    },
    "getCalendarEvents": lambda ids, me: {"ids": [ids.event, ids.instance]},
    "getCalendarEventUpdates": lambda ids, me: {"sinceState": "0", "fetchRecords": True},
    "setCalendarEvents": lambda ids, me: {
        "create": {"a": {"title": "probe", "start": "2030-01-01T09:00:00", "calendarId": ids.calendar}},
        **_changed(ids.event, title="probe"),
    },
    "getCalendarEventList": lambda ids, me: {"filter": {"inCalendars": [ids.calendar]}, "fetchCalendarEvents": True},
    "getCalendarPreferences": lambda ids, me: {},
}


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Accounts]:
    """Accounts of their own: what other tests of the matrix copied would be the asker's by right."""
    engine = Harness(tmp_path_factory.mktemp("older") / "data")
    try:
        yield filled(engine)
    finally:
        engine.close()


class _Undo(Exception):
    """Carries an answer out of a transaction that is not to be kept."""


def answer(accounts: Accounts, who: Principal, method: str, arguments: Mapping[str, Any], ids: Ids) -> bytes:
    """The responses to a call of which nothing is kept, without the ids."""
    dialect = Dialect(accounts.engine.engine, lambda: METHODS, Settings("example.com"), lambda: "token")
    request = dialect.prepare(orjson.dumps([[method, arguments, "c"]]))

    def job(view: Any) -> None:
        raise _Undo(request.run(who, transaction=view))

    with pytest.raises(_Undo) as undone:
        accounts.engine.store.write(job).result()
    text = undone.value.args[0].decode()
    for value, name in ids.named().items():
        text = re.sub(rf"(?<![A-Za-z0-9_-]){re.escape(value)}(?![A-Za-z0-9_-])", name, text)
    return str(text).encode()


def test_every_method_is_covered() -> None:
    assert {method.name for method in METHODS} == PROBES.keys()


@pytest.mark.parametrize("method", PROBES)
@pytest.mark.parametrize("through", ["own account", "foreign account"])
def test_a_stranger_cannot_tell_what_exists(accounts: Accounts, method: str, through: str) -> None:
    before = states(accounts)
    told = []
    for ids in (accounts.real, accounts.absent):
        account = None if through == "own account" else ids.account
        arguments = {"accountId": account, **PROBES[method](ids, accounts.own)}
        told.append(answer(accounts, accounts.asker, method, arguments, ids))
    assert told[0] == told[1]
    assert b"serverError" not in told[0]
    assert states(accounts) == before


@pytest.mark.parametrize("method", [method.name for method in METHODS if method.access is Access.WRITE])
def test_a_reader_changes_nothing(accounts: Accounts, method: str) -> None:
    reader = accounts.engine.share(accounts.owner, accounts.asker, read_only=True)
    name = {"copyMessages": "toAccountId"}.get(method, "accountId")
    arguments = {**PROBES[method](accounts.real, accounts.inside), name: accounts.real.account}
    told = orjson.loads(answer(accounts, reader, method, arguments, accounts.absent))
    assert (told[0][0], told[0][1]["type"]) == ("error", "accountReadOnly")

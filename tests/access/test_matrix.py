"""Every method, asked with ids of an account that is not the asker's: the answer is that for ids that name nothing.

Answers are compared octet for octet once the ids themselves are taken out, so type, words and size agree.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
import pytest

from angarium.engine.access import Principal
from angarium.engine.declare import Access
from tests.access.conftest import Accounts
from tests.access.probes import PROBES, Asker, Ids

_CASES = [pytest.param(method, place, id=f"{method}-{place}") for method, probes in PROBES.items() for place in probes]
_NO_DIFFERENCE = ("account", "state", "thread", "other kinds", "up to", "filter")
"""Places whose ids name nothing there whoever asks, that only name an account, or that may always be passed over."""

_WRITES = [method for method in PROBES if method.split("/")[1] in ("set", "copy", "import", "send")]


@pytest.fixture
def reader(accounts: Accounts) -> Principal:
    """The asker as one who may read the owner's account."""
    return accounts.engine.share(accounts.owner, accounts.asker, read_only=True)


def answer(accounts: Accounts, who: Principal, method: str, arguments: Mapping[str, Any], ids: Ids) -> bytes:
    """The response to a call, without the ids."""
    found = accounts.engine.request(who, [[method, arguments, "c"]])["methodResponses"]
    text = orjson.dumps(found).decode()
    for value, name in ids.named().items():
        text = re.sub(rf"(?<![A-Za-z0-9_-]){re.escape(value)}(?![A-Za-z0-9_-])", name, text)
    return text.encode()


def named(accounts: Accounts, account: str, method: str, place: str, ids: Ids, me: Asker) -> dict[str, Any]:
    """The arguments of a probe, with the account through which it asks where the method takes one."""
    through = {"accountId": account} if accounts.engine.registry.methods[method].account else {}
    return {**through, **PROBES[method][place](ids, me)}


def states(accounts: Accounts) -> list[str]:
    """The states of the owner's account, which no probe may move."""
    kinds = ("Mailbox", "Email", "Thread", "AddressBook", "ContactCard", "Calendar", "CalendarEvent")
    return [accounts.engine.call(accounts.owner, f"{kind}/get", {"ids": []})["state"] for kind in kinds]


def test_every_method_is_covered(accounts: Accounts) -> None:
    assert accounts.engine.registry.methods.keys() == PROBES.keys()


def test_ids_that_name_nothing_have_the_form_of_real_ones(accounts: Accounts) -> None:
    for real, made in zip(accounts.real.named(), accounts.absent.named(), strict=True):
        assert len(real) == len(made)
        assert real != made


@pytest.mark.parametrize(("method", "place"), _CASES)
@pytest.mark.parametrize("through", ["own account", "foreign account"])
def test_a_stranger_cannot_tell_what_exists(accounts: Accounts, method: str, place: str, through: str) -> None:
    before = states(accounts)
    told = []
    for ids in (accounts.real, accounts.absent):
        account = accounts.own.account if through == "own account" else ids.account
        arguments = named(accounts, account, method, place, ids, accounts.own)
        told.append(answer(accounts, accounts.asker, method, arguments, ids))
    assert told[0] == told[1]
    assert states(accounts) == before


@pytest.mark.parametrize(("method", "place"), [case for case in _CASES if "copy" not in str(case.id)])
def test_a_reader_cannot_use_foreign_ids_in_his_own_account(
    accounts: Accounts, reader: Principal, method: str, place: str
) -> None:
    told = []
    for ids in (accounts.real, accounts.absent):
        arguments = named(accounts, accounts.own.account, method, place, ids, accounts.own)
        told.append(answer(accounts, reader, method, arguments, ids))
    assert told[0] == told[1]


_IN_ACCOUNTS = [case for case in _CASES if case.values[0] in _WRITES and not str(case.values[1]).startswith("push ")]


@pytest.mark.parametrize(("method", "place"), _IN_ACCOUNTS)
def test_a_reader_changes_nothing(accounts: Accounts, reader: Principal, method: str, place: str) -> None:
    before = states(accounts)
    arguments = {"accountId": accounts.real.account, **PROBES[method][place](accounts.real, accounts.own)}
    if "fromAccountId" in arguments:
        arguments["fromAccountId"] = accounts.own.account
    ((name, given, _),) = accounts.engine.request(reader, [[method, arguments, "c"]])["methodResponses"]
    assert (name, given["type"]) == ("error", "accountReadOnly")
    assert states(accounts) == before


def test_every_method_that_writes_is_tried_by_a_reader(accounts: Accounts) -> None:
    writes = {name for name, method in accounts.engine.registry.methods.items() if method.access is Access.WRITE}
    assert writes == set(_WRITES)


def test_a_reader_reads_what_is_shared(accounts: Accounts, reader: Principal) -> None:
    engine, ids = accounts.engine, accounts.real
    given = {"accountId": ids.account, "ids": [ids.email]}
    assert engine.call(reader, "Email/get", given)["notFound"] == []
    parsed = engine.call(reader, "Email/parse", {"accountId": ids.account, "blobIds": [ids.part]})
    assert list(parsed["parsed"]) == [ids.part]


def test_an_upload_that_nothing_references_is_its_uploaders_alone(accounts: Accounts, reader: Principal) -> None:
    told = []
    for ids in (accounts.real, accounts.absent):
        arguments = {"accountId": accounts.real.account, "blobIds": [ids.upload]}
        told.append(answer(accounts, reader, "Email/parse", arguments, replace(ids, account=accounts.real.account)))
    assert told[0] == told[1]
    own = accounts.engine.call(accounts.owner, "Email/parse", {"blobIds": [accounts.real.upload]})
    assert list(own["parsed"]) == [accounts.real.upload]


@pytest.mark.parametrize("kind", ["mailbox", "upload"])
def test_a_reader_copies_neither_into_a_foreign_mailbox_nor_what_is_not_shared(
    accounts: Accounts, reader: Principal, kind: str
) -> None:
    method, place = {"mailbox": ("Email/copy", "into"), "upload": ("Blob/copy", "upload")}[kind]
    told = []
    for value in (getattr(accounts.real, kind), getattr(accounts.absent, kind)):
        ids = replace(accounts.real, **{kind: value})
        arguments = {"accountId": accounts.own.account, **PROBES[method][place](ids, accounts.own)}
        told.append(answer(accounts, reader, method, arguments, ids))
    assert told[0] == told[1]
    assert b'"notC' in told[0]
    assert b"null" in told[0]


class _Undo(Exception):
    """Carries an answer out of a transaction that is not to be kept."""


def tried(accounts: Accounts, who: Principal, method: str, arguments: Mapping[str, Any]) -> bytes:
    """The response to a call of which nothing is kept."""
    engine = accounts.engine
    request = engine.engine.prepare(
        orjson.dumps({"using": list(engine.registry.capabilities), "methodCalls": [[method, arguments, "c"]]})
    )

    def job(view: Any) -> None:
        raise _Undo(engine.engine.run(request, who, transaction=view))

    with pytest.raises(_Undo) as undone:
        engine.store.write(job).result()
    answered: bytes = undone.value.args[0]
    return answered


@pytest.mark.parametrize(("method", "place"), [case for case in _CASES if case.values[1] not in _NO_DIFFERENCE])
def test_every_probe_reaches_what_it_asks_for_when_the_asker_may(accounts: Accounts, method: str, place: str) -> None:
    """Otherwise a probe could agree for the wrong reason: refused for its form, before anything is looked up."""
    friend = accounts.engine.share(accounts.owner, accounts.asker)
    inside = accounts.inside
    copies = method.endswith("/copy") and place != "into"
    told = []
    for ids in (accounts.real, replace(accounts.absent, account=accounts.real.account)):
        alone = place == "upload" or place.startswith(("push ", "own "))  # the owner's, whoever shares the account
        who, me = (accounts.owner, inside) if alone else (friend, inside)
        if copies:
            who, me = friend, accounts.own
        arguments = named(accounts, me.account, method, place, ids, me)
        if place == "into":
            arguments["fromAccountId"] = accounts.own.account
            arguments["create"]["a"]["id"] = {
                "Email/copy": accounts.own.email,
                "ContactCard/copy": accounts.own.card,
                "CalendarEvent/copy": accounts.own.event,
            }[method]
        told.append(tried(accounts, who, method, arguments))
    assert told[0].translate(None, b"0123456789") != told[1].translate(None, b"0123456789")


def test_moving_by_copy_takes_nothing_from_an_account_that_may_only_be_read(
    accounts: Accounts, reader: Principal
) -> None:
    arguments = {
        "accountId": accounts.own.account,
        "fromAccountId": accounts.real.account,
        "create": {"a": {"id": accounts.real.email, "mailboxIds": {accounts.own.mailbox: True}}},
        "onSuccessDestroyOriginal": True,
    }
    before = states(accounts)
    responses = accounts.engine.request(reader, [["Email/copy", arguments, "c"]])["methodResponses"]
    assert responses[-1][0] == "error"
    assert responses[-1][1]["type"] == "accountReadOnly"
    assert states(accounts) == before


def test_a_blob_id_stretched_over_its_part_opens_nothing_more(accounts: Accounts) -> None:
    """Who was given one part of a message by Blob/copy has that part alone."""
    engine, real = accounts.engine, accounts.real
    friend = engine.share(accounts.owner, engine.user("friend"), read_only=True)
    own = engine.account(friend)
    copied = engine.call(friend, "Blob/copy", {"fromAccountId": real.account, "blobIds": [real.part]})["copied"]
    alone = Principal(friend.id, friend.name, {own: friend.accounts[own]}, friend.state)
    parsed = engine.call(alone, "Email/parse", {"blobIds": [copied[real.part], real.blob, real.part]})
    assert list(parsed["parsed"]) == [copied[real.part]]
    assert sorted(parsed["notFound"]) == sorted([real.blob, real.part])

"""Operations do what the command line asks, and refuse by name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from angarium.app.operations import OPERATIONS, OperationError, Services, perform
from angarium.app.operations.batch import Parcel
from angarium.app.operations.services import user_named
from angarium.datatypes import principals
from angarium.datatypes.mail.ingest import new_message
from angarium.datatypes.principals import Domains
from angarium.engine.access import account_id
from angarium.formats.json import JSON
from angarium.store.contract import Allowance, Snapshot
from angarium.store.sqlite import open_store
from tests.app.operations.parcels import packed

NOW = 1_790_000_000_000


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    store = open_store(tmp_path / "data")
    yield Services(store, ("inbox",), Domains(("localhost",)), lambda: NOW)
    store.close()


def do(services: Services, operation: str, /, **arguments: JSON) -> JSON:
    return perform(services, operation, arguments)[0]


def refused(services: Services, operation: str, /, **arguments: JSON) -> str:
    with pytest.raises(OperationError) as caught:
        perform(services, operation, arguments)
    assert caught.value.text
    return caught.value.kind


def test_a_user_is_added_with_an_account_and_removed_again(services: Services) -> None:
    made = do(services, "user.add", name="ann", passwordHash="x")
    [user] = services.store.read(principals.all_users)
    assert made == {"id": user.id, "accountId": account_id(user.account)}
    assert user.created == NOW
    do(services, "user.remove", name="Ann")
    assert services.store.read(principals.all_users) == []


def test_what_cannot_be_done_has_a_kind_and_a_text(services: Services) -> None:
    do(services, "user.add", name="ann", passwordHash="x")
    assert refused(services, "user.add", name="ann", passwordHash="x") == "alreadyExists"
    assert refused(services, "user.add", name="a:b", passwordHash="x") == "unfitName"
    assert refused(services, "user.add", name="bob") == "arguments"
    assert refused(services, "user.passwd", name="bob", passwordHash="x") == "notFound"
    assert refused(services, "user.remove", name="bob") == "notFound"
    assert refused(services, "account.grant", account="ann", user="ann", readOnly=True) == "ownAccount"
    assert refused(services, "account.grant", account="bob", user="ann", readOnly=True) == "notFound"
    assert refused(services, "import.mailboxes", user="bob", places=[]) == "notFound"
    assert refused(services, "import.mailboxes", user="ann", places=[{"path": []}]) == "arguments"
    assert refused(services, "nothing.atAll") == "unknownOperation"


def test_a_quota_is_set_in_parts_and_minds_what_is_no_number(services: Services) -> None:
    do(services, "user.add", name="ann", passwordHash="x")
    account = services.store.read(lambda snapshot: user_named(snapshot, "ann").account)
    do(services, "user.quota", name="ann", octets=5000)
    do(services, "user.quota", name="ann", messages=7)
    assert services.store.read(lambda snapshot: snapshot.allowance(account)) == Allowance(5000, 7)
    do(services, "user.quota", name="ann", octets=None)
    assert services.store.read(lambda snapshot: snapshot.allowance(account)) == Allowance(None, 7)
    for limit in (-1, 1.5, "5", True, 2**60):
        assert refused(services, "user.quota", name="ann", octets=limit) == "arguments"
    assert refused(services, "user.quota", name="bob", octets=1) == "notFound"


def test_an_account_is_granted_by_its_owner_or_its_id(services: Services) -> None:
    for name in ("ann", "bob", "cas"):
        do(services, "user.add", name=name, passwordHash="x")
    granted = do(services, "account.grant", account="ann", user="bob", readOnly=True)
    assert granted == {"accountId": "a1", "owner": "ann"}
    do(services, "account.grant", account="a1", user="cas", readOnly=False)
    assert [given.read_only for given in services.store.read(principals.all_grants)] == [True, False]
    do(services, "account.revoke", account="a1", user="bob")
    assert refused(services, "account.revoke", account="a1", user="bob") == "notFound"


def test_who_is_called_as_an_id_looks_is_meant_by_it(services: Services) -> None:
    for name in ("ann", "a1", "bob"):
        do(services, "user.add", name=name, passwordHash="x")
    meant = {"accountId": "a2", "owner": "a1"}
    assert do(services, "account.grant", account="a1", user="bob", readOnly=True) == meant
    assert do(services, "account.revoke", account="a1", user="bob") == meant
    assert do(services, "account.grant", account="a2", user="bob", readOnly=True) == meant


def test_a_batch_is_stored_small_and_large_and_skipped_the_second_time(services: Services) -> None:
    do(services, "user.add", name="ann", passwordHash="x")
    found = do(services, "import.mailboxes", user="ann", places=[{"path": ["Inbox"]}, {"path": ["A", "B"]}])
    assert isinstance(found, list)
    mailboxes = [str(mailbox) for mailbox in found]
    files = [b"Subject: small\r\n\r\n", b"Subject: large\r\n\r\n" + b"x" * 200_000]
    payload = packed([Parcel(new_message(octets, ["$seen"], mailboxes, 5), octets, 0) for octets in files])
    assert perform(services, "import.batch", {"user": "ann"}, payload)[0] == ["taken", "taken"]
    assert perform(services, "import.batch", {"user": "ann"}, payload)[0] == ["there", "there"]
    assert [held(services, mailbox) for mailbox in mailboxes] == [set(files), set(files)]


def held(services: Services, mailbox: str) -> set[bytes]:
    """The octets of everything in a mailbox of the only user."""

    def job(snapshot: Snapshot) -> set[bytes]:
        [user] = principals.all_users(snapshot)
        ids = snapshot.messages.in_mailbox(user.account, mailbox)
        stored = snapshot.messages.stored(user.account, ids)
        return {snapshot.blobs.open(facts.blob)[:] for facts in stored.values()}

    return services.store.read(job)


def test_a_batch_for_nobody_is_refused_and_leaves_nothing(services: Services) -> None:
    octets = b"Subject: large\r\n\r\n" + b"x" * 200_000
    payload = packed([Parcel(new_message(octets, [], ["B1"], 5), octets, 0)])
    with pytest.raises(OperationError):
        perform(services, "import.batch", {"user": "nobody"}, payload)
    blob = new_message(octets, [], [], 0).blob
    assert services.store.read(lambda snapshot: snapshot.blobs.size(blob)) is None


def test_every_operation_says_what_it_takes() -> None:
    for name, operation in OPERATIONS.items():
        assert (operation.__doc__ or "").startswith(name)

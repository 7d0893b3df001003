"""Identity: what comes with each address, what users make beside it, and what may not stand in a header."""

from typing import Any

import pytest

from angarium.datatypes import principals
from angarium.datatypes.submission import identity
from angarium.store.contract import Transaction
from tests.datatypes.submission.outbox import Outbox
from tests.harness import DOMAINS, Harness

DEFAULT = {
    "name": "",
    "email": "ann@example.com",
    "replyTo": None,
    "bcc": None,
    "textSignature": "",
    "htmlSignature": "",
    "mayDelete": False,
}


def made(ann: Outbox, **given: Any) -> Any:
    return ann.engine.call(ann.user, "Identity/set", {"create": {"i": {"email": "ann@example.com", **given}}})


def emails(ann: Outbox) -> list[str]:
    return [known["email"] for known in ann.engine.call(ann.user, "Identity/get")["list"]]


def settle(ann: Outbox) -> int:
    def job(transaction: Transaction) -> int:
        user = principals.by_name(transaction, "ann@example.com")
        assert user is not None
        changed = identity.settle(transaction, user, DOMAINS)
        assert identity.is_settled(transaction, user, DOMAINS)
        return changed

    return ann.engine.store.write(job).result()


def test_an_address_comes_with_an_identity_that_stays(ann: Outbox) -> None:
    assert ann.engine.call(ann.user, "Identity/get")["list"] == [{"id": ann.identity, **DEFAULT}]
    refused = ann.engine.call(ann.user, "Identity/set", {"destroy": [ann.identity]})["notDestroyed"]
    assert refused[ann.identity]["type"] == "forbidden"


def test_identities_follow_the_addresses_of_the_user(ann: Outbox) -> None:
    def give(transaction: Transaction) -> None:
        user = principals.by_name(transaction, "ann@example.com")
        assert user is not None
        principals.give(transaction, DOMAINS, user, "sales@example.com")

    def take(transaction: Transaction) -> None:
        user = principals.by_name(transaction, "ann@example.com")
        assert user is not None
        principals.take(transaction, user, "sales@example.com")

    assert settle(ann) == 0
    ann.engine.store.write(give).result()
    assert settle(ann) == 1
    assert emails(ann) == ["ann@example.com", "sales@example.com"]
    ann.engine.store.write(take).result()
    assert settle(ann) == 1
    assert emails(ann) == ["ann@example.com"]


def test_a_user_makes_changes_and_destroys_identities_of_an_address(ann: Outbox) -> None:
    state = ann.engine.call(ann.user, "Identity/get")["state"]
    answer = made(
        ann,
        name='Ann Émile, "Boss"',
        replyTo=[{"name": None, "email": "ann+reply@example.com"}],
        textSignature="-- \nAnn",
        htmlSignature="<b>Ann</b>",
    )
    record = answer["created"]["i"]["id"]
    assert answer["created"]["i"] == {"id": record, "bcc": None, "mayDelete": True}
    changed = ann.engine.call(
        ann.user, "Identity/set", {"update": {record: {"bcc": [{"email": "archive@example.org"}], "name": "A"}}}
    )
    assert changed["updated"] == {record: {"bcc": [{"name": None, "email": "archive@example.org"}]}}
    changes = ann.engine.call(ann.user, "Identity/changes", {"sinceState": state})
    assert (changes["created"], changes["updated"], changes["destroyed"]) == ([record], [], [])
    assert ann.engine.call(ann.user, "Identity/set", {"destroy": [record]})["destroyed"] == [record]


def test_an_address_given_without_a_name_has_none(ann: Outbox) -> None:
    made_now = made(ann, replyTo=[{"email": "x@example.org"}], bcc=[])["created"]["i"]
    assert made_now["replyTo"] == [{"name": None, "email": "x@example.org"}]
    (found,) = ann.engine.call(ann.user, "Identity/get", {"ids": [made_now["id"]]})["list"]
    assert (found["replyTo"], found["bcc"]) == ([{"name": None, "email": "x@example.org"}], [])


@pytest.mark.parametrize(
    "email", ["bo@example.com", "*@example.com", "ann@example.org", "ann@example.com.evil.example"]
)
def test_an_address_of_somebody_else_is_forbidden(ann: Outbox, email: str) -> None:
    assert made(ann, email=email)["notCreated"]["i"]["type"] == "forbiddenFrom"


def test_an_address_with_a_detail_is_the_users_own(ann: Outbox) -> None:
    assert made(ann, email="ann+lists@example.com")["created"]


@pytest.mark.parametrize("evil", ["\r\nBcc: x@example.com", "\nX: y", "\r", "\x00", "\u2028", "\x85", "\x7f"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "Ann%s"),
        ("email", "ann@example.com%s"),
        ("replyTo", [{"name": "Ann%s", "email": "ann@example.com"}]),
        ("replyTo", [{"name": None, "email": "ann@example.com%s"}]),
        ("bcc", [{"name": None, "email": "ann@example.com>%s"}]),
    ],
)
def test_nothing_that_could_end_a_header_field_is_taken(ann: Outbox, name: str, value: Any, evil: str) -> None:
    def filled(item: Any) -> Any:
        if isinstance(item, str):
            return item.replace("%s", evil)
        if isinstance(item, dict):
            return {key: filled(inner) for key, inner in item.items()}
        return [filled(inner) for inner in item] if isinstance(item, list) else item

    for refusal in (
        made(ann, **{name: filled(value)})["notCreated"]["i"],
        ann.engine.call(ann.user, "Identity/set", {"update": {ann.identity: {name: filled(value)}}})["notUpdated"][
            ann.identity
        ],
    ):
        assert (refusal["type"], refusal["properties"]) == ("invalidProperties", [name])


def test_a_signature_has_lines_and_no_other_controls(ann: Outbox) -> None:
    assert made(ann, textSignature="-- \r\nAnn\n\tof York")["created"]
    refusal = made(ann, textSignature="a\x00b", htmlSignature="\x1b")["notCreated"]["i"]
    assert refusal["properties"] == ["textSignature", "htmlSignature"]
    assert made(ann, htmlSignature="x" * 100_001)["notCreated"]["i"]["properties"] == ["htmlSignature"]


def test_the_address_of_an_identity_never_changes(ann: Outbox) -> None:
    update = {ann.identity: {"email": "ann+x@example.com"}}
    refusal = ann.engine.call(ann.user, "Identity/set", {"update": update})["notUpdated"][ann.identity]
    assert (refusal["type"], refusal["properties"]) == ("invalidProperties", ["email"])


def test_an_account_has_so_many_identities_and_no_more(ann: Outbox) -> None:
    create = {f"i{number}": {"email": "ann@example.com"} for number in range(100)}
    answer = ann.engine.call(ann.user, "Identity/set", {"create": create})
    assert len(answer["created"]) == 99
    assert [refusal["type"] for refusal in answer["notCreated"].values()] == ["overQuota"]


def test_an_identity_in_a_shared_account_is_of_an_address_of_its_owner(engine: Harness, ann: Outbox) -> None:
    friend = engine.share(ann.user, engine.user("bo"))
    account = engine.account(ann.user)
    create = {"a": {"email": "ann@example.com"}, "b": {"email": "bo@example.com"}}
    answer = engine.call(friend, "Identity/set", {"accountId": account, "create": create})
    assert list(answer["created"]) == ["a"]
    assert answer["notCreated"]["b"]["type"] == "forbiddenFrom"

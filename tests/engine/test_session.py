"""The Session object (RFC 8620 §2) and StateChange (§7.1)."""

from dataclasses import replace

from angarium.engine.access import Principal
from angarium.engine.declare import Capability
from angarium.engine.events import state_change
from angarium.engine.limits import CORE, Limits
from angarium.engine.registry import Registry
from angarium.engine.session import SessionUrls, session, session_state
from angarium.formats.json import JSON
from angarium.store.contract import AccountKey, State, StateChange
from tests.engine.note import NOTE, URN
from tests.harness import Harness

URLS = SessionUrls("https://x/jmap", "https://x/d/{accountId}", "https://x/u/{accountId}", "https://x/e")


def test_the_session_has_every_property_and_the_limits_that_are_enforced(notes: Harness, ann: Principal) -> None:
    shown = session(notes.registry, ann, URLS)
    assert shown.keys() == {
        "capabilities", "accounts", "primaryAccounts", "username", "apiUrl", "downloadUrl", "uploadUrl",
        "eventSourceUrl", "state",
    }  # fmt: skip
    core = shown["capabilities"][CORE]  # type: ignore[index, call-overload]
    assert core == notes.limits.core()
    assert core.keys() == {
        "maxSizeUpload", "maxConcurrentUpload", "maxSizeRequest", "maxConcurrentRequests", "maxCallsInRequest",
        "maxObjectsInGet", "maxObjectsInSet", "collationAlgorithms",
    }  # fmt: skip


def test_every_account_of_the_user_is_shown_with_its_rights_and_only_the_own_is_primary(
    notes: Harness, ann: Principal
) -> None:
    bob = notes.share(ann, notes.user("bob"), read_only=True)
    shown = session(notes.registry, bob, URLS)
    assert shown["accounts"] == {
        notes.account(bob): {
            "name": "bob@example.com", "isPersonal": True, "isReadOnly": False,
            "accountCapabilities": {URN: {"mayWrite": True}},
        },
        notes.account(ann): {
            "name": "ann@example.com", "isPersonal": False, "isReadOnly": True,
            "accountCapabilities": {URN: {"mayWrite": False}},
        },
    }  # fmt: skip
    assert shown["primaryAccounts"] == {URN: notes.account(bob)}


def test_a_state_change_tells_only_the_accounts_and_types_that_are_the_users_business(
    notes: Harness, ann: Principal
) -> None:
    mine = next(iter(ann.accounts.values()))
    changes = [
        StateChange(mine.key, {"Note": State(4), "Other": State(5)}, 1),
        StateChange(AccountKey(99), {"Note": State(9)}, 2),
        StateChange(mine.key, {"Note": State(6)}, 3),
    ]
    assert state_change(ann, changes) == {"@type": "StateChange", "changed": {mine.id: {"Note": "6", "Other": "5"}}}
    assert state_change(ann, changes, {"Note"}) == {"@type": "StateChange", "changed": {mine.id: {"Note": "6"}}}
    assert state_change(ann, changes, {"None"}) is None
    assert state_change(ann, changes[1:2]) is None


def _registry(limits: Limits, notes: dict[str, JSON]) -> Registry:
    return Registry([Capability(CORE, limits.core(), in_accounts=False), Capability(URN, notes)], [NOTE])


def test_the_state_of_the_session_changes_with_the_user_and_with_what_the_server_can_do(ann: Principal) -> None:
    first = _registry(Limits(), {})
    others = [_registry(Limits(max_size_upload=1), {}), _registry(Limits(), {"maxNotes": 7})]
    states = [session_state(registry, ann) for registry in (first, *others)]
    assert len({*states, session_state(first, replace(ann, state="1"))}) == 4
    assert session_state(_registry(Limits(), {}), ann) == states[0]


def test_a_response_tells_the_state_of_the_session(notes: Harness, ann: Principal) -> None:
    state = session(notes.registry, ann, URLS)["state"]
    assert notes.request(ann, [])["sessionState"] == state


def test_who_has_no_account_has_no_primary_one(notes: Harness, ann: Principal) -> None:
    shown = session(notes.registry, replace(ann, accounts={}), URLS)
    assert (shown["accounts"], shown["primaryAccounts"]) == ({}, {})

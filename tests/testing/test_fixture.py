"""Fixtures: a word that is mistyped is told, not passed over."""

from typing import Any

import pytest

from angarium.testing import Server


@pytest.mark.parametrize(
    ("fixture", "told"),
    [
        ({"user": []}, "'user'; its members are users, shares"),
        ({"users": [{"password": "pw"}]}, "'name'"),
        ({"users": [{"name": "ann", "message": []}]}, "'message'"),
        ({"users": ["ann"]}, "a user of a fixture is an object, not 'ann'"),
        ({"users": [{"name": "ann"}], "shares": [{"owner": "ann", "user": "bob"}]}, "'user'"),
    ],
)
def test_a_member_that_a_fixture_does_not_have_is_told(jmap_server: Server, fixture: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        jmap_server.load(fixture)

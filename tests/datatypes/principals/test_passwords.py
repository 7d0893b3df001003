"""Passwords are kept as argon2id with the parameters of the design."""

import pytest

from angarium.datatypes.principals import hash_password, verify_password


def test_only_the_password_that_was_hashed_verifies() -> None:
    kept = hash_password("pässword")
    assert verify_password(kept, "pässword")
    assert not verify_password(kept, "password")
    assert hash_password("pässword") != kept


def test_the_parameters_stand_in_the_hash() -> None:
    assert hash_password("x").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("kept", ["", "plain", "$argon2id$broken", "$argon2id$v=19$m=19456,t=2,p=1$AA$AA"])
def test_what_is_no_hash_verifies_nothing(kept: str) -> None:
    assert not verify_password(kept, "x")


def test_any_text_can_be_tried_as_a_password() -> None:
    assert not verify_password(hash_password("x"), "\ud800")

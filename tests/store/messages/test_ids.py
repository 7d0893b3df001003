"""Ids and the numbers behind them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.store.sqlite.messages.ids import (
    email_number,
    first_document,
    last_document,
    listed,
    mailbox_number,
    mailbox_numbers,
)

ODD = ["", "M", "M0", "M01", "M-1", "m1", "T1", "M1 ", " M1", "M1\n", "M1,M2", "M1M2", "M１", "M" + "9" * 19, "1"]


@pytest.mark.parametrize("text", ODD)
def test_only_one_spelling_names_a_number(text: str) -> None:
    assert email_number(text) is None
    assert listed("M", [text]) == "[]"
    assert listed("M", ["M5", text, "M7"]) == "[5,7]"


def test_each_kind_has_its_letter() -> None:
    assert (email_number("M12"), mailbox_number("B12")) == (12, 12)
    assert listed("T", ["T3", "T1", "T3"]) == "[3,1]"
    assert mailbox_numbers(frozenset({"B1", "B2"})) == {1, 2}
    with pytest.raises(KeyError):
        mailbox_numbers(frozenset({"B1", "M2"}))


@given(st.integers(0, 2**20 - 1), st.integers(-(10**15), 10**17), st.integers(-(10**15), 10**17))
def test_document_keys_go_by_account_and_then_by_second(account: int, one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert last_document(account - 1) < first_document(account) <= first_document(account, low)
    assert first_document(account, low) <= first_document(account, high) <= last_document(account) < 2**63

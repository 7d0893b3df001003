"""The measurement of the older dialect asks for things that are there."""

from bench.older import measure


def test_every_pair_is_answered() -> None:
    measured = measure(rounds=1)
    assert len(measured) == 8
    assert all(modern > 0 and older > 0 for modern, older in measured.values())

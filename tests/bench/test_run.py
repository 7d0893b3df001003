import pytest
from bench.run import even_shares


@pytest.mark.parametrize(
    ("total", "shares"),
    [(200, [50, 50, 50, 50]), (20, [6, 6, 4, 4]), (5, [2, 2, 2]), (1, [2])],
)
def test_rounds_are_dealt_evenly_in_pairs(total: int, shares: list[int]) -> None:
    assert even_shares(total, 4) == shares

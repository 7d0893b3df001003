"""Every target stands its seeds, all that ever made one fail, and random damage to them."""

from pathlib import Path

import pytest
from hypothesis import strategies as st

from tests.fuzz.conftest import Fuzz
from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).with_name("corpus")
Edit = tuple[int, int, bytes]


def seeds(target: str) -> list[bytes]:
    """What is kept of a target."""
    return [path.read_bytes() for path in sorted((CORPUS / target).iterdir())]


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_stands_what_is_kept_and_what_is_near_it(target: str, fuzz: Fuzz) -> None:
    kept = seeds(target)
    for octets in kept:
        TARGETS[target](octets)
    pieces = st.binary(max_size=6) | st.sampled_from(kept).flatmap(
        lambda other: st.integers(0, len(other)).map(lambda at: other[at : at + 20])
    )
    edits = st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 40), pieces), max_size=5)
    fuzz(st.tuples(st.sampled_from(kept), edits).map(lambda example: _edited(*example)), TARGETS[target])


def _edited(octets: bytes, edits: list[Edit]) -> bytes:
    for at, cut, put in edits:
        place = at % (len(octets) + 1)
        octets = octets[:place] + put + octets[place + cut :]
    return octets

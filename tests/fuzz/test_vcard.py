"""Random vCards through reading, checking, writing and reading again: total, valid, and the same each time."""

from hypothesis import strategies as st

from angarium.formats.contentline import as_utf_8, read
from angarium.formats.jscontact import check, sort_keys, texts
from angarium.formats.json import JSON
from angarium.formats.vcard import cards, parse, plain, write_card
from tests.formats.vcard.strategies import CARDS, LINES, VCARDS
from tests.fuzz.conftest import Fuzz

EDGES = st.sampled_from(
    [b"BEGIN:VCARD", b"END:VCARD", b"BEGIN:AGENT", b"AGENT:", b" fold", b"", b"\xff\xfe", b"=", b"\x00"]
)
soup = st.lists(LINES.map(str.encode) | EDGES | st.binary(max_size=8), max_size=30).map(b"\n".join)


def test_any_octets_give_cards_or_problems(fuzz: Fuzz) -> None:
    def check_octets(octets: bytes) -> None:
        most = max(len(octets), len(as_utf_8(octets)))  # places of UTF-16 are those of its UTF-8 form
        for found in cards([octets[:7], octets[7:]]):
            assert found.card is not None or found.problems
            assert 0 <= found.position <= most
            if found.card is not None:
                assert check(found.card) == []
                assert parse(write_card(found.card)) == [plain(found.card)]
        assert all(0 <= problem.position <= most for problem in read(octets).problems)

    fuzz(soup, check_octets)


def test_any_vcard_comes_back(fuzz: Fuzz) -> None:
    def check_vcard(octets: bytes) -> None:
        [card] = parse(octets)
        assert check(card) == []
        assert parse(write_card(card)) == [plain(card)]

    fuzz(VCARDS, check_vcard)


def test_any_card_comes_back_when_it_is_valid(fuzz: Fuzz) -> None:
    def check_card(card: dict[str, JSON]) -> None:
        assert set(sort_keys(card)) <= set(texts(card)) | set(sort_keys(card))
        if not check(card):
            assert parse(write_card(card)) == [plain(card)]

    fuzz(CARDS, check_card)

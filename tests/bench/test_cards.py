from itertools import islice

from bench.cards import BLOCK, COMMON_TOWN, MATCHES, RARE_EVERY, RARE_TOWN, cards

from angarium.formats.vcard import cards as read

_SOME = list(islice(cards(RARE_EVERY * 2), RARE_EVERY * 2))


def test_a_card_is_the_same_however_many_are_asked_for() -> None:
    assert list(cards(7)) == _SOME[:7]


def test_shares_are_exact() -> None:
    assert sum(COMMON_TOWN.encode() in card for card in _SOME[:BLOCK]) == MATCHES
    assert sum(RARE_TOWN.encode() in card for card in _SOME) == 2
    assert sum(b"VERSION:2.1" in card for card in _SOME) == len(_SOME) // 5


def test_cards_are_read_whole_and_each_has_a_uid_of_its_own() -> None:
    found = list(read(_SOME))
    assert [each.problems for each in found if each.problems] == []
    uids = {str(each.card["uid"]) for each in found if each.card is not None}
    assert len(uids) == len(found) == len(_SOME)

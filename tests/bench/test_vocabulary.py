from itertools import pairwise
from random import Random

from bench.vocabulary import COMMON_WORD, RARE_WORD, TONGUES, build, zipf


def test_no_sentence_holds_a_declared_word() -> None:
    for pool in build(8620).sentences.values():
        text = " ".join(pool).lower()
        assert RARE_WORD not in text
        assert COMMON_WORD not in text


def test_only_the_ascii_tongue_is_ascii() -> None:
    sentences = build(8620).sentences
    assert {tongue: "".join(sentences[tongue]).isascii() for tongue in TONGUES} == {
        tongue: tongue == "ascii" for tongue in TONGUES
    }


def test_prose_has_about_the_octets_that_were_asked_for() -> None:
    vocabulary = build(8620)
    for tongue in TONGUES:
        size = len("\n\n".join(vocabulary.prose(Random(1), tongue, 20_000)).encode())
        assert 16_000 < size < 26_000, tongue


def test_addresses_are_distinct_and_ascii() -> None:
    people = build(8620).people
    assert len({person.address for person in people}) == len(people)
    assert all(person.address.isascii() for person in people)
    assert not all(person.name.isascii() for person in people)


def test_the_first_are_the_most_frequent() -> None:
    cumulative = (0.0, *zipf(50))
    shares = [later - earlier for earlier, later in pairwise(cumulative)]
    assert shares == sorted(shares, reverse=True)

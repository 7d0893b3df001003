"""The words, sentences and people of the synthetic corpus: invented, and the same for the same seed.

Only text without mail syntax may live here. Word frequencies follow a Zipf curve, as those of real mail do. The words
whose frequency the benchmark declares (``RARE_WORD``, ``COMMON_WORD``) can not be made from these syllables.
"""

from dataclasses import dataclass
from itertools import accumulate
from random import Random

RARE_WORD = "quizzaciously"
COMMON_WORD = "invoice"

_SYLLABLES = tuple(consonant + vowel for consonant in "bdfglmnrst" for vowel in "aeio")
_ENDINGS = ("", "", "n", "r", "s", "t", "l", "m", "st", "nd", "ng", "rk")
_ALPHABETS: dict[str, str] = {
    "western": "aeioubdfglmnrstéüøñçåàö",
    "greek": "αβγδεζηθικλμνξοπρστυφχψω",
    "cyrillic": "абвгдежзийклмнопрстуфхцчшэюя",
    "han": "日本語中文字件名会議明天請看報告書手紙電車山川水火木金土",
}
TONGUES = ("ascii", *_ALPHABETS)

_LATIN_WORDS = 6000
_OTHER_WORDS = 600
_LATIN_SENTENCES = 4096
_OTHER_SENTENCES = 256
_PEOPLE = 240


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who writes: a display name (any script) and an ASCII address."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What messages are made of: sentences by tongue, and people with the commonest first."""

    sentences: dict[str, tuple[str, ...]]
    people: tuple[Person, ...]
    people_weights: tuple[float, ...]

    def person(self, rng: Random) -> Person:
        """Someone, the well known more often than the others."""
        return rng.choices(self.people, cum_weights=self.people_weights)[0]

    def prose(self, rng: Random, tongue: str, octets: int) -> list[str]:
        """Paragraphs of about ``octets`` octets in UTF-8, each closing with a number that no other one has."""
        pool = self.sentences[tongue]
        mean = sum(len(sentence.encode()) for sentence in pool[:64]) // 64
        chosen = rng.choices(pool, k=max(1, octets // (mean + 4)))
        paragraphs = [chosen[at : at + 5] for at in range(0, len(chosen), 5)]
        return ["\n".join([*lines, f"Ref {rng.getrandbits(48):012x}."]) for lines in paragraphs]


def build(seed: int) -> Vocabulary:
    """The vocabulary of a seed."""
    sentences = {tongue: _sentences(Random(f"{seed} sentences {tongue}"), tongue) for tongue in TONGUES}
    rng = Random(f"{seed} people")
    people = tuple(_person(rng, number) for number in range(_PEOPLE))
    return Vocabulary(sentences, people, zipf(len(people)))


def zipf(count: int) -> tuple[float, ...]:
    """Cumulative weights for ``count`` things, the first the most frequent."""
    return tuple(accumulate(1 / (rank + 4) for rank in range(count)))


def _sentences(rng: Random, tongue: str) -> tuple[str, ...]:
    ascii_only = tongue == "ascii"
    words = [_latin_word(rng) if ascii_only else _word_of(rng, _ALPHABETS[tongue]) for _ in range(_word_count(tongue))]
    weights = zipf(len(words))
    count = _LATIN_SENTENCES if ascii_only else _OTHER_SENTENCES
    chosen = (rng.choices(words, cum_weights=weights, k=rng.randint(6, 11)) for _ in range(count))
    return tuple(" ".join(line).capitalize() + "." for line in chosen)


def _word_count(tongue: str) -> int:
    return _LATIN_WORDS if tongue == "ascii" else _OTHER_WORDS


def _latin_word(rng: Random) -> str:
    return "".join(rng.choices(_SYLLABLES, k=rng.randint(1, 3))) + rng.choice(_ENDINGS)


def _word_of(rng: Random, alphabet: str) -> str:
    return "".join(rng.choices(alphabet, k=rng.randint(2, 6)))


def _person(rng: Random, number: int) -> Person:
    given, family = _latin_word(rng).capitalize(), _latin_word(rng).capitalize()
    address = f"{given}.{family}.{number}@{_latin_word(rng)}.example".lower()
    if number % 6 == 5:
        family += _word_of(rng, _ALPHABETS[TONGUES[1 + number // 6 % 4]])
    return Person(f"{given} {family}", address)

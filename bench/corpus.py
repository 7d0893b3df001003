"""The deterministic synthetic mail that every row of the benchmark runs on.

Message ``n`` is the same octets however many are asked for, so a store of 10,000 can be topped up to 100,000. Mail
comes in blocks of a hundred; within a block every share declared here is exact, which is what lets a row check its
answer. What a message is made of lives here, its MIME in ``bench.mime``; where it is written lives in ``bench.maildir``
and ``bench.load``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from bench import mime
from bench.vocabulary import COMMON_WORD, RARE_WORD, TONGUES, Person, Vocabulary, build

SEED = 8620
VERSION = 1  # of the recipe: a data folder that was loaded by another one is not reused
BLOCK = 100
START = 1_546_300_800  # 2019-01-01T00:00:00Z
SPACING = 180  # seconds between two messages, so that the order of arrival is never in doubt
RARE_AT = 77
OWNER = Person("Bench Owner", "owner@bench.example")
_YEAR = 31_536_000
FREQUENT = Person("Harbour Bulletin", "bulletin@harbour.example")

# How many of each hundred messages. The deck of each trait is shuffled by itself, so that traits are independent.
MAILBOXES = {"Inbox": 60, "Archive": 14, "Lists": 8, "Receipts": 6, "Travel": 4, "Sent": 5, "Junk": 3}
KEYWORDS = {"$seen": 88, "$answered": 15, "$forwarded": 2, "$flagged": 1}
COMMON_SHARE = 4
FREQUENT_SHARE = 1
FOREIGN_SHARE = 12
THREADS = {1: 45, 2: 10, 3: 5, 8: 1, 12: 1}  # size of the thread -> how many of that size


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of message: how many in a hundred, and the octets of each part before encoding (0 to 0: no such part)."""

    share: int
    text: tuple[int, int]
    html: tuple[int, int] = (0, 0)
    attachment: tuple[int, int] = (0, 0)


SHAPES = {
    "note": Shape(55, text=(300, 4_000)),
    "formatted": Shape(30, text=(600, 3_000), html=(2_000, 7_000)),
    "newsletter": Shape(8, text=(500, 1_000), html=(9_000, 22_000)),
    "attached": Shape(6, text=(300, 2_000), attachment=(6_000, 40_000)),
    "large": Shape(1, text=(300, 2_000), html=(2_000, 5_000), attachment=(100_000, 250_000)),
}


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its number, where it lies, its JMAP keywords, when it came (Unix seconds), and its octets (CRLF)."""

    number: int
    mailbox: str
    keywords: frozenset[str]
    received: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class _Traits:
    mailbox: str
    keywords: frozenset[str]
    shape: str
    tongue: str
    common: bool
    frequent: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in which thread a message stands: the numbers of the messages before it, oldest first."""

    ancestors: tuple[int, ...]


class Corpus:
    """Messages by number; holds one vocabulary and, while iterating, one message."""

    def __init__(self, seed: int = SEED) -> None:
        self.seed = seed
        self.vocabulary: Vocabulary = build(seed)

    def messages(self, stop: int, start: int = 0) -> Iterator[Message]:
        """Messages ``start`` to ``stop``, made one at a time; both are multiples of ``BLOCK`` (ValueError)."""
        if start % BLOCK or stop % BLOCK:
            raise ValueError(f"the corpus comes in blocks of {BLOCK}: {start} to {stop} does not fit")
        for block in range(start // BLOCK, stop // BLOCK):
            yield from self._block(block)

    def single(self, number: int) -> bytes:
        """A message of 3 to 6 kB that belongs to no thread and holds no declared word, for rows that store new mail."""
        rng = Random(f"{self.seed} single {number}")
        author = self.vocabulary.person(rng)
        paragraphs = self.vocabulary.prose(rng, "ascii", rng.randint(3_000, 5_500))
        return mime.compose(
            mime.Envelope(
                author, OWNER, f"Single {number}", START + number % _YEAR, self._message_id(f"single-{number}"), ()
            ),
            mime.Content(paragraphs),
            rng,
        )

    def _block(self, block: int) -> Iterator[Message]:
        rng = Random(f"{self.seed} block {block}")
        traits, places = _deal(rng), _thread(rng)
        titles = [self._title(rng, trait.tongue) for trait in traits]
        for offset, (trait, place) in enumerate(zip(traits, places, strict=True)):
            number = block * BLOCK + offset
            received = START + number * SPACING + rng.randrange(SPACING // 2)
            first = place.ancestors[0] if place.ancestors else offset
            subject = ("Re: " if place.ancestors else "") + titles[first]
            parents = tuple(self._message_id(str(block * BLOCK + ancestor)) for ancestor in place.ancestors)
            author, reader = self._correspondents(rng, trait)
            envelope = mime.Envelope(author, reader, subject, received, self._message_id(str(number)), parents)
            raw = mime.compose(envelope, self._content(rng, trait, number), rng)
            yield Message(number, trait.mailbox, trait.keywords, received, raw)

    def _title(self, rng: Random, tongue: str) -> str:
        words = rng.choice(self.vocabulary.sentences[tongue]).rstrip(".").split()
        # A number keeps two threads from sharing a subject by chance.
        return f"{' '.join(words[:5])} {rng.getrandbits(32):08x}"

    def _correspondents(self, rng: Random, trait: _Traits) -> tuple[Person, Person]:
        other = FREQUENT if trait.frequent else self.vocabulary.person(rng)
        sent = trait.mailbox == "Sent" and not trait.frequent
        return (OWNER, other) if sent else (other, OWNER)

    def _content(self, rng: Random, trait: _Traits, number: int) -> mime.Content:
        shape = SHAPES[trait.shape]
        text = self.vocabulary.prose(rng, trait.tongue, rng.randint(*shape.text))
        if trait.common:
            text[0] += f"\nThe {COMMON_WORD} is below."
        if number == RARE_AT:
            text[0] += f"\nThey argued {RARE_WORD}."
        html = self.vocabulary.prose(rng, trait.tongue, rng.randint(*shape.html)) if shape.html[1] else []
        attachment = rng.randbytes(rng.randint(*shape.attachment)) if shape.attachment[1] else b""
        return mime.Content(text, [*text, *html] if html else [], attachment, trait.tongue)

    def _message_id(self, local: str) -> str:
        return f"<{local}.{self.seed}@bench.example>"


def expected_in(mailbox: str, count: int) -> int:
    """How many of ``count`` messages lie in a mailbox."""
    return count // BLOCK * MAILBOXES[mailbox]


def _deal(rng: Random) -> list[_Traits]:
    mailboxes = _deck(rng, MAILBOXES)
    shapes = _deck(rng, {name: shape.share for name, shape in SHAPES.items()})
    tongues = _deck(rng, {"ascii": BLOCK - FOREIGN_SHARE, **dict.fromkeys(TONGUES[1:], FOREIGN_SHARE // 4)})
    keywords = {keyword: _marks(rng, share) for keyword, share in KEYWORDS.items()}
    common, frequent = _marks(rng, COMMON_SHARE), _marks(rng, FREQUENT_SHARE)
    return [
        _Traits(
            mailboxes[at],
            frozenset(keyword for keyword, marked in keywords.items() if at in marked),
            shapes[at],
            tongues[at],
            at in common,
            at in frequent,
        )
        for at in range(BLOCK)
    ]


def _deck(rng: Random, shares: dict[str, int]) -> list[str]:
    deck = [name for name, share in shares.items() for _ in range(share)]
    rng.shuffle(deck)
    return deck


def _marks(rng: Random, share: int) -> frozenset[int]:
    return frozenset(rng.sample(range(BLOCK), share))


def _thread(rng: Random) -> list[_Place]:
    free = list(range(BLOCK))
    rng.shuffle(free)
    places = [_Place(())] * BLOCK
    for size, count in THREADS.items():
        for _ in range(count):
            members = sorted(free.pop() for _ in range(size))
            for at, member in enumerate(members):
                places[member] = _Place(tuple(members[:at]))
    return places

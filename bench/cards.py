"""The deterministic address book of the benchmark: a file of vCards as several programs write them.

Card ``n`` is the same octets however many are asked for. Shares are exact in each hundred; photos are JPEG headers and
noise, so that nothing can make them smaller.
"""

import base64
from collections.abc import Iterator, Sequence
from random import Random

from bench.vocabulary import Vocabulary, build

SEED = 9610
BLOCK = 100
MATCHES = 5
"""Of each hundred, the cards that hold ``COMMON_TOWN``: a thousand of 20,000."""

COMMON_TOWN = "Harbourton"
RARE_TOWN = "Lighthouse"
RARE_EVERY = 400
"""Cards to one that holds ``RARE_TOWN``: 50 of 20,000."""

VERSIONS = ("4.0", "3.0", "3.0", "3.0", "2.1")
_PHOTO_SHARE = 5
_PHOTO = (2_000, 9_000)


def cards(count: int, versions: Sequence[str] = VERSIONS) -> Iterator[bytes]:
    """The first so many cards, CRLF at the end of each line."""
    vocabulary = build(SEED)
    for number in range(count):
        yield card(vocabulary, number, versions)


def card(vocabulary: Vocabulary, number: int, versions: Sequence[str] = VERSIONS) -> bytes:
    """One card."""
    rng = Random(f"{SEED} card {number}")
    version = versions[number % len(versions)]
    given, _, family = vocabulary.people[rng.randrange(len(vocabulary.people))].name.partition(" ")
    family = f"{family}{rng.choice(('', 'son', 'ley', 'er'))}"
    lines = [
        "BEGIN:VCARD",
        f"VERSION:{version}",
        f"UID:urn:uuid:{rng.getrandbits(128):032x}",
        _name("N", version, f"{family};{given};;;"),
        _name("FN", version, f"{given} {family}"),
        _typed("EMAIL", version, "INTERNET,WORK", f"{number}@{_word(rng)}.example"),
        _typed("TEL", version, "CELL", f"+43 660 {rng.randrange(10**7):07}"),
        _name("ORG", version, f"{_word(rng).capitalize()} {_word(rng).capitalize()};{_word(rng)}"),
        _typed("ADR", version, "HOME", f";;{_word(rng)} {rng.randrange(200)};{_town(number, rng)};;{number:05};"),
    ]
    lines += _extras(vocabulary, rng, number, version)
    return "".join(f"{folded}\r\n" for line in [*lines, "END:VCARD"] for folded in _folded(line)).encode()


def _extras(vocabulary: Vocabulary, rng: Random, number: int, version: str) -> Iterator[str]:
    """What only some have."""
    if number % 2:
        yield _typed("TEL", version, "HOME", f"+43 1 {rng.randrange(10**6):06}")
        yield _typed("EMAIL", version, "HOME", f"{_word(rng)}.{number}@home.example")
    if number % 3 == 0:
        yield f"BDAY:{rng.randrange(1930, 2015)}{'-' if version != '4.0' else ''}" + (
            f"{rng.randrange(1, 13):02}{'-' if version != '4.0' else ''}{rng.randrange(1, 29):02}"
        )
    if number % 4 == 0:
        yield _name("TITLE", version, _word(rng).capitalize())
        yield f"item1.URL:https://{_word(rng)}.example/{number}"
        yield "item1.X-ABLabel:_$!<HomePage>!$_"
    if number % 5 == 0:
        note = " ".join(" ".join(vocabulary.prose(rng, "ascii", 200)).split())
        yield _name("NOTE", version, note.replace(",", "\\,") if version != "2.1" else note)
    if number % BLOCK < _PHOTO_SHARE:
        photo = b"\xff\xd8\xff\xe0" + rng.randbytes(rng.randrange(*_PHOTO))
        text = base64.b64encode(photo).decode()
        yield {
            "4.0": f"PHOTO:data:image/jpeg;base64,{text}",
            "3.0": f"PHOTO;ENCODING=b;TYPE=JPEG:{text}",
            "2.1": f"PHOTO;ENCODING=BASE64;JPEG:{text}",
        }[version]


def _town(number: int, rng: Random) -> str:
    if number % RARE_EVERY == 0:
        return RARE_TOWN
    return COMMON_TOWN if number % BLOCK in range(10, 10 + MATCHES) else _word(rng).capitalize()


def _word(rng: Random) -> str:
    return "".join(rng.choices(("ba", "de", "fi", "go", "la", "me", "ni", "ro", "sa", "te"), k=rng.randint(2, 4)))


def _name(name: str, version: str, value: str) -> str:
    return f"{name}{';CHARSET=UTF-8' if version == '2.1' and not value.isascii() else ''}:{value}"


def _typed(name: str, version: str, types: str, value: str) -> str:
    marks = ";" + ";".join(types.split(",")) if version == "2.1" else f";TYPE={types}"
    return f"{name}{marks}:{value}"


def _folded(line: str) -> Iterator[str]:
    """At most 75 characters a line (RFC 6350 §3.2)."""
    yield line[:75]
    for start in range(75, len(line), 74):
        yield f" {line[start : start + 74]}"
    if "BASE64" in line[:40]:
        yield ""  # vCard 2.1 ends such a value with an empty line

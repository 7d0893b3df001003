"""Names of the files of a Maildir, with the flags in them, both ways.

Only names and the `dovecot-keywords` list may live here: where a letter a to z stands for a keyword of the folder's
own. The letters are those of the Maildir specification, https://cr.yp.to/proto/maildir.html.
"""

import re
from collections.abc import Collection, Mapping, MutableMapping
from typing import TypeAlias

from angarium.formats.mailstore.keywords import keyword

CustomFlags: TypeAlias = Mapping[str, str]
"""Letter a to z to keyword, for one folder."""

FLAGS: Mapping[str, str] = {
    "D": "$draft",
    "F": "$flagged",
    "P": "$forwarded",
    "R": "$answered",
    "S": "$seen",
    "T": "$deleted",
}
_LETTERS = {name: letter for letter, name in FLAGS.items()}
_NAME = re.compile(r"(?P<unique>.*)[:;!]2,(?P<letters>[^:;!/]*)\Z", re.DOTALL)


def split_name(name: str) -> tuple[str, str]:
    """The part of a file's name that stays the same, and its flag letters; also for `;` and `!` in place of `:`."""
    found = _NAME.match(name)
    return (found["unique"], found["letters"]) if found else (name, "")


def file_keywords(name: str, custom: CustomFlags | None = None) -> frozenset[str]:
    """The keywords that the name of a file says; letters that nobody explains are left out."""
    known = {**FLAGS, **(custom or {})}
    return frozenset(known[letter] for letter in split_name(name)[1] if letter in known)


def letters_of(keywords: Collection[str], custom: CustomFlags | None = None) -> str:
    """The flag letters for keywords, in order of ASCII; keywords that have no letter are left out."""
    known = {**{name: letter for letter, name in (custom or {}).items()}, **_LETTERS}
    return "".join(sorted(known[name] for name in keywords if name in known))


def file_name(unique: str, keywords: Collection[str], custom: CustomFlags | None = None) -> str:
    """The name of a file in `cur`."""
    return f"{unique}:2,{letters_of(keywords, custom)}"


def has_letter(name: str) -> bool:
    """Whether a keyword is one of those that every Maildir has a letter for."""
    return name in _LETTERS


def parse_custom_flags(text: str) -> CustomFlags:
    """Read a `dovecot-keywords` file: lines of a number from 0 to 25 and a keyword. Other lines are left out."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        number, _, flag = line.partition(" ")
        name = keyword(flag)
        if number.isascii() and number.isdigit() and len(number) < 3 and int(number) < 26 and name:
            found[chr(ord("a") + int(number))] = name
    return found


def assign_letters(custom: MutableMapping[str, str], keywords: Collection[str]) -> None:
    """Give letters to keywords that have none yet; after 26 the rest go without."""
    for name in sorted(set(keywords) - _LETTERS.keys() - set(custom.values())):
        if len(custom) < 26:
            custom[chr(ord("a") + len(custom))] = name


def custom_flags_text(custom: CustomFlags) -> str:
    """What a `dovecot-keywords` file says of these letters."""
    return "".join(f"{ord(letter) - ord('a')} {name}\n" for letter, name in sorted(custom.items()))

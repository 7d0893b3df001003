"""Which names a user may have, and what is raised about names.

A name is what a user signs in with; it stands in HTTP Basic credentials (RFC 7617 §2: no colon) and in paths.
"""

import unicodedata

_FORBIDDEN = frozenset(':/\\?#%"<>|*')
_LONGEST = 200


class UnfitName(ValueError):
    """A name that no user may have; the text says why."""


class NameTaken(ValueError):
    """Another user has this name already."""


def fold(name: str) -> str:
    """What two names have in common that count as the same: case, and the way their letters are composed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def normal_domain(domain: str) -> str:
    """What two spellings of one domain have in common: its letters, not their ASCII form (RFC 5890 §2.3.2.1)."""
    lower = domain.lower()  # RFC 5891 §5.4: the prefix of a label too, which the decoder knows in lower case alone
    try:
        return fold(lower.encode("ascii").decode("idna") if "xn--" in lower else domain)
    except UnicodeError:  # RFC 5891 §5.4: a label that cannot be decoded stands for itself
        return fold(domain)


def normal_address(address: str) -> str:
    """What two spellings of one address have in common."""
    local, at, domain = address.rpartition("@")
    return f"{fold(local)}{at}{normal_domain(domain)}"


def check_name(name: str) -> str:
    """The name as it is kept (NFC); UnfitName for one that cannot be."""
    kept = unicodedata.normalize("NFC", name)
    if not kept or len(kept.encode("utf-8", "replace")) > _LONGEST:
        raise UnfitName(f"a user name has 1 to {_LONGEST} octets")
    if kept in {".", ".."} or kept.startswith("-"):
        raise UnfitName(f"a user name cannot be {kept!r}")
    for letter in kept:
        if letter in _FORBIDDEN or unicodedata.category(letter)[0] in "CZ":
            raise UnfitName(f"a user name cannot hold {letter!r}")
    return kept

"""Cards in other languages: what a PatchObject of `localizations` makes of a card.

RFC 9553 §2.7.1 and §1.4.3. Unlike patches of JMAP, these may lead through an array.
"""

from collections.abc import Mapping

from angarium.formats import patch as jmap
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON
from angarium.formats.pointer import unescape


def localized(card: Mapping[str, JSON], language: str) -> dict[str, JSON]:
    """The card as it reads in a language; unchanged, but without `localizations`, when it has none for it.

    Raises FormatError when the patch for it is not valid as a whole.
    """
    found = card.get("localizations")
    patch = found.get(language) if isinstance(found, dict) else None
    plain = {name: value for name, value in card.items() if name != "localizations"}
    return patched(plain, patch) if isinstance(patch, dict) else plain


def patched(target: Mapping[str, JSON], patch: Mapping[str, JSON]) -> dict[str, JSON]:
    """A copy with the patch applied; what it does not touch is shared with the target.

    Raises FormatError naming the first path that leads nowhere, or removes from an array.
    """
    jmap.check(patch)
    result = dict(target)
    fresh = {id(result)}
    kept: list[JSON] = []  # while a fresh copy lives, nothing else has its id
    for path, value in patch.items():
        tokens = [unescape(token) for token in path.split("/")]
        inner: JSON = result
        for token in tokens[:-1]:
            inner = _step(inner, token, path, fresh, kept)
        _put(inner, tokens[-1], value, path)
    return result


def _step(parent: JSON, token: str, path: str, fresh: set[int], kept: list[JSON]) -> JSON:
    """What is one level below, copied once so that the original stays as it was."""
    if isinstance(parent, list):
        index = _index(parent, token, path)
        parent[index] = inner = _copy(parent[index], fresh, kept)
        return inner
    if not isinstance(parent, dict) or token not in parent:
        raise FormatError(f"'{path}' leads to nothing")
    parent[token] = inner = _copy(parent[token], fresh, kept)
    return inner


def _copy(value: JSON, fresh: set[int], kept: list[JSON]) -> JSON:
    if id(value) in fresh or not isinstance(value, (dict, list)):
        return value
    made: JSON = dict(value) if isinstance(value, dict) else list(value)
    fresh.add(id(made))
    kept.append(made)
    return made


def _put(parent: JSON, token: str, value: JSON, path: str) -> None:
    if isinstance(parent, list):
        if value is None:
            raise FormatError(f"'{path}' removes from an array")
        parent[_index(parent, token, path)] = value
    elif not isinstance(parent, dict):
        raise FormatError(f"'{path}' leads to nothing")
    elif value is None:
        parent.pop(token, None)
    else:
        parent[token] = value


def _index(parent: list[JSON], token: str, path: str) -> int:
    if not (token.isascii() and token.isdigit() and (token == "0" or token[0] != "0")):  # noqa: S105 (of a pointer)
        raise FormatError(f"'{path}' has no number for an array")
    if len(token) > 9 or int(token) >= len(parent):
        raise FormatError(f"'{path}' leads past the end of an array")
    return int(token)

"""PatchObject (RFC 8620 §5.3): which parts of an object change, by pointer without the leading slash."""

from collections.abc import Mapping
from itertools import pairwise

from angarium.formats.errors import FormatError
from angarium.formats.json import JSON
from angarium.formats.pointer import escape, unescape


def tops(patch: Mapping[str, JSON]) -> list[str]:
    """The top-level properties that a patch touches, each once, in order; raises FormatError for a bad escape."""
    return list(dict.fromkeys(unescape(path.split("/", 1)[0]) for path in patch))


def check(patch: Mapping[str, JSON]) -> None:
    """Raise FormatError when one path of a patch is the beginning of another (RFC 8620 §5.3)."""
    if len(patch) < 2:
        return
    ordered = sorted(path.split("/") for path in patch)
    for one, other in pairwise(ordered):
        if other[: len(one)] == one:
            raise FormatError(f"'{'/'.join(one)}' and '{'/'.join(other)}' change the same place")


def apply(target: dict[str, JSON], patch: Mapping[str, JSON]) -> dict[str, JSON]:
    """A copy of the object with the patch applied; null removes a member below the top, and stays null at the top.

    What null means for a top-level property (its default, or null) is for the declaration of the type to say.
    Raises FormatError naming the path when it leads through an array, through what is no object, or nowhere.
    """
    check(patch)
    result = dict(target)
    copied: set[int] = {id(result)}
    for path, value in patch.items():
        tokens = [unescape(token) for token in path.split("/")]
        _put(result, tokens, value, path, copied)
    return result


def _put(target: dict[str, JSON], tokens: list[str], value: JSON, path: str, copied: set[int]) -> None:
    for token in tokens[:-1]:
        inner = target.get(token)
        if not isinstance(inner, dict):
            what = "an array" if isinstance(inner, list) else "what is no object"
            raise FormatError(f"'{path}' leads through {what}")
        if id(inner) not in copied:
            inner = dict(inner)
            copied.add(id(inner))
            target[token] = inner
        target = inner
    if value is None and len(tokens) > 1:
        target.pop(tokens[-1], None)
    else:
        target[tokens[-1]] = value


def difference(before: Mapping[str, JSON], after: Mapping[str, JSON]) -> dict[str, JSON]:
    """A short patch that makes one object into another; below the top a member that is null counts as gone.

    Arrays are replaced as a whole, and so are objects that lose more members than they then have: what many patches of
    one object take together stays within what the objects took.
    """
    found: dict[str, JSON] = {}
    _differ(before, after, "", found)
    return found


def _differ(before: Mapping[str, JSON], after: Mapping[str, JSON], prefix: str, found: dict[str, JSON]) -> None:
    found.update({prefix + escape(name): None for name in before if name not in after})
    for name, value in after.items():
        old = before.get(name)
        if name in before and value == old and type(value) is type(old):
            continue
        if isinstance(old, dict) and isinstance(value, dict) and old and value and not _mostly_gone(old, value):
            _differ(old, value, f"{prefix}{escape(name)}/", found)
        else:
            found[prefix + escape(name)] = value


def _mostly_gone(old: Mapping[str, JSON], value: Mapping[str, JSON]) -> bool:
    return len(old) - sum(name in old for name in value) > len(value)

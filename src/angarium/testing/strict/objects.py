"""Rules about objects of any type that a call makes or changes, and push subscriptions (RFC 8620 §1.4, §5.3, §7.2)."""

import re
from collections.abc import Iterator
from typing import Final

from angarium.engine.declare import REQUIRED
from angarium.engine.errors import MethodErrorType, SetErrorType
from angarium.formats.json import JSON
from angarium.formats.primitives import parse_date, parse_utc
from angarium.testing.strict.rule import Broken, CallLook, ObjectLook, Rule, Rules, as_object

_INVALID: Final = SetErrorType.INVALID_PROPERTIES
_PATCH: Final = SetErrorType.INVALID_PATCH
_SET: Final = "*/set"
_BASE64: Final = re.compile(r"[A-Za-z0-9_-]+={0,2}")
_BAD_ESCAPE: Final = re.compile(r"~(?![01])")


def _create_id(look: ObjectLook) -> Broken | None:
    given = look.creates and "id" in look.value
    return Broken("A new object has an id", "id") if given else None


def _server_set(look: ObjectLook) -> Broken | None:
    for name in look.value if look.creates else ():
        known = look.declared(name)
        if known is not None and known.server_set and name != "id":
            return Broken(f"A new object has {name}, which only the server sets", name)
    return None


def _known(look: ObjectLook) -> Broken | None:
    kind = look.call.type
    if kind is None or kind.open:
        return None
    for path in look.value:
        name = path.partition("/")[0] if not look.creates else path
        if kind.property(name) is None and not (kind.more_properties and kind.more_properties(name)):
            return Broken(f"{kind.name} has no property {name[:80]!r}", name)
    return None


def _missing(look: ObjectLook) -> Broken | None:
    for known in look.call.type.properties if look.call.type and look.creates else ():
        if known.default is REQUIRED and not known.server_set and not known.private and known.name not in look.value:
            return Broken(f"{known.name} is missing", known.name)
    return None


def _shaped(look: ObjectLook) -> Iterator[tuple[str, JSON]]:
    """The properties whose shape can be looked at before references are resolved and patches applied."""
    forgiving = look.call.type is not None and look.call.type.forgets_nulls
    for name, value in look.value.items():
        known = look.declared(name)
        if known is None or known.server_set or known.references is not None:
            continue
        if value is None and (forgiving or not look.creates):
            continue
        if known.shape(value) is not None:
            yield name, value


def _utc(look: ObjectLook) -> Broken | None:
    for name, value in _shaped(look):
        if isinstance(value, str) and parse_date(value) is not None and parse_utc(value) is None:
            return Broken(f"{name} is {value!r}, a time with an offset", name)
    return None


def _date(look: ObjectLook) -> Broken | None:
    for name, value in _shaped(look):
        known = look.declared(name)
        if known is not None and isinstance(value, str) and known.shape("2026-01-31T09:00:00Z") is None:
            return Broken(f"{name} is {value[:80]!r}", name)
    return None


def _shape(look: ObjectLook) -> Broken | None:
    for name, value in _shaped(look):
        known = look.declared(name)
        if known is not None and (problem := known.shape(value)):
            return Broken(str(problem.within(name)), name)
    return None


def _slash(look: ObjectLook) -> str | None:
    wrong = next((path for path in look.value if path.startswith("/")), None) if not look.creates else None
    return None if wrong is None else f"The path {wrong[:80]!r} of the patch begins with a slash"


def _prefix(look: ObjectLook) -> str | None:
    for path in look.value if not look.creates else ():
        above = next((other for other in look.value if path.startswith(f"{other}/")), None)
        if above is not None:
            return f"The patch has both {above[:80]!r} and {path[:80]!r}, which is within it"
    return None


def _array(look: ObjectLook) -> str | None:
    for path in look.value if not look.creates else ():
        name, inner, _ = path.partition("/")
        known = look.declared(name)
        if inner and known and known.shape([]) is None and known.shape({}) is not None:
            return f"The path {path[:80]!r} of the patch leads into an array"
    return None


def _escape(look: ObjectLook) -> str | None:
    wrong = next((path for path in look.value if _BAD_ESCAPE.search(path)), None) if not look.creates else None
    return None if wrong is None else f"The path {wrong[:80]!r} of the patch has a ~ that escapes nothing"


def _push_url(look: ObjectLook) -> Broken | None:
    url = look.value.get("url")
    wrong = look.creates and isinstance(url, str) and not url.startswith("https://")
    return Broken("The url does not begin with https://", "url") if wrong else None


def _push_keys(look: ObjectLook) -> Broken | None:
    keys = look.value.get("keys")
    if keys is None:
        return None
    given = [as_object(keys).get(name) for name in ("p256dh", "auth")]
    right = all(isinstance(one, str) and _BASE64.fullmatch(one) for one in given)
    return None if right else Broken("keys has not both p256dh and auth in URL-safe base64", "keys")


def _push_code(look: ObjectLook) -> Broken | None:
    given = look.creates and look.value.get("verificationCode") is not None
    return Broken("A new push subscription has a verificationCode", "verificationCode") if given else None


def _push_device(look: ObjectLook) -> Broken | None:
    wrong = look.creates and not look.value.get("deviceClientId")
    return Broken("deviceClientId is missing or empty", "deviceClientId") if wrong else None


def _push_unencrypted(look: ObjectLook) -> str | None:
    return "The push subscription has no keys" if look.creates and look.value.get("keys") is None else None


def _push_secrets(look: CallLook) -> str | None:
    asked = next((name for name in look.list("properties") if name in ("url", "keys")), None)
    return None if asked is None else f"{asked} of push subscriptions is asked for"


OBJECTS: Final = Rules(
    call=(
        Rule(
            "core.push-secrets",
            "RFC 8620 §7.2.1",
            "Ask for other properties: the server keeps these to itself.",
            MethodErrorType.FORBIDDEN,
            _push_secrets,
            "PushSubscription/get",
        ),
    ),
    object=(
        Rule("core.push-url", "RFC 8620 §7.2", "Give an https URL.", _INVALID, _push_url, "PushSubscription/set"),
        Rule(
            "core.push-keys",
            "RFC 8620 §7.2",
            "Give the p256dh and auth of the client (RFC 8291).",
            _INVALID,
            _push_keys,
            "PushSubscription/set",
        ),
        Rule(
            "core.push-code",
            "RFC 8620 §7.2",
            "Leave it out, and update it with the code that the server pushes.",
            _INVALID,
            _push_code,
            "PushSubscription/set",
        ),
        Rule(
            "core.push-device",
            "RFC 8620 §7.2",
            "Give an id of the device that differs from those of other devices.",
            _INVALID,
            _push_device,
            "PushSubscription/set",
        ),
        Rule(
            "core.push-unencrypted",
            "RFC 8620 §8.7",
            "Give keys, so that nobody on the way can read what is pushed.",
            None,
            _push_unencrypted,
            "PushSubscription/set",
        ),
        Rule("core.create-id", "RFC 8620 §5.3", "Leave it out: the server gives ids.", _INVALID, _create_id, _SET),
        Rule(
            "core.create-server-set",
            "RFC 8620 §5.3",
            "Leave out what only the server may set.",
            _INVALID,
            _server_set,
            _SET,
        ),
        Rule("core.patch-slash", "RFC 8620 §5.3", "Leave it out: it is implied.", _PATCH, _slash, _SET),
        Rule("core.patch-prefix", "RFC 8620 §5.3", "Change one of them.", _PATCH, _prefix, _SET),
        Rule("core.patch-array", "RFC 8620 §5.3", "Replace the array as a whole.", _PATCH, _array, _SET),
        Rule("core.patch-escape", "RFC 6901 §3", "Write ~ as ~0 and / as ~1.", _PATCH, _escape, _SET),
        Rule("core.property-known", "RFC 8620 §5.3", "Give properties that exist.", _INVALID, _known, _SET),
        Rule("core.property-missing", "RFC 8620 §5.3", "Give all that have no default.", _INVALID, _missing, _SET),
        Rule("core.utc-date", "RFC 8620 §1.4", "Give a UTCDate, which ends in Z.", _INVALID, _utc, _SET),
        Rule(
            "core.date",
            "RFC 8620 §1.4",
            "Give a time such as 2026-01-31T09:00:00Z, its letters in upper case, without a fraction of zero.",
            _INVALID,
            _date,
            _SET,
        ),
    ),
)

SHAPES: Final = Rules(
    object=(Rule("core.property-type", "RFC 8620 §5.3", "Give it in the type that it has.", _INVALID, _shape, _SET),)
)
"""After all rules of types, which know better what is wrong with a value."""

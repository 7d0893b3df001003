"""Rules about address books, cards, and the times of events (RFC 9610, RFC 9553, JMAP calendars)."""

from typing import Final

from angarium.engine.errors import MethodErrorType, SetErrorType
from angarium.formats.primitives import is_id, is_integer
from angarium.testing.strict.rule import Broken, CallLook, ObjectLook, Rule, Rules, as_object

_INVALID: Final = SetErrorType.INVALID_PROPERTIES
_BOOK: Final = "AddressBook/set"
_CARD: Final = "ContactCard/set ContactCard/copy"
_EVENT: Final = "CalendarEvent/set CalendarEvent/copy"
_LONGEST_NAME: Final = 255
_HIGHEST_ORDER: Final = 2**31 - 1
_LOCAL: Final = ("start", "recurrenceId", "recurrenceIdTimeZone")


def _true(look: ObjectLook, name: str) -> Broken | None:
    for key, value in look.members(name).items():
        if value is not True and (look.creates or value is not None):
            return Broken(f"{name}/{key} is {value!r}", name)
    return None


def _some(look: ObjectLook, name: str) -> Broken | None:
    made = look.creates and look.call.name.endswith("/set")
    given = look.value.get(name)
    return Broken(f"{name} names none", name) if given == {} or (made and not isinstance(given, dict)) else None


def _books_true(look: ObjectLook) -> Broken | None:
    return _true(look, "addressBookIds")


def _books_some(look: ObjectLook) -> Broken | None:
    return _some(look, "addressBookIds")


def _calendars_true(look: ObjectLook) -> Broken | None:
    return _true(look, "calendarIds")


def _calendars_some(look: ObjectLook) -> Broken | None:
    return _some(look, "calendarIds")


def _name(look: ObjectLook) -> Broken | None:
    name = look.value.get("name")
    size = len(name.encode("utf-8", "replace")) if isinstance(name, str) else 1
    return None if 1 <= size <= _LONGEST_NAME else Broken(f"The name has {size} octets", "name")


def _order(look: ObjectLook) -> Broken | None:
    given = look.value.get("sortOrder")
    right = given is None or is_integer(given, 0, _HIGHEST_ORDER)
    return None if right else Broken(f"sortOrder is {given!r}", "sortOrder")


def _default(look: ObjectLook) -> Broken | None:
    return Broken("isDefault is given", "isDefault") if "isDefault" in look.value else None


def _set_default(look: CallLook) -> str | None:
    given, created = look.arguments.get("onSuccessSetIsDefault"), as_object(look.arguments.get("create"))
    if not isinstance(given, str):
        return None
    right = given[1:] in created if given.startswith("#") else is_id(given) and given not in created
    return None if right else f"onSuccessSetIsDefault is {given[:80]!r}"


def _media(look: ObjectLook) -> list[dict[str, object]]:
    return [{**as_object(one)} for one in as_object(look.value.get("media")).values()]


def _media_source(look: ObjectLook) -> Broken | None:
    wrong = any(("uri" in one) == ("blobId" in one) for one in _media(look))
    return Broken("A Media object has not one of uri and blobId", "media") if wrong else None


def _media_type(look: ObjectLook) -> str | None:
    wrong = any("blobId" in one and "mediaType" not in one for one in _media(look))
    return "A Media object with a blobId has no mediaType" if wrong else None


def _card_type(look: ObjectLook) -> Broken | None:
    given = look.value.get("@type", "Card")
    return None if given == "Card" else Broken(f"@type is {given!r}", "@type")


def _members(look: ObjectLook) -> Broken | None:
    wrong = look.creates and look.value.get("members") is not None and look.value.get("kind") != "group"
    return Broken("A card with members is no group", "members") if wrong else None


def _local(look: ObjectLook) -> Broken | None:
    for name in _LOCAL:
        given = look.value.get(name)
        if isinstance(given, str) and given.endswith("Z"):
            return Broken(f"{name} is {given!r}, a time in UTC", name)
    return None


CONTACTS: Final = Rules(
    call=(
        Rule(
            "contacts.set-default",
            "RFC 9610 §2.3",
            "Name a book by its id, or by # and a creation id of the same call.",
            MethodErrorType.INVALID_ARGUMENTS,
            _set_default,
            _BOOK,
        ),
    ),
    object=(
        Rule("contacts.book-name", "RFC 9610 §2", "Give 1 to 255 octets.", _INVALID, _name, _BOOK),
        Rule("contacts.book-order", "RFC 9610 §2", "Give 0 to 2^31-1.", _INVALID, _order, _BOOK),
        Rule(
            "contacts.book-default",
            "RFC 9610 §2",
            "Use onSuccessSetIsDefault: the server sets this.",
            _INVALID,
            _default,
            _BOOK,
        ),
        Rule(
            "contacts.books-true",
            "RFC 9610 §3",
            "Give true for each book; to take a card out patch addressBookIds/ID to null.",
            _INVALID,
            _books_true,
            _CARD,
        ),
        Rule("contacts.books-some", "RFC 9610 §3", "A card is in one at least.", _INVALID, _books_some, _CARD),
        Rule("contacts.card-type", "RFC 9553 §2.1.1", "It is Card.", _INVALID, _card_type, _CARD),
        Rule("contacts.members", "RFC 9553 §2.1.6", "Set kind to group.", _INVALID, _members, _CARD),
        Rule("contacts.media-source", "RFC 9610 §3", "Give one of them.", _INVALID, _media_source, _CARD),
        Rule("contacts.media-type", "RFC 9610 §3", "Tell what the blob is.", None, _media_type, _CARD),
        Rule(
            "calendars.local-time",
            "RFC 8984 §1.4.4",
            "Give a LocalDateTime, without Z, and the zone in timeZone.",
            _INVALID,
            _local,
            _EVENT,
        ),
        Rule(
            "calendars.calendars-true",
            "draft-ietf-jmap-calendars §5.1",
            "Give true for each calendar; to take an event out patch calendarIds/ID to null.",
            _INVALID,
            _calendars_true,
            _EVENT,
        ),
        Rule(
            "calendars.calendars-some",
            "draft-ietf-jmap-calendars §5.1",
            "An event is in one calendar at least.",
            _INVALID,
            _calendars_some,
            _EVENT,
        ),
    ),
)

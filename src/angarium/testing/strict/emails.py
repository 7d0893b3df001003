"""Rules about Emails that a client makes, imports, changes or asks for (RFC 8621 §4)."""

import re
from collections.abc import Iterator
from typing import Final

from angarium.engine.errors import MethodErrorType, SetErrorType
from angarium.formats.json import JSON
from angarium.formats.message.forms import FORMS, allowed_forms
from angarium.testing.strict.queries import conditions_of
from angarium.testing.strict.rule import Broken, CallLook, Object, ObjectLook, Rule, Rules, as_list, as_object

_INVALID: Final = SetErrorType.INVALID_PROPERTIES
_ARGUMENTS: Final = MethodErrorType.INVALID_ARGUMENTS
_FILED: Final = "Email/set Email/import Email/copy"
_MADE: Final = "Email/set"
_GET: Final = "Email/get Email/parse"
_FORBIDDEN: Final = frozenset('(){]%*"\\')
_HEADER: Final = re.compile(r"header:(?P<name>[^:]+)(?P<suffixes>(?::[A-Za-z]+)*)")
_FIELDS: Final = {
    "messageId": "message-id",
    "inReplyTo": "in-reply-to",
    "references": "references",
    "sender": "sender",
    "from": "from",
    "to": "to",
    "cc": "cc",
    "bcc": "bcc",
    "replyTo": "reply-to",
    "subject": "subject",
    "sentAt": "date",
}
"""Properties that stand for a header field (RFC 8621 §4.1.3)."""


def _values_true(look: ObjectLook, name: str) -> Broken | None:
    for key, value in look.members(name).items():
        if value is not True and (look.creates or value is not None):
            return Broken(f"{name}/{key} is {value!r}", name)
    return None


def _keywords_true(look: ObjectLook) -> Broken | None:
    return _values_true(look, "keywords")


def _mailboxes_true(look: ObjectLook) -> Broken | None:
    return _values_true(look, "mailboxIds")


def _keyword_backslash(look: ObjectLook) -> Broken | None:
    wrong = next((key for key in look.members("keywords") if key.startswith("\\")), None)
    return None if wrong is None else Broken(f"The keyword {wrong} is a flag of IMAP", "keywords")


def _keyword_characters(look: ObjectLook) -> Broken | None:
    for key in look.members("keywords"):
        if not 1 <= len(key) <= 255 or any(not "!" <= letter <= "~" or letter in _FORBIDDEN for letter in key):
            return Broken(f"{key[:80]!r} may not be a keyword", "keywords")
    return None


def _keyword_case(look: ObjectLook) -> str | None:
    upper = next((key for key in look.members("keywords") if key != key.lower()), None)
    return None if upper is None else f"The keyword {upper} has capitals, and comes back without them"


def _mailboxes_some(look: ObjectLook) -> Broken | None:
    given = look.value.get("mailboxIds")
    if given == {} or (look.creates and not isinstance(given, dict)):
        return Broken("The email would be in no mailbox", "mailboxIds")
    return None


def _parts(value: JSON) -> Iterator[Object]:
    if isinstance(value, list):
        for one in value:
            yield from _parts(one)
    elif isinstance(value, dict):
        yield value
        yield from _parts(value.get("subParts"))


def _body(look: ObjectLook) -> Iterator[Object]:
    if look.creates:
        for name in ("bodyStructure", "textBody", "htmlBody", "attachments"):
            yield from _parts(look.value.get(name))


def _headers(look: ObjectLook) -> Broken | None:
    given = look.creates and any("headers" in one for one in (look.value, *_body(look)))
    return Broken("A new email has the property headers", "headers") if given else None


def _fields(value: Object) -> list[str]:
    """The header fields that an object has properties for, in lower case."""
    return [
        _FIELDS.get(name) or name.split(":")[1].lower()
        for name in value
        if name in _FIELDS or name.lower().startswith("header:")
    ]


def _header_twice(look: ObjectLook) -> Broken | None:
    for one in (look.value, *_body(look)) if look.creates else ():
        fields = _fields(one)
        twice = next((name for index, name in enumerate(fields) if name in fields[:index]), None)
        if twice is not None:
            return Broken(f"Two properties stand for the field {twice}", f"header:{twice}")
    return None


def _content_fields(look: ObjectLook) -> Broken | None:
    wrong = next((name for name in _fields(look.value) if name.startswith("content-")), None) if look.creates else None
    return None if wrong is None else Broken(f"The field {wrong} is given on the email", f"header:{wrong}")


def _header_form(look: ObjectLook) -> Broken | None:
    for one in (look.value, *_body(look)) if look.creates else ():
        for name in one:
            if problem := _form_problem(name):
                return Broken(problem, name)
    return None


def _structure_alone(look: ObjectLook) -> Broken | None:
    if not look.creates or look.value.get("bodyStructure") is None:
        return None
    other = next((name for name in ("textBody", "htmlBody", "attachments") if name in look.value), None)
    return None if other is None else Broken(f"Both bodyStructure and {other} are given", other)


def _structure_fields(look: ObjectLook) -> Broken | None:
    if not look.creates:
        return None
    there = set(_fields(look.value)) & set(_fields(as_object(look.value.get("bodyStructure"))))
    return Broken(f"bodyStructure has the field {min(there)} again", "bodyStructure") if there else None


def _only_part(name: str, media_type: str) -> "Rule[ObjectLook]":
    def check(look: ObjectLook) -> Broken | None:
        given = look.value.get(name) if look.creates else None
        if given is None:
            return None
        parts = as_list(given)
        right = len(parts) == 1 and as_object(parts[0]).get("type", "text/plain") == media_type
        return None if right else Broken(f"{name} is not one part of type {media_type}", name)

    remedy = f"Give one part of type {media_type}, or bodyStructure for anything else."
    return Rule(f"mail.{name}-one", "RFC 8621 §4.6", remedy, _INVALID, check, _MADE)


def _part_or_blob(look: ObjectLook) -> Broken | None:
    both = any(one.get("partId") is not None and one.get("blobId") is not None for one in _body(look))
    return Broken("A part has both partId and blobId", "bodyStructure") if both else None


def _part_value(look: ObjectLook) -> Broken | None:
    values = as_object(look.value.get("bodyValues"))
    for one in _body(look):
        if isinstance(one.get("partId"), str) and one["partId"] not in values:
            return Broken(f"bodyValues has nothing for the partId {one['partId']!r}", "bodyValues")
    return None


def _without(name: str) -> "Rule[ObjectLook]":
    def check(look: ObjectLook) -> Broken | None:
        wrong = any(one.get("partId") is not None and one.get(name) is not None for one in _body(look))
        return Broken(f"A part with a partId has a {name}", name) if wrong else None

    return Rule(f"mail.part-{name}", "RFC 8621 §4.6", "Leave it out: the server sees to it.", _INVALID, check, _MADE)


def _transfer_encoding(look: ObjectLook) -> Broken | None:
    wrong = any("content-transfer-encoding" in _fields(one) for one in _body(look))
    return Broken("A part has a Content-Transfer-Encoding", "header:Content-Transfer-Encoding") if wrong else None


def _value_flags(look: ObjectLook) -> Broken | None:
    for key, value in as_object(look.value.get("bodyValues")).items():
        for name in ("isEncodingProblem", "isTruncated"):
            if as_object(value).get(name):
                return Broken(f"{name} of bodyValues/{key} is set", "bodyValues")
    return None


def _sub_parts(look: ObjectLook) -> Broken | None:
    for one in _body(look):
        if one.get("subParts") is not None and not str(one.get("type", "")).startswith("multipart/"):
            return Broken("A part with subParts is no multipart", "bodyStructure")
    return None


def _form_problem(name: str) -> str | None:
    """What is wrong with the form that a `header:` property asks for."""
    found = _HEADER.fullmatch(name)
    for suffix in found["suffixes"].split(":")[1:] if found else ():
        form = suffix.removeprefix("as")
        if suffix != "all" and form in FORMS and form not in allowed_forms(found["name"] if found else ""):
            return f"{name} asks for a form that the field cannot have"
    return None


def _asked(look: CallLook) -> Iterator[str]:
    for argument in ("properties", "bodyProperties"):
        yield from (name for name in look.list(argument) if isinstance(name, str) and name.startswith("header:"))


def _asked_form(look: CallLook) -> str | None:
    return next((problem for name in _asked(look) if (problem := _form_problem(name))), None)


def _asked_suffixes(look: CallLook) -> str | None:
    for name in _asked(look):
        found = _HEADER.fullmatch(name)
        suffixes = found["suffixes"].split(":")[1:] if found else ["?"]
        forms = suffixes[:-1] if suffixes[-1:] == ["all"] else suffixes
        if len(forms) > 1 or any(not one.startswith("as") or one[2:] not in FORMS for one in forms):
            return f"{name} is no property"
    return None


def _filter_header(look: CallLook) -> str | None:
    for condition in conditions_of(look.arguments.get("filter")):
        given = condition.get("header")
        if "header" in condition and (not isinstance(given, list) or len(given) not in (1, 2)):
            return "The filter header is no array of one or two texts"
    return None


EMAILS: Final = Rules(
    call=(
        Rule(
            "mail.header-suffixes",
            "RFC 8621 §4.1.3",
            "Write header:Name:asText:all.",
            _ARGUMENTS,
            _asked_suffixes,
            _GET,
        ),
        Rule("mail.header-form", "RFC 8621 §4.2", "Ask for a form of RFC 8621 §4.1.2.", _ARGUMENTS, _asked_form, _GET),
        Rule(
            "mail.filter-header",
            "RFC 8621 §4.4.1",
            "Give the name of the field, and perhaps a text in it.",
            _ARGUMENTS,
            _filter_header,
            "Email/query Email/queryChanges SearchSnippet/get",
        ),
    ),
    object=(
        Rule(
            "mail.keywords-true",
            "RFC 8621 §4.1.1",
            "Give true for each keyword; to remove one leave it out, or patch keywords/NAME to null.",
            _INVALID,
            _keywords_true,
            _FILED,
        ),
        Rule(
            "mail.keyword-backslash",
            "RFC 8621 §4.1.1",
            "Use $seen, $flagged, $answered, $draft.",
            _INVALID,
            _keyword_backslash,
            _FILED,
        ),
        Rule(
            "mail.keyword-characters",
            "RFC 8621 §4.1.1",
            'Use 1 to 255 printable letters of ASCII without ( ) { ] % * " and backslash.',
            _INVALID,
            _keyword_characters,
            _FILED,
        ),
        Rule("mail.keyword-case", "RFC 8621 §4.1.1", "Use small letters.", None, _keyword_case, _FILED),
        Rule(
            "mail.mailboxes-true",
            "RFC 8621 §4.1.1",
            "Give true for each mailbox; to take an email out patch mailboxIds/ID to null.",
            _INVALID,
            _mailboxes_true,
            _FILED,
        ),
        Rule(
            "mail.mailboxes-some",
            "RFC 8621 §4.1.1",
            "An email is in one mailbox at least; to be rid of it destroy it.",
            _INVALID,
            _mailboxes_some,
            "Email/set Email/import",
        ),
        Rule("mail.create-headers", "RFC 8621 §4.6", "Set each field as a property.", _INVALID, _headers, _MADE),
        Rule("mail.header-twice", "RFC 8621 §4.6", "Give each field once.", _INVALID, _header_twice, _MADE),
        Rule(
            "mail.create-header-form",
            "RFC 8621 §4.6",
            "Give it in a form that RFC 8621 §4.1.2 allows.",
            _INVALID,
            _header_form,
            _MADE,
        ),
        Rule("mail.content-fields", "RFC 8621 §4.6", "Give them on parts.", _INVALID, _content_fields, _MADE),
        Rule("mail.structure-alone", "RFC 8621 §4.6", "Give the one or the other.", _INVALID, _structure_alone, _MADE),
        Rule("mail.structure-fields", "RFC 8621 §4.6", "Give it on the email.", _INVALID, _structure_fields, _MADE),
        _only_part("textBody", "text/plain"),
        _only_part("htmlBody", "text/html"),
        Rule("mail.part-or-blob", "RFC 8621 §4.6", "Give the one or the other.", _INVALID, _part_or_blob, _MADE),
        Rule("mail.part-value", "RFC 8621 §4.6", "Give the text of each partId.", _INVALID, _part_value, _MADE),
        _without("charset"),
        _without("size"),
        Rule(
            "mail.part-transfer-encoding",
            "RFC 8621 §4.6",
            "Leave it out: the server chooses one.",
            _INVALID,
            _transfer_encoding,
            _MADE,
        ),
        Rule("mail.value-flags", "RFC 8621 §4.6", "Leave them out.", _INVALID, _value_flags, _MADE),
        Rule("mail.sub-parts", "RFC 8621 §4.1.4", "Give it a type of multipart/*.", _INVALID, _sub_parts, _MADE),
    ),
)

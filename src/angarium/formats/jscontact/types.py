"""Every type and property of JSContact, declared.

RFC 9553 §2, with `uid` optional as in version 2.0 (RFC 9982), the properties that keep what vCard has (RFC 9555 §2.15),
and `blobId` of Media (RFC 9610 §3). A new property is a new row.
"""

from typing import Final

from angarium.formats import objects
from angarium.formats.jscontact import patterns, rules
from angarium.formats.objects import (
    Check,
    Rule,
    anything,
    boolean,
    by_type,
    identifier,
    integer,
    language,
    list_of,
    map_of,
    matching,
    media_type,
    one_of,
    set_of,
    simple,
    text,
    uri,
    utc,
)

_ADDRESS = matching(patterns.ADDR_SPEC, "an e-mail address")
_COUNTRY = matching(patterns.COUNTRY, "a country code of two letters (ISO 3166-1)")
_SCRIPT = matching(patterns.SCRIPT, "a script subtag of four letters, such as Latn")
_ZONE = matching(patterns.ZONE, "the name of a time zone, such as Europe/Vienna")
_GEO = matching(patterns.GEO, "a geo: URI, such as geo:48.2,16.37")
_SCALE = matching(patterns.CALENDAR_SCALE, "the name of a calendar system in lower case")
_NOT_EMPTY = simple(lambda value: isinstance(value, str) and value, "a string that is not empty")
_VCARD_NAME = matching(patterns.VCARD_NAME, "the name of a vCard property")
_VCARD_PARAMETER = simple(
    lambda value: isinstance(value, str) or (isinstance(value, list) and all(isinstance(each, str) for each in value)),
    "a string or an array of strings",
)
_VCARD_PROPERTY = simple(rules.is_jcard_property, "a property in the form of jCard (RFC 7095 §3.3)")
_PREFERENCE = integer(1, 100)
_POSITION = integer(1, 2**53 - 1)
_SYSTEM = one_of("ipa jyut piny")

_CONTEXTS = set_of(one_of("private work"))
_PREFERRED: Final[dict[str, Check]] = {"contexts": _CONTEXTS, "pref": _PREFERENCE}
_LABELLED: Final[dict[str, Check]] = {**_PREFERRED, "label": text}
_VCARD: Final[dict[str, Check]] = {
    "vCardName": _VCARD_NAME,
    "vCardParams": map_of(text, _VCARD_PARAMETER),
    "extra": simple(lambda _value: False, "left out: the name is reserved"),
}
_NAMES: Final[dict[str, str]] = {}


def _type(name: str, members: dict[str, Check], required: str = "", rule: Rule | None = None) -> Check:
    members = {**members, **_VCARD}
    _NAMES.update({member.lower(): member for member in members})
    return objects.object_of(name, members, required.split(), rule, _NAMES)


def _resource(name: str, kinds: str = "", *, kind_required: bool = False, **members: Check) -> Check:
    """RFC 9553 §1.4.4."""
    kind = one_of(kinds) if kinds else text
    declared = {"kind": kind, "uri": uri, "mediaType": media_type, **_LABELLED, **members}
    return _type(name, declared, "kind uri" if kind_required else "uri")


_NAME_KINDS = one_of("title given given2 surname surname2 credential generation separator")
NAME = _type(
    "Name",
    {
        "components": list_of(
            _type("NameComponent", {"value": text, "kind": _NAME_KINDS, "phonetic": text}, "value kind")
        ),
        "isOrdered": boolean,
        "defaultSeparator": text,
        "full": text,
        "sortAs": map_of(_NAME_KINDS, text),
        "phoneticScript": _SCRIPT,
        "phoneticSystem": _SYSTEM,
    },
    rule=rules.name,
)
_ADDRESS_KINDS = one_of(
    "room apartment floor building number name block subdistrict district locality region postcode country direction "
    "landmark postOfficeBox separator"
)
ADDRESS = _type(
    "Address",
    {
        **_PREFERRED,
        "components": list_of(
            _type("AddressComponent", {"value": text, "kind": _ADDRESS_KINDS, "phonetic": text}, "value kind")
        ),
        "isOrdered": boolean,
        "countryCode": _COUNTRY,
        "coordinates": _GEO,
        "timeZone": _ZONE,
        "contexts": set_of(one_of("private work billing delivery")),
        "full": text,
        "defaultSeparator": text,
        "phoneticScript": _SCRIPT,
        "phoneticSystem": _SYSTEM,
    },
    rule=rules.address,
)
_DATE = by_type(
    {
        "PartialDate": _type(
            "PartialDate",
            {"year": integer(0, 2**53 - 1), "month": integer(1, 12), "day": integer(1, 31), "calendarScale": _SCALE},
            rule=rules.partial_date,
        ),
        "Timestamp": _type("Timestamp", {"utc": utc}, "utc"),
    },
    "PartialDate",
)
_RELATIONS = one_of(
    "acquaintance agent child co-resident co-worker colleague contact crush date emergency friend kin me met muse "
    "neighbor parent sibling spouse sweetheart"
)
_FEATURES = one_of("mobile voice text video main-number textphone fax pager")

ENTRIES: Final[dict[str, Check]] = {
    "nicknames": _type("Nickname", {"name": text, **_PREFERRED}, "name"),
    "organizations": _type(
        "Organization",
        {
            "name": text,
            "units": list_of(_type("OrgUnit", {"name": text, "sortAs": text}, "name"), least=1),
            "sortAs": text,
            "contexts": _CONTEXTS,
        },
        rule=rules.any_of("name", "units"),
    ),
    "titles": _type("Title", {"name": text, "kind": one_of("title role"), "organizationId": identifier}, "name"),
    "emails": _type("EmailAddress", {"address": _ADDRESS, **_LABELLED}, "address"),
    "onlineServices": _type(
        "OnlineService", {"service": text, "uri": uri, "user": text, **_LABELLED}, rule=rules.any_of("uri", "user")
    ),
    "phones": _type("Phone", {"number": text, "features": set_of(_FEATURES), **_LABELLED}, "number"),
    "preferredLanguages": _type("LanguagePref", {"language": language, **_PREFERRED}, "language"),
    "calendars": _resource("Calendar", "calendar freeBusy", kind_required=True),
    "schedulingAddresses": _type("SchedulingAddress", {"uri": uri, **_LABELLED}, "uri"),
    "addresses": ADDRESS,
    "cryptoKeys": _resource("CryptoKey"),
    "directories": _resource("Directory", "directory entry", kind_required=True, listAs=_POSITION),
    "links": _resource("Link", "contact"),
    "media": _type(
        "Media",
        {
            "kind": one_of("photo sound logo"),
            "uri": uri,
            "blobId": identifier,
            "mediaType": media_type,
            **_LABELLED,
        },
        "kind",
        rules.any_of("uri", "blobId"),
    ),
    "anniversaries": _type(
        "Anniversary", {"kind": one_of("birth death wedding"), "date": _DATE, "place": ADDRESS}, "kind date"
    ),
    "notes": _type(
        "Note",
        {
            "note": text,
            "created": utc,
            "author": _type("Author", {"name": text, "uri": text}, rule=rules.any_member),
        },
        "note",
    ),
    "personalInfo": _type(
        "PersonalInfo",
        {
            "kind": one_of("expertise hobby interest"),
            "value": text,
            "level": one_of("high medium low"),
            "listAs": _POSITION,
            "label": text,
        },
        "kind value",
    ),
}
"""What each map from Ids to objects holds."""

_PRONOUNS = _type("Pronouns", {"pronouns": text, **_PREFERRED}, "pronouns")
PROPERTIES: Final[dict[str, Check]] = {
    "version": simple(lambda value: value in ("1.0", "2.0"), '"1.0" or "2.0"'),
    "created": utc,
    "kind": one_of("individual group org location device application"),
    "language": language,
    "members": set_of(text),
    "prodId": _NOT_EMPTY,
    "relatedTo": map_of(text, _type("Relation", {"relation": set_of(_RELATIONS)})),
    "uid": _NOT_EMPTY,
    "updated": utc,
    "name": NAME,
    "speakToAs": _type(
        "SpeakToAs",
        {
            "grammaticalGender": one_of("animate common feminine inanimate masculine neuter"),
            "pronouns": map_of(identifier, _PRONOUNS),
        },
        rule=rules.any_of("grammaticalGender", "pronouns"),
    ),
    "keywords": set_of(text),
    "localizations": map_of(language, map_of(text, anything)),
    "vCardProps": list_of(_VCARD_PROPERTY),
    **{name: map_of(identifier, entry) for name, entry in ENTRIES.items()},
}
CARD = _type("Card", PROPERTIES, "@type version", rules.card)

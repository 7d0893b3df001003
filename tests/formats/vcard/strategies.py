"""Cards and vCards at random: every property and parameter that the mapping knows, with values good and bad."""

from typing import Any, TypeAlias

from hypothesis import strategies as st

Values: TypeAlias = st.SearchStrategy[Any]

_ODD = ["é", "漢", "\n", "\r", "\t", "\x7f", "\x01", "\u2028"]
TEXT = st.lists(st.sampled_from([*"aB1 ,;:\\\"^'./=~-", *_ODD]), max_size=8).map("".join)
WORD = st.lists(st.sampled_from("abcXYZ019"), min_size=1, max_size=4).map("".join)
KEYS = st.sampled_from(["a", "b", "P", "PHONE-1", "EMAIL-1", "1", "_-"])
URIS = st.sampled_from(
    ["mailto:a@b", "https://e.com/x,y;z?q=%20", "tel:+1", "data:image/png;base64,AA", "geo:1,2", "x:"]
)
MOMENTS = st.sampled_from(["2020-01-02T03:04:05Z", "2020-01-02T03:04:05.5Z", "0001-01-01T00:00:00Z"])
LANGUAGES = st.sampled_from(["en", "de-AT", "zh-Hant", "EN-us", "x-y"])
NUMBERS = st.integers(1, 100)
VENDOR = st.sampled_from(["example.com:x", "later", "é.example:a b"])
ANYTHING: Values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from([0.5, 1.0]) | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=5,
)
PARAMETERS = st.dictionaries(WORD, TEXT | st.lists(TEXT, min_size=1, max_size=2), max_size=2)


def some(required: dict[str, Values], **optional: Values) -> Values:
    """Objects with these members, now and then one of a vendor, and what a vCard had."""
    made = st.fixed_dictionaries(required, optional={**optional, "vCardParams": PARAMETERS})
    foreign = st.dictionaries(VENDOR, ANYTHING, max_size=1)
    return st.tuples(made, foreign).map(lambda pair: {**pair[0], **pair[1]})


def set_of(*values: str) -> Values:
    return st.dictionaries(st.sampled_from([*values, "example.com:z"]), st.just(True), max_size=3)


def chosen(*values: str) -> Values:
    return st.sampled_from([*values, "example.com:k"])


def entries(entry: Values) -> Values:
    return st.dictionaries(KEYS, entry, min_size=1, max_size=2)


def of_components(*kinds: str) -> dict[str, Values]:
    """Members that are valid together, most of the time."""
    component = some({"kind": chosen(*kinds), "value": TEXT}, phonetic=TEXT)
    return {
        "components": st.lists(component, max_size=4),
        "isOrdered": st.just(True) | st.booleans(),
        "defaultSeparator": TEXT,
        "full": TEXT,
        "phoneticScript": st.just("Latn"),
        "phoneticSystem": st.sampled_from(["ipa", "piny"]),
    }


def resource(*kinds: str) -> Values:
    return some({"uri": URIS, "kind": chosen(*kinds)}, mediaType=st.just("image/png"), **LABELLED)


REACHED = {"contexts": set_of("private", "work", "billing"), "pref": NUMBERS}
LABELLED = {**REACHED, "label": TEXT}
NAMES = ("given", "given2", "surname", "surname2", "title", "credential", "generation", "separator")
PLACES = ("room", "apartment", "number", "name", "building", "locality", "country", "separator", "postOfficeBox")
NAME = some({}, sortAs=st.dictionaries(chosen(*NAMES), TEXT, max_size=2), **of_components(*NAMES))
LOCATION = {"countryCode": st.just("AT"), "coordinates": st.just("geo:1,2"), "timeZone": st.just("Etc/UTC")}
ADDRESS = some({}, **REACHED, **LOCATION, **of_components(*PLACES))
DAY = {"year": st.integers(0, 20000), "month": st.integers(1, 12), "day": st.integers(1, 31)}
DATE = some({}, **DAY, calendarScale=st.just("hebrew")) | st.fixed_dictionaries(
    {"@type": st.just("Timestamp"), "utc": MOMENTS}
)
JCARD_NAMES = st.sampled_from(["x-foo", "n", "tel", "jsprop", "x-ablabel", "version", "end", "gender"])
JCARD = st.tuples(JCARD_NAMES | WORD, PARAMETERS, st.sampled_from(["text", "unknown", "uri"]), ANYTHING).map(list)
PATHS = st.sampled_from(
    [
        *("name", "name/full", "name/components/0/value", "name/components/0/phonetic", "name/components"),
        *("titles/a", "titles/a/name", "notes/a/note", "organizations/a/name", "addresses/a/full", "addresses/a"),
        *("anniversaries/a/place/full", "speakToAs/grammaticalGender", "speakToAs/pronouns/a/pronouns"),
        *("keywords", "example.com:x"),
    ]
)
PATCHES = st.dictionaries(PATHS, TEXT | st.sampled_from([{"name": "x"}, {"full": "x"}, {"full": "é"}]), max_size=2)

PROPERTIES: dict[str, Values] = {
    "uid": TEXT,
    "kind": chosen("individual", "group", "org"),
    "language": LANGUAGES,
    "created": MOMENTS,
    "updated": MOMENTS,
    "prodId": TEXT,
    "members": st.dictionaries(TEXT | URIS, st.just(True), max_size=2),
    "relatedTo": st.dictionaries(TEXT | URIS, some({}, relation=set_of("friend", "kin")), max_size=2),
    "keywords": st.dictionaries(TEXT, st.just(True), max_size=2),
    "name": NAME,
    "nicknames": entries(some({"name": TEXT}, **REACHED)),
    "organizations": entries(
        some({}, name=TEXT, sortAs=TEXT, units=st.lists(some({"name": TEXT}, sortAs=TEXT), min_size=1, max_size=2))
    ),
    "titles": entries(some({"name": TEXT}, kind=chosen("title", "role"), organizationId=KEYS)),
    "speakToAs": some(
        {}, grammaticalGender=chosen("neuter", "common"), pronouns=entries(some({"pronouns": TEXT}, **REACHED))
    ),
    "emails": entries(some({"address": st.sampled_from(["a@b", '"a b,;"@c', "é@漢.example"])}, **LABELLED)),
    "onlineServices": entries(
        some({}, service=TEXT, uri=URIS, user=TEXT, vCardName=chosen("impp", "socialprofile"), **LABELLED)
    ),
    "phones": entries(some({"number": TEXT | URIS}, features=set_of("mobile", "voice", "main-number"), **LABELLED)),
    "preferredLanguages": entries(some({"language": LANGUAGES}, **REACHED)),
    "calendars": entries(resource("calendar", "freeBusy")),
    "schedulingAddresses": entries(some({"uri": URIS}, **LABELLED)),
    "addresses": entries(ADDRESS),
    "cryptoKeys": entries(resource("any")),
    "directories": entries(resource("directory", "entry")),
    "links": entries(resource("contact")),
    "media": entries(resource("photo", "logo", "sound")),
    "anniversaries": entries(some({"kind": chosen("birth", "death", "wedding"), "date": DATE}, place=ADDRESS)),
    "notes": entries(some({"note": TEXT}, created=MOMENTS, author=some({}, name=TEXT, uri=URIS))),
    "personalInfo": entries(
        some(
            {"kind": chosen("expertise", "hobby", "interest"), "value": TEXT},
            level=chosen("high", "low"),
            listAs=NUMBERS,
            label=TEXT,
        )
    ),
    "vCardProps": st.lists(JCARD, max_size=2),
    "localizations": st.dictionaries(LANGUAGES, PATCHES, max_size=2),
    "later": ANYTHING,
    "example.com:x": ANYTHING,
}


def card_of(names: list[str]) -> Values:
    return st.fixed_dictionaries(
        {"@type": st.just("Card"), "version": st.just("2.0"), **{name: PROPERTIES[name] for name in names}}
    )


CARDS = st.lists(st.sampled_from(sorted(PROPERTIES)), max_size=4, unique=True).flatmap(card_of)

_LINE_NAMES = """
N FN ADR TEL EMAIL ORG TITLE ROLE NOTE URL PHOTO LOGO SOUND KEY IMPP SOCIALPROFILE BDAY DEATHDATE ANNIVERSARY BIRTHPLACE
DEATHPLACE RELATED MEMBER KIND UID REV CREATED PRODID LANGUAGE LANG GEO TZ CATEGORIES NICKNAME GENDER GRAMGENDER
PRONOUNS HOBBY INTEREST EXPERTISE ORG-DIRECTORY SOURCE CONTACT-URI CALURI FBURL CALADRURI CLIENTPIDMAP XML JSPROP
X-ABLABEL X-ABDATE X-ABRELATEDNAMES X-ABADR X-ABSHOWAS X-PHONETIC-FIRST-NAME X-PHONETIC-LAST-NAME X-AIM X-SPOUSE
X-ANNIVERSARY X-SOCIALPROFILE X-ADDRESSBOOKSERVER-KIND AGENT LABEL SORT-STRING MAILER CLASS X-FOO VERSION
"""
_PARAMETER_NAMES = """
TYPE PREF VALUE LANGUAGE ALTID PROP-ID PHONETIC SCRIPT JSCOMPS SORT-AS LABEL GEO TZ CC MEDIATYPE LEVEL INDEX AUTHOR
AUTHOR-NAME CREATED DERIVED CALSCALE SERVICE-TYPE USERNAME JSPTR X-FOO PID ENCODING CHARSET X-APPLE-OMIT-YEAR
"""
_PIECES = [
    *("a", "b c", ";", ",", "\\,", "\\;", "\\n", "\\\\", ":", "é", "漢", "{", '"x"', "true", "null", "[1]", "AAAA"),
    *("geo:1,2", "1.5;2.5", "https://e.com/a b", "tel:+1", "a@b", "x <a@b>", "www.e.com", "data:,x", "urn:uuid:1"),
    *("20200102", "2020-01-02", "--0203", "---05", "2020", "20200102T030405Z", "20200102T0304-0500", "1604-05-06"),
    *("+0100", "-05:30", "Europe/Vienna", "group", "en", "no tag", "=C3=A9", "_$!<Spouse>!$_", "Anniversary"),
]
_PARAMETER_VALUES = [
    *("home", "work,voice", '"work,voice"', "pref", "1", "2", "en", "fr", "text", "uri", "a", "jyut", "script", "Latn"),
    *("true", "expert", "high", '";1;0"', '"s,\\, ;11;s, ;10;3"', '"x,y"', '"geo:1,2"', "AT", "image/png", "1604"),
    *("QUOTED-PRINTABLE", "b", "BASE64", "Etc/UTC", "", "20200102T030405Z", '"phones/a"', '"name/full"', "^n^'^^"),
    *('"example.com:x"', '"/later"', "B1"),
]
_PAIRS = st.tuples(st.sampled_from(_PARAMETER_NAMES.split()), st.sampled_from(_PARAMETER_VALUES)).map("=".join)
LINES = st.tuples(
    st.sampled_from(["", "", "item1.", "g."]),
    st.sampled_from(_LINE_NAMES.split()),
    st.lists(_PAIRS | st.sampled_from(_PARAMETER_VALUES), max_size=2).map(
        lambda each: "".join(f";{one}" for one in each)
    ),
    st.lists(st.sampled_from(_PIECES), max_size=4).map(lambda each: ":" + "".join(each)),
).map("".join)
VCARDS = st.tuples(st.sampled_from(["2.1", "3.0", "4.0", ""]), st.lists(LINES, max_size=6)).map(
    lambda pair: "\r\n".join(["BEGIN:VCARD", f"VERSION:{pair[0]}", *pair[1], "END:VCARD", ""]).encode()
)

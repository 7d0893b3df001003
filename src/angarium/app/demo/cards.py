"""The address book of the demo: whoever writes to its owner, a group, and someone with a photo."""

import base64
from collections.abc import Iterator

from angarium.app.demo import people
from angarium.app.demo.files import picture
from angarium.app.demo.letter import Person
from angarium.formats.json import JSON

_FRIENDS = (people.MAREN, people.AYAKO, people.LAYLA, people.DMITRI, people.ZOE)
_COMPANIES = (people.LIBRARY, people.SHOP)
_GARDENERS = (people.GARDEN, people.RUBEN)

_MORE: dict[Person, dict[str, JSON]] = {
    people.MAREN: {
        "phones": {"p1": {"number": "+49 30 555 0142", "features": {"mobile": True}}},
        "anniversaries": {"b": {"kind": "birth", "date": {"@type": "PartialDate", "month": 5, "day": 17}}},
        "notes": {"n1": {"note": "Knows every bookshop between the harbour and the station."}},
    },
    people.JONAS: {
        "organizations": {"o1": {"name": "Lindholm Bicycles"}},
        "titles": {"t1": {"kind": "title", "name": "Mechanic"}},
        "addresses": {
            "a1": {
                "components": [
                    {"kind": "name", "value": "Kanalgatan"},
                    {"kind": "number", "value": "12"},
                    {"kind": "locality", "value": "Malmö"},
                ],
                "countryCode": "SE",
            }
        },
    },
    people.AYAKO: {"language": "ja", "nicknames": {"n": {"name": "アヤ"}}},
    people.ZOE: {
        "onlineServices": {"s1": {"service": "Mastodon", "uri": "https://social.example/@zoe", "user": "@zoe"}},
        "keywords": {"climbing": True},
    },
}


def cards(moment: int, seed: int) -> Iterator[dict[str, JSON]]:
    """The cards, as they come from elsewhere: with a uid, without books. `moment` in epoch seconds."""
    for person in (*_FRIENDS, people.JONAS, *_GARDENERS):
        given, _, surname = person.name.partition(" ")
        parts: list[JSON] = [{"kind": "given", "value": given}, {"kind": "surname", "value": surname}]
        yield _card(person, "individual", {"components": parts, "isOrdered": True, "full": person.name})
    for person in _COMPANIES:
        yield _card(person, "org", {"full": person.name})
    photo = base64.b64encode(picture(moment, seed)).decode()
    yield {
        **_card(people.OWNER, "individual", {"full": people.OWNER.name}),
        "media": {"m1": {"kind": "photo", "uri": f"data:image/png;base64,{photo}"}},
    }
    members: dict[str, JSON] = {_uid(person): True for person in _GARDENERS}
    yield {**_card(people.LIST, "group", {"full": people.LIST.name}), "members": members}


def _card(person: Person, kind: str, name: dict[str, JSON]) -> dict[str, JSON]:
    return {
        "@type": "Card",
        "version": "1.0",
        "uid": _uid(person),
        "kind": kind,
        "name": name,
        "emails": {"e1": {"address": person.email}},
        **_MORE.get(person, {}),
    }


def _uid(person: Person) -> str:
    return f"demo:{person.email}"

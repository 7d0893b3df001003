"""Contacts and contact groups of this dialect, which are cards of different kinds (RFC 9610)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

from angarium.datatypes.blobs import parse_blob_id
from angarium.datatypes.contacts.cards import FLAGGED, ORDER
from angarium.engine.declare import Access
from angarium.formats.json import JSON
from angarium.formats.primitives import is_id
from angarium.protocols.legacy import contact_parts as parts
from angarium.protocols.legacy.call import Call, Method, Reply, Values, listed
from angarium.protocols.legacy.contact_filter import contact_list
from angarium.protocols.legacy.contact_parts import Reader, Writer
from angarium.protocols.legacy.errors import invalid_properties
from angarium.protocols.legacy.getting import get_method, got, updates_method
from angarium.protocols.legacy.kind import Field, Kind, Object, boolean, merged, text, texts
from angarium.protocols.legacy.setting import set_method

_WORDS: Final[Mapping[str, tuple[tuple[str, ...], tuple[Reader, Writer]]]] = {
    "prefix": (("name",), parts.name_part("title")),
    "firstName": (("name",), parts.name_part("given", "given2")),
    "lastName": (("name",), parts.name_part("surname", "surname2")),
    "suffix": (("name",), parts.name_part("credential", "generation")),
    "nickname": (("nicknames",), parts.first("nicknames", "name")),
    "birthday": (("anniversaries",), parts.anniversary("birth")),
    "anniversary": (("anniversaries",), parts.anniversary("wedding")),
    "company": (("organizations",), (parts.read_company, parts.write_organization("name"))),
    "department": (("organizations",), (parts.read_department, parts.write_organization("units"))),
    "jobTitle": (("titles",), parts.first("titles", "name", {"kind": "title"}, kind="title")),
    "notes": (("notes",), parts.first("notes", "note")),
}
"""Properties that are strings: where they stand in a card, and how they are read and written."""

_LISTS: Final[Mapping[str, tuple[tuple[str, ...], tuple[Reader, Writer]]]] = {
    "emails": (("emails",), (parts.read_emails, parts.write_emails)),
    "phones": (("phones",), (parts.read_phones, parts.write_phones)),
    "online": (("links", "onlineServices"), (parts.read_online, parts.write_online)),
    "addresses": (("addresses",), (parts.read_addresses, parts.write_addresses)),
    "avatar": (("media",), (parts.avatar, parts.write_avatar)),
}


def _merge(_call: Call, before: Values, given: Values) -> Object:
    """The properties of a card that change when these of a contact do."""
    card: Object = dict(before)
    for table in (_WORDS, _LISTS):
        for name, (_, (_, writer)) in table.items():
            if name in given:
                parts.written(name, writer, card, given[name], table is _WORDS)
    return {name: value for name, value in card.items() if value != before.get(name)}


def in_default_book(call: Call, value: Object) -> Object:
    """A new card in the default address book, where it is told to be in no other."""
    if value.get("addressBookIds"):
        return value
    books = listed(call.ask("AddressBook/get", {"properties": ["isDefault"]}))
    return {**value, "addressBookIds": {str(book["id"]): True for book in books if book["isDefault"]}}


def _sizes(call: Call, objects: list[Object], _sources: Sequence[Values], names: frozenset[str]) -> None:
    view = call.turn.context.view
    for shown in objects if "avatar" in names and view else ():
        picture = shown["avatar"]
        if isinstance(picture, dict) and view:
            blob = parse_blob_id(str(picture["blobId"]))
            picture["size"] = view.blobs.size(blob.hash) if blob else None


def _to_flagged(_call: Call, value: JSON) -> Object:
    return {FLAGGED: True if boolean("isFlagged", value) else None}


def _to_book(call: Call, value: JSON) -> Object:
    return {"addressBookIds": {call.resolve("Addressbook", text("addressbookId", value)): True}}


_BOOK: Final = Field("addressbookId", ("addressBookIds",), lambda card: next(iter(_books(card)), None), _to_book)


def _books(card: Values) -> Object:
    return cast(Object, card.get("addressBookIds") or {})


CONTACT: Final = Kind(
    one="Contact",
    many="Contacts",
    modern="ContactCard",
    fields=(
        Field("isFlagged", (FLAGGED,), lambda card: card.get(FLAGGED) is True, _to_flagged),
        *(
            Field(name, needs, reader, merged, empty=reader({}))
            for table in (_WORDS, _LISTS)
            for name, (needs, (reader, _)) in table.items()
        ),
        _BOOK,
    ),
    finish=_sizes,
    complete=in_default_book,
    merge=_merge,
    belongs=lambda card: card.get("kind") != "group",
    told_by=("kind",),
    follows=lambda _call: "",
)


def _members(call: Call, objects: list[Object], sources: Sequence[Values], names: frozenset[str]) -> None:
    """Members are named by uid, here by id, in the order that a client of this dialect gave; strangers are left out."""
    view = call.turn.context.view
    if "contactIds" not in names or view is None:
        return
    for shown, card in zip(objects, sources, strict=True):
        found = {uid: view.records.find(call.account.key, "ContactCard", "uid", uid) for uid in _ordered(card)}
        shown["contactIds"] = [records[0] for records in found.values() if records]


def _ordered(card: Values) -> list[str]:
    members = cast(Object, card.get("members") or {})
    order = cast("list[str]", card.get(ORDER) or [])
    return list(dict.fromkeys([*(uid for uid in order if uid in members), *members]))


def _merge_group(call: Call, before: Values, given: Values) -> Object:
    value: Object = {} if before else {"kind": "group"}
    if "name" in given:
        value["name"] = {"full": text("name", given["name"])}
    if "contactIds" in given:
        uids = _uids(call, texts("contactIds", given["contactIds"]))
        view = call.turn.context.view
        known = cast(Object, before.get("members") or {})
        strangers = (
            uid for uid in known if view and not view.records.find(call.account.key, "ContactCard", "uid", uid)
        )
        value["members"] = dict.fromkeys([*uids, *strangers], True)
        value[ORDER] = list[JSON](uids)
    return value


def _uids(call: Call, ids: Sequence[str]) -> list[str]:
    """The uids of contacts; Misfit for one that is not there."""
    records = {each: call.resolved("Contact", each) for each in ids}
    real = [record for record in dict.fromkeys(records.values()) if is_id(record)]
    arguments: Object = {"ids": list[JSON](real), "properties": ["uid", "kind"]}
    found = {card["id"]: str(card["uid"]) for card in listed(call.ask("ContactCard/get", arguments))}
    missing = [each for each, record in records.items() if record not in found]
    if missing:
        raise invalid_properties(f"contactIds: there is no contact {', '.join(missing[:10])}", "contactIds")
    return [found[record] for record in dict.fromkeys(records.values())]


GROUP: Final = Kind(
    one="ContactGroup",
    many="ContactGroups",
    modern="ContactCard",
    fields=(
        Field("name", ("name",), lambda card: _group_name(card), merged),
        Field("contactIds", ("members", ORDER), lambda _card: [], merged),
        _BOOK,
    ),
    pages=False,
    finish=_members,
    complete=in_default_book,
    merge=_merge_group,
    belongs=lambda card: card.get("kind") == "group",
    told_by=("kind",),
)


def _group_name(card: Values) -> JSON:
    name = card.get("name")
    whole = name.get("full") if isinstance(name, dict) else None
    return whole or parts.name_part("given", "given2", "surname")[0](card)


def _get_contact_list(call: Call) -> Iterator[Reply]:
    filter_, start = call.arguments.get("filter"), call.unsigned("position") or 0
    page = contact_list(call, filter_, CONTACT, start, call.unsigned("limit"))
    told = {"filter": filter_, "state": page.state, "position": start, "total": page.total, "contactIds": page.ids}
    yield "contactList", call.answer(told)
    if (call.flag("fetchContacts") or call.flag("fetchRecords")) and page.ids:
        yield got(call, CONTACT, page.ids, call.texts("fetchContactProperties"))


METHODS: Final = (
    get_method(CONTACT),
    updates_method(CONTACT),
    set_method(CONTACT),
    Method("getContactList", Access.READ, _get_contact_list),
    get_method(GROUP),
    updates_method(GROUP),
    set_method(GROUP),
)

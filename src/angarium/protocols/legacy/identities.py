"""Identities of this dialect, whose further addresses are one string each."""

from typing import Final, cast

from angarium.formats.json import JSON
from angarium.formats.message import parse_addresses
from angarium.protocols.legacy.call import Call, Values
from angarium.protocols.legacy.getting import get_method, updates_method
from angarium.protocols.legacy.kind import Field, Kind, Object, renamed, same, text
from angarium.protocols.legacy.setting import set_method


def _written(address: dict[str, str | None]) -> str:
    name = address["name"]
    if not name:
        return address["email"] or ""
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address["email"]}>'


def _addresses(name: str) -> Field:
    def read(shown: Values) -> JSON:
        return ", ".join(map(_written, cast("list[dict[str, str | None]]", shown[name] or [])))

    def write(_call: Call, value: JSON) -> Object:
        found = parse_addresses(text(name, value).encode("utf-8", "replace"))
        return {name: [{"name": each["name"], "email": each["email"]} for each in found] or None}

    return Field(name, (name,), read, write)


IDENTITY: Final = Kind(
    one="Identity",
    many="Identities",
    modern="Identity",
    fields=(
        same("name"),
        same("email", create_only=True),
        _addresses("replyTo"),
        _addresses("bcc"),
        same("textSignature"),
        same("htmlSignature"),
        renamed("mayDeleteIdentity", "mayDelete", write=False),
    ),
    told=("mayDeleteIdentity",),
    errors={"forbiddenFrom": "emailNotPermitted"},
)

METHODS: Final = (get_method(IDENTITY), updates_method(IDENTITY), set_method(IDENTITY))

"""The header fields of an email or body part that a client wants built (RFC 8621 §4.1.3, §4.6).

Each field comes from one property, in a form that the field may have; what breaks a rule is collected, so a refusal
names everything at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from angarium.engine.errors import invalid_properties
from angarium.engine.shapes import Problem, Shape, date, list_of, nullable, record_of, text
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON
from angarium.formats.message import DraftHeader, Json, build_header, parse_header_property

_ADDRESS: Final = record_of({"name": nullable(text), "email": text}, required=("email",))

FORM_SHAPES: Final[Mapping[str, Shape]] = {
    "Raw": text,
    "Text": text,
    "Addresses": list_of(_ADDRESS),
    "GroupedAddresses": list_of(
        record_of({"name": nullable(text), "addresses": list_of(_ADDRESS)}, required=("addresses",))
    ),
    "MessageIds": list_of(text),
    "Date": date,
    "URLs": list_of(text),
}

CONVENIENCE: Final[Mapping[str, tuple[str, str]]] = {
    "from": ("From", "Addresses"),
    "sender": ("Sender", "Addresses"),
    "replyTo": ("Reply-To", "Addresses"),
    "to": ("To", "Addresses"),
    "cc": ("Cc", "Addresses"),
    "bcc": ("Bcc", "Addresses"),
    "subject": ("Subject", "Text"),
    "sentAt": ("Date", "Date"),
    "messageId": ("Message-ID", "MessageIds"),
    "inReplyTo": ("In-Reply-To", "MessageIds"),
    "references": ("References", "MessageIds"),
}
"""Property to field and form, in the order in which the fields are written."""


@dataclass(frozen=True, slots=True)
class Field:
    """One header field to write; `property` is where the client gave it."""

    property: str
    name: str
    form: str
    value: JSON


@dataclass(slots=True)
class Problems:
    """Everything that is wrong with one object."""

    found: list[Problem] = field(default_factory=list)

    def add(self, path: str, text_: str) -> None:
        """Note a problem at a property, or at a path below one."""
        self.found.append(Problem(path, text_))

    def check(self, path: str, shape: Shape, value: JSON) -> bool:
        """Whether a value has a shape; notes it where not."""
        problem = shape(value)
        if problem:
            self.add(f"{path}/{problem.path}" if problem.path else path, problem.text)
        return problem is None

    def refuse(self) -> None:
        """SetError invalidProperties when there is any problem."""
        if self.found:
            said = "; ".join(str(problem) for problem in self.found[:10])
            raise invalid_properties(said, *dict.fromkeys(problem.path for problem in self.found))


def fields_of(given: Mapping[str, JSON], problems: Problems, path: str = "") -> list[Field]:
    """The fields that an object asks for; null and empty lists ask for none. `path` is where the object stands."""
    fields: list[Field] = []
    owners: dict[str, str] = {}
    for name, form, property_ in _wanted(given, problems, path):
        value = given[property_]
        at = f"{path}{property_}"
        known = owners.setdefault(name.lower(), at)
        if known != at:
            problems.add(at, f"gives the same header field as {known}")
            continue
        every = property_.endswith(":all")
        shape = FORM_SHAPES[form]
        if problems.check(at, list_of(shape) if every else shape, value):
            values = value if every and isinstance(value, list) else [value]
            fields.extend(Field(at, name, form, item) for item in values if item != [])
    return fields


def _wanted(given: Mapping[str, JSON], problems: Problems, path: str) -> list[tuple[str, str, str]]:
    """(field, form, property) of every property that asks for a field."""
    wanted = []
    if not path:
        wanted += [(*CONVENIENCE[name], name) for name in CONVENIENCE if given.get(name) is not None]
    for property_, value in given.items():
        if not property_.startswith("header:"):
            continue
        header = parse_header_property(property_)
        if header is None:
            problems.add(f"{path}{property_}", "is no header field in a form that it may have")
        elif value is not None:
            wanted.append((header.name, header.form, property_))
    return wanted


def draft_headers(fields: Sequence[Field], problems: Problems) -> tuple[DraftHeader, ...]:
    """The fields as they are to be written; a value that cannot stand in its field is a problem."""
    headers = []
    for item in fields:
        header = DraftHeader(item.name, item.form, cast(Json, item.value))
        try:
            build_header(header)
        except FormatError as error:
            problems.add(item.property, error.problem)
        headers.append(header)
    return tuple(headers)

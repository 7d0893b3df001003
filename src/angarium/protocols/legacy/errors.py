"""How this dialect names errors, by tables: those of methods and those of single objects."""

from collections.abc import Mapping, Sequence
from typing import Final, cast

from angarium.formats.json import JSON

_METHOD_ERRORS: Final[Mapping[str, str]] = {
    "serverFail": "serverError",
    "serverUnavailable": "serverError",
    "serverPartialFail": "serverError",
    "unsupportedFilter": "cannotDoFilter",
    "fromAccountNotSupportedByMethod": "fromAccountNoMail",
}
"""Those whose names changed later; the rest keep theirs."""

_SET_ERRORS: Final[Mapping[str, str]] = {
    "overQuota": "maxQuotaReached",
    "mailboxHasEmail": "mailboxHasMessage",
    "invalidPatch": "invalidProperties",
}


class Refused(Exception):
    """A method call ends in an error; later calls go on."""

    def __init__(self, kind: str, description: str = "", **extra: JSON) -> None:
        super().__init__(description or kind)
        self.kind = kind
        self.description = description
        self.extra = extra

    def shown(self) -> dict[str, JSON]:
        """The arguments of the `error` response."""
        told: dict[str, JSON] = {"type": self.kind}
        if self.description:
            told["description"] = self.description
        return told | self.extra


class Misfit(Exception):
    """One object of a set is refused; the others go on."""

    def __init__(self, kind: str, description: str = "", *properties: str, **extra: JSON) -> None:
        super().__init__(description or kind)
        self.kind = kind
        self.description = description
        self.properties = properties
        self.extra = extra

    def shown(self) -> dict[str, JSON]:
        """The SetError."""
        told: dict[str, JSON] = {"type": self.kind}
        if self.description:
            told["description"] = self.description
        if self.properties or self.kind == "invalidProperties":
            told["properties"] = list[JSON](self.properties)
        return told | self.extra


def invalid_arguments(description: str, *names: str) -> Refused:
    """Arguments are missing or not what they must be; clients of that time are told the names apart."""
    return Refused("invalidArguments", description, arguments=list[JSON](names))


def invalid_properties(description: str, *properties: str) -> Misfit:
    """Properties of an object are not what they must be."""
    return Misfit("invalidProperties", description, *properties)


def refusal(error: Mapping[str, object]) -> Refused:
    """An error response of the engine as this dialect tells it."""
    kind = str(error["type"])
    return Refused(_METHOD_ERRORS.get(kind, kind), str(error.get("description", "")))


def set_error(
    error: Mapping[str, JSON], names: Mapping[str, Sequence[str]], kinds: Mapping[str, str]
) -> dict[str, JSON]:
    """A SetError of the engine: `names` gives what this dialect calls a property, `kinds` what a type calls errors."""
    kind = str(error["type"])
    told: dict[str, JSON] = {"type": kinds.get(kind) or _SET_ERRORS.get(kind, kind)}
    if "description" in error:
        told["description"] = error["description"]
    if "properties" in error:
        tops = (path.partition("/")[0] for path in cast("list[str]", error["properties"]))
        told["properties"] = list[JSON](dict.fromkeys(name for top in tops for name in names.get(top, (top,))))
    return told

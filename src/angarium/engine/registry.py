"""Everything that a server can do: its capabilities, types and methods, gathered once when it is composed."""

import hashlib
from collections.abc import Iterable, Mapping

from angarium.engine.access import AccountAccess
from angarium.engine.declare import Access, Capability, DataType, Method
from angarium.engine.limits import CORE
from angarium.engine.methods import standard_methods
from angarium.formats import json
from angarium.store.contract import AccountKey

ECHO = Method("Core/echo", CORE, Access.PURE, lambda call: dict(call.arguments), arguments=None, account=False)


_ANY_ACCOUNT = AccountAccess(AccountKey(0), "", personal=True, read_only=False)


class Registry:
    """Finds a method by its name; refuses what is declared twice or under a capability that is not there.

    `digest` differs where the capabilities, or what they say of the server or of an account, differ.
    """

    def __init__(
        self, capabilities: Iterable[Capability], types: Iterable[DataType] = (), methods: Iterable[Method] = ()
    ) -> None:
        self.capabilities: Mapping[str, Capability] = {known.urn: known for known in capabilities}
        self.urns = frozenset(self.capabilities)
        self.types: Mapping[str, DataType] = {known.name: known for known in types}
        self.methods: dict[str, Method] = {}
        standard = [method for known in self.types.values() for method in standard_methods(known)]
        for method in (ECHO, *standard, *methods):
            if method.name in self.methods or method.capability not in self.capabilities:
                raise ValueError(f"{method.name} is declared twice, or without its capability {method.capability}")
            self.methods[method.name] = method
        shown = [[urn, dict(known.session), known.account(_ANY_ACCOUNT)] for urn, known in self.capabilities.items()]
        self.digest = hashlib.sha256(json.encode(shown)).hexdigest()[:8]

    def method(self, name: str, using: frozenset[str]) -> Method | None:
        """The method of that name when the request uses its capability (RFC 8620 §3.3)."""
        method = self.methods.get(name)
        return method if method and method.capability in using else None

"""Strict mode at work: looks at what comes in with every rule, refuses, and remembers warnings."""

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar, cast

from angarium.engine.errors import MethodError, MethodErrorType, RequestError, RequestErrorType
from angarium.engine.limits import Limits
from angarium.engine.registry import Registry
from angarium.formats import json
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON
from angarium.testing.strict.rule import (
    BodyLook,
    Broken,
    CallLook,
    HttpLook,
    Rule,
    Rules,
    Warned,
    as_list,
    as_object,
    found,
    objects_of,
)

T = TypeVar("T")
_KEPT: Final = 10_000


class Critic:
    """Applies rules; may be asked on any thread."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.warnings: deque[Warned] = deque(maxlen=_KEPT)
        self.told: dict[str, None] = {}
        """Ids that clients know from answers, the newest ones."""
        self._lock = threading.Lock()

    def http(self, look: HttpLook, user: str | None) -> tuple[Rule[HttpLook], str] | None:
        """The rule that an HTTP request breaks, and what to tell."""
        return self._first(self.rules.http, look, user)

    def body(self, octets: bytes, registry: Registry, limits: Limits) -> None:
        """Look at the body of an API request; raises RequestError."""
        value, problem = _parsed(octets, limits)
        self.value(BodyLook(octets, value, problem, registry, limits))

    def value(self, look: BodyLook) -> None:
        """Look at an API request; raises RequestError."""
        broken = self._first(self.rules.body, look, None)
        if broken is not None:
            rule, text = broken
            limit = "maxCallsInRequest" if rule.error is RequestErrorType.LIMIT else None
            raise RequestError(cast(RequestErrorType, rule.error), text, limit=limit)

    def call(self, look: CallLook) -> MethodError | None:
        """What to refuse a call with."""
        seeing = [rule for rule in self.rules.call if rule.sees(look.name)]
        broken = self._first(seeing, look, look.principal.name)
        return MethodError(cast(MethodErrorType, broken[0].error), broken[1]) if broken else None

    def learn(self, responses: Sequence[tuple[str, Mapping[str, JSON], str]]) -> None:
        """Note the ids that answers tell."""
        with self._lock:
            for _, arguments, _ in responses:
                for made in as_object(arguments.get("created")).values():
                    self._know(as_object(made).get("id"))
                for listed in as_list(arguments.get("list")):
                    self._know(as_object(listed).get("id"))
                for one in as_list(arguments.get("ids")):
                    self._know(one)

    def _know(self, identifier: JSON) -> None:
        if isinstance(identifier, str):
            self.told[identifier] = None
            if len(self.told) > _KEPT:
                del self.told[next(iter(self.told))]

    def objects(self, look: CallLook) -> Mapping[str, Mapping[str, dict[str, JSON]]]:
        """SetErrors for objects of a call: by argument, and by id or creation id."""
        seeing = [rule for rule in self.rules.object if rule.sees(look.name)]
        refused: dict[str, dict[str, dict[str, JSON]]] = {}
        for one in objects_of(look) if seeing else ():
            for rule in seeing:
                broken = found(rule, one)
                if broken is None:
                    continue
                if rule.error is None:
                    self._warn(rule, broken, look.principal.name)
                    continue
                refused.setdefault(one.argument, {})[one.id] = _set_error(rule, broken)
                break
        return refused

    def _first(self, rules: Sequence[Rule[T]], look: T, user: str | None) -> tuple[Rule[T], str] | None:
        for rule in rules:
            broken = found(rule, look)
            if broken is None:
                continue
            if rule.error is not None:
                return rule, rule.told(broken)
            self._warn(rule, broken, user)
        return None

    def _warn(self, rule: Rule[T], broken: Broken, user: str | None) -> None:
        with self._lock:
            self.warnings.append(Warned(rule.name, rule.section, rule.told(broken), user))


def _set_error(rule: Rule[T], broken: Broken) -> dict[str, JSON]:
    error: dict[str, JSON] = {"type": str(rule.error), "description": rule.told(broken)}
    if rule.error == "invalidProperties":
        error["properties"] = [broken.property] if broken.property else []
    return error


def _parsed(octets: bytes, limits: Limits) -> tuple[JSON, str | None]:
    try:
        return json.parse(octets, limits.max_depth), None
    except FormatError as error:
        return None, str(error)

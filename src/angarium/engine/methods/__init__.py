"""The six standard methods (RFC 8620 §5), each made from the declaration of a type."""

from angarium.engine.declare import DataType, Method
from angarium.engine.methods.changes import changes_method
from angarium.engine.methods.copy import copy_method
from angarium.engine.methods.get import get_method
from angarium.engine.methods.query import query_method
from angarium.engine.methods.querychanges import query_changes_method
from angarium.engine.methods.set import set_method

__all__ = ["standard_methods"]


def standard_methods(kind: DataType) -> list[Method]:
    """The standard methods that a type has, by what its declaration brings."""
    methods = [get_method(kind)]
    if kind.changes:
        methods.append(changes_method(kind))
    if kind.writer:
        methods.append(set_method(kind, kind.writer))
    if kind.copier:
        methods.append(copy_method(kind, kind.copier))
    if kind.querier:
        methods.extend((query_method(kind, kind.querier), query_changes_method(kind, kind.querier)))
    return methods

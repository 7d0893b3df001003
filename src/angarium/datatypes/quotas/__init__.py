"""Quotas (RFC 9425): what an account may hold and what it holds."""

from collections.abc import Mapping
from typing import Final

from angarium.datatypes.quotas.allowance import allow, limits, resources
from angarium.datatypes.quotas.quota import quota_type
from angarium.engine.declare import Capability, DataType

QUOTA: Final = "urn:ietf:params:jmap:quota"

__all__ = ["QUOTA", "allow", "capabilities", "limits", "resources", "types"]


def types(counted: Mapping[str, str]) -> tuple[DataType, ...]:
    """The data types of quotas; `counted` are the types whose objects count, each with its capability."""
    return (quota_type(QUOTA, counted),)


def capabilities() -> tuple[Capability, ...]:
    """What the Session tells of quotas (RFC 9425 §2.1: nothing but that there are some)."""
    return (Capability(QUOTA),)

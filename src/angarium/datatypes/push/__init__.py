"""PushSubscription (RFC 8620 §7.2): what clients ask to be told at a URL of theirs, as the pusher and they see it."""

from angarium.datatypes.push.record import (
    KIND,
    Subscription,
    destroy,
    is_void,
    mark_asked,
    mark_told,
    remove_void,
    subscriptions,
)
from angarium.datatypes.push.subscription import types
from angarium.datatypes.push.vapid_key import VapidKey, keep_next_key, keep_vapid_key, turn_to_next_key, vapid_key

__all__ = [
    "KIND",
    "Subscription",
    "VapidKey",
    "destroy",
    "is_void",
    "keep_next_key",
    "keep_vapid_key",
    "mark_asked",
    "mark_told",
    "remove_void",
    "subscriptions",
    "turn_to_next_key",
    "types",
    "vapid_key",
]

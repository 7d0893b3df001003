"""The key that signs the pushes of a server (RFC 8292): found in the store, or made for it once."""

from angarium.datatypes.push import VapidKey, keep_vapid_key, vapid_key
from angarium.store.contract import Store


def key_of(store: Store) -> VapidKey:
    """The key of this store; the first to ask makes it."""
    known = store.read(vapid_key)
    if known is not None:
        return known
    # 8 MB and 60 ms: only who makes the key pays for it, and who pushes.
    from angarium.protocols.webpush.vapid import make_key

    made = make_key()
    return store.write(lambda transaction: keep_vapid_key(transaction, made)).result()

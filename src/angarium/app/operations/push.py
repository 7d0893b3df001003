"""Operations on what pushes are signed with."""

from angarium.app.operations.services import Arguments, Services, text
from angarium.datatypes.push import VapidKey, keep_next_key
from angarium.formats.json import JSON


def renew_key(services: Services, arguments: Arguments, _payload: bytes) -> tuple[JSON, bytes]:
    """push.renewKey {private, public}: the key with which the server signs from its next start on."""
    key = VapidKey(text(arguments, "private"), text(arguments, "public"))
    services.store.write(lambda transaction: keep_next_key(transaction, key)).result()
    return None, b""

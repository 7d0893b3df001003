"""The Session object (RFC 8620 §2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from angarium.engine.access import AccountAccess, Principal
from angarium.engine.limits import CORE
from angarium.engine.registry import Registry
from angarium.formats.json import JSON


@dataclass(frozen=True, slots=True)
class SessionUrls:
    """Absolute URLs; those beside `api` are URI templates of level 1 (RFC 6570).

    `capabilities` holds members of capability objects that are URLs, by capability and name.
    """

    api: str
    download: str
    upload: str
    event_source: str
    capabilities: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def session(registry: Registry, principal: Principal, urls: SessionUrls) -> dict[str, JSON]:
    """What a user may know of the server and of the accounts that the user can see."""
    own = next((account.id for account in principal.accounts.values() if account.personal), None)
    served = [known for known in registry.capabilities.values() if known.in_accounts and known.urn != CORE]
    return {
        "capabilities": {
            urn: {**urls.capabilities.get(urn, {}), **known.session} for urn, known in registry.capabilities.items()
        },
        "accounts": {account.id: _account(registry, account) for account in principal.accounts.values()},
        "primaryAccounts": {known.urn: own for known in served} if own else {},
        "username": principal.name,
        "apiUrl": urls.api,
        "downloadUrl": urls.download,
        "uploadUrl": urls.upload,
        "eventSourceUrl": urls.event_source,
        "state": session_state(registry, principal),
    }


def session_state(registry: Registry, principal: Principal) -> str:
    """Changes with what the user may see and with what the server can do, so also with its configuration."""
    return f"{principal.state}-{registry.digest}"


def _account(registry: Registry, account: AccountAccess) -> dict[str, JSON]:
    served = (known for known in registry.capabilities.values() if known.in_accounts and known.urn != CORE)
    return {
        "name": account.name,
        "isPersonal": account.personal,
        "isReadOnly": account.read_only,
        "accountCapabilities": cast("dict[str, JSON]", {known.urn: known.account(account) for known in served}),
    }

"""Signing in by two steps to a token, asking again where everything is, and signing out.

Step one gets the same answer for any name, step two counts with all other attempts of that name and network.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from angarium.datatypes import principals
from angarium.engine.dispatch import Engine
from angarium.formats import json
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON
from angarium.protocols.http.address import Addresses
from angarium.protocols.http.basic import basic
from angarium.protocols.http.bearer import CHALLENGE, parse_bearer
from angarium.protocols.http.body import whole
from angarium.protocols.http.exchange import JSON_TYPE, Exchange
from angarium.protocols.http.problem import Headers, Problem
from angarium.protocols.http.query import query
from angarium.protocols.http.sign_in import SignedIn, SignIn
from angarium.protocols.legacy.accounts import DATA, has_data
from angarium.protocols.legacy.call import Settings, shown_account
from angarium.protocols.legacy.login import Secrets, new_token
from angarium.protocols.legacy.message_filter import SORT_OPTIONS
from angarium.protocols.legacy.tokens import Tokens

_LARGEST: Final = 65_536
_LONGEST_NAME: Final = 1_000
_FRESH: Final[Headers] = ((b"cache-control", b"no-store"),)


@dataclass(frozen=True, slots=True)
class TwoSteps:
    """Answers POST, GET and DELETE of the URL to sign in at; `clock` gives epoch milliseconds."""

    engine: Engine
    settings: Settings
    sign_in: SignIn
    addresses: Addresses
    tokens: Tokens
    secrets: Secrets
    clock: Callable[[], int]

    async def post(self, exchange: Exchange) -> None:
        """Either step."""
        given = await _object(exchange)
        name = given.get("username")
        if isinstance(name, str) and not (given.get("loginId") or given.get("token")):
            if len(name) > _LONGEST_NAME:
                raise Problem(400, "The name is too long.")
            await self._answer(exchange, 200, self._challenge(name))
            return
        await self._second_step(exchange, given)

    async def get(self, exchange: Exchange) -> None:
        """Where everything is, for who has signed in."""
        try:
            signed = await self.sign_in(exchange)
        except Problem as problem:
            raise Problem(403, "Sign in anew.") if problem.status == 401 else problem from None
        await self.show(exchange, signed)

    async def show(self, exchange: Exchange, signed: SignedIn) -> None:
        """The answer to who has signed in, without a token."""
        await self._answer(exchange, 201, self._places(exchange, signed))

    async def delete(self, exchange: Exchange) -> None:
        """End the token that the request comes with."""
        token = parse_bearer(exchange.headers.get(b"authorization", b""))
        signed = await self.sign_in(exchange)
        if token is None or signed.token is None:
            raise Problem(403, "Only a token can be ended; you have signed in otherwise.")
        await self.tokens.withdraw(principals.digest_of(token))
        self.sign_in.forget()
        await exchange.empty(204)

    async def _second_step(self, exchange: Exchange, given: dict[str, JSON]) -> None:
        login_id, kind = (given.get(new) or given.get(old) for new, old in (("loginId", "token"), ("type", "method")))
        value = given.get("value", given.get("password"))
        if not isinstance(login_id, str) or kind != "password" or not isinstance(value, str):
            raise Problem(400, "Send username for the first step, loginId, type password and value for the second.")
        login = self.secrets.read_login_id(login_id)
        if login is None or login.until < self.clock() // 1000:
            raise Problem(410, "Start over: the loginId is not known any more.")
        try:
            signed = await self.sign_in.by_header(exchange, basic(login.username, value))
        except Problem as problem:
            if problem.status != 401:
                raise
            await self._answer(exchange, 403, self._challenge(login.username))
            return
        token = new_token()
        record = await self.tokens.issue(signed.principal.id, principals.digest_of(token))
        key = base64.b64encode(self.secrets.signing_key(record)).decode()
        shown = self._places(exchange, signed)
        await self._answer(exchange, 201, {**shown, "accessToken": token, "signingId": record, "signingKey": key})

    def _challenge(self, name: str) -> dict[str, JSON]:
        """What to do next; older clients know the login id as a continuation token."""
        login_id = self.secrets.login_id(name, self.clock() // 1000)
        return {
            "loginId": login_id,
            "continuationToken": login_id,
            "methods": [{"type": "password"}],
            "prompt": None,
        }

    def _places(self, exchange: Exchange, signed: SignedIn) -> dict[str, JSON]:
        base = self.addresses.base(exchange)
        principal, urns = signed.principal, self.engine.registry.urns
        data: list[JSON] = [kind for kind in DATA if has_data(urns, kind)]
        accounts: dict[str, JSON] = {
            shown_account(account, self.settings): {
                "name": account.name,
                "isPrimary": account.personal,
                "isReadOnly": account.read_only,
                "hasDataFor": data,
            }
            for account in principal.accounts.values()
        }
        return {
            "username": principal.name,
            "accounts": accounts,
            "capabilities": self._capabilities(signed),
            "apiUrl": f"{base}/jmap/",
            "downloadUrl": f"{base}/jmap/legacy/raw/{{accountId}}/{{blobId}}/{{name}}",
            "uploadUrl": f"{base}/jmap/legacy/upload",
            "eventSourceUrl": f"{base}/jmap/legacy/events",
            "versions": [1],
            "extensions": {},
        }

    def _capabilities(self, signed: SignedIn) -> dict[str, JSON]:
        own = next((account for account in signed.principal.accounts.values() if account.personal), None)
        core = {name: value for name, value in self.engine.limits.core().items() if name.startswith("max")}
        shown: dict[str, JSON] = {"ietf:jmap": core}
        known = self.engine.registry.capabilities
        if own is not None and (mail := known.get("urn:ietf:params:jmap:mail")):
            sends = known.get("urn:ietf:params:jmap:submission")
            shown["ietf:jmapmail"] = {
                "maxSizeMessageAttachments": mail.account(own)["maxSizeAttachmentsPerEmail"],
                "canDelaySend": bool(sends and sends.account(own).get("maxDelayedSend")),
                "messageListSortOptions": list[JSON](SORT_OPTIONS),
            }
        return shown

    async def _answer(self, exchange: Exchange, status: int, shown: dict[str, JSON]) -> None:
        await exchange.answer(status, JSON_TYPE, json.dumps(shown), _FRESH)


async def _object(exchange: Exchange) -> dict[str, JSON]:
    body = await whole(exchange, _LARGEST, lambda _beginning: Problem(413, "That is too long."))
    try:
        value = json.parse(body, 4)
    except FormatError as error:
        raise Problem(400, f"The body is not I-JSON: {error}.") from None
    if not isinstance(value, dict):
        raise Problem(400, "The body must be a JSON object.")
    return value


class UrlSignIn:
    """Signs in by the header, or by `access_token` in the URL: a token, or a JWT that signs the URL."""

    def __init__(self, sign_in: SignIn, secrets: Secrets, clock: Callable[[], int]) -> None:
        self._sign_in = sign_in
        self._secrets = secrets
        self._clock = clock

    async def __call__(self, exchange: Exchange) -> SignedIn:
        """The user of an exchange; 401 or 429 when there is none."""
        token = _query_token(exchange)
        if not token or b"authorization" in exchange.headers:
            return await self._sign_in(exchange)
        if "." not in token:
            return await self._sign_in.by_header(exchange, b"Bearer " + token.encode("latin-1", "replace"))
        path = exchange.scope["raw_path"].decode("latin-1")
        record = self._secrets.read_signed(token, path, self._clock() // 1000)
        if record is None:
            raise Problem(401, "The URL is not signed for this.", headers=((b"www-authenticate", CHALLENGE),))
        return await self._sign_in.by_token(lambda snapshot: principals.token_by_id(snapshot, record))


def _query_token(exchange: Exchange) -> str:
    return query(exchange).get("access_token", "")

"""Who asks: credentials or a token to a Principal, remembered so that only the first request pays for the hash.

What was verified is kept under a keyed digest of the header, never the header itself. `forget` makes all of it stale
at once; a stale entry whose user still has the same password hash is renewed without hashing (RFC 8620 §8.2).
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import blake2b
from math import ceil

from angarium.datatypes import principals
from angarium.datatypes.principals import Token, User
from angarium.engine.access import Principal
from angarium.protocols.http.address import Addresses
from angarium.protocols.http.attempts import Attempts
from angarium.protocols.http.basic import CHALLENGE, Credentials, parse_basic
from angarium.protocols.http.bearer import CHALLENGE as BEARER
from angarium.protocols.http.bearer import parse_bearer
from angarium.protocols.http.exchange import Exchange
from angarium.protocols.http.problem import Problem
from angarium.protocols.http.reading import Reading
from angarium.protocols.http.threads import Threads
from angarium.store.contract import Snapshot

_log = logging.getLogger(__name__)

_KEPT = 4_096
_WAITING = 64
_USER_FAILURES = 10
_NETWORK_FAILURES = 100


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A user whose password was right, as of one generation of the directory; `token` is a token's record."""

    password_hash: str | None
    principal: Principal
    generation: int
    token: str | None = None


class SignIn:
    """Signs exchanges in; `key` is secret and random, `clock` gives seconds that only go forward."""

    def __init__(
        self,
        reading: Reading,
        hashing: Threads,
        addresses: Addresses,
        clock: Callable[[], float],
        key: bytes,
    ) -> None:
        self._reading = reading
        self._hashing = hashing
        self._addresses = addresses
        self._attempts = Attempts(clock)
        self._key = key
        self._known: dict[bytes, SignedIn] = {}
        self._pending: dict[bytes, asyncio.Task[SignedIn]] = {}
        self._generation = 0

    def forget(self) -> None:
        """Make everything remembered stale; may be called from the thread that writes."""
        self._generation += 1

    async def __call__(self, exchange: Exchange) -> SignedIn:
        """The user of an exchange; 401 or 429 with problem details when there is none."""
        header = exchange.headers.get(b"authorization")
        if header is None:
            raise _unauthorized("Sign in with a name and password.")
        return await self.by_header(exchange, header)

    async def by_header(self, exchange: Exchange, header: bytes) -> SignedIn:
        """The user whom an Authorization header names, wherever it came from; 401 or 429 when there is none."""
        key = blake2b(header, key=self._key).digest()
        known = self._known.get(key)
        if known is not None and known.generation == self._generation:
            return known
        task = self._pending.get(key)
        if task is None:
            if len(self._pending) >= _WAITING:
                raise Problem(503, "Too many are signing in at the moment.", headers=((b"retry-after", b"5"),))
            task = asyncio.ensure_future(self._look_up(self._addresses.network(exchange), header, key, known))
            self._pending[key] = task
            task.add_done_callback(lambda _: self._pending.pop(key, None))
        return await asyncio.shield(task)

    def is_current(self, signed: SignedIn) -> bool:
        """Whether nothing has changed in the directory since; if not, ask `renewed`."""
        return signed.generation == self._generation

    async def renewed(self, signed: SignedIn) -> SignedIn | None:
        """The same user as the directory has it now; None when gone or when the password was changed."""
        generation = self._generation
        if signed.generation == generation:
            return signed
        found = await self._reading(lambda snapshot: _load(snapshot, signed.principal.id, signed.token))
        if found is None or found[0].password_hash != signed.password_hash:
            return None
        return replace(signed, principal=found[1], generation=generation)

    async def confirmed(self, signed: SignedIn) -> SignedIn:
        """The same user once a body has come, which may have taken long; 401 when gone or the password was changed."""
        renewed = await self.renewed(signed)
        if renewed is None:
            raise _unauthorized("The user is gone, or has another password, since this request began.")
        return renewed

    async def by_token(self, find: Callable[[Snapshot], Token | None]) -> SignedIn:
        """The user of a token; 401 when there is none."""
        generation = self._generation

        def job(snapshot: Snapshot) -> tuple[str, tuple[User, Principal]] | None:
            token = find(snapshot)
            found = _load(snapshot, token.user, token.id) if token else None
            return (token.id, found) if token and found else None

        signed = await self._reading(job)
        if signed is None:
            raise Problem(401, "The token is unknown, or has ended.", headers=((b"www-authenticate", BEARER),))
        token, (user, principal) = signed
        return SignedIn(user.password_hash, principal, generation, token)

    async def _look_up(self, network: str, header: bytes, key: bytes, known: SignedIn | None) -> SignedIn:
        renewed = await self.renewed(known) if known else None
        signed = renewed or await self._verified(network, header)
        self._known.pop(key, None)
        self._known[key] = signed
        while len(self._known) > _KEPT:
            del self._known[next(iter(self._known))]
        return signed

    async def _verified(self, network: str, header: bytes) -> SignedIn:
        generation = self._generation
        token = parse_bearer(header)
        if token is not None:
            digest = principals.digest_of(token)
            return await self.by_token(lambda snapshot: principals.token_of(snapshot, digest))
        credentials = parse_basic(header)
        if credentials is None:
            raise _unauthorized("The Authorization header holds no name and password in the Basic scheme.")
        one = (credentials.name.casefold(), network)
        self._refuse_trying(one, network)
        user = await self._reading(lambda snapshot: principals.by_name(snapshot, credentials.name))
        right = await self._hashing.run(lambda: _is_right(user, credentials))
        found = (
            await self._reading(lambda snapshot: principals.principal(snapshot, user.id)) if user and right else None
        )
        if not user or not found:
            _log.warning("sign-in refused user=%r network=%s", credentials.name[:100], network)
            raise _unauthorized("The name or the password is wrong.")
        self._attempts.forgive(one)
        self._attempts.forgive(network)
        _log.info("signed in user=%r network=%s", user.name, network)
        return SignedIn(user.password_hash, found, generation)

    def _refuse_trying(self, one: tuple[str, str], network: str) -> None:
        """Count this attempt as a failure until it is known better: parallel ones must count too."""
        for key, most in ((one, _USER_FAILURES), (network, _NETWORK_FAILURES)):
            if wait := self._attempts.wait(key, most):
                _log.warning("sign-in delayed user=%r network=%s", one[0][:100], network)
                raise Problem(
                    429,
                    f"Too many wrong passwords; try again in {ceil(wait)} seconds.",
                    headers=((b"retry-after", b"%d" % ceil(wait)),),
                )
        self._attempts.failed(one)
        self._attempts.failed(network)


def _is_right(user: User | None, credentials: Credentials) -> bool:
    """Whether the password is the user's."""
    if user is None or user.password_hash is None:
        # A name without a user costs one hash too, so that time does not tell which names exist.
        principals.hash_password(credentials.password)
        return False
    return principals.verify_password(user.password_hash, credentials.password)


def _load(snapshot: Snapshot, user: str, token: str | None) -> tuple[User, Principal] | None:
    """A user as the directory has it now; None when the user is gone, or the token."""
    found, principal = principals.by_id(snapshot, user), principals.principal(snapshot, user, token)
    return (found, principal) if found and principal else None


def _unauthorized(detail: str) -> Problem:
    return Problem(401, detail, headers=((b"www-authenticate", CHALLENGE),))
